package apigateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/lambda"
)

const (
	authARN    = "arn:aws:lambda:eu-west-1:123456789012:function:auth"
	authURI    = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + authARN + "/invocations"
	methodARNs = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/"

	explicitDeny = `{"Message":"User is not authorized to access this resource with an explicit deny"}`
	implicitDeny = `{"Message":"User is not authorized to access this resource"}`
	noMessage    = `{"message":null}`
)

func lambdaAuthorizer(kind string) *apigateway.Authorizer {
	return &apigateway.Authorizer{
		Label: "Authorizer", Name: "Authorizer", ID: "auth1", Type: kind, URI: authURI,
		IdentitySource: "method.request.header.Authorization",
	}
}

// decided is a method with a Lambda authorizer.
func decided(httpMethod, path string, a *apigateway.Authorizer, integration *apigateway.Integration) apigateway.Method {
	m := open(httpMethod, path, integration)
	m.AuthorizationType, m.Authorizer = apigateway.AuthorizationCustom, a
	return m
}

// authorizing is an API whose authorizers share one function, with its log and its
// calls.
type authorizing struct {
	url    string
	mu     sync.Mutex
	events []string // of the authorizer
	logged chan string
	now    time.Time
}

// authorize serves methods whose authorizers use answer.
func authorize(t *testing.T, answer func(event string) (string, error), change func(*apigateway.Config), methods ...apigateway.Method) *authorizing {
	t.Helper()
	a := &authorizing{logged: make(chan string, 1000), now: time.Now()}
	c := config(methods...)
	c.Region = "eu-west-1"
	c.Clock = func() time.Time {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.now
	}
	c.OnRequest = func(_ context.Context, event apigateway.RequestEvent) { a.logged <- event.Reason }
	c.Function = func(call apigateway.FunctionCall) lambda.Function {
		if call.ARN != authARN {
			return answers(`{"statusCode":200}`)
		}
		return function(func(_ context.Context, event []byte) ([]byte, error) {
			a.mu.Lock()
			a.events = append(a.events, string(event))
			a.mu.Unlock()
			text, err := answer(string(event))
			return []byte(text), err
		})
	}
	if change != nil {
		change(&c)
	}
	a.url = serve(t, c)
	return a
}

func (a *authorizing) calls() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.events)
}

func (a *authorizing) later(by time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = a.now.Add(by)
}

func (a *authorizing) reason() string { return <-a.logged }

// always gives every event the same answer.
func always(answer string) func(string) (string, error) {
	return func(string) (string, error) { return answer, nil }
}

// policyOf is an answer with one statement.
func policyOf(effect, resource string) string {
	return fmt.Sprintf(`{"principalId":"me","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":%q,"Resource":%q}]}}`, effect, resource)
}

func TestWhatALambdaAuthorizerAnswers(t *testing.T) {
	const token = "secret-token-0123"
	allow := policyOf("Allow", "*")
	with := func(member string) string { return strings.TrimSuffix(allow, "}") + "," + member + "}" }
	statement := func(statement string) string { return `{"policyDocument":{"Statement":` + statement + `}}` }
	for _, test := range []struct {
		name, answer string
		err          error
		status       int
		body         string
		reason       string
	}{
		{"allow", allow, nil, 200, "open", ""},
		{"deny", policyOf("Deny", "*"), nil, 403, explicitDeny, "a statement of its policy denies the call"},
		{"allow of something else", policyOf("Allow", methodARNs+"POST/*"), nil, 403, implicitDeny, "no statement of its policy allows the call"},
		{"no statement", statement(`[]`), nil, 403, implicitDeny, "no statement of its policy allows the call"},
		{"a principal that is a number", `{"principalId":7,` + strings.TrimPrefix(allow, `{"principalId":"me",`), nil, 200, "open", ""},
		{"nulls", with(`"context":null,"usageIdentifierKey":null`), nil, 200, "open", ""},
		{"members of its own", with(`"more":{"a":1}`), nil, 200, "open", ""},

		{"Unauthorized", "", errors.New("Unauthorized"), 401, `{"message":"Unauthorized"}`, "answered Unauthorized"},
		{"Unauthorized of a process", "", &lambda.FunctionError{Message: "Unauthorized"}, 401, `{"message":"Unauthorized"}`, "answered Unauthorized"},
		{"another error", "", errors.New("Unauthorized: " + token), 500, noMessage, "it failed with a message other than Unauthorized: Unauthorized: …"},
		{"an error with a policy", "", &lambda.FunctionError{Message: "no", Payload: []byte(allow)}, 500, noMessage, "it failed"},
		{"not invoked", "", fmt.Errorf("%w: nobody answers", apigateway.ErrNotInvoked), 500, noMessage, "nobody answers"},

		{"nothing", "", nil, 500, noMessage, "its answer: it is not a JSON object"},
		{"null", "null", nil, 500, noMessage, "its answer: it is not a JSON object"},
		{"a list", "[" + allow + "]", nil, 500, noMessage, "its answer: it is not a JSON object"},
		{"a text", `"Allow"`, nil, 500, noMessage, "its answer: it is not a JSON object"},
		{"an answer of HTTP APIs", `{"isAuthorized":true}`, nil, 500, noMessage, "its answer has no policyDocument"},
		{"a policy in other letters", strings.ReplaceAll(allow, "policyDocument", "policydocument"), nil, 500, noMessage, "its answer has no policyDocument"},
		{"a policy that is text", `{"policyDocument":"{}"}`, nil, 500, noMessage, "its policyDocument: it is not a JSON object"},
		{"a null policy", `{"policyDocument":null}`, nil, 500, noMessage, "its answer has no policyDocument"},
		{"no Statement", `{"policyDocument":{}}`, nil, 500, noMessage, "its policyDocument: it has no Statement"},
		{"a statement in other letters", strings.ReplaceAll(allow, "Effect", "effect"), nil, 500, noMessage, `its policyDocument: statement 0: it has "effect"`},
		{"a principal in a statement", statement(`{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}`), nil, 500, noMessage, `it has "Principal"`},
		{"another version", strings.ReplaceAll(allow, "2012-10-17", "2015-01-01"), nil, 500, noMessage, "the Version must be 2012-10-17 or 2008-10-17"},
		{"no effect", statement(`{"Action":"*","Resource":"*"}`), nil, 500, noMessage, "the Effect must be Allow or Deny"},
		{"an effect in other letters", statement(`{"Effect":"allow","Action":"*","Resource":"*"}`), nil, 500, noMessage, "the Effect must be Allow or Deny"},
		{"no action", statement(`{"Effect":"Allow","Resource":"*"}`), nil, 500, noMessage, "it needs either Action or NotAction"},
		{"both kinds of action", statement(`{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}`), nil, 500, noMessage, "it needs either Action or NotAction"},
		{"no resource", statement(`{"Effect":"Allow","Action":"*"}`), nil, 500, noMessage, "it needs either Resource or NotResource"},
		{"an invalid resource", statement(`{"Effect":"Allow","Action":"*","Resource":"/*"}`), nil, 500, noMessage, "a Resource must be * or an ARN"},
		{"resources that are none", statement(`{"Effect":"Allow","Action":"*","Resource":[]}`), nil, 500, noMessage, "Resource must be a string or a list of strings"},
		{"a null resource", statement(`{"Effect":"Allow","Action":"*","Resource":["*",null]}`), nil, 500, noMessage, "Resource must be a string or a list of strings"},
		{"an invalid condition", statement(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}`), nil, 500, noMessage, "Condition: it is not a JSON object"},
		{"a context with an object", with(`"context":{"a":{}}`), nil, 500, noMessage, `its context: "a" is not a string, a number or a boolean`},
		{"a context with a list", with(`"context":{"a":["b"]}`), nil, 500, noMessage, "its context"},
		{"a context with null", with(`"context":{"a":null}`), nil, 500, noMessage, "its context"},
		{"a context that is a list", with(`"context":["a"]`), nil, 500, noMessage, "its context: it is not a JSON object"},
		{"a context that repeats the token", with(`"context":{"` + token + `":[]}`), nil, 500, noMessage, `its context: "…" is not`},
		{"a principal that is an object", strings.ReplaceAll(allow, `"me"`, `{}`), nil, 500, noMessage, "its principalId is not a string"},
		{"a key that is a number", with(`"usageIdentifierKey":1`), nil, 500, noMessage, "its usageIdentifierKey is not a string"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, kind := range []string{"TOKEN", "REQUEST"} {
				a := authorize(t, func(string) (string, error) { return test.answer, test.err }, nil, decided("GET", "/", lambdaAuthorizer(kind), mock("open")))
				errorType := map[int]string{200: noType, 401: "UnauthorizedException", 403: "AccessDeniedException", 500: "AuthorizerConfigurationException"}[test.status]
				request{line: "GET /prod/", headers: []string{"Authorization: Bearer " + token}}.send(t, a.url).check(t, test.status, test.body, errorType)
				if reason := a.reason(); !strings.Contains(reason, test.reason) || test.reason == "" && reason != "" || strings.Contains(reason, token) {
					t.Errorf("%s: logged %q, want %q", kind, reason, test.reason)
				}
			}
		})
	}
}

// A missing authorizer denies every request, with a stub too. So does an authorizer
// that panics or may not be invoked.
func TestAMissingLambdaAuthorizerLetsNobodyPass(t *testing.T) {
	for name, f := range map[string]lambda.Function{
		"missing": apigateway.Missing("nothing answers for auth: name it"),
		"panic":   function(func(context.Context, []byte) ([]byte, error) { panic("nothing answers for auth: name it") }),
	} {
		for _, stub := range []bool{true, false} {
			a := authorize(t, nil, func(c *apigateway.Config) {
				c.Stub = stub
				c.Function = func(call apigateway.FunctionCall) lambda.Function {
					if call.ARN == authARN {
						return f
					}
					return apigateway.Missing("the backend")
				}
			}, decided("GET", "/", lambdaAuthorizer("TOKEN"), lambdaProxy()))
			got := request{line: "GET /prod/", headers: []string{"Authorization: a"}}.send(t, a.url)
			got.check(t, 500, noMessage, "AuthorizerConfigurationException")
			if reason := a.reason(); !strings.Contains(reason, "nothing answers for auth: name it") || got.header.Get("X-Stub") != "" {
				t.Errorf("%s: logged %q, X-Stub %q", name, reason, got.header.Get("X-Stub"))
			}
		}
	}
}

func TestALambdaAuthorizerThatDoesNotAnswer(t *testing.T) {
	called := make(chan bool, 1)
	a := authorize(t, func(string) (string, error) {
		called <- true
		time.Sleep(time.Second)
		return policyOf("Allow", "*"), nil
	}, nil, decided("GET", "/", lambdaAuthorizer("TOKEN"), mock("open")))
	go func() {
		<-called
		a.later(29 * time.Second)
	}()
	request{line: "GET /prod/", headers: []string{"Authorization: a"}}.send(t, a.url).check(t, 500, noMessage, "AuthorizerFailureException")
	if reason := a.reason(); !strings.Contains(reason, "it did not answer within 29s") {
		t.Errorf("logged %q", reason)
	}
}

// The authorizer's context reaches templates and functions as text.
func TestWhatALambdaAuthorizerFoundOut(t *testing.T) {
	answer := strings.TrimSuffix(policyOf("Allow", "*"), "}") +
		`,"context":{"text":"a","number":1.50,"yes":true,"principalId":"forged","integrationLatency":"forged","claims":"forged","claims.sub":"forged"}}`
	var event map[string]any
	a := authorize(t, always(answer), func(c *apigateway.Config) {
		authorizer := c.Function
		c.Function = func(call apigateway.FunctionCall) lambda.Function {
			if call.ARN == authARN {
				return authorizer(call)
			}
			return function(func(_ context.Context, payload []byte) ([]byte, error) {
				return []byte(`{"statusCode":200}`), json.Unmarshal(payload, &event)
			})
		}
	}, decided("GET", "/mock", lambdaAuthorizer("TOKEN"), mock(
		`$context.authorizer.principalId $context.authorizer.text $context.authorizer.number $context.authorizer.yes [$!context.authorizer.claims.sub] [$!context.authorizer.nothing]`)),
		decided("GET", "/lambda", lambdaAuthorizer("TOKEN"), lambdaProxy()))
	headers := []string{"Authorization: a"}
	request{line: "GET /prod/mock", headers: headers}.send(t, a.url).check(t, 200, "me a 1.50 true [] []", noType)
	request{line: "GET /prod/lambda", headers: headers}.send(t, a.url).check(t, 200, "", noType)
	found := at(event, "requestContext/authorizer").(map[string]any)
	if _, isNumber := found["integrationLatency"].(float64); !isNumber {
		t.Errorf("integrationLatency is %#v", found["integrationLatency"])
	}
	delete(found, "integrationLatency")
	want := map[string]any{"principalId": "me", "text": "a", "number": "1.50", "yes": "true", "claims": "forged", "claims.sub": "forged"}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("got %v, want %v", found, want)
	}
}

// Without a principalId there is no principal, whatever the context says.
func TestAContextGivesNoPrincipal(t *testing.T) {
	answer := strings.Replace(policyOf("Allow", "*"), `"principalId":"me"`, `"context":{"principalId":"forged"}`, 1)
	a := authorize(t, always(answer), nil, decided("GET", "/", lambdaAuthorizer("TOKEN"), mock("[$!context.authorizer.principalId]")))
	request{line: "GET /prod/", headers: []string{"Authorization: a"}}.send(t, a.url).check(t, 200, "[]", noType)
}

func TestProblemsOfLambdaAuthorizers(t *testing.T) {
	for _, test := range []struct {
		name   string
		kind   string
		change func(*apigateway.Authorizer)
		want   string
	}{
		{"no source of a token", "TOKEN", func(a *apigateway.Authorizer) { a.IdentitySource = "" }, "Authorizer.IdentitySource: is missing; a TOKEN authorizer needs method.request.header."},
		{"another source of a token", "TOKEN", func(a *apigateway.Authorizer) { a.IdentitySource = "method.request.querystring.token" }, "Authorizer.IdentitySource: must be method.request.header. and the name of a header"},
		{"several sources of a token", "TOKEN", func(a *apigateway.Authorizer) { a.IdentitySource = "method.request.header.A, method.request.header.B" }, "Authorizer.IdentitySource: must be one header"},
		{"a source in the path", "REQUEST", func(a *apigateway.Authorizer) { a.IdentitySource = "method.request.path.id" }, `Authorizer.IdentitySource: must be method.request.header, method.request.querystring, stageVariables or context and a name`},
		{"a source in the body", "REQUEST", func(a *apigateway.Authorizer) { a.IdentitySource = "method.request.body" }, "Authorizer.IdentitySource: must be"},
		{"an unknown context", "REQUEST", func(a *apigateway.Authorizer) { a.IdentitySource = "context.nonsense" }, "Authorizer.IdentitySource: must be"},
		{"a cache without a source", "REQUEST", func(a *apigateway.Authorizer) { a.IdentitySource, a.ResultTTL = " ", 300*time.Second }, "Authorizer.IdentitySource: is missing; AuthorizerResultTtlInSeconds 300 needs what to remember an answer by"},
		{"too long", "TOKEN", func(a *apigateway.Authorizer) { a.ResultTTL = 3601 * time.Second }, "Authorizer.AuthorizerResultTtlInSeconds: must be 0 to 3600 seconds, got 3601"},
		{"negative", "TOKEN", func(a *apigateway.Authorizer) { a.ResultTTL = -time.Second }, "Authorizer.AuthorizerResultTtlInSeconds: must be 0 to 3600 seconds, got -1"},
		{"another expression", "TOKEN", func(a *apigateway.Authorizer) { a.IdentityValidationExpression = "(?=a)b" }, `Authorizer.IdentityValidationExpression: "(?=a)b" is not supported`},
		{"no function", "TOKEN", func(a *apigateway.Authorizer) { a.URI = "arn:aws:apigateway:eu-west-1:sqs:path/a" }, "Authorizer.AuthorizerUri: must be arn:PARTITION:apigateway"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := lambdaAuthorizer(test.kind)
			test.change(a)
			c := withFunction(answers("{}"), decided("GET", "/", a, mock("ok")), decided("PUT", "/", a, mock("ok")))
			if got := problemsOf(t, c); len(got) != 1 || !strings.HasPrefix(got[0], test.want) {
				t.Errorf("got %q, want only %q", got, test.want)
			}
		})
	}
}

func TestScopesOfALambdaAuthorizer(t *testing.T) {
	m := decided("GET", "/", lambdaAuthorizer("TOKEN"), mock("ok"))
	m.AuthorizationScopes = []string{"a/b"}
	if got := problemsOf(t, withFunction(answers("{}"), m)); len(got) != 1 || !strings.Contains(got[0], "AuthorizationScopes: are set on a method whose AuthorizationType is CUSTOM") {
		t.Errorf("got %q", got)
	}
}

// Each stage has its own caller for an authorizer.
func TestTheFunctionOfALambdaAuthorizer(t *testing.T) {
	a := lambdaAuthorizer("TOKEN")
	a.URI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:${stageVariables.color}/invocations"
	a.HasCredentials = true
	c := config(decided("GET", "/", a, mock("ok")), decided("PUT", "/", a, mock("ok")))
	c.Stages = append(c.Stages, apigateway.Stage{Label: "Other", Name: "other", Variables: map[string]string{"color": "blue"}})
	var calls []apigateway.FunctionCall
	c.Function = func(call apigateway.FunctionCall) lambda.Function {
		calls = append(calls, call)
		return answers("{}")
	}
	mustNew(t, c)
	want := []apigateway.FunctionCall{
		{ARN: "arn:aws:lambda:eu-west-1:123456789012:function:red", Source: "abc123/authorizers/auth1", HasCredentials: true, Authorizer: true},
		{ARN: "arn:aws:lambda:eu-west-1:123456789012:function:blue", Source: "abc123/authorizers/auth1", HasCredentials: true, Authorizer: true},
	}
	if !reflect.DeepEqual(calls, want) {
		t.Errorf("got %+v, want %+v", calls, want)
	}
	for _, verdict := range mustNew(t, c).Inspect(goodToken) {
		if verdict.Opens || !strings.Contains(verdict.Reason, "Lambda authorizer decides") {
			t.Errorf("%+v", verdict)
		}
	}
}

func TestAPIKeysOfALambdaAuthorizer(t *testing.T) {
	m := decided("GET", "/", lambdaAuthorizer("TOKEN"), mock(`$context.identity.apiKeyId [$!context.authorizer.usageIdentifierKey]`))
	m.APIKeyRequired = true
	a := authorize(t, func(event string) (string, error) {
		_, token, _ := strings.Cut(event, `"authorizationToken":"`)
		return strings.TrimSuffix(policyOf("Allow", "*"), "}") + `,"usageIdentifierKey":"` + strings.TrimSuffix(token, `"}`) + `"}`, nil
	}, func(c *apigateway.Config) {
		c.APIKeySource = apigateway.AuthorizerKeySource
		c.APIKeys = []apigateway.APIKey{{ID: "good", Value: goodKey, Enabled: true, Stages: []string{"prod"}}}
	}, m)
	request{line: "GET /prod/", headers: []string{"Authorization: " + goodKey}}.send(t, a.url).check(t, 200, "good []", noType)
	request{line: "GET /prod/", headers: []string{"Authorization: another", "X-API-Key: " + goodKey}}.send(t, a.url).check(t, 403, forbidden, "ForbiddenException")
}

func TestAuthorizerFailuresAreGatewayResponses(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		status int
	}{"ACCESS_DENIED": {policyOf("Deny", "*"), 403}, "AUTHORIZER_CONFIGURATION_ERROR": {"{}", 500}} {
		a := authorize(t, always(c.answer), func(config *apigateway.Config) {
			config.GatewayResponses = []apigateway.GatewayResponse{{ResponseType: name, ResponseTemplates: map[string]string{"application/json": `{"why":$context.error.messageString,"type":"$context.error.responseType"}`}}}
		}, decided("GET", "/", lambdaAuthorizer("TOKEN"), mock("ok")))
		got := request{line: "GET /prod/", headers: []string{"Authorization: a"}}.send(t, a.url)
		want := `{"why":"User is not authorized to access this resource with an explicit deny","type":"ACCESS_DENIED"}`
		if c.status == 500 {
			want = `{"why":null,"type":"AUTHORIZER_CONFIGURATION_ERROR"}`
		}
		if got.status != c.status || got.body != want {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
}
