package walkthrough

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	everyMethodStep  = "every-method-refuses"
)

const (
	unauthorized = `{"message":"Unauthorized"}`
	created      = `{"message":"success"}`
	stormExample = `{"name":"Storm Example","dateStart":"2022-02-16","dateEnd":"2022-02-21"}`
)

// scenarios returns the steps that are run.
func (w *walk) scenarios() []scenario {
	return slices.DeleteFunc(w.allScenarios(), func(s scenario) bool { return s.leftOut != "" })
}

// allScenarios returns all steps, in the order of the article.
func (w *walk) allScenarios() []scenario {
	get, post, denied := w.target.GetScope, w.target.PostScope, w.target.DeniedScope
	noGet, noPost := w.target.NoGet, w.target.NoPost
	both, noOther, andNoOther := get+" and "+post, "", ": the token is good, it was the scope that step 4 lacked."
	if get == post {
		both, noOther = get, "the scope that opens POST opens GET too"
		if noPost != "" {
			noOther = "the client has no scope that GET does not take"
		}
	}
	if cmp.Or(noGet, noOther) != "" {
		andNoOther = "."
	}
	every := everyMethod{w}
	right := w.rightAnswers()
	return []scenario{
		{
			name:     everyScopeStep,
			shows:    "A token request that names no scope gets every scope of the client",
			expected: fmt.Sprintf("200, a Bearer token with %s, without %s", both, denied),
			why:      "Cognito grants every custom scope that the client is allowed when the request names none.",
			request:  w.tokenRequest(""),
			check:    w.wantEveryScope,
		},
		{
			name:     getStep,
			leftOut:  noGet,
			shows:    "GET " + right.succeeds + " with that token",
			expected: right.events,
			why:      "GET requires " + get + ", and the token has it: one scope of those that a method requires is enough.",
			tokenOf:  everyScopeStep,
			request:  w.apiRequest(http.MethodGet, "").at(w.target.GetPath),
			check:    right.wantEvents,
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
			leftOut:  cmp.Or(noGet, noOther),
			shows:    "GET is refused: the token lacks its scope",
			expected: right.refusal,
			why:      "GET requires " + get + ", and the token has only " + post + ". A REST API answers 401 to that; 403 is what an HTTP API answers.",
			tokenOf:  oneScopeStep,
			request:  w.apiRequest(http.MethodGet, "").at(w.target.GetPath),
			check:    right.wantRefusal,
		},
		{
			name:     postStep,
			leftOut:  noPost,
			shows:    "POST " + right.succeeds + " with the same token",
			expected: right.success,
			why:      "POST requires " + post + ", and the token has it" + andNoOther,
			tokenOf:  oneScopeStep,
			request:  w.apiRequest(http.MethodPost, right.event).at(w.target.PostPath),
			check:    right.wantSuccess,
		},
		{
			name:     scopeRefusedStep,
			shows:    "A scope that the client may not have is refused: " + denied,
			expected: "400 with " + alternatives(w.tokenRequest("").answer.scopeRefused) + ", no access token",
			why:      denied + " is not among the scopes that the client is allowed, so there is no token at all: the grant is checked before the API is called.",
			request:  w.tokenRequest(denied),
			check:    w.wantScopeRefused,
		},
		{
			name:     noTokenStep,
			leftOut:  noGet,
			shows:    "GET is refused without a token",
			expected: right.refusal,
			why:      "The authorizer looks for a token in the Authorization header before the method is reached, and there is none.",
			request:  w.apiRequest(http.MethodGet, "").at(w.target.GetPath),
			check:    right.wantRefusal,
		},
		{
			name:     reuseStep,
			leftOut:  noGet,
			shows:    fmt.Sprintf("One token serves %d calls", reuseCalls),
			expected: fmt.Sprintf("%s, 1 token request", right.calls),
			why:      "A token is valid until it expires. Token requests have a price and a quota, so a service asks for one and keeps it.",
			special:  reuse{w},
		},
		{
			name:     everyMethodStep,
			shows:    "Every method is refused without a token, and with one that lacks its scope",
			expected: every.expected(),
			why:      "Each method has an authorizer and scopes of its own: one that was left out is open to everybody, whatever the other methods answer.",
			special:  every,
		},
	}
}

// alternatives joins texts as "a, b or c".
func alternatives(texts []string) string {
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}

// rightAnswers are the answers expected of the API.
type rightAnswers struct {
	succeeds, events, success, refusal, calls string
	wantEvents, wantSuccess, wantRefusal      func(a answer, step *Step) error
	// event is the body of the POST request.
	event string
}

func (w *walk) rightAnswers() rightAnswers {
	if w.target.AnyAnswer {
		const opened = "any answer but 401, 403 and 5xx"
		return rightAnswers{
			"is let in", opened, opened, "401", fmt.Sprintf("%d answers but 401, 403 and 5xx", reuseCalls),
			wantOpened, wantOpened, wantRefused,
			"{}",
		}
	}
	return rightAnswers{
		"succeeds", "200, application/json, the article's 2 events", "200 " + created, "401 " + unauthorized, fmt.Sprintf("%d answers of 200", reuseCalls),
		wantEvents, wantCreated, wantUnauthorized,
		stormExample,
	}
}

// scenario is a step before it runs.
type scenario struct {
	name, shows, expected, why string
	// leftOut says why the step is not run. Empty: it is run.
	leftOut string
	// tokenOf names the earlier step whose token the request carries. Empty: none.
	tokenOf string
	request request
	// check writes a right answer to step.Got, or returns what is wrong.
	check func(a answer, step *Step) error
	// special replaces request and check for a step of several requests.
	special attempt
}

// attempt is the action of a step.
type attempt interface {
	// run writes the result to step.Got, or returns why the step failed.
	run(ctx context.Context, step *Step) error
	// curl returns the commands for a POSIX shell that do the same.
	curl() string
}

// attempt returns the action of s with an access token.
func (w *walk) attempt(s scenario, token string) attempt {
	switch {
	case s.special != nil:
		return s.special
	case s.tokenOf != "":
		return exchange{w, s.request.withToken(token), s.check}
	}
	return exchange{w, s.request, s.check}
}

// exchange is an attempt with one request.
type exchange struct {
	walk    *walk
	request request
	check   func(a answer, step *Step) error
}

func (e exchange) run(ctx context.Context, step *Step) error {
	a, err := send(ctx, e.walk.client, e.request)
	if err != nil {
		return err
	}
	return e.check(a, step)
}

func (e exchange) curl() string { return e.request.curl(e.walk.target.ShowSecrets) }
