// Package matrix finds out who can call what: every method of every stage, by nobody, with
// a forged token, and by every client, with all its scopes and with each scope alone. The
// templates give the expected result of a cell, requests the actual one; the two are
// computed independently.
package matrix

import "slices"

// State is the result for a method and a caller.
type State string

const (
	// Open means that the request passes the authorizer, whatever the backend responds.
	Open State = "open"
	// Closed means that API Gateway refuses the caller.
	Closed State = "closed"
	// Undecided means that the templates do not say: a Lambda function decides.
	Undecided State = "undecided"
	// Failed means that the request got no response, or one that says nothing about the
	// caller.
	Failed State = "failed"
)

// Matrix is a grid of methods by callers. It holds no secrets. [Target.Expect] returns one;
// [Matrix.Try] adds the results of requests.
type Matrix struct {
	// Methods are the rows.
	Methods []Method `json:"methods"`
	// Callers are the columns.
	Callers []Caller `json:"callers"`
	// Cells[i][j] is Methods[i] called by Callers[j].
	Cells [][]Cell `json:"cells"`
	// Disagreements say, for people, where the rules and the requests differ.
	Disagreements []string `json:"disagreements,omitempty"`

	target Target
}

// Method is one method of one stage.
type Method struct {
	// API is the key of the API.
	API   string `json:"api"`
	Stage string `json:"stage"`
	// HTTPMethod may be ANY, which has a row for GET and one for POST, or for other HTTP
	// methods if the resource declares those.
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"`
	// Called is the HTTP method of requests, and URL their URL, with a value for each path
	// parameter.
	Called string `json:"called"`
	URL    string `json:"url"`
	// Authorization, Scopes, UserPools, APIKeyRequired and Public are as in [local.Method].
	Authorization  string   `json:"authorization"`
	Scopes         []string `json:"scopes"`
	UserPools      []string `json:"userPools"`
	APIKeyRequired bool     `json:"apiKeyRequired"`
	Public         string   `json:"public,omitempty"`
	// Findings are the rules' findings about the method.
	Findings []Finding `json:"findings,omitempty"`

	identitySource string
	audience       string // the pattern for the audience of a token
	keyElsewhere   bool   // a Lambda authorizer, not the request, provides the API key
	authorizer     string
	isProtected    bool // other methods of the API require a scope
	isException    bool // other methods of the API have any authorization
}

// Finding is a violation of a rule.
type Finding struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
	// Accepted is the app's reason for accepting it, "" if it does not.
	Accepted string `json:"accepted,omitempty"`
	// When is the outcome of parameters and conditions that has it, "" for all.
	When string `json:"when,omitempty"`
}

// Kind is the kind of a caller.
type Kind string

const (
	// Nobody has neither a token nor an API key.
	Nobody Kind = "nobody"
	// NobodyWithKey has only an API key. It has a column if a method requires a key.
	NobodyWithKey Kind = "nobody with a key"
	// Foreign has a forged token with the claims that open a method, and an API key.
	Foreign Kind = "foreign token"
	// Keyless has a token that opens a method, but no API key. It has a column if a method
	// requires both.
	Keyless Kind = "no key"
	// Client has its own token, and an API key.
	Client Kind = "client"
)

// Caller is one column of a [Matrix].
type Caller struct {
	Kind Kind `json:"kind"`
	// Name is for people.
	Name string `json:"name"`
	// Client is the key of the client, Scopes are the scopes of its token.
	Client string   `json:"client,omitempty"`
	Scopes []string `json:"scopes,omitempty"`
	// NoToken says why the client cannot get a token, and so is not tried.
	NoToken string `json:"noToken,omitempty"`
	// Problem says why the client's token request failed.
	Problem string `json:"problem,omitempty"`

	all    bool // the token request names no scope, which means all of them
	client int  // index in the target's clients
}

// Cell is one method and one caller.
type Cell struct {
	// Expected is Open, Closed or Undecided, and Why gives the reason in the templates.
	// Expected is empty if the caller makes no sense for the method.
	Expected State  `json:"expected,omitempty"`
	Why      string `json:"why,omitempty"`
	// Hole reports whether the templates let in a caller that they should refuse: Expected
	// is Closed, but a request gets through.
	Hole bool `json:"hole,omitempty"`
	// Got is Open, Closed or Failed, or empty without a request.
	Got State `json:"got,omitempty"`
	// NotCalled says why there was no request.
	NotCalled string `json:"notCalled,omitempty"`
	// Request is the request without token and key, Answer the response.
	Request string `json:"request,omitempty"`
	Answer  string `json:"answer,omitempty"`
	// Wrong reports whether Got differs from Expected, or there is a Hole.
	Wrong bool `json:"wrong,omitempty"`
}

// Passed reports whether nothing is wrong and the rules agree.
func (m *Matrix) Passed() bool {
	wrong := slices.ContainsFunc(m.Cells, func(row []Cell) bool {
		return slices.ContainsFunc(row, func(c Cell) bool { return c.Wrong })
	})
	problem := slices.ContainsFunc(m.Callers, func(c Caller) bool { return c.Problem != "" })
	return !wrong && !problem && len(m.Disagreements) == 0
}

// judge sets Wrong in every cell.
func (m *Matrix) judge() {
	for i := range m.Cells {
		for j := range m.Cells[i] {
			c := &m.Cells[i][j]
			switch {
			case c.Expected == "", c.Expected == Undecided:
				c.Wrong = false
			case c.Got == "":
				c.Wrong = c.Hole
			default:
				c.Wrong = c.Got != c.Expected
			}
		}
	}
}
