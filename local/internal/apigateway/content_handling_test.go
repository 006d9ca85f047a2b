package apigateway_test

import (
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// A mapping template takes text. The type makes a payload binary, even an empty one.
func TestBinaryPayloadsOfTemplates(t *testing.T) {
	const text, toText = `{"statusCode": 200}`, "CONVERT_TO_TEXT"
	for _, c := range []struct {
		name     string
		types    string
		template string // of the response
		change   func(*apigateway.Integration)
		headers  []string
		status   int
		body     string
	}{
		{"text", "image/png", "ok", nil, nil, 200, "ok"},
		{"a preflight of an API for which all is binary", "*/*", "", nil, []string{"Accept: */*"}, 500, serverErrorBody},
		{"one that says text", "*/*", "", func(i *apigateway.Integration) { i.ContentHandling = toText }, []string{"Accept: */*"}, 200, ""},
		{"one that says text of the request alone, with a response template", "*/*", "ok", func(i *apigateway.Integration) { i.ContentHandling = toText }, []string{"Accept: */*"}, 500, serverErrorBody},
		{"one that says text of both", "*/*", "ok", func(i *apigateway.Integration) {
			i.ContentHandling, i.IntegrationResponses[0].ContentHandling = toText, toText
		}, []string{"Accept: */*"}, 200, "ok"},
		{"a binary request", "image/png", "ok", nil, []string{"Content-Type: image/png"}, 500, serverErrorBody},
		{"a client that wants binary", "image/png", "ok", nil, []string{"Accept: image/png"}, 500, serverErrorBody},
		{"a client that wants binary, second", "image/png", "ok", nil, []string{"Accept: text/html, image/png"}, 200, "ok"},
		{"a conversion to binary", "", "ok", func(i *apigateway.Integration) { i.ContentHandling = "CONVERT_TO_BINARY" }, nil, 500, serverErrorBody},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := mock(c.template)
			i.RequestTemplates = map[string]string{"$default": text}
			if c.template == "" {
				i.IntegrationResponses[0].ResponseTemplates = nil
			}
			if c.change != nil {
				c.change(i)
			}
			config := config(open("OPTIONS", "/", i))
			if c.types != "" {
				config.BinaryMediaTypes = []string{c.types}
			}
			got := request{line: "OPTIONS /prod/", headers: c.headers}.send(t, serve(t, config))
			if got.status != c.status || got.body != c.body {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, c.status, c.body)
			}
		})
	}
}

// A function gets and returns images as base64.
func TestBinaryPayloadsOfFunctions(t *testing.T) {
	const png = "\x89PNG"
	image := func(request, response string) apigateway.Method {
		return mapped(func(i *apigateway.Integration) {
			i.ContentHandling, i.IntegrationResponses[0].ContentHandling = request, response
			i.RequestTemplates = map[string]string{"image/png": `"$input.body"`}
		})
	}
	for _, c := range []struct {
		name, request, response string
		types                   []string
		status                  int
		body                    string
	}{
		{"both", "CONVERT_TO_TEXT", "CONVERT_TO_BINARY", []string{"image/png"}, 200, png},
		{"by what the client accepts", "CONVERT_TO_TEXT", "", []string{"image/png"}, 200, png},
		{"text for the client", "CONVERT_TO_TEXT", "CONVERT_TO_TEXT", []string{"image/png"}, 200, `"iVBORw=="`},
		{"not binary for the API", "CONVERT_TO_TEXT", "", nil, 200, "\"\uFFFDPNG\""},
		{"not base64", "CONVERT_TO_TEXT", "CONVERT_TO_BINARY", nil, 500, serverErrorBody},
		{"binary for the template", "", "", []string{"image/png"}, 500, serverErrorBody},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := withFunction(echo, image(c.request, c.response))
			config.BinaryMediaTypes = c.types
			got := request{"POST /prod/7", []string{"Content-Type: image/png", "Accept: image/png"}, png}.send(t, serve(t, config))
			if got.status != c.status || got.body != c.body {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, c.status, c.body)
			}
		})
	}
}
