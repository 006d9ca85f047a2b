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
			why:      "Cognito grants every custom scope that the client is allowed when the request names none.",
			request:  w.tokenRequest(""),
			check:    w.wantEveryScope,
		},
		{
			name:     getStep,
			shows:    "GET succeeds with that token",
			expected: "200, application/json, the article's 2 events",
			why:      "GET requires " + get + ", and the token has it: one scope of those that a method requires is enough.",
			tokenOf:  everyScopeStep,
			request:  w.apiRequest(http.MethodGet, ""),
			check:    wantEvents,
		},
		{
			name:     oneScopeStep,
			shows:    "A token request that names one scope gets only that",
			expected: fmt.Sprintf("200, a Bearer token with exactly %s", post),
			why:      "A client asks for the least that it needs: the token opens nothing else.",
			request:  w.tokenRequest(post),
			check:    w.wantOneScope,
		},
		{
			name:     getRefusedStep,
			shows:    "GET is refused: the token lacks its scope",
			expected: "401 " + unauthorized,
			why:      "GET requires " + get + ", and the token has only " + post + ". A REST API answers 401 to that; 403 is what an HTTP API answers.",
			tokenOf:  oneScopeStep,
			request:  w.apiRequest(http.MethodGet, ""),
			check:    wantUnauthorized,
		},
		{
			name:     postStep,
			shows:    "POST succeeds with the same token",
			expected: "200 " + created,
			why:      "POST requires " + post + ", and the token has it: the token is good, it was the scope that step 4 lacked.",
			tokenOf:  oneScopeStep,
			request:  w.apiRequest(http.MethodPost, stormExample),
			check:    wantCreated,
		},
		{
			name:     scopeRefusedStep,
			shows:    "A scope that the client may not have is refused: " + denied,
			expected: "400 with invalid_grant or invalid_scope, no access token",
			why:      denied + " is not among the scopes that the client is allowed, so there is no token at all: the grant is checked before the API is called.",
			request:  w.tokenRequest(denied),
			check:    w.wantScopeRefused,
		},
		{
			name:     noTokenStep,
			shows:    "GET is refused without a token",
			expected: "401 " + unauthorized,
			why:      "The authorizer looks for a token in the Authorization header before the method is reached, and there is none.",
			request:  w.apiRequest(http.MethodGet, ""),
			check:    wantUnauthorized,
		},
		{
			name:     reuseStep,
			shows:    fmt.Sprintf("One token serves %d calls", reuseCalls),
			expected: fmt.Sprintf("%d answers of 200, 1 token request", reuseCalls),
			why:      "A token is valid until it expires. Token requests have a price and a quota, so a service asks for one and keeps it.",
			special:  reuse{w},
		},
	}
}
