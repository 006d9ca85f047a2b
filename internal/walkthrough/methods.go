package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/tokenrequest"
)

// everyMethod calls every method of the API without a token, and with a token that
// has none of its scopes.
type everyMethod struct{ walk *walk }

func (e everyMethod) run(ctx context.Context, step *Step) error {
	var problems, preflights []string
	var without, scoped int // how many calls were refused
	tokens := map[Grant]string{}
	// try calls m, counts a refusal, and reports whether there was an answer.
	try := func(m Method, with string, r request, refused *int) bool {
		a, err := send(ctx, e.walk.client, r)
		switch {
		case err != nil:
			problems = append(problems, fmt.Sprintf("%s with%s: %v", m, with, err))
		case a.isRefused():
			*refused++
		case !a.isPreflight(m):
			problems = append(problems, fmt.Sprintf("%s with%s: %d", m, with, a.status))
		case !slices.Contains(preflights, m.String()):
			preflights = append(preflights, m.String())
		}
		return err == nil
	}
	for _, m := range e.walk.target.Methods {
		if !try(m, "out a token", e.call(m), &without) {
			break // the other calls would time out too
		}
		if m.Refused.Scope == "" {
			continue
		}
		token, asked := tokens[m.Refused]
		if !asked {
			var err error
			if token, err = e.walk.token(ctx, m.Refused); err != nil {
				problems = append(problems, fmt.Sprintf("no token with %s: %v", m.Refused.Scope, err))
			}
			tokens[m.Refused] = token
		}
		if token != "" && !try(m, " "+m.Refused.Scope, e.call(m).withToken(token), &scoped) {
			break
		}
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	step.Got = "401 for " + tries(without, scoped)
	if len(preflights) > 0 {
		step.Got += "; only headers for a preflight: " + strings.Join(preflights, ", ")
	}
	step.Got = strings.Join(append([]string{step.Got}, e.untried()...), "; not tried: ")
	return nil
}

func (e everyMethod) call(m Method) request { return e.walk.apiRequest(m.HTTPMethod, "").at(m.Path) }

// expected returns the expected result with the number of calls.
func (e everyMethod) expected() string {
	scoped := 0
	what := "401 for every method: "
	for _, m := range e.walk.target.Methods {
		if m.Refused.Scope != "" {
			scoped++
		}
		if m.HTTPMethod == http.MethodOptions {
			what = "401 for every method, or only headers for a preflight: "
		}
	}
	return what + tries(len(e.walk.target.Methods), scoped)
}

func tries(without, scoped int) string {
	text := fmt.Sprintf("%d without a token", without)
	if scoped > 0 {
		text += fmt.Sprintf(", %d with another scope", scoped)
	}
	return text
}

// untried returns the calls that are not made, with the reason.
func (e everyMethod) untried() []string {
	texts := slices.Clone(e.walk.target.Untried)
	for _, m := range e.walk.target.Methods {
		if m.Refused.Scope == "" {
			texts = append(texts, fmt.Sprintf("%s with another scope, which no client has", m))
		}
	}
	return texts
}

// curl returns the command of every call.
func (e everyMethod) curl() string {
	show := e.walk.target.ShowSecrets
	var commands []string
	var latest Grant
	for _, m := range e.walk.target.Methods {
		commands = append(commands, e.call(m).curl(show))
		if m.Refused.Scope == "" {
			continue
		}
		if m.Refused != latest {
			latest = m.Refused
			commands = append(commands, e.walk.keepToken(latest.request()))
		}
		commands = append(commands, e.call(m).withToken("").curl(show))
	}
	return strings.Join(commands, "\n")
}

// String returns the method and the path.
func (m Method) String() string { return m.HTTPMethod + " " + m.Path }

// isPreflight reports whether a is the answer to a CORS preflight: headers and no
// body, so nothing that needs protection.
//
// Source: Fetch Standard, section 3.3.
func (a answer) isPreflight(m Method) bool {
	return m.HTTPMethod == http.MethodOptions && a.status < 300 && len(a.body) == 0
}

// token requests a token, or returns why there is none.
func (w *walk) token(ctx context.Context, g Grant) (string, error) {
	request := g.request()
	a, err := send(ctx, w.client, request)
	if err != nil {
		return "", err
	}
	read, err := w.readToken(a, request.answer)
	if err != nil {
		return "", err
	}
	if !read.isToken() {
		return "", errors.New(read.String())
	}
	return read.token, nil
}

// reuseCalls is the number of calls with one token.
const reuseCalls = 20

// reuse calls the API many times through a client that caches its token, and expects
// one token request for all calls.
type reuse struct{ walk *walk }

func (r reuse) run(ctx context.Context, step *Step) error {
	source, requests := r.tokenSource(ctx)
	token, err := source.Token()
	if err != nil {
		return noToken(ctx, r.walk.client, err)
	}
	r.walk.secrets.hide(token.AccessToken)
	client := *r.walk.client
	// Wrapped: on a timeout net/http would call the deprecated CancelRequest of
	// oauth2.Transport, which logs that.
	client.Transport = struct{ http.RoundTripper }{&oauth2.Transport{Source: source, Base: client.Transport}}
	for call := 1; call <= reuseCalls; call++ {
		a, err := send(ctx, &client, r.call())
		switch {
		case requests.count > 1:
			// Stop here: token requests have a price and a quota.
			return fmt.Errorf("call %d asked for a new token: expires_in was %v", call, token.Extra("expires_in"))
		case err != nil:
			return fmt.Errorf("call %d: %w", call, err)
		case a.status != http.StatusOK && !(r.walk.target.AnyAnswer && a.isOpened()):
			return fmt.Errorf("call %d: %s", call, a)
		}
	}
	step.Got = fmt.Sprintf("%s, %d token request", r.walk.rightAnswers().calls, requests.count)
	return nil
}

func (r reuse) call() request { return r.walk.apiRequest(http.MethodGet, "").at(r.walk.target.GetPath) }

// tokenSource returns a token source that reuses its token while it is valid, and a
// counter of the token requests.
func (r reuse) tokenSource(ctx context.Context) (oauth2.TokenSource, *counter) {
	requests := &counter{base: r.walk.target.Transport}
	client := *r.walk.client
	client.Transport = requests
	request := tokenrequest.Of(r.walk.target.TokenOperation, clientcredentials.Config{
		ClientID:     r.walk.target.ClientID,
		ClientSecret: r.walk.target.ClientSecret,
		TokenURL:     r.walk.target.TokenURL,
		AuthStyle:    oauth2.AuthStyleInParams,
	})
	return request.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, &client)), requests
}

// noToken returns why there is no token, without the answer's body.
func noToken(ctx context.Context, client *http.Client, err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return errors.New(strings.TrimSpace(fmt.Sprintf("no token: %d %s", refused.Response.StatusCode, refused.ErrorCode)))
	}
	return fmt.Errorf("no token: %w", noAnswer(ctx, client, err))
}

type counter struct {
	base  http.RoundTripper
	count int
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.count++
	return c.base.RoundTrip(r)
}

// curl returns a command that keeps one token, and a loop that uses it.
func (r reuse) curl() string {
	return r.walk.keepToken(r.walk.tokenRequest("")) + "\n" +
		fmt.Sprintf("for call in $(seq %d); do\n", reuseCalls) +
		r.call().withToken("").curl(false) + "\ndone"
}
