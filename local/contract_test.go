package local_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

var update = flag.Bool("update", false, "write the golden files")

// document reads and validates the contract of a server's only API.
func document(t *testing.T, contract local.OpenAPI) *openapi3.T {
	t.Helper()
	text, err := contract.YAML()
	if err != nil {
		t.Fatal(err)
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(context.Background()); err != nil || !document.IsOpenAPI31OrLater() {
		t.Fatalf("%s: %v\n%s", document.OpenAPI, err, text)
	}
	return document
}

// everyScope returns the weather template with a client that holds every scope.
func everyScope(t *testing.T) local.Source {
	template := readTemplate(t)
	template.properties(userPoolClient)["AllowedOAuthScopes"] = []string{"weather-api/get", "weather-api/post", "weather-api/delete"}
	return template.source(t)
}

// A caller of an operation gets what the document says.
func TestTheContractIsEnforced(t *testing.T) {
	for name, source := range map[string]local.Source{
		"weather": everyScope(t),
		"shop":    local.FromTemplateFile("testdata/openapi.yaml"),
		"swagger": local.FromTemplateFile("testdata/swagger.yaml"),
		"depot":   local.FromTemplateFile("testdata/contract.yaml"),
	} {
		t.Run(name, func(t *testing.T) {
			server := serveSource(t, source)
			contract := server.OpenAPIs()[0]
			contract.ServerURL = server.APIs()[0].URL
			caller := caller{t: t, url: strings.TrimSuffix(contract.ServerURL, "/"), document: document(t, contract)}
			var err error
			if caller.router, err = legacy.NewRouter(caller.document); err != nil {
				t.Fatal(err)
			}
			tokens := map[string]string{}
			for _, scheme := range caller.document.Components.SecuritySchemes {
				if scheme.Value.Type == "oauth2" {
					for scope := range scheme.Value.Flows.ClientCredentials.Scopes {
						tokens[scope] = token(t, server.Clients()[0], scope)
					}
				}
			}
			for path, item := range caller.document.Paths.Map() {
				for _, method := range []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"} {
					caller.check(method, path, item.GetOperation(method), tokens)
				}
			}
			if got := caller.call("GET", "/nowhere/at/all", "", "application/json"); got.status != 403 {
				t.Errorf("undocumented path: got %d", got.status)
			}
		})
	}
}

// caller calls the operations of a document.
type caller struct {
	t        *testing.T
	url      string
	document *openapi3.T
	router   routers.Router
}

func (c *caller) check(method, path string, operation *openapi3.Operation, tokens map[string]string) {
	if operation == nil {
		if got := c.call(method, path, "", "application/json"); got.status != 403 {
			c.t.Errorf("%s %s is not documented: %d", method, path, got.status)
		}
		return
	}
	if operation.Security == nil {
		c.t.Errorf("%s %s says nothing about security", method, path)
		return
	}
	var opening []string
	for _, requirement := range *operation.Security {
		for _, scopes := range requirement {
			if len(scopes) > 1 {
				c.t.Errorf("%s %s requires all of %v; API Gateway asks for one", method, path, scopes)
			}
			opening = append(opening, scopes...)
		}
	}
	public := len(*operation.Security) == 0
	if got := c.call(method, path, "", "application/json"); (got.status == 401) == public {
		c.t.Errorf("%s %s without a token: %d", method, path, got.status)
	}
	for scope, token := range tokens {
		got := c.call(method, path, token, "application/json")
		if opens := public || slices.Contains(opening, scope); (got.status == 401) == opens {
			c.t.Errorf("%s %s with %s: %d, scopes %v", method, path, scope, got.status, opening)
		}
		c.call(method, path, token, "text/csv")
	}
}

// call sends a request. If the operation is documented, it validates the answer.
func (c *caller) call(method, path, token, contentType string) answer {
	c.t.Helper()
	path = strings.NewReplacer("{proxy}", "a", "{id}", "1").Replace(path)
	request, err := http.NewRequest(method, c.url+path, strings.NewReader("{}"))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	got := do(c.t, request)
	route, parameters, err := c.router.FindRoute(request)
	if err != nil || method == "HEAD" {
		return got // OpenAPI cannot say that an answer to HEAD has no body
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: route, PathParams: parameters},
		Status:                 got.status,
		Header:                 got.header,
		Body:                   io.NopCloser(strings.NewReader(got.body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		c.t.Errorf("%s %s: %d %s: %v", method, path, got.status, got.body, err)
	}
	return got
}

func TestContractOfEverythingThatDiffersFromOpenAPI(t *testing.T) {
	const golden = "testdata/contract.openapi.yaml"
	contract := serve(t, "testdata/contract.yaml").OpenAPI("Depot")
	document(t, contract)
	got, err := contract.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: run go test ./local -update if this is meant (-want +got)\n%s", golden, diff)
	}
}

func TestContractOfAnImportedDocument(t *testing.T) {
	document := document(t, serve(t, "testdata/openapi.yaml").OpenAPI("Shop"))
	list := document.Paths.Value("/orders").Get
	if document.Info.Version != "1" || list.OperationID != "listOrders" {
		t.Errorf("version %q, operation %q", document.Info.Version, list.OperationID)
	}
	if got := list.Responses.Value("200").Value.Content["application/json"].Schema.Value.Required; !slices.Equal(got, []string{"page", "client"}) {
		t.Errorf("200 has %v", got)
	}
	if got := list.Responses.Value("404").Value.Content["text/plain"].Schema.Ref; got != "#/components/schemas/Item" {
		t.Errorf("404 is %q", got)
	}
}
