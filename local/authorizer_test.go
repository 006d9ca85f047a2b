package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

const authorizers = "testdata/authorizers.yaml"

// lambdaHandler is a Lambda function in Go.
type lambdaHandler func(event map[string]any) (any, error)

func (h lambdaHandler) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var decoded map[string]any
	if err := json.Unmarshal(event, &decoded); err != nil {
		return nil, err
	}
	answer, err := h(decoded)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// authorizerHandler allows a token that ends with "allow" and denies every other. It
// returns the first word of the token as the API key.
func authorizerHandler(calls *atomic.Int32) lambdaHandler {
	return func(event map[string]any) (any, error) {
		calls.Add(1)
		headers, _ := event["headers"].(map[string]any)
		said, _ := event["authorizationToken"].(string)
		for _, name := range []string{"X-Who", "X-Token"} {
			if value, ok := headers[name].(string); ok {
				said = value
			}
		}
		effect := "Deny"
		switch {
		case strings.HasSuffix(said, "unauthorized"):
			return nil, errors.New("Unauthorized")
		case strings.HasSuffix(said, "allow"):
			effect = "Allow"
		}
		key, _, _ := strings.Cut(said, " ")
		return map[string]any{
			"principalId":        "me",
			"context":            map[string]any{"role": "admin"},
			"usageIdentifierKey": key,
			"policyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
				map[string]any{"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]},
			}},
		}, nil
	}
}

const (
	explicitDeny = `{"Message":"User is not authorized to access this resource with an explicit deny"}`
	forbidden    = `{"message":"Forbidden"}`
	notSigned    = `{"message":"Missing Authentication Token"}`
)

func TestAuthorizersOfATemplate(t *testing.T) {
	var calls atomic.Int32
	handler := authorizerHandler(&calls)
	server := serve(t, authorizers, local.WithLambda("Auth", handler), local.WithLambda("Unreachable", handler))
	key := server.APIKeys()[0].Value
	api, swagger, openapi := server.API("Api").URL, server.API("Swagger").URL, server.API("OpenAPI").URL
	for _, c := range []struct {
		name, method, url string
		headers           []string
		status            int
		body              string
		called            int32
	}{
		{"a token", "GET", api, []string{"Authorization: Bearer allow"}, 200, "me admin", 1},
		{"a token again, for a while", "GET", api, []string{"Authorization: Bearer allow"}, 200, "me admin", 0},
		{"a policy of another method", "PATCH", api, []string{"Authorization: Bearer allow", "X-API-Key: " + key}, 403, `{"Message":"User is not authorized to access this resource"}`, 0},
		{"a token that is denied", "GET", api, []string{"Authorization: Bearer deny"}, 403, explicitDeny, 1},
		{"a token that is unauthorized", "GET", api, []string{"Authorization: Bearer unauthorized"}, 401, unauthorized, 1},
		{"a token of another form", "GET", api, []string{"Authorization: allow"}, 401, unauthorized, 0},
		{"no token", "GET", api, nil, 401, unauthorized, 0},
		{"a request", "PUT", api + "?as=a", []string{"X-Who: allow"}, 200, "me admin", 1},
		{"a request again", "PUT", api + "?as=a", []string{"X-Who: allow"}, 200, "me admin", 1},
		{"a request that is denied", "PUT", api + "?as=a", []string{"X-Who: deny"}, 403, explicitDeny, 1},
		{"a request without a source", "PUT", api, []string{"X-Who: allow"}, 401, unauthorized, 0},
		{"a function that may not be invoked", "POST", api, []string{"Authorization: Bearer allow"}, 500, `{"message":null}`, 0},
		{"no signature", "DELETE", api, nil, 403, notSigned, 0},
		{"a token in place of a signature", "DELETE", api, []string{"Authorization: Bearer allow"}, 403, "", 0},
		{"no key", "PATCH", api, []string{"Authorization: Bearer a allow"}, 403, forbidden, 1},
		{"a key", "PATCH", api, []string{"Authorization: Bearer a allow", "X-API-Key: " + key}, 200, "me admin", 0},

		{"a token of Swagger", "GET", swagger + "token", []string{"X-Token: allow"}, 200, "", 1},
		{"no token of Swagger", "GET", swagger + "token", nil, 401, unauthorized, 0},
		{"a key from the authorizer", "GET", swagger + "key", []string{"X-Token: " + key + " allow"}, 200, "", 1},
		{"another", "GET", swagger + "key", []string{"X-Token: other allow", "X-API-Key: " + key}, 403, forbidden, 1},
		{"no signature of Swagger", "GET", swagger + "signature", nil, 403, notSigned, 0},
		{"a key alone, with two requirements", "GET", swagger + "either", []string{"X-API-Key: " + key}, 401, unauthorized, 0},
		{"both", "GET", swagger + "either", []string{"X-Token: " + key + " allow"}, 200, "", 1},
		{"no signature by another extension", "GET", swagger + "auth", nil, 403, notSigned, 0},

		{"a token of OpenAPI", "GET", openapi + "token", []string{"X-Token: allow"}, 200, "", 1},
		{"no token of OpenAPI", "GET", openapi + "token", []string{"Unused: allow"}, 401, unauthorized, 0},
		{"a token and no key of OpenAPI", "GET", openapi + "key", []string{"X-Token: " + key + " allow"}, 403, forbidden, 1},
		{"a token and a key of OpenAPI", "GET", openapi + "key", []string{"X-Token: allow", "X-API-Key: " + key}, 200, "", 1},
		{"no signature of OpenAPI", "GET", openapi + "signature", nil, 403, notSigned, 0},
	} {
		before := calls.Load()
		got := ask(t, c.method, c.url, c.headers...)
		if got.status != c.status || c.body != "" && got.body != c.body {
			t.Errorf("%s: got %d %s, want %d %s", c.name, got.status, got.body, c.status, c.body)
		}
		if called := calls.Load() - before; called != c.called {
			t.Errorf("%s: the authorizer was called %d times, want %d", c.name, called, c.called)
		}
	}
}

// A stub answers for backends. It does not answer for an authorizer.
func TestAStubIsNoAuthorizer(t *testing.T) {
	refused := make(chan string, 10)
	server := serve(t, authorizers, local.WithStub(), local.WithoutLambda(), local.WithAccessLog(func(a local.Access) { refused <- a.Refused }))
	expect(t, ask(t, "GET", server.API("Api").URL, "Authorization: Bearer allow"), 500, `{"message":null}`)
	if reason := <-refused; !strings.Contains(reason, "Auth") || !strings.Contains(reason, "WithLambda") {
		t.Errorf("logged %q", reason)
	}
	if !slices.ContainsFunc(server.Backends(), func(b local.Backend) bool {
		return b.Name == "Auth" && b.State == "missing" && strings.Contains(b.Note, "no stub replaces it")
	}) {
		t.Errorf("backends %+v", server.Backends())
	}
}

// Without backends, an authorizer is not called either, even if a stub is set.
func TestAnAuthorizerWithoutBackends(t *testing.T) {
	var calls atomic.Int32
	nowhere := replaced(t, authorizers, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Unreachable.Arn}/invocations"`, "!ImportValue elsewhere")
	server := serveSource(t, sources("nowhere", nowhere), local.WithoutBackends())
	expect(t, ask(t, "GET", server.API("Api").URL, "Authorization: Bearer allow"), 500, `{"message":null}`)
	expect(t, ask(t, "GET", server.API("Api").URL), 401, unauthorized)
	server = serve(t, authorizers, local.WithoutBackends(), local.WithLambda("Auth", authorizerHandler(&calls)))
	expect(t, ask(t, "GET", server.API("Api").URL, "Authorization: Bearer allow"), 500, `{"message":null}`)
	if calls.Load() > 0 {
		t.Error("the authorizer was called")
	}
}

func TestMethodsSayWhoMayCall(t *testing.T) {
	system, err := local.Load(local.FromTemplateFile(authorizers))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]local.Method{}
	for _, m := range append(system.Methods("Api"), system.Methods("Swagger")...) {
		m.IdentitySource, m.Template, m.LogicalID, m.Property = "", "", "", ""
		got[m.HTTPMethod+" "+m.Path] = m
	}
	none := []string{}
	if diff := cmp.Diff(map[string]local.Method{
		"GET /":          {HTTPMethod: "GET", Path: "/", Authorization: "CUSTOM", Authorizer: "Token", IdentityValidationExpression: "Bearer .+", Scopes: none, UserPools: none},
		"PUT /":          {HTTPMethod: "PUT", Path: "/", Authorization: "CUSTOM", Authorizer: "Request", Scopes: none, UserPools: none},
		"POST /":         {HTTPMethod: "POST", Path: "/", Authorization: "CUSTOM", Authorizer: "Forbidden", Scopes: none, UserPools: none},
		"DELETE /":       {HTTPMethod: "DELETE", Path: "/", Authorization: "AWS_IAM", Scopes: none, UserPools: none},
		"PATCH /":        {HTTPMethod: "PATCH", Path: "/", Authorization: "CUSTOM", Authorizer: "Token", IdentityValidationExpression: "Bearer .+", Scopes: none, UserPools: none, APIKeyRequired: true},
		"GET /token":     {HTTPMethod: "GET", Path: "/token", Authorization: "CUSTOM", Authorizer: "token", Scopes: none, UserPools: none},
		"GET /key":       {HTTPMethod: "GET", Path: "/key", Authorization: "CUSTOM", Authorizer: "token", Scopes: none, UserPools: none, APIKeyRequired: true, APIKeyFromAuthorizer: true},
		"GET /signature": {HTTPMethod: "GET", Path: "/signature", Authorization: "AWS_IAM", Scopes: none, UserPools: none},
		"GET /either":    {HTTPMethod: "GET", Path: "/either", Authorization: "CUSTOM", Authorizer: "token", Scopes: none, UserPools: none, APIKeyRequired: true, APIKeyFromAuthorizer: true},
		"GET /auth":      {HTTPMethod: "GET", Path: "/auth", Authorization: "AWS_IAM", Scopes: none, UserPools: none},
	}, got); diff != "" {
		t.Errorf("methods (-want +got):\n%s", diff)
	}
	for _, verdict := range system.Inspect("a") {
		if verdict.Opens {
			t.Errorf("%+v", verdict)
		}
	}
}

// The contract says what a caller must send, as API Gateway exports it.
func TestTheContractSaysWhoMayCall(t *testing.T) {
	system, err := local.Load(local.FromTemplateFile(authorizers))
	if err != nil {
		t.Fatal(err)
	}
	api := document(t, system.OpenAPI("Api"))
	sent := func(requirement map[string][]string) []string {
		var all []string
		for name := range requirement {
			s := api.Components.SecuritySchemes[name].Value
			extension, _ := s.Extensions["x-amazon-apigateway-authtype"].(string)
			all = append(all, strings.TrimSpace(s.In+" "+s.Name+" "+extension))
		}
		slices.Sort(all)
		return all
	}
	root := api.Paths.Value("/")
	for method, want := range map[string][]string{
		"GET":    {"header Authorization custom"},
		"PUT":    {"header X-Who custom", "query as custom"},
		"DELETE": {"header Authorization awsSigv4"},
		"PATCH":  {"header Authorization custom", "header x-api-key"},
	} {
		security := *root.GetOperation(method).Security
		if len(security) != 1 || !slices.Equal(sent(security[0]), want) {
			t.Errorf("%s requires %v, want %v", method, security, want)
		}
	}
	for method, want := range map[string][]string{"GET": {"401", "403", "500"}, "DELETE": {"403"}, "PATCH": {"401", "403", "500"}} {
		for _, status := range want {
			if root.GetOperation(method).Responses.Value(status) == nil {
				t.Errorf("%s does not say %s", method, status)
			}
		}
	}
	keyed := document(t, system.OpenAPI("Swagger")).Paths.Value("/key").Get
	if security := *keyed.Security; len(security) != 1 || len(security[0]) != 1 {
		t.Errorf("the caller must send the authorizer's key: %v", security)
	}
}

// The template has services instead of functions, and an IAM authorizer and an API key
// beside the scopes. A method without a backend says so after both checks pass. A
// method that requires a signature refuses a token.
func TestATemplateWithOtherAuthorizersThanScopes(t *testing.T) {
	refused := make(chan string, 10)
	server := serve(t, "testdata/events.yaml", local.WithAccessLog(func(a local.Access) {
		if a.Method != "POST" || !strings.HasSuffix(a.Path, "/oauth2/token") {
			refused <- a.Refused
		}
	}))
	url, key := server.API("Api").URL, server.APIKeys()[0]
	if key.Value != "abcdefghijklmnopqrst" || key.Key != "Key" {
		t.Errorf("key %+v", key)
	}
	bearer := "Authorization: Bearer " + token(t, server.Client("Writer"))
	for _, c := range []struct {
		name, method string
		headers      []string
		status       int
		reason       string
	}{
		{"a token and a key", "PUT", []string{bearer, "X-API-Key: " + key.Value}, 500, "dynamodb"},
		{"a token", "PUT", []string{bearer}, 403, "no API key"},
		{"a key", "PUT", []string{"X-API-Key: " + key.Value}, 401, "no token"},
		{"a token in place of a signature", "POST", []string{bearer}, 403, "AWS_IAM"},
		{"a token in place of a signature, with a key", "POST", []string{bearer, "X-API-Key: " + key.Value}, 403, "AWS_IAM"},
		{"nothing in place of a signature", "POST", nil, 403, "AWS_IAM"},
	} {
		got := ask(t, c.method, url, c.headers...)
		if reason := <-refused; got.status != c.status || !strings.Contains(reason, c.reason) || strings.Contains(reason, key.Value) {
			t.Errorf("%s: got %d %s, logged %q; want %d, %q", c.name, got.status, got.body, reason, c.status, c.reason)
		}
	}
}
