package local_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/weather-events-api/local"
)

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		server, err := local.New(local.FromTemplateFile(weather))
		if err != nil {
			b.Fatal(err)
		}
		server.Close()
	}
}

// A server computes its keys when it first needs them. BenchmarkStartToFirstToken
// measures that too: each round has new keys, like a program that starts its first
// server.
func BenchmarkStartToFirstToken(b *testing.B) {
	for b.Loop() {
		server, err := local.New(local.FromTemplateFile(weather), local.WithRandomCredentials())
		if err != nil {
			b.Fatal(err)
		}
		token(b, server.Client("ServiceClient"))
		server.Close()
	}
}

func BenchmarkTokenRequest(b *testing.B) {
	client := serve(b, weather).Client("ServiceClient")
	token(b, client)
	for b.Loop() {
		token(b, client)
	}
}

// BenchmarkGet compares with the bare handler: the same bytes from the same HTTP
// server, without API Gateway.
func BenchmarkGet(b *testing.B) {
	server := serve(b, weather)
	api, client := server.API("RestApi"), server.Client("ServiceClient")
	issued := token(b, client)
	body := call(b, "GET", api.URL, issued, "").body
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, body)
	}))
	defer bare.Close()

	for _, test := range []struct{ name, url, token string }{
		{"bare handler", bare.URL, issued},
		{"repeated token", api.URL, issued},
		{"refused", api.URL, token(b, client, "weather-api/post")},
	} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				call(b, "GET", test.url, test.token, "")
			}
		})
	}
	b.Run("fresh token", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			fresh := token(b, client)
			b.StartTimer()
			call(b, "GET", api.URL, fresh, "")
		}
	})
}

// BenchmarkGetByResources shows that the number of resources in the template does not
// change the cost of a request.
func BenchmarkGetByResources(b *testing.B) {
	for _, n := range []int{1, 10, 50, 100, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			template := readTemplate(b)
			method := template.properties(getMethod)
			api := method["RestApiId"]
			for i := range n {
				id := fmt.Sprintf("Thing%d", i)
				template.add(id, "AWS::ApiGateway::Resource", map[string]any{
					"RestApiId": api, "ParentId": method["ResourceId"], "PathPart": fmt.Sprintf("thing%d", i),
				})
				copied := map[string]any{}
				for name, value := range method {
					copied[name] = value
				}
				copied["ResourceId"] = map[string]any{"Ref": id}
				template.add(id+"Get", "AWS::ApiGateway::Method", copied)
			}
			server, err := local.New(template.source(b))
			if err != nil {
				b.Fatal(err)
			}
			defer server.Close()
			issued := token(b, server.Client("ServiceClient"))
			url := fmt.Sprintf("%sthing%d", server.API("RestApi").URL, n-1)
			for b.Loop() {
				if got := call(b, "GET", url, issued, ""); got.status != 200 {
					b.Fatal(got)
				}
			}
		})
	}
}
