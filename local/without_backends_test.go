package local_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// No backend is called, whatever its kind, even if an option names it.
func TestWithoutBackends(t *testing.T) {
	called := lambdaFunc(func([]byte) ([]byte, error) {
		t.Error("the function was called")
		return nil, nil
	})
	for name, change := range map[string][]string{
		"a function":                    nil,
		"an HTTP backend":               {"Type: AWS_PROXY", "Type: HTTP_PROXY", uri, "https://backend.example.com/"},
		"a service of AWS":              {"Type: AWS_PROXY", "Type: AWS", uri, `"arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue"`},
		"a URI that nobody can resolve": {uri, "!ImportValue elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			options := []local.Option{local.WithoutBackends()}
			if change == nil {
				options = append(options, local.WithLambda("Orders", called))
			}
			server := serveSource(t, ordersWith(t, "", change...), options...)
			if got := callOrders(t, server); got.status != 200 || got.header.Get("X-Stub") != "true" || !strings.Contains(got.body, `"scopes":["orders/read"]`) {
				t.Errorf("got %d %v %s", got.status, got.header, got.body)
			}
			request, _ := http.NewRequest("GET", server.APIs()[0].URL+"orders/7", nil)
			if got := do(t, request); got.status != 401 {
				t.Errorf("without a token: got %d %s", got.status, got.body)
			}
		})
	}
	// A mock is not a backend.
	server := serve(t, weather, local.WithoutBackends())
	request, _ := http.NewRequest("GET", server.APIs()[0].URL, nil)
	request.Header.Set("Authorization", "Bearer "+token(t, server.Client("ServiceClient")))
	if got := do(t, request); !strings.Contains(got.body, "Storm") || got.header.Get("X-Stub") != "" {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// A Lambda authorizer's function is not called either, and the authorizer denies every
// request.
func TestWithoutBackendsNoLambdaAuthorizerIsCalled(t *testing.T) {
	server := serve(t, "../internal/matrix/testdata/custom.yaml", local.WithoutBackends(), local.WithLambda("Decides", lambdaFunc(func([]byte) ([]byte, error) {
		t.Error("the function was called")
		return nil, nil
	})))
	request, _ := http.NewRequest("GET", server.APIs()[0].URL+"orders", nil)
	request.Header.Set("Authorization", "Bearer something")
	if got := do(t, request); got.status != 500 || got.header.Get("X-Stub") != "" {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// A method gives its place in the templates, as a finding of the rules does.
func TestPlacesOfMethods(t *testing.T) {
	server := serve(t, "testdata/openapi.yaml", local.WithoutBackends())
	for _, m := range server.Methods(server.APIs()[0].Key) {
		if m.LogicalID != server.APIs()[0].LogicalID || m.Template != "testdata/openapi.yaml" || !strings.HasPrefix(m.Property, `Properties.Body.paths["/`) {
			t.Errorf("%s %s is at %s, %s, %s", m.HTTPMethod, m.Path, m.Template, m.LogicalID, m.Property)
		}
	}
}
