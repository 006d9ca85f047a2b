package walkthrough

import (
	"fmt"
	"net/http"
)

// The names of the steps.
const (
	everyScopeStep   = "token-with-every-scope"
	getStep          = "get-events"
	oneScopeStep     = "token-with-one-scope"
	getRefusedStep   = "get-without-its-scope"
	postStep         = "post-event"
	scopeRefusedStep = "scope-refused"
	noTokenStep      = "get-without-token"
	reuseStep        = "token-reuse"
)

const (
	unauthorized = `{"message":"Unauthorized"}`
	created      = `{"message":"success"}`
	stormExample = `{"name":"Storm Example","dateStart":"2022-02-16","dateEnd":"2022-02-21"}`
)

// scenarios are the steps, in the order of the article.
func (w *walk) scenarios() []scenario {
	get, post, denied := w.target.GetScope, w.target.PostScope, w.target.DeniedScope
	return []scenario{
		{
			name:     everyScopeStep,
			shows:    "A token request that names no scope gets every scope of the client",
			expected: fmt.Sprintf("200, a Bearer token with %s and %s, without %s", get, post, denied),
			request:  w.tokenRequest(""),
			check:    w.wantEveryScope,
		},
		{
			name:     getStep,
			shows:    "GET succeeds with that token",
			expected: "200, application/json, the article's 2 events",
			tokenOf:  everyScopeStep,
			request:  w.apiRequest(http.MethodGet, ""),
			check:    wantEvents,
		},
		{
			name:     oneScopeStep,
			shows:    "A token request that names one scope gets only that",
			expected: fmt.Sprintf("200, a Bearer token with exactly %s", post),
			request:  w.tokenRequest(post),
			check:    w.wantOneScope,
		},
		{
			name:     getRefusedStep,
			shows:    "GET is refused: the token lacks its scope",
			expected: "401 " + unauthorized,
			tokenOf:  oneScopeStep,
			request:  w.apiRequest(http.MethodGet, ""),
			check:    wantUnauthorized,
		},
		{
			name:     postStep,
			shows:    "POST succeeds with the same token",
			expected: "200 " + created,
			tokenOf:  oneScopeStep,
			request:  w.apiRequest(http.MethodPost, stormExample),
			check:    wantCreated,
		},
		{
			name:     scopeRefusedStep,
			shows:    "A scope that the client may not have is refused: " + denied,
			expected: "400 with invalid_grant or invalid_scope, no access token",
			request:  w.tokenRequest(denied),
			check:    w.wantScopeRefused,
		},
		{
			name:     noTokenStep,
			shows:    "GET is refused without a token",
			expected: "401 " + unauthorized,
			request:  w.apiRequest(http.MethodGet, ""),
			check:    wantUnauthorized,
		},
		{
			name:     reuseStep,
			shows:    fmt.Sprintf("One token serves %d calls", reuseCalls),
			expected: fmt.Sprintf("%d answers of 200, 1 token request", reuseCalls),
			special:  reuse{w},
		},
	}
}
