package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const jsonType = "application/json"

// request is an HTTP request that can also be written as a curl command.
type request struct {
	method, url string
	headers     []field
	// form is the body of a token request, operation that of a GetClientToken
	// request in pieces of JSON, and body that of an API request.
	form, operation []field
	body            string
	// answer is what a token request is answered with.
	answer tokenMembers
}

// field is a header, a form parameter, or a piece of text.
type field struct {
	name, value string
	// secret ends the value. In a curl command variable stands for it, unless
	// secrets are shown.
	secret, variable string
}

// apiRequest calls the API without a token.
func (w *walk) apiRequest(method, body string) request {
	r := request{
		method:  method,
		url:     w.target.APIURL,
		headers: []field{{name: "Accept", value: jsonType}, {name: "Content-Type", value: jsonType}},
		body:    body,
	}
	if w.target.APIKey != "" {
		r.headers = append(r.headers, field{name: "X-API-Key", secret: w.target.APIKey, variable: "API_KEY"})
	}
	return r
}

var pathParameter = regexp.MustCompile(`\{([^}+]*)\+?\}`)

// at returns r, to a path below its URL. A parameter has its name for a value.
func (r request) at(path string) request {
	if path != "/" {
		r.url = strings.TrimSuffix(r.url, "/") + pathParameter.ReplaceAllString(path, "$1")
	}
	return r
}

// withToken returns r with an access token.
func (r request) withToken(token string) request {
	authorization := field{name: "Authorization", value: "Bearer ", secret: token, variable: "ACCESS_TOKEN"}
	r.headers = slices.Concat(r.headers, []field{authorization})
	return r
}

// http returns r as net/http sends it.
func (r request) http(ctx context.Context) (*http.Request, error) {
	body := r.body
	if r.form != nil {
		form := url.Values{}
		for _, parameter := range r.form {
			form.Set(parameter.name, parameter.value+parameter.secret)
		}
		body = form.Encode()
	}
	for _, piece := range r.operation {
		body += piece.value + piece.secret
	}
	sent, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for _, header := range r.headers {
		sent.Header.Set(header.name, header.value+header.secret)
	}
	return sent, nil
}
