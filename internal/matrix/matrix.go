// Package matrix tells who can call what: every method of every stage of REST APIs
// by nobody, by whoever has a token of somebody else, and by every client, with all
// its scopes and with each alone. What the templates say is expected, what requests
// are answered with is got, and neither knows of the other.
package matrix

import "slices"

// State is what a method does with a caller.
type State string

const (
	// Open is a request that passes the authorizer, whatever comes then.
	Open State = "open"
	// Closed is a request that API Gateway refuses for who makes it.
	Closed State = "closed"
	// Undecided is what templates do not tell: a Lambda function decides.
	Undecided State = "undecided"
	// Failed is a request without an answer, or whose answer tells nothing of the
	// caller.
	Failed State = "failed"
)

// Matrix is a grid of methods by callers. It has no secrets. [Target.Expect] makes
// it, and [Matrix.Try] adds what requests find.
type Matrix struct {
	// Methods are the rows.
	Methods []Method `json:"methods"`
	// Callers are the columns.
	Callers []Caller `json:"callers"`
	// Cells[i][j] is Methods[i] called by Callers[j].
	Cells [][]Cell `json:"cells"`
	// Disagreements are what the rules say otherwise than requests find, for people.
	Disagreements []string `json:"disagreements,omitempty"`

	target Target
}

// Method is one method of one stage.
type Method struct {
	// API is the key of the API.
	API   string `json:"api"`
	Stage string `json:"stage"`
	// HTTPMethod may be ANY: that is a row for GET and one for POST, or for others
	// if the resource has methods for these.
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"`
	// Called is the HTTP method of requests, URL where they go, with a value for
	// each path parameter.
	Called string `json:"called"`
	URL    string `json:"url"`
	// Authorization, Scopes, UserPools, APIKeyRequired and Public are those of
	// [local.Method].
	Authorization  string   `json:"authorization"`
	Scopes         []string `json:"scopes"`
	UserPools      []string `json:"userPools"`
	APIKeyRequired bool     `json:"apiKeyRequired"`
	Public         string   `json:"public,omitempty"`
	// Findings are what the rules find of the method.
	Findings []Finding `json:"findings,omitempty"`

	identitySource string
	audience       string // that a token needs
	keyElsewhere   bool   // no request has the API key: a Lambda authorizer answers it
	authorizer     string
	isProtected    bool // other methods of the API ask for a scope
	isException    bool // other methods of the API ask who calls, in any way
}

// Finding is a rule that does not hold.
type Finding struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
	// Accepted is the reason for which the app accepts it, "" if it does not.
	Accepted string `json:"accepted,omitempty"`
	// When says of which outcome of parameters and conditions it is, "" for all.
	When string `json:"when,omitempty"`
}

// Kind is what a caller is.
type Kind string

const (
	// Nobody has neither a token nor an API key.
	Nobody Kind = "nobody"
	// NobodyWithKey has an API key alone. It is a column where a method asks for one.
	NobodyWithKey Kind = "nobody with a key"
	// Foreign has a token with the claims that open a method, signed by somebody else
	// than its user pool, and an API key.
	Foreign Kind = "foreign token"
	// Keyless has a token that opens a method, and no API key. It is a column where a
	// method asks for both.
	Keyless Kind = "no key"
	// Client has a token of its own, and an API key.
	Client Kind = "client"
)

// Caller is somebody who may call.
type Caller struct {
	Kind Kind `json:"kind"`
	// Name is for people.
	Name string `json:"name"`
	// Client is the key of the client, Scopes those of its token.
	Client string   `json:"client,omitempty"`
	Scopes []string `json:"scopes,omitempty"`
	// NoToken says why the client gets no token, so that it calls nothing.
	NoToken string `json:"noToken,omitempty"`
	// Problem is what is wrong with how its token is given.
	Problem string `json:"problem,omitempty"`

	all    bool // a request for every scope, which names none
	client int  // of the target's clients
}

// Cell is one method and one caller.
type Cell struct {
	// Expected is Open, Closed or Undecided, and Why says by what in the templates.
	// It is empty where the caller does not fit the method.
	Expected State  `json:"expected,omitempty"`
	Why      string `json:"why,omitempty"`
	// Hole says that the templates let in whom they should not: Expected is Closed,
	// and a request will be let in.
	Hole bool `json:"hole,omitempty"`
	// Got is Open, Closed or Failed, and empty if nobody called.
	Got State `json:"got,omitempty"`
	// NotCalled says why nobody called.
	NotCalled string `json:"notCalled,omitempty"`
	// Request is what was sent, without token and key, and Answer what came.
	Request string `json:"request,omitempty"`
	Answer  string `json:"answer,omitempty"`
	// Wrong says that Got is not what is Expected, or that there is a Hole.
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

// judge says of every cell whether it is wrong.
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
