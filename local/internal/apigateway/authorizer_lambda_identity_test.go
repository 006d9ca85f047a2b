package apigateway_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/apigateway"
)

func TestTheEventOfATokenAuthorizer(t *testing.T) {
	a := authorize(t, always(policyOf("Allow", "*")), nil, decided("ANY", "/orders/{id}", lambdaAuthorizer("TOKEN"), mock("ok")), decided("GET", "/", lambdaAuthorizer("TOKEN"), mock("ok")))
	for _, c := range []struct{ line, arn string }{
		{"GET /prod", "GET/"},
		{"GET /prod/", "GET/"},
		{"POST /prod/orders/7?a=b", "POST/orders/7"},
		{"PUT /prod/orders/7/", "PUT/orders/7"},
		{"PUT /prod/orders/a%20b", "PUT/orders/a%20b"},
		{"PUT /prod/orders/*", "PUT/orders/%2A"},
	} {
		request{line: c.line, headers: []string{"Authorization: Bearer abc"}}.send(t, a.url).check(t, 200, "ok", noType)
		want := `{"type":"TOKEN","methodArn":"` + methodARNs + c.arn + `","authorizationToken":"Bearer abc"}`
		if got := a.events[len(a.events)-1]; got != want {
			t.Errorf("%s: got %s, want %s", c.line, got, want)
		}
	}
	long := request{line: "GET /prod/orders/" + strings.Repeat("a", 1600), headers: []string{"Authorization: a"}}.send(t, a.url)
	if calls := a.calls(); long.status != 414 || calls != 6 {
		t.Errorf("a long path: got %d %s, %d calls", long.status, long.body, calls)
	}
}

func TestTheEventOfARequestAuthorizer(t *testing.T) {
	a := authorize(t, always(policyOf("Allow", "*")), nil,
		decided("POST", "/orders/{id}", lambdaAuthorizer("REQUEST"), mock("ok")), decided("GET", "/", lambdaAuthorizer("REQUEST"), mock("ok")))
	event := func() map[string]any {
		var event map[string]any
		if err := json.Unmarshal([]byte(a.events[len(a.events)-1]), &event); err != nil {
			t.Fatal(err)
		}
		return event
	}
	request{"POST /prod/orders/7?a=1&a=2", []string{"Authorization: abc", "X-Two: a", "X-Two: b", "X-API-Key: key1", "User-Agent: me", "Content-Type: application/json"}, `{"secret":1}`}.
		send(t, a.url).check(t, 200, "ok", noType)
	full := event()
	for path, want := range map[string]any{
		"type": "REQUEST", "methodArn": methodARNs + "POST/orders/7", "resource": "/orders/{id}", "path": "/orders/7", "httpMethod": "POST",
		"headers/X-Two": "b", "multiValueHeaders/X-Two": []any{"a", "b"}, "headers/Authorization": "abc",
		"queryStringParameters": map[string]any{"a": "2"}, "multiValueQueryStringParameters": map[string]any{"a": []any{"1", "2"}},
		"pathParameters": map[string]any{"id": "7"}, "stageVariables": map[string]any{"color": "red"},
		"requestContext/stage": "prod", "requestContext/apiId": "abc123", "requestContext/accountId": "123456789012", "requestContext/resourcePath": "/orders/{id}",
		"requestContext/identity/sourceIp": "127.0.0.1", "requestContext/identity/userAgent": "me", "requestContext/identity/apiKey": "key1",
		"requestContext/authorizer": nil, "body": nil, "isBase64Encoded": nil,
	} {
		if got := at(full, path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %#v, want %#v", path, got, want)
		}
	}
	request{line: "GET /prod/", headers: []string{"Authorization: abc"}}.send(t, a.url).check(t, 200, "ok", noType)
	for _, name := range []string{"queryStringParameters", "multiValueQueryStringParameters", "pathParameters"} {
		if got := at(event(), name); !reflect.DeepEqual(got, map[string]any{}) {
			t.Errorf("%s is %#v, want an empty object", name, got)
		}
	}
}

func TestIdentitySources(t *testing.T) {
	several := lambdaAuthorizer("REQUEST")
	several.IdentitySource = "method.request.header.X-Who, method.request.querystring.q,stageVariables.color, context.identity.userAgent"
	absent := lambdaAuthorizer("REQUEST")
	absent.IdentitySource = "stageVariables.shade"
	expression := lambdaAuthorizer("TOKEN")
	expression.IdentityValidationExpression = `Bearer [a-z]+`
	unneeded := lambdaAuthorizer("REQUEST")
	unneeded.IdentitySource = ""
	a := authorize(t, always(policyOf("Allow", "*")), nil,
		decided("GET", "/several", several, mock("ok")), decided("GET", "/absent", absent, mock("ok")),
		decided("GET", "/expression", expression, mock("ok")), decided("GET", "/unneeded", unneeded, mock("ok")))
	for _, c := range []struct {
		name, line string
		headers    []string
		passes     bool
	}{
		{"all of them", "GET /prod/several?q=1", []string{"X-Who: me", "User-Agent: me"}, true},
		{"in other letters", "GET /prod/several?q=1", []string{"x-WHO: me", "User-Agent: me"}, true},
		{"a header twice", "GET /prod/several?q=1", []string{"X-Who: me", "X-Who: you", "User-Agent: me"}, true},
		{"no header", "GET /prod/several?q=1", []string{"User-Agent: me"}, false},
		{"an empty header", "GET /prod/several?q=1", []string{"X-Who: ", "User-Agent: me"}, false},
		{"a header with an empty twin", "GET /prod/several?q=1", []string{"X-Who: me", "X-Who: ", "User-Agent: me"}, false},
		{"no query", "GET /prod/several", []string{"X-Who: me", "User-Agent: me"}, false},
		{"a query in other letters", "GET /prod/several?Q=1", []string{"X-Who: me", "User-Agent: me"}, false},
		{"an empty query", "GET /prod/several?q=", []string{"X-Who: me", "User-Agent: me"}, false},
		{"no context", "GET /prod/several?q=1", []string{"X-Who: me", "User-Agent: "}, false},
		{"no stage variable", "GET /prod/absent", nil, false},
		{"a token that matches", "GET /prod/expression", []string{"Authorization: Bearer abc"}, true},
		{"a token that matches in part", "GET /prod/expression", []string{"Authorization: Bearer abc1"}, false},
		{"a token with a line of its own", "GET /prod/expression", []string{"Authorization: x Bearer abc"}, false},
		{"no token", "GET /prod/expression", nil, false},
		{"an empty token", "GET /prod/expression", []string{"Authorization: "}, false},
		{"two tokens", "GET /prod/expression", []string{"Authorization: Bearer abc", "Authorization: Bearer abc"}, false},
		{"nothing, where nothing is needed", "GET /prod/unneeded", nil, true},
	} {
		before := a.calls()
		got := request{line: c.line, headers: c.headers}.send(t, a.url)
		if c.passes {
			got.check(t, 200, "ok", noType)
		} else {
			got.check(t, 401, `{"message":"Unauthorized"}`, "UnauthorizedException")
		}
		if called := a.calls() > before; called != c.passes {
			t.Errorf("%s: called %v", c.name, called)
		}
		if reason := a.reason(); strings.Contains(reason, "abc") {
			t.Errorf("%s: the token is in the log: %s", c.name, reason)
		}
	}
}

// An expression that makes a backtracking engine try every way does not keep the server
// busy.
func TestIdentityValidationExpressionsAreBounded(t *testing.T) {
	authorizer := lambdaAuthorizer("TOKEN")
	authorizer.IdentityValidationExpression = `(a+)+b`
	a := authorize(t, always(policyOf("Allow", "*")), nil, decided("GET", "/", authorizer, mock("ok")))
	start := time.Now()
	request{line: "GET /prod/", headers: []string{"Authorization: " + strings.Repeat("a", 9000)}}.send(t, a.url).check(t, 401, `{"message":"Unauthorized"}`, "UnauthorizedException")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestRememberedAnswersOfALambdaAuthorizer(t *testing.T) {
	shared := lambdaAuthorizer("REQUEST")
	shared.IdentitySource, shared.ResultTTL = "method.request.header.A, method.request.header.B", 300*time.Second
	alone := lambdaAuthorizer("TOKEN")
	alone.ResultTTL = 10 * time.Second
	none := lambdaAuthorizer("TOKEN")
	a := authorize(t, func(event string) (string, error) {
		var asked struct {
			MethodARN string `json:"methodArn"`
			Token     string `json:"authorizationToken"`
		}
		if err := json.Unmarshal([]byte(event), &asked); err != nil || asked.Token == "flaky" {
			return "", fmt.Errorf("not yet: %v", err)
		}
		if asked.Token == "denied" {
			return policyOf("Deny", "*"), nil
		}
		return policyOf("Allow", strings.Replace(asked.MethodARN, "/other/", "/*/", 1)), nil
	}, func(c *apigateway.Config) {
		c.Stages = append(c.Stages, apigateway.Stage{Label: "Other", Name: "other"})
	},
		decided("GET", "/one", shared, mock("one $context.authorizer.integrationLatency")), decided("GET", "/two", shared, mock("two")),
		decided("GET", "/alone", alone, mock("alone")), decided("GET", "/none", none, mock("none")))
	for i, step := range []struct {
		line    string
		headers []string
		later   time.Duration
		body    string
		called  int
	}{
		{"GET /prod/one", []string{"A: 1", "B: 2"}, 0, "one", 1},
		{"GET /prod/one", []string{"A: 1", "B: 2"}, 299 * time.Second, "one 0", 0},
		// A remembered policy for one method is checked against the other.
		{"GET /prod/two", []string{"A: 1", "B: 2"}, 0, implicitDeny, 0},
		{"GET /prod/one", []string{"A: 2", "B: 1"}, 0, "one", 1},
		{"GET /prod/one", []string{"A: 1,2", "B: "}, 0, `{"message":"Unauthorized"}`, 0},
		{"GET /prod/one", []string{"A: 1", "A: x", "B: 2"}, 0, "one", 1},
		{"GET /prod/one", []string{"A: 1", "B: x", "B: 2"}, 0, "one", 1},
		{"GET /prod/one", []string{`A: 1"] ["2`, "B: 2"}, 0, "one", 1},
		{"GET /prod/one", []string{"A: 1 x", "B: 2"}, 0, "one", 1},
		{"GET /prod/one", []string{"A: 1", "B: 2"}, time.Second, "one", 1},
		// Another authorizer remembers its own answers.
		{"GET /prod/alone", []string{"Authorization: 1"}, 0, "alone", 1},
		{"GET /prod/alone", []string{"Authorization: 1"}, 9 * time.Second, "alone", 0},
		{"GET /prod/alone", []string{"Authorization: 1"}, time.Second, "alone", 1},
		{"GET /prod/none", []string{"Authorization: 1"}, 0, "none", 1},
		{"GET /prod/none", []string{"Authorization: 1"}, 0, "none", 1},
		// So does another stage, whose function may differ.
		{"GET /other/alone", []string{"Authorization: 2"}, 0, "alone", 1},
		{"GET /prod/alone", []string{"Authorization: 2"}, 0, "alone", 1},
		{"GET /prod/alone", []string{"Authorization: denied"}, 0, explicitDeny, 1},
		{"GET /prod/alone", []string{"Authorization: denied"}, 0, explicitDeny, 0},
		// A failed call is repeated.
		{"GET /prod/alone", []string{"Authorization: flaky"}, 0, noMessage, 1},
		{"GET /prod/alone", []string{"Authorization: flaky"}, 0, noMessage, 1},
	} {
		a.later(step.later)
		before := a.calls()
		got := request{line: step.line, headers: step.headers}.send(t, a.url)
		if called := a.calls() - before; !strings.HasPrefix(got.body, step.body) || called != step.called {
			t.Errorf("step %d, %s with %v: got %d %s after %d calls, want %s after %d", i, step.line, step.headers, got.status, got.body, called, step.body, step.called)
		}
	}
}

// The cache is bounded, however many callers there are and whatever the answers.
func TestRememberedAnswersAreBounded(t *testing.T) {
	const most = 16 << 20
	kept, size := apigateway.Remember(1000, 100_000)
	if size > most || kept*100_000 != size || size < most*9/10 {
		t.Errorf("%d of 1000 answers are kept, %d bytes", kept, size)
	}
	if kept, size := apigateway.Remember(10, 100); kept != 10 || size != 1000 {
		t.Errorf("%d of 10 answers are kept, %d bytes", kept, size)
	}
}
