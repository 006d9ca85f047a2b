package apigateway_test

import (
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// upstream is an HTTP endpoint that remembers the last request.
type upstream struct {
	*httptest.Server
	lock sync.Mutex
	last *http.Request
	body string
}

// newUpstream answers with a header and a body unless answer is set.
func newUpstream(t testing.TB, answer http.HandlerFunc) *upstream {
	e := &upstream{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.lock.Lock()
		e.last, e.body = r, string(body)
		e.lock.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "from the endpoint")
	}))
	t.Cleanup(e.Close)
	return e
}

// got returns the last request and its body.
func (e *upstream) got() (*http.Request, string) {
	e.lock.Lock()
	defer e.lock.Unlock()
	return e.last, e.body
}

// proxy is an integration that passes requests to a Uri unchanged.
func proxy(uri string, parameters ...string) *apigateway.Integration {
	i := &apigateway.Integration{Type: "HTTP_PROXY", URI: uri, HTTPMethod: "ANY", RequestParameters: map[string]string{}}
	for n := 0; n < len(parameters); n += 2 {
		i.RequestParameters["integration.request."+parameters[n]] = parameters[n+1]
	}
	return i
}

// custom is an integration with templates and one response.
func custom(uri string, parameters ...string) *apigateway.Integration {
	i := proxy(uri, parameters...)
	i.Type = "HTTP"
	i.IntegrationResponses = []apigateway.IntegrationResponse{{StatusCode: "200"}}
	return i
}

// direct is a transport that reaches every endpoint.
func direct(t testing.TB) *http.Transport {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100, MaxResponseHeaderBytes: 64 << 10}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// withEndpoints is an API whose integrations call their Uris.
func withEndpoints(t testing.TB, methods ...apigateway.Method) apigateway.Config {
	c := config(methods...)
	transport := direct(t)
	c.HTTP = func(call apigateway.HTTPCall) apigateway.HTTPBackend {
		return apigateway.HTTPBackend{URI: call.URI, Transport: transport}
	}
	return c
}

func TestHTTPProxyPassesThrough(t *testing.T) {
	e := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("X-Two", "1")
		w.Header().Add("X-Two", "2")
		w.Header().Set("Content-Type", "image/png")
		w.WriteHeader(418)
		_, _ = io.WriteString(w, "\x89PNG\xff")
	})
	url := serve(t, withEndpoints(t, open("ANY", "/{proxy+}", proxy(e.URL+"/base/{proxy}", "path.proxy", "method.request.path.proxy"))))
	got := request{"PUT /prod/a/b%20c?q=1&q=2&empty=&b=a+b", []string{"X-Many: 1", "X-Many: 2", "Content-Type: image/gif"}, "GIF\xff"}.send(t, url)
	got.check(t, 418, "\x89PNG\xff", noType)
	got.checkHeader(t, "X-Two", "1|2")
	got.checkHeader(t, "Content-Type", "image/png")
	got.checkHeader(t, "Content-Length", "5")
	sent, body := e.got()
	if sent.Method != "PUT" || sent.RequestURI != "/base/a/b%20c?q=1&q=2&empty=&b=a+b" || body != "GIF\xff" {
		t.Errorf("got %s %s %q", sent.Method, sent.RequestURI, body)
	}
	if sent.ContentLength != 4 || strings.Join(sent.Header.Values("X-Many"), "|") != "1|2" || sent.Header.Get("Content-Type") != "image/gif" {
		t.Errorf("got %d %v", sent.ContentLength, sent.Header)
	}
	if host := strings.TrimPrefix(e.URL, "http://"); sent.Host != host {
		t.Errorf("got the host %s, want %s", sent.Host, host)
	}
}

// everyHeader are the headers that the developer guide lists, as a client sends them.
func everyHeader() []string {
	headers := []string{"Accept: application/json", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: gopher", "X-Amzn-Apigateway-Api-Id: forged"}
	for _, name := range []string{
		"Accept-Charset", "Accept-Encoding", "Age", "Authorization", "Content-Encoding", "Content-Md5", "Content-Type", "Date", "Max-Forwards",
		"Pragma", "Proxy-Authenticate", "Range", "Referer", "Server", "Te", "User-Agent", "Via", "Warn", "Www-Authenticate", "X-Other",
	} {
		headers = append(headers, name+": sent")
	}
	return headers
}

// headersOf lists header names and values, without the network's and the trace's
// headers.
func headersOf(header http.Header) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if name != "X-Forwarded-Port" && name != "Content-Length" && name != "X-Amzn-Trace-Id" {
			lines = append(lines, name+"="+strings.Join(header[name], "|"))
		}
	}
	return strings.Join(lines, " ")
}

// Recorded on API Gateway. Via is from the developer guide.
func TestHeadersForEndpoints(t *testing.T) {
	e := newUpstream(t, nil)
	url := serve(t, withEndpoints(t,
		open("POST", "/proxy", proxy(e.URL)),
		open("POST", "/custom", custom(e.URL)),
		open("GET", "/custom", custom(e.URL)),
	))
	for line, want := range map[string]string{
		"POST /prod/proxy": "Accept=application/json Accept-Charset=sent Accept-Encoding=sent Age=sent Authorization=sent Content-Type=sent Date=sent " +
			"Pragma=sent Range=sent Referer=sent User-Agent=sent Warn=sent X-Amzn-Apigateway-Api-Id=abc123 X-Forwarded-For=192.0.2.1, 127.0.0.1 X-Forwarded-Proto=http X-Other=sent",
		"POST /prod/custom": "Accept=application/json Content-Type=sent User-Agent=AmazonAPIGateway_abc123 X-Amzn-Apigateway-Api-Id=abc123",
		"GET /prod/custom":  "Accept=application/json User-Agent=AmazonAPIGateway_abc123 X-Amzn-Apigateway-Api-Id=abc123",
	} {
		request{line, everyHeader(), ""}.send(t, url)
		sent, _ := e.got()
		if got := headersOf(sent.Header); got != want {
			t.Errorf("%s: got  %s\nwant %s", line, got, want)
		}
		if sent.Header.Get("X-Amzn-Trace-Id") == "" {
			t.Errorf("%s: no trace id", line)
		}
	}
	request{"POST /prod/proxy", []string{"User-Agent: "}, ""}.send(t, url)
	if sent, _ := e.got(); sent.Header.Get("User-Agent") != "AmazonAPIGateway_abc123" || sent.Header.Get("Accept") != "application/json" {
		t.Errorf("got %v", sent.Header)
	}
}

// Recorded on API Gateway, and listed in the developer guide.
func TestHeadersOfEndpoints(t *testing.T) {
	e := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{
			"Accept", "Accept-Charset", "Age", "Authorization", "Connection", "Content-Encoding", "Content-Md5", "Date", "Expect", "Host",
			"Max-Forwards", "Pragma", "Proxy-Authenticate", "Range", "Referer", "Server", "Te", "Upgrade", "User-Agent", "Via", "Warn",
			"Www-Authenticate", "X-Amzn-Requestid", "X-Amz-Apigw-Id", "X-Other", "Keep-Alive", "X-Hop",
		} {
			w.Header().Set(name, "given")
		}
		w.Header().Set("Connection", "X-Hop")
		w.Header()["Content-Type"] = nil
		_, _ = io.WriteString(w, "a body")
	})
	i := custom(e.URL)
	i.IntegrationResponses[0].ResponseParameters = map[string]string{"method.response.header.X-Mapped": "integration.response.header.x-other"}
	m := open("GET", "/custom", i)
	m.MethodResponses[0].ResponseParameters = map[string]bool{"method.response.header.X-Mapped": true}
	url := serve(t, withEndpoints(t, open("GET", "/proxy", proxy(e.URL)), m))
	for path, want := range map[string]string{
		"/prod/proxy": "Accept=given Accept-Charset=given Age=given Content-Encoding=given Content-Type=application/json Date Pragma=given Range=given Referer=given Warn=given " +
			"X-Amz-Apigw-Id X-Amzn-Remapped-Authorization=given X-Amzn-Remapped-Connection=X-Hop X-Amzn-Remapped-Content-Length=6 X-Amzn-Remapped-Content-Md5=given " +
			"X-Amzn-Remapped-Date=given X-Amzn-Remapped-Max-Forwards=given X-Amzn-Remapped-Server=given X-Amzn-Remapped-User-Agent=given X-Amzn-Remapped-Www-Authenticate=given " +
			"X-Amzn-Remapped-X-Amzn-Requestid=given X-Amzn-Requestid X-Other=given",
		"/prod/custom": "Content-Type=application/json Date X-Amz-Apigw-Id X-Amzn-Requestid X-Mapped=given",
	} {
		got := request{line: "GET " + path}.send(t, url)
		got.check(t, 200, "a body", noType)
		if isProxy := path == "/prod/proxy"; isProxy == (got.header["X-Amzn-Trace-Id"] != nil) {
			t.Errorf("%s: got the trace id %q", path, got.header["X-Amzn-Trace-Id"])
		}
		for _, own := range []string{"Date", "X-Amz-Apigw-Id", "X-Amzn-Requestid"} {
			if len(got.header[own]) != 1 || got.header[own][0] == "given" {
				t.Errorf("%s: %s is %q", path, own, got.header[own])
			}
			got.header[own] = nil
		}
		if text := strings.NewReplacer("Date= ", "Date ", "Id= ", "Id ", "Requestid= ", "Requestid ").Replace(headersOf(got.header)); text != want {
			t.Errorf("%s: got  %s\nwant %s", path, text, want)
		}
	}
}

// discarded is the log of servers that expect errors.
var discarded = log.New(io.Discard, "", 0)
