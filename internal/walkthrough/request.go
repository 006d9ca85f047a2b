package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
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
	// form is the body of a token request, operation the body of a GetClientToken
	// request in pieces of JSON, and body the body of an API request.
	form, operation []field
	body            string
	// answer has the names of the answer's members, for a token request.
	answer tokenMembers
}

// field is a header, a form parameter, or a piece of text.
type field struct {
	name, value string
	// secret ends the value. A curl command has the variable instead, unless secrets
	// are shown.
	secret, variable string
}

// apiRequest returns a call of the API without a token.
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

// at returns r for a path below its URL. The name of a path parameter is its value.
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

// http returns r for net/http.
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

// maxBody bounds the body of an answer, in bytes.
const maxBody = 1 << 20

// newClient returns a client that does not follow redirects: neither endpoint
// redirects, and the secret must not follow.
func newClient(target Target) *http.Client {
	return &http.Client{
		Transport:     target.Transport,
		Timeout:       target.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is an HTTP response with its body.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends r and reads the answer. The error says why there is no answer.
func send(ctx context.Context, client *http.Client, r request) (answer, error) {
	sent, err := r.http(ctx)
	if err != nil {
		return answer{}, err
	}
	response, err := client.Do(sent)
	if err != nil {
		return answer{}, noAnswer(ctx, client, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return answer{}, noAnswer(ctx, client, err)
	}
	if len(body) > maxBody {
		return answer{}, fmt.Errorf("%d with a body of more than %d bytes", response.StatusCode, maxBody)
	}
	return answer{response.StatusCode, response.Header, body}, nil
}

// noAnswer returns why there is no answer, without the URL, which the step shows.
func noAnswer(ctx context.Context, client *http.Client, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("stopped before the answer: %w", cause)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("no answer within %v", client.Timeout)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return fmt.Errorf("no answer: %w", failed.Err)
	}
	return fmt.Errorf("no usable answer: %w", err)
}

// String describes a wrong answer.
func (a answer) String() string {
	if a.isRedirect() {
		return fmt.Sprintf("%d, a redirect to %q", a.status, a.header.Get("Location"))
	}
	if len(a.body) == 0 {
		return fmt.Sprintf("%d with an empty body", a.status)
	}
	return fmt.Sprintf("%d %s", a.status, a.body)
}

func (a answer) isRedirect() bool {
	return a.status >= 300 && a.status < 400 && a.header.Get("Location") != ""
}
