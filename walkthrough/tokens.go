package walkthrough

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// wantEveryScope wants a token with the scopes of GET and POST, and without the
// one that the client may not have.
func (w *walk) wantEveryScope(a answer, step *Step) error {
	scope, err := w.wantToken(a, step)
	if err != nil {
		return err
	}
	granted := strings.Fields(scope)
	for _, wanted := range []string{w.target.GetScope, w.target.PostScope} {
		if !slices.Contains(granted, wanted) {
			return fmt.Errorf("200, but the scope %q lacks %s", scope, wanted)
		}
	}
	if slices.Contains(granted, w.target.DeniedScope) {
		return fmt.Errorf("200, but the scope %q holds %s", scope, w.target.DeniedScope)
	}
	return nil
}

// wantOneScope wants a token whose scope is exactly that of POST.
func (w *walk) wantOneScope(a answer, step *Step) error {
	scope, err := w.wantToken(a, step)
	if err == nil && scope != w.target.PostScope {
		err = fmt.Errorf("200, but the scope is %q", scope)
	}
	return err
}

// wantToken wants a token of the client, and returns its scope. Once there is a
// token it serves the steps that need it, whatever else is wrong with the answer.
func (w *walk) wantToken(a answer, step *Step) (scope string, err error) {
	members, err := w.tokenAnswer(a)
	if err != nil {
		return "", err
	}
	token, _ := members["access_token"].(string)
	if a.status != http.StatusOK || token == "" {
		return "", errors.New(describe(a.status, members))
	}
	w.tokens[step.Name] = token
	// RFC 6749, section 5.1: the token type is case insensitive.
	if tokenType, _ := members["token_type"].(string); !strings.EqualFold(tokenType, "Bearer") {
		return "", fmt.Errorf("200, but token_type is %s", show(members["token_type"]))
	}
	expiresIn, _ := members["expires_in"].(json.Number)
	if seconds, err := expiresIn.Int64(); err != nil || seconds <= 0 {
		return "", fmt.Errorf("200, but expires_in is %s", show(members["expires_in"]))
	}
	_, claims, err := Decode(token)
	if err != nil {
		return "", fmt.Errorf("200, but %w", err)
	}
	step.Claims = claims
	defer w.secrets.redactAll(claims)
	if scope, err = w.checkClaims(claims); err != nil {
		return "", fmt.Errorf("200, but %w", err)
	}
	step.Got = fmt.Sprintf("200, Bearer, expires_in %s, scope %s", expiresIn, scope)
	return scope, nil
}

// checkClaims wants the claims of an access token of the client, and returns its scope.
func (w *walk) checkClaims(claims map[string]any) (scope string, err error) {
	for _, claim := range []struct{ name, want string }{
		{"token_use", "access"}, {"client_id", w.target.ClientID},
	} {
		if claims[claim.name] != claim.want {
			return "", fmt.Errorf("the claim %s is %s, not %q", claim.name, show(claims[claim.name]), claim.want)
		}
	}
	scope, ok := claims["scope"].(string)
	if !ok {
		return "", errors.New("the access token has no scope claim")
	}
	return scope, nil
}

// wantScopeRefused wants the error of a scope that the client may not have.
//
// Which error Cognito answers is not documented. The article saw that "the grant
// isn't valid", RFC 6749 has invalid_scope for it: accepting both is a working choice.
func (w *walk) wantScopeRefused(a answer, step *Step) error {
	members, err := w.tokenAnswer(a)
	if err != nil {
		return err
	}
	step.Got = describe(a.status, members)
	_, hasToken := members["access_token"]
	code := members["error"]
	if a.status != http.StatusBadRequest || hasToken || code != "invalid_grant" && code != "invalid_scope" {
		return errors.New(step.Got)
	}
	return nil
}

// tokenAnswer returns the members of an answer of the token endpoint, or an
// error when it is not a JSON object. Its body is never quoted: it can hold a token.
func (w *walk) tokenAnswer(a answer) (map[string]any, error) {
	if a.isRedirect() || len(a.body) == 0 {
		return nil, errors.New(a.String())
	}
	members, err := decodeObject(a.body)
	if err != nil {
		return nil, fmt.Errorf("%d, but the body %w; its Content-Type is %q", a.status, err, a.header.Get("Content-Type"))
	}
	token, _ := members["access_token"].(string)
	w.secrets.hide(token)
	return members, nil
}

// describe names the error of a token answer, and otherwise its members.
func describe(status int, members map[string]any) string {
	code, hasError := members["error"]
	_, hasToken := members["access_token"]
	switch {
	case hasError && hasToken:
		return fmt.Sprintf("%d with error %v, and with an access token", status, code)
	case hasError:
		return fmt.Sprintf("%d with error %v", status, code)
	case hasToken:
		return fmt.Sprintf("%d with an access token", status)
	}
	return fmt.Sprintf("%d with members %s", status, slices.Sorted(maps.Keys(members)))
}

// WithScopesOf returns t with the scopes that GET and POST require, of those
// that its client holds: those that open them. It asks for tokens and calls the
// API, for no longer than a request may take. Where that tells nothing they are
// any two, and the walk-through shows what is wrong.
//
// The error is that of [Target.Validate], or says that there are not two scopes.
func (t Target) WithScopesOf(ctx context.Context, held []string) (Target, error) {
	if len(held) < 2 {
		return t, fmt.Errorf("the walk-through needs a client with a scope of GET and one of POST, got one with %q", held)
	}
	if err := t.Validate(); err != nil {
		return t, err
	}
	w := newWalk(t.withDefaults())
	ctx, cancel := context.WithTimeout(ctx, w.target.Timeout)
	defer cancel()
	opens := func(call request, scope string) bool {
		token, err := w.token(ctx, w.target.grant(scope))
		if err != nil {
			return false
		}
		a, err := send(ctx, w.client, call.withToken(token))
		return err == nil && a.isOpened()
	}
	// split returns first those that open a method.
	split := func(method, body, path string, scopes []string) (opening, rest []string) {
		for _, scope := range scopes {
			if opens(w.apiRequest(method, body).at(path), scope) {
				opening = append(opening, scope)
			} else {
				rest = append(rest, scope)
			}
		}
		return opening, rest
	}
	getting, rest := split(http.MethodGet, "", w.target.GetPath, held)
	if len(rest) > 1 {
		posting, others := split(http.MethodPost, w.rightAnswers().event, w.target.PostPath, rest)
		rest = append(posting, others...)
	}
	switch {
	case len(getting) == 0:
		getting, rest = rest[:1], rest[1:]
	case len(rest) == 0:
		getting, rest = getting[:1], getting[1:]
	}
	t.GetScope, t.PostScope = getting[0], rest[0]
	return t, nil
}
