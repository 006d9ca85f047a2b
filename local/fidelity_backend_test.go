package local_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// backendAnswer is the answer of a row's backend. Default: 200 with an empty body.
type backendAnswer struct {
	Status int
	Header map[string]string
	Body   string
}

// backendRequest is the request that a row's backend must receive. Line is its method
// and path. A header with an empty value must be absent.
type backendRequest struct {
	Line   string
	Body   *string
	Header map[string]string
}

// fidelityBackend replaces every AWS service and http://backend.example.com.
type fidelityBackend struct {
	url      string
	answer   backendAnswer
	received []*http.Request
	body     string
}

func startFidelityBackend(t *testing.T) *fidelityBackend {
	t.Helper()
	b := &fidelityBackend{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *fidelityBackend) options(f *fidelity) []local.Option {
	const endpoint = "http://backend.example.com"
	options := []local.Option{local.WithAWSEndpoint("", b.url)}
	if uri, _ := f.Integration["Uri"].(string); strings.HasPrefix(uri, endpoint) {
		options = append(options, local.WithHTTPBackend(endpoint, b.url))
	}
	return options
}

func (b *fidelityBackend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.received, b.body = append(b.received, r), string(body)
	for name, value := range b.answer.Header {
		w.Header().Set(name, value)
	}
	if b.answer.Status != 0 {
		w.WriteHeader(b.answer.Status)
	}
	_, _ = io.WriteString(w, b.answer.Body)
}

// expect prepares an exchange and returns a function that checks the received request.
func (b *fidelityBackend) expect(t *testing.T, answer backendAnswer, want *backendRequest) (check func()) {
	b.answer, b.received, b.body = answer, nil, ""
	return func() {
		t.Helper()
		if want == nil {
			return
		}
		if len(b.received) != 1 {
			t.Errorf("the backend was called %d times", len(b.received))
			return
		}
		got := b.received[0]
		if line := got.Method + " " + got.RequestURI; line != want.Line || want.Body != nil && b.body != *want.Body {
			t.Errorf("the backend got %s %q, want %s", line, b.body, fmt.Sprint(want.Line, " ", quoted(want.Body)))
		}
		for name, value := range want.Header {
			if values := strings.Join(got.Header.Values(name), "|"); values != value {
				t.Errorf("the backend got the header %s: %q, want %q", name, values, value)
			}
		}
	}
}

func quoted(text *string) string {
	if text == nil {
		return "and any body"
	}
	return fmt.Sprintf("%q", *text)
}
