package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// everyMethod tries every method of the API without a token, and with a token
// that has none of its scopes.
type everyMethod struct{ walk *walk }

func (e everyMethod) run(ctx context.Context, step *Step) error {
	var problems, preflights []string
	var without, scoped int // how many were refused
	tokens := map[Grant]string{}
	// try calls m, counts a refusal, and returns whether there was an answer.
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
			break // the others would wait for as long
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

// expected says how many methods are tried.
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

// untried says what is not tried, and why.
func (e everyMethod) untried() []string {
	texts := slices.Clone(e.walk.target.Untried)
	for _, m := range e.walk.target.Methods {
		if m.Refused.Scope == "" {
			texts = append(texts, fmt.Sprintf("%s with another scope, which no client has", m))
		}
	}
	return texts
}

// curl returns the commands of every try.
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

// String returns the method as a reader of the API knows it.
func (m Method) String() string { return m.HTTPMethod + " " + m.Path }

// isPreflight reports whether a is what a browser gets before it sends a token:
// headers, and nothing that anybody would have to be kept from.
//
// Source: Fetch Standard, section 3.3.
func (a answer) isPreflight(m Method) bool {
	return m.HTTPMethod == http.MethodOptions && a.status < 300 && len(a.body) == 0
}

// token asks for a token, or says why there is none.
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
