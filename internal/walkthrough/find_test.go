package walkthrough_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

func TestFindTarget(t *testing.T) {
	const readWrite = "orders/read orders/write"
	refused := func(httpMethod, path, scope string) walkthrough.Method {
		return walkthrough.Method{HTTPMethod: httpMethod, Path: path, Refused: walkthrough.Grant{Scope: scope}}
	}
	for _, test := range []struct {
		name    string
		methods []method
		clients []string
		want    walkthrough.Target
		passes  bool
	}{
		{
			name:    "a scope each",
			methods: []method{"GET / orders/read", "POST / orders/write"},
			clients: []string{readWrite},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/get", GetPath: "/", PostPath: "/",
				Methods: []walkthrough.Method{refused("GET", "/", "orders/write"), refused("POST", "/", "orders/read")},
			},
			passes: true,
		},
		{
			name:    "the client that holds both, and the methods that are easiest to call",
			methods: []method{"GET /orders/{id} orders/read", "GET /orders orders/read", "POST /orders/{id}/{rest+} orders/write", "POST /orders orders/write"},
			clients: []string{"orders/read", readWrite},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/get", GetPath: "/orders", PostPath: "/orders",
				Methods: []walkthrough.Method{
					refused("GET", "/orders/{id}", "orders/write"), refused("GET", "/orders", "orders/write"),
					refused("POST", "/orders/{id}/{rest+}", "orders/read"), refused("POST", "/orders", "orders/read"),
				},
			},
			passes: true,
		},
		{
			name:    "ANY, and a client that holds every scope",
			methods: []method{"GET /a orders/read", "ANY /a orders/write"},
			clients: []string{readWrite + " orders/get orders/post"},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/delete", GetPath: "/a", PostPath: "/a",
				Methods: []walkthrough.Method{refused("GET", "/a", "orders/write orders/get orders/post"), refused("POST", "/a", "orders/read orders/get orders/post")},
			},
			passes: true,
		},
		{
			name:    "one of several scopes",
			methods: []method{"GET / orders/get orders/post", "POST / orders/post orders/write"},
			clients: []string{"orders/get orders/post orders/write"},
			want: walkthrough.Target{
				GetScope: "orders/get", PostScope: "orders/write", DeniedScope: "orders/read", GetPath: "/", PostPath: "/",
				Methods: []walkthrough.Method{refused("GET", "/", "orders/write"), refused("POST", "/", "orders/get")},
			},
			passes: true,
		},
		{
			name:    "a public method",
			methods: []method{"GET /health public", "GET /orders orders/read", "POST /orders orders/write"},
			clients: []string{readWrite},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/get", GetPath: "/orders", PostPath: "/orders",
				Methods: []walkthrough.Method{refused("GET", "/orders", "orders/write"), refused("POST", "/orders", "orders/read")},
				Untried: []string{"GET /health, which is public: a health check"},
			},
			passes: true,
		},
		{
			name:    "methods that something else than scopes opens",
			methods: []method{"GET /a signed", "POST /a decided", "GET /orders orders/read", "POST /orders orders/write"},
			clients: []string{readWrite},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/get", GetPath: "/orders", PostPath: "/orders",
				Methods: []walkthrough.Method{refused("GET", "/orders", "orders/write"), refused("POST", "/orders", "orders/read")},
				Untried: []string{"GET /a, which requires a signature with AWS credentials", "POST /a, which is decided by the Lambda authorizer Decider"},
			},
			passes: true,
		},
		{
			name:    "an API key",
			methods: []method{"GET / keyed orders/read", "POST / orders/write"},
			clients: []string{readWrite},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/get", GetPath: "/", PostPath: "/", APIKey: "abcdefghijklmnopqrst",
				Methods: []walkthrough.Method{refused("GET", "/", "orders/write"), refused("POST", "/", "orders/read")},
			},
			passes: true,
		},
		{
			name:    "an API key that nobody has",
			methods: []method{"GET / keyless orders/read", "POST / orders/write"},
			clients: []string{readWrite},
			want: walkthrough.Target{
				GetScope: "orders/write", PostScope: "orders/write", DeniedScope: "orders/get", PostPath: "/",
				NoGet:   "GET requires an API key, but no usage plan of the stage has one",
				Methods: []walkthrough.Method{refused("GET", "/", "orders/write"), refused("POST", "/", "orders/read")},
			},
			passes: true,
		},
		{
			name:    "swapped, which the names tell",
			methods: []method{"GET / orders/post", "POST / orders/get"},
			clients: []string{"orders/post orders/get"},
			want: walkthrough.Target{
				GetScope: "orders/get", PostScope: "orders/post", DeniedScope: "orders/read", GetPath: "/", PostPath: "/",
				Methods: []walkthrough.Method{refused("GET", "/", "orders/get"), refused("POST", "/", "orders/post")},
			},
		},
		{
			name:    "POST without authorization",
			methods: []method{"GET / orders/read", "POST /"},
			clients: []string{readWrite},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/get", GetPath: "/", PostPath: "/",
				Methods: []walkthrough.Method{refused("GET", "/", "orders/write"), refused("POST", "/", readWrite)},
			},
		},
		{
			name:    "GET without authorization",
			methods: []method{"GET /", "POST / orders/write"},
			clients: []string{readWrite},
			want: walkthrough.Target{
				GetScope: "orders/read", PostScope: "orders/write", DeniedScope: "orders/get", GetPath: "/", PostPath: "/",
				Methods: []walkthrough.Method{refused("GET", "/", readWrite), refused("POST", "/", "orders/read")},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, test.methods, test.clients...)
			got, err := walkthrough.FindTarget(server)
			if err != nil {
				t.Fatal(err)
			}
			report, err := walkthrough.Run(t.Context(), got)
			if err != nil || report.Passed() != test.passes {
				t.Errorf("%v %+v", err, report)
			}
			client := server.Clients()[len(test.clients)-1]
			test.want.APIURL, test.want.TokenURL, test.want.ClientID, test.want.ClientSecret = server.APIs()[0].URL, client.TokenURL, client.ID, client.Secret
			test.want.AnyAnswer = true
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("target (-want +got):\n%s", diff)
			}
		})
	}
}

// If the walk-through's client holds only a method's scopes, another client gets the
// token.
func TestATokenOfAnotherClient(t *testing.T) {
	server := serve(t, []method{"GET / orders/read", "POST / orders/write", "PUT / orders/read orders/write"}, "orders/read orders/write", "orders/get")
	target, err := walkthrough.FindTarget(server)
	if err != nil {
		t.Fatal(err)
	}
	other := server.Clients()[1]
	want := walkthrough.Grant{TokenURL: other.TokenURL, ClientID: other.ID, ClientSecret: other.Secret, Scope: "orders/get"}
	if got := target.Methods[2].Refused; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	report, err := walkthrough.Run(t.Context(), target)
	if err != nil || !report.Passed() {
		t.Errorf("%v %+v", err, report)
	}
	target, err = walkthrough.FindTargetAmong(server, server.APIs(), server.Clients()[:1])
	if err != nil || target.Methods[2].Refused.Scope != "" {
		t.Errorf("%v %+v", err, target.Methods)
	}
}

// An operation of a document can mark itself as public.
func TestAPublicOperation(t *testing.T) {
	data, err := os.ReadFile("../../local/testdata/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const health = "x-amazon-apigateway-any-method:\n"
	for marked, passes := range map[string]bool{health: false, health + "              x-machineauth: {public: a load balancer calls it}\n": true} {
		server, err := local.New(local.FromTemplate("shop", []byte(strings.Replace(string(data), health, marked, 1))))
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		target, err := walkthrough.FindTarget(server)
		if err != nil {
			t.Fatal(err)
		}
		report, err := walkthrough.Run(t.Context(), target)
		if err != nil || report.Passed() != passes || (len(target.Untried) == 1) != passes {
			t.Errorf("%v %+v", err, report)
		}
	}
}

// If tokens in the Authorization header open no method, there is nothing to walk through.
func TestNoTokenInTheAuthorizationHeaderOpensIt(t *testing.T) {
	for _, file := range []string{"audience", "token-header"} {
		server, err := local.New(local.FromTemplateFile("../matrix/testdata/"+file+".yaml"), local.WithoutBackends())
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		if target, err := walkthrough.FindTarget(server); err == nil {
			t.Errorf("%s: %+v", file, target)
		}
	}
}

// A method that gets its API key from a missing Lambda authorizer is not called with a
// token.
func TestAnAPIKeyThatNobodyHas(t *testing.T) {
	server, err := local.New(local.FromTemplateFile("../matrix/testdata/key-of-authorizer.yaml"), local.WithoutBackends())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	target, err := walkthrough.FindTarget(server)
	if err != nil {
		t.Fatal(err)
	}
	if want := "GET /orders, which takes its API key from a Lambda authorizer, but has none"; !slices.Contains(target.Untried, want) {
		t.Errorf("%q are not tried, want %q among them", target.Untried, want)
	}
	if report, err := walkthrough.Run(t.Context(), target); err != nil || !report.Passed() {
		t.Errorf("%v %+v", err, report)
	}
}

// The article's API answers as the article says, whatever its name.
func TestTheArticlesAnswersAreExpectedOfItsAPI(t *testing.T) {
	server, err := local.New(local.FromTemplateFile("../../testdata/weather-events-api.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	target, err := walkthrough.FindTarget(server)
	if err != nil || target.AnyAnswer {
		t.Errorf("%v %+v", err, target)
	}
}

// large serves an API with GET and POST at many paths, and many clients with as many
// scopes as Cognito allows. It returns the scopes.
func large(t *testing.T, paths, clients int, scopes func(path int) []string) *local.System {
	t.Helper()
	var declared []object
	var held []string
	for i := range 50 {
		declared = append(declared, scope(fmt.Sprint("s", i)))
		held = append(held, fmt.Sprint("o/s", i))
	}
	ref := func(id string) object { return object{"Ref": id} }
	resources := object{
		"Pool":   object{"Type": "AWS::Cognito::UserPool"},
		"Domain": object{"Type": "AWS::Cognito::UserPoolDomain", "Properties": object{"UserPoolId": ref("Pool"), "Domain": "orders"}},
		"Server": object{"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": object{
			"UserPoolId": ref("Pool"), "Identifier": "o", "Name": "Orders", "Scopes": declared,
		}},
		"Deployment": object{"Type": "AWS::ApiGateway::Deployment", "Properties": object{"RestApiId": ref("Api"), "StageName": "v1"}},
	}
	for i := range clients {
		resources[fmt.Sprint("Client", i)] = object{"Type": "AWS::Cognito::UserPoolClient", "DependsOn": "Server", "Properties": object{
			"UserPoolId": ref("Pool"), "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
			"AllowedOAuthFlows": []string{"client_credentials"}, "AllowedOAuthScopes": held,
		}}
	}
	items := object{}
	for i := range paths {
		operation := object{
			"security":                        []object{{"machines": scopes(i)}},
			"responses":                       object{"200": object{}},
			"x-amazon-apigateway-integration": object{"type": "mock", "responses": object{"default": object{"statusCode": "200"}}},
		}
		items[fmt.Sprint("/a", i)] = object{"get": operation, "post": operation}
	}
	resources["Api"] = object{"Type": "AWS::ApiGateway::RestApi", "Properties": object{"Name": "Orders", "Body": object{
		"openapi": "3.0.1", "paths": items,
		"components": object{"securitySchemes": object{"machines": object{
			"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
			"x-amazon-apigateway-authorizer": object{"type": "cognito_user_pools", "providerARNs": []object{{"Fn::GetAtt": []string{"Pool", "Arn"}}}},
		}}},
	}}}
	return serveResources(t, resources)
}

func TestOfALargeTemplateEnds(t *testing.T) {
	for _, test := range []struct {
		name           string
		paths, clients int
		scopes         func(path int) []string
	}{
		{"all methods are the same", 300, 100, func(int) []string { return []string{"o/s0"} }},
		{"all methods are different", 300, 100, func(i int) []string { return []string{fmt.Sprint("o/s", i%50)} }},
		{"the same for the client, and yet different", 1500, 1, func(i int) []string { return []string{"o/s0", fmt.Sprint("x/s", i)} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := large(t, test.paths, test.clients, test.scopes)
			done := make(chan error, 1)
			go func() {
				_, err := walkthrough.FindTarget(server)
				done <- err
			}()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(2 * time.Minute): // the walk takes about a second
				t.Fatal("did not end")
			}
		})
	}
}
