package walkthrough

import (
	"context"
	"errors"
	"net/http"
	"slices"
)

// WithScopesOf returns t with the scopes that GET and POST require, of those
// that its client holds: those that open them. It asks for tokens and calls the
// API, for no longer than a request may take. Where that tells nothing they are
// any, and the walk-through shows what is wrong.
//
// The error is that of [Target.Validate], or says that there is no scope.
func (t Target) WithScopesOf(ctx context.Context, held []string) (Target, error) {
	if len(held) == 0 {
		return t, errors.New("the walk-through needs a client with a scope, got one with none")
	}
	if err := t.Validate(); err != nil {
		return t, err
	}
	w := newWalk(t.withDefaults())
	ctx, cancel := context.WithTimeout(ctx, w.target.Timeout)
	defer cancel()
	// opening returns those of the scopes that open a method.
	opening := func(call request, candidates []string) (scopes []string) {
		for _, scope := range candidates {
			token, err := w.token(ctx, w.target.grant(scope))
			if err != nil {
				continue
			}
			if a, err := send(ctx, w.client, call.withToken(token)); err == nil && a.isOpened() {
				scopes = append(scopes, scope)
			}
		}
		return scopes
	}
	post := w.apiRequest(http.MethodPost, w.rightAnswers().event).at(w.target.PostPath)
	getting := opening(w.apiRequest(http.MethodGet, "").at(w.target.GetPath), held)
	posting := opening(post, without(held, getting))
	if len(posting) == 0 { // each POST may do something
		posting = opening(post, getting)
	}
	t.GetScope, t.PostScope = scopesFor(getting, posting, held)
	return t, nil
}

// scopesFor chooses from the scopes that open GET and POST, and from those that
// the client holds where none does. POST's does not open GET, if there is one. A
// GET that every scope opens may check none: with two, the walk-through tells.
func scopesFor(getting, posting, held []string) (get, post string) {
	if len(held) > 1 && (len(getting) == len(held) || len(getting)+len(posting) == 0) {
		return held[0], held[1]
	}
	first := func(choices ...[]string) string { return slices.Concat(choices...)[0] }
	post = first(without(posting, getting), posting, without(held, getting), held)
	if slices.Contains(getting, post) {
		return post, post
	}
	return first(getting, without(held, []string{post}), held), post
}

func without(scopes, others []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return slices.Contains(others, scope) })
}
