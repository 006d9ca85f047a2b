package apigateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

const benchBody = `{"events":[{"name":"Storms Dudley, Eunice and Franklin","dateStart":"2022-02-16","dateEnd":"2022-02-21"}]}`

func benchConfig() apigateway.Config {
	m := protected("GET", "/events", mock(benchBody), readScope)
	setHeader(&m, "'application/json'")
	m.Integration.PassthroughBehavior = "NEVER"
	return config(m)
}

// overHTTP measures requests from parallel clients that keep their connections.
func overHTTP(b *testing.B, handler http.Handler, path, token string, status int) {
	server := httptest.NewServer(handler)
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		r, _ := http.NewRequest("GET", server.URL+path, nil)
		r.Header.Set("Authorization", token)
		for pb.Next() {
			resp, err := transport.RoundTrip(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != status {
				b.Errorf("got %d", resp.StatusCode)
				return
			}
		}
	})
}

// bare writes the API's bytes and does nothing else.
func bare(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func BenchmarkBareHandler(b *testing.B) {
	overHTTP(b, bare(200, benchBody), "/prod/events", goodToken, 200)
}

func BenchmarkAuthorizedGet(b *testing.B) {
	overHTTP(b, mustNew(b, benchConfig()), "/prod/events", goodToken, 200)
}

func BenchmarkRefusedGet(b *testing.B) {
	overHTTP(b, mustNew(b, benchConfig()), "/prod/events", "abc", 401)
}

func BenchmarkUnknownPath(b *testing.B) {
	overHTTP(b, mustNew(b, benchConfig()), "/prod/nothing", goodToken, 403)
}

// discard is a ResponseWriter without a connection.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func withoutHTTP(b *testing.B, api http.Handler, path, token string) {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Authorization", token)
	b.ReportAllocs()
	for b.Loop() {
		api.ServeHTTP(&discard{http.Header{}}, r)
	}
}

func BenchmarkServe(b *testing.B) {
	b.Run("authorized", func(b *testing.B) { withoutHTTP(b, mustNew(b, benchConfig()), "/prod/events", goodToken) })
	b.Run("refused", func(b *testing.B) { withoutHTTP(b, mustNew(b, benchConfig()), "/prod/events", "abc") })
	template := protected("GET", "/events", mock(`{"sub":"$context.authorizer.claims.sub"}`), readScope)
	b.Run("template", func(b *testing.B) { withoutHTTP(b, mustNew(b, config(template)), "/prod/events", goodToken) })
}

// The cost of a request does not depend on the number of resources.
func BenchmarkResources(b *testing.B) {
	for _, n := range []int{1, 10, 100, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var methods []apigateway.Method
			for i := range n {
				methods = append(methods, open("GET", fmt.Sprintf("/r%d/items/{id}", i), mock("ok")))
			}
			withoutHTTP(b, mustNew(b, config(methods...)), fmt.Sprintf("/prod/r%d/items/7", n-1), goodToken)
		})
	}
}

// BenchmarkBareFunction is the function of [BenchmarkLambda] behind net/http.
func BenchmarkBareFunction(b *testing.B) {
	overHTTP(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, _ := benchFunction(r.Context(), nil)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(payload)
	}), "/prod/events", goodToken, 200)
}

func BenchmarkLambda(b *testing.B) {
	overHTTP(b, mustNew(b, withFunction(function(benchFunction), protected("GET", "/events", lambdaProxy(), readScope))), "/prod/events", goodToken, 200)
}

func benchFunction(context.Context, []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"statusCode": 200, "body": benchBody})
}

// backend is the endpoint of [BenchmarkHTTPProxy] and [BenchmarkReverseProxy].
func backend(b *testing.B) *url.URL {
	server := httptest.NewServer(bare(200, benchBody))
	b.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	return at
}

// BenchmarkReverseProxy is net/http's own proxy in front of the same backend as
// [BenchmarkHTTPProxy].
func BenchmarkReverseProxy(b *testing.B) {
	at, transport := backend(b), direct(b)
	overHTTP(b, &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(at); r.SetXForwarded() },
		Transport: transport,
	}, "/prod/events", goodToken, 200)
}

func BenchmarkHTTPProxy(b *testing.B) {
	m := protected("GET", "/{proxy+}", proxy(backend(b).String()+"/{proxy}", "path.proxy", "method.request.path.proxy"), readScope)
	overHTTP(b, mustNew(b, withEndpoints(b, m)), "/prod/events", goodToken, 200)
}

// BenchmarkProxyEvent calls a function without HTTP. Most of the cost is the event.
func BenchmarkProxyEvent(b *testing.B) {
	withoutHTTP(b, mustNew(b, withFunction(function(benchFunction), protected("GET", "/events", lambdaProxy(), readScope))), "/prod/events?page=2", goodToken)
}
