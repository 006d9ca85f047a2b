package walkthrough_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

const (
	clientID     = "1example23456789"
	clientSecret = "it's a $ecret & more"
	events       = `{"events": [
		{"name": "Storms Dudley, Eunice and Franklin", "dateStart": "2022-02-16", "dateEnd": "2022-02-21" },
		{"name": "Storms Malik and Corrie", "dateStart": "2022-01-29", "dateEnd": "2022-01-31" }
	]}`
)

// fake replaces Cognito and API Gateway. startFake makes a correct one; a test breaks it
// in one way.
type fake struct {
	*httptest.Server
	allowed      []string       // scopes of the client
	denial       map[string]any // answer to any other scope
	answer       map[string]any // extra members of a token answer
	claims       map[string]any // extra claims
	withoutScope bool           // tokens have no scope claim
	postScope    string         // scope of POST
	contentType  string         // Content-Type of the API
	events       string
	refusal      int // status of a call without the token or scope it needs
	unchecked    bool
	created      string
	// intercept, if it returns true, answers instead of the correct system.
	intercept               func(w http.ResponseWriter, r *http.Request) bool
	tokenRequests, apiCalls atomic.Int32
}

func startFake(t testing.TB) *fake {
	d := &fake{
		allowed:   []string{"weather-api/post", "weather-api/get"},
		postScope: "weather-api/post",
		denial:    map[string]any{"error": "invalid_grant"},
		answer:    map[string]any{"token_type": "Bearer", "expires_in": 3600},
		claims: map[string]any{
			"sub": clientID, "client_id": clientID, "token_use": "access", "version": 2,
			"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example", "exp": 1760003600,
		},
		contentType: "application/json",
		events:      events,
		refusal:     http.StatusUnauthorized,
		created:     `{"message":"success"}`,
		intercept:   func(http.ResponseWriter, *http.Request) bool { return false },
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/token", d.token)
	mux.HandleFunc("GET /weather", d.get)
	mux.HandleFunc("POST /weather", d.post)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.intercept(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *fake) target() walkthrough.Target {
	return walkthrough.Target{
		APIURL: d.URL + "/weather", TokenURL: d.URL + "/oauth2/token",
		ClientID: clientID, ClientSecret: clientSecret,
	}
}

func (d *fake) token(w http.ResponseWriter, r *http.Request) {
	d.claims["jti"] = fmt.Sprint("token ", d.tokenRequests.Add(1))
	scopes := strings.Fields(r.FormValue("scope"))
	if len(scopes) == 0 {
		scopes = d.allowed
	}
	switch {
	case r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.PostFormValue("grant_type") != "client_credentials":
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
	case r.PostFormValue("client_id") != clientID || r.PostFormValue("client_secret") != clientSecret:
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_client"})
	case !slices.Contains(d.allowed, scopes[0]):
		writeJSON(w, http.StatusBadRequest, d.denial)
	default:
		d.claims["scope"] = strings.Join(scopes, " ")
		if d.withoutScope {
			delete(d.claims, "scope")
		}
		answer := map[string]any{"access_token": newToken(d.claims)}
		for name, value := range d.answer {
			answer[name] = value
		}
		writeJSON(w, http.StatusOK, answer)
	}
}

func (d *fake) get(w http.ResponseWriter, r *http.Request) {
	d.serve(w, r, "weather-api/get", d.events)
}

func (d *fake) post(w http.ResponseWriter, r *http.Request) {
	d.serve(w, r, d.postScope, d.created)
}

func (d *fake) serve(w http.ResponseWriter, r *http.Request, scope, body string) {
	d.apiCalls.Add(1)
	if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Accept") != "application/json" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	token, hasToken := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	_, claims, _ := walkthrough.Decode(token)
	granted, _ := claims["scope"].(string)
	if !hasToken || !d.unchecked && !slices.Contains(strings.Fields(granted), scope) {
		writeJSON(w, d.refusal, map[string]any{"message": "Unauthorized"})
		return
	}
	// The authorizer runs before the body is validated.
	sent, _ := io.ReadAll(r.Body)
	if want := `{"name":"Storm Example","dateStart":"2022-02-16","dateEnd":"2022-02-21"}`; r.Method == http.MethodPost && string(sent) != want {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", d.contentType)
	io.WriteString(w, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// newToken returns a token with an invalid signature.
func newToken(claims map[string]any) string {
	return segment(`{"alg":"RS256","kid":"example"}`) + "." + segment(claims) + "." + segment("signature")
}

// segment encodes a text, or any other value as JSON.
func segment(value any) string {
	text, ok := value.(string)
	if !ok {
		encoded, _ := json.Marshal(value)
		text = string(encoded)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// run walks through target and fails the test on an error.
func run(t testing.TB, ctx context.Context, target walkthrough.Target) *walkthrough.Report {
	t.Helper()
	report, err := walkthrough.Run(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type object = map[string]any

// method is "GET /path scope scope", "GET /path" without authorization, "GET /path
// public" if marked as public, "GET /path signed" for AWS_IAM, "GET /path decided" for a
// Lambda authorizer, and "GET /path keyed scope" with an API key ("keyless" if no usage
// plan has a key).
type method = string

// serve serves an API with these methods, and a client for each list of scopes.
func serve(t *testing.T, methods []method, clients ...string) *local.System {
	t.Helper()
	ref := func(id string) object { return object{"Ref": id} }
	resources := object{
		"Pool":   object{"Type": "AWS::Cognito::UserPool"},
		"Domain": object{"Type": "AWS::Cognito::UserPoolDomain", "Properties": object{"UserPoolId": ref("Pool"), "Domain": "orders"}},
		"Server": object{"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": object{
			"UserPoolId": ref("Pool"), "Identifier": "orders", "Name": "Orders",
			"Scopes": []object{scope("read"), scope("write"), scope("get"), scope("post")},
		}},
		"Api": object{"Type": "AWS::ApiGateway::RestApi", "Properties": object{"Name": "Orders"}},
		"Authorizer": object{"Type": "AWS::ApiGateway::Authorizer", "Properties": object{
			"RestApiId": ref("Api"), "Name": "machines", "Type": "COGNITO_USER_POOLS",
			"ProviderARNs": []object{{"Fn::GetAtt": []string{"Pool", "Arn"}}}, "IdentitySource": "method.request.header.Authorization",
		}},
		"Decider": object{"Type": "AWS::ApiGateway::Authorizer", "Properties": object{
			"RestApiId": ref("Api"), "Name": "decider", "Type": "TOKEN", "IdentitySource": "method.request.header.Authorization",
			"AuthorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:decider/invocations",
		}},
		"Key":  object{"Type": "AWS::ApiGateway::ApiKey", "Properties": object{"Value": "abcdefghijklmnopqrst", "Enabled": true}},
		"Plan": object{"Type": "AWS::ApiGateway::UsagePlan", "Properties": object{"ApiStages": []object{{"ApiId": ref("Api"), "Stage": "v1"}}}},
		"PlanKey": object{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": object{
			"KeyId": ref("Key"), "KeyType": "API_KEY", "UsagePlanId": ref("Plan"),
		}},
		"Stage": object{"Type": "AWS::ApiGateway::Stage", "Properties": object{"RestApiId": ref("Api"), "DeploymentId": ref("Deployment"), "StageName": "v1"}},
	}
	for i, scopes := range clients {
		resources[fmt.Sprintf("Client%d", i+1)] = object{"Type": "AWS::Cognito::UserPoolClient", "DependsOn": "Server", "Properties": object{
			"UserPoolId": ref("Pool"), "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
			"AllowedOAuthFlows": []string{"client_credentials"}, "AllowedOAuthScopes": strings.Fields(scopes),
		}}
	}
	var ids []string
	for i, m := range methods {
		words := strings.Fields(m)
		parent := any(object{"Fn::GetAtt": []string{"Api", "RootResourceId"}})
		for depth, part := range strings.Split(strings.Trim(words[1], "/"), "/") {
			if part != "" {
				id := fmt.Sprintf("Resource%s", strings.Map(letters, strings.Join(strings.Split(words[1], "/")[:depth+2], "x")))
				resources[id] = object{"Type": "AWS::ApiGateway::Resource", "Properties": object{"RestApiId": ref("Api"), "ParentId": parent, "PathPart": part}}
				parent = ref(id)
			}
		}
		properties := object{
			"RestApiId": ref("Api"), "ResourceId": parent, "HttpMethod": words[0], "AuthorizationType": "NONE",
			"MethodResponses": []object{{"StatusCode": "200"}},
			"Integration": object{
				"Type": "MOCK", "RequestTemplates": object{"application/json": `{"statusCode": 200}`},
				"IntegrationResponses": []object{{"StatusCode": "200"}},
			},
		}
		resource := object{"Type": "AWS::ApiGateway::Method", "Properties": properties}
		scopes := words[2:]
		if len(scopes) > 0 && (scopes[0] == "keyed" || scopes[0] == "keyless") {
			if scopes[0] == "keyless" {
				delete(resources, "PlanKey")
			}
			properties["ApiKeyRequired"], scopes = true, scopes[1:]
		}
		switch {
		case len(scopes) == 1 && scopes[0] == "public":
			resource["Metadata"] = object{"machineauth": object{"public": "a health check"}}
		case len(scopes) == 1 && scopes[0] == "signed":
			properties["AuthorizationType"] = "AWS_IAM"
		case len(scopes) == 1 && scopes[0] == "decided":
			properties["AuthorizationType"], properties["AuthorizerId"] = "CUSTOM", ref("Decider")
		case len(scopes) > 0:
			properties["AuthorizationType"], properties["AuthorizerId"], properties["AuthorizationScopes"] = "COGNITO_USER_POOLS", ref("Authorizer"), scopes
		}
		ids = append(ids, fmt.Sprintf("Method%d", i+1))
		resources[ids[i]] = resource
	}
	resources["Deployment"] = object{"Type": "AWS::ApiGateway::Deployment", "DependsOn": ids, "Properties": object{"RestApiId": ref("Api")}}
	return serveResources(t, resources)
}

// serveResources serves a template with these resources.
func serveResources(t testing.TB, resources object) *local.System {
	t.Helper()
	data, err := json.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	server, err := local.New(local.FromTemplate("orders", data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

func scope(name string) object { return object{"ScopeName": name, "ScopeDescription": name} }

func letters(r rune) rune {
	if strings.ContainsRune("{}+", r) {
		return 'p'
	}
	return r
}

// onAPI answers calls of one method of the API.
func onAPI(method string, answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		matches := r.URL.Path == "/weather" && r.Method == method
		if matches {
			answer(w)
		}
		return matches
	}
}

// onScope answers token requests for exactly this scope.
func onScope(scope string, answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		matches := r.URL.Path == "/oauth2/token" && r.FormValue("scope") == scope
		if matches {
			answer(w)
		}
		return matches
	}
}

// closedURL is a URL where nothing listens: port 0 is never assigned.
const closedURL = "http://127.0.0.1:0"
