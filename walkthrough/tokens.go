package walkthrough

import (
	"encoding/json"
	"errors"
	"fmt"
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
	read, err := w.readToken(a, w.tokenRequest("").answer)
	if err != nil {
		return "", err
	}
	if !read.isToken() {
		return "", errors.New(read.String())
	}
	w.tokens[step.Name] = read.token
	// RFC 6749, section 5.1: the token type is case insensitive.
	names, result := read.names, read.result
	if tokenType, _ := result[names.tokenType].(string); !strings.EqualFold(tokenType, "Bearer") {
		return "", fmt.Errorf("200, but %s is %s", names.tokenType, show(result[names.tokenType]))
	}
	expiresIn, _ := result[names.expiresIn].(json.Number)
	if seconds, err := expiresIn.Int64(); err != nil || seconds <= 0 {
		return "", fmt.Errorf("200, but %s is %s", names.expiresIn, show(result[names.expiresIn]))
	}
	_, claims, err := Decode(read.token)
	if err != nil {
		return "", fmt.Errorf("200, but %w", err)
	}
	step.Claims = claims
	defer w.secrets.redactAll(claims)
	if scope, err = w.checkClaims(claims); err != nil {
		return "", fmt.Errorf("200, but %w", err)
	}
	step.Got = fmt.Sprintf("200, Bearer, %s %s, scope %s", names.expiresIn, expiresIn, scope)
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
func (w *walk) wantScopeRefused(a answer, step *Step) error {
	read, err := w.readToken(a, w.tokenRequest("").answer)
	if err != nil {
		return err
	}
	step.Got = read.String()
	_, hasToken := read.result[read.names.token]
	if a.status != http.StatusBadRequest || hasToken || !slices.Contains(read.names.scopeRefused, read.code) {
		return errors.New(step.Got)
	}
	return nil
}

// readToken reads an answer to a token request, and keeps its token from reports.
func (w *walk) readToken(a answer, names tokenMembers) (tokenAnswer, error) {
	read, err := names.read(a)
	w.secrets.hide(read.token)
	return read, err
}
