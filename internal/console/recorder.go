package console

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// maxExchanges is the number of exchanges shown for a step.
const maxExchanges = 2

// exchange is a request and its response in HTTP/1.1 format, without secrets.
type exchange struct {
	Request  string `json:"request"`
	Response string `json:"response"`
}

// recorder records the requests that it sends. It is not safe for concurrent use.
type recorder struct {
	base      http.RoundTripper
	secrets   []string
	exchanges []exchange
	more      int
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	body := ""
	if request.GetBody != nil {
		if copied, err := request.GetBody(); err == nil {
			data, _ := io.ReadAll(copied) // from memory
			body = string(data)
		}
	}
	response, err := r.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	answered, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(answered))
	if len(r.exchanges) == maxExchanges {
		r.more++
		return response, nil
	}
	r.exchanges = append(r.exchanges, exchange{
		Request:  r.message(fmt.Sprintf("%s %s HTTP/1.1\nHost: %s", request.Method, request.URL.RequestURI(), request.URL.Host), request.Header, body),
		Response: r.message(response.Proto+" "+response.Status, response.Header, string(answered)),
	})
	return response, nil
}

// token matches a JSON Web Token. Its beginning is kept, to show that it is one.
var token = regexp.MustCompile(`\b(eyJ[\w-]{9})[\w-]*\.[\w-]+\.[\w-]+`)

func (r *recorder) message(start string, header http.Header, body string) string {
	lines := []string{start}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			lines = append(lines, name+": "+value)
		}
	}
	text := strings.TrimSpace(strings.Join(lines, "\n") + "\n\n" + body)
	for _, secret := range r.secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return token.ReplaceAllString(text, "$1…[redacted]")
}
