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
	var problems []string
	tokens := map[Grant]string{}
	// try calls m, and returns whether there was an answer.
	try := func(m Method, with string, r request) bool {
		a, err := send(ctx, e.walk.client, r)
		switch {
		case err != nil:
			problems = append(problems, fmt.Sprintf("%s with%s: %v", m, with, err))
		case a.status != http.StatusUnauthorized && !a.isPreflight(m):
			problems = append(problems, fmt.Sprintf("%s with%s: %d", m, with, a.status))
		}
		return err == nil
	}
	for _, m := range e.walk.target.Methods {
		if !try(m, "out a token", e.call(m)) {
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
		if token != "" && !try(m, " "+m.Refused.Scope, e.call(m).withToken(token)) {
			break
		}
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	step.Got = strings.Join(append([]string{"401 for " + e.tries()}, e.untried()...), "; not tried: ")
	return nil
}

func (e everyMethod) call(m Method) request { return e.walk.apiRequest(m.HTTPMethod, "").at(m.Path) }

// tries says how many methods are tried.
func (e everyMethod) tries() string {
	scoped := 0
	for _, m := range e.walk.target.Methods {
		if m.Refused.Scope != "" {
			scoped++
		}
	}
	text := fmt.Sprintf("%d without a token", len(e.walk.target.Methods))
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
