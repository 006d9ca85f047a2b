package apigateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// statusEndpoint answers with the status at the end of the path.
func statusEndpoint(t testing.TB) *upstream {
	return newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Id", "7")
		w.Header().Add("X-Many", "1")
		w.Header().Add("X-Many", "2")
		status := map[string]int{"200": 200, "201": 201, "404": 404, "4040": 404, "500": 500}[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"order":{"id":7,"note":"a\nb"}}`)
	})
}

func TestHTTPResponsesAreSelectedByStatus(t *testing.T) {
	e := statusEndpoint(t)
	i := custom(e.URL+"/status/{status}", "path.status", "method.request.path.status")
	i.IntegrationResponses = []apigateway.IntegrationResponse{
		{StatusCode: "200", ResponseParameters: map[string]string{
			"method.response.header.X-Last": "integration.response.header.X-Many", "method.response.header.X-All": "integration.response.multivalueheader.x-many",
			"method.response.header.X-Order": "integration.response.body.order.id", "method.response.header.X-None": "integration.response.header.X-None",
			"method.response.header.X-Note": "integration.response.body.order.note",
		}},
		{StatusCode: "404", SelectionPattern: `4\d{2}`, ResponseTemplates: map[string]string{"application/json": `{"gone":"$input.path('$.order.id')"}`}},
		{StatusCode: "502", SelectionPattern: "50"}, // the pattern must match the whole status
	}
	m := open("GET", "/{status}", i)
	m.MethodResponses = []apigateway.MethodResponse{{StatusCode: "200", ResponseParameters: map[string]bool{
		"method.response.header.X-Last": false, "method.response.header.X-All": false, "method.response.header.X-Order": false,
		"method.response.header.X-None": false, "method.response.header.X-Note": false,
	}}, {StatusCode: "404"}, {StatusCode: "502"}}
	url := serve(t, withEndpoints(t, m))
	const body = `{"order":{"id":7,"note":"a\nb"}}`
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"200": {200, body}, "201": {200, body}, "500": {200, body}, "404": {404, `{"gone":"7"}`},
	} {
		got := request{line: "GET /prod/" + path}.send(t, url)
		got.check(t, want.status, want.body, noType)
		if want.status != 200 {
			continue
		}
		got.checkHeader(t, "X-Last", "2")
		got.checkHeader(t, "X-All", "1|2")
		got.checkHeader(t, "X-Order", "7")
		got.checkHeader(t, "X-Note", "a b") // a line break cannot end a header
		if got.header["X-None"] != nil || got.header["X-Id"] != nil {
			t.Errorf("%s: got %v", path, got.header)
		}
	}
}

func TestHTTPRequestsAreMade(t *testing.T) {
	e := newUpstream(t, nil)
	i := custom(e.URL+"/{id}?fixed=1",
		"path.id", "method.request.path.id", "querystring.q", "method.request.querystring.q", "querystring.all", "method.request.multivaluequerystring.q",
		"header.X-Sub", "context.authorizer.claims.sub", "header.X-Color", "stageVariables.color", "header.X-Name", "method.request.body.name",
		"header.X-All", "method.request.multivalueheader.X-In", "header.X-Last", "method.request.header.X-In", "header.X-Text", "'a text'",
		"querystring.none", "method.request.querystring.none", "header.X-Body", "method.request.body")
	i.HTTPMethod = "PUT"
	i.RequestTemplates = map[string]string{"application/json": `{"made":$input.json('$.name')}`}
	url := serve(t, withEndpoints(t, protected("POST", "/orders/{id}", i, readScope)))
	request{"POST /prod/orders/7?q=1&q=2&other=3", []string{"Authorization: " + goodToken, "X-In: a", "X-In: b", "X-Other: no", "Content-Type: application/json"}, `{"name":"n"}`}.
		send(t, url).check(t, 200, "from the endpoint", noType)
	sent, body := e.got()
	if sent.Method != "PUT" || sent.RequestURI != "/7?fixed=1&all=1&all=2&q=2" || body != `{"made":"n"}` || sent.ContentLength != int64(len(body)) {
		t.Errorf("got %s %s %s", sent.Method, sent.RequestURI, body)
	}
	const want = `Accept=application/json Content-Type=application/json User-Agent=AmazonAPIGateway_abc123 X-All=a|b X-Amzn-Apigateway-Api-Id=abc123 ` +
		`X-Body={"name":"n"} X-Color=red X-Last=b X-Name=n X-Sub=client1 X-Text=a text`
	if got := headersOf(sent.Header); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A template's override wins over a mapping.
func TestHTTPOverrides(t *testing.T) {
	e := newUpstream(t, nil)
	i := custom(e.URL+"/{id}", "path.id", "method.request.path.id", "querystring.q", "'1'", "header.X-A", "'1'")
	i.RequestTemplates = map[string]string{"$default": `#set($context.requestOverride.path.id = "a/b c")#set($context.requestOverride.querystring.q = "2&x=3")#set($context.requestOverride.header.x-a = "2")made`}
	url := serve(t, withEndpoints(t, open("POST", "/{id}", i)))
	request{"POST /prod/7", nil, "{}"}.send(t, url).check(t, 200, "from the endpoint", noType)
	sent, body := e.got()
	if sent.RequestURI != "/a/b%20c?q=2%26x%3D3" || strings.Join(sent.Header["X-A"], "|") != "2" || body != "made" {
		t.Errorf("got %s %v %s", sent.RequestURI, sent.Header, body)
	}
}

func TestHTTPPassthroughBehavior(t *testing.T) {
	for _, c := range []struct {
		behavior, template, contentType string
		status                          int
		sent                            string
	}{
		{"", "", "text/plain", 200, "a body"},
		{"WHEN_NO_MATCH", "application/xml", "text/plain", 200, "a body"},
		{"WHEN_NO_MATCH", "text/plain", "text/plain", 200, "a template"},
		{"WHEN_NO_TEMPLATES", "application/xml", "text/plain", 415, ""},
		{"WHEN_NO_TEMPLATES", "", "text/plain", 200, "a body"},
		{"NEVER", "", "text/plain", 415, ""},
		{"NEVER", "application/json", "", 200, "a template"},
	} {
		e := newUpstream(t, nil)
		i := custom(e.URL)
		i.PassthroughBehavior = c.behavior
		if c.template != "" {
			i.RequestTemplates = map[string]string{c.template: "a template"}
		}
		got := request{"POST /prod/", []string{"Content-Type: " + c.contentType}, "a body"}.send(t, serve(t, withEndpoints(t, open("POST", "/", i))))
		if got.status != c.status {
			t.Errorf("%+v: got %d %s", c, got.status, got.body)
		}
		if _, body := e.got(); body != c.sent {
			t.Errorf("%+v: the endpoint got %q", c, body)
		}
	}
}

// The endpoint gets the integration's method. ANY passes the client's method. GET, HEAD
// and OPTIONS have no body.
func TestHTTPMethods(t *testing.T) {
	for _, kind := range []string{"HTTP", "HTTP_PROXY"} {
		for _, c := range []struct{ client, integration, sent, body string }{
			{"PUT", "POST", "POST", "a body"}, {"DELETE", "ANY", "DELETE", "a body"}, {"PATCH", "ANY", "PATCH", "a body"},
			{"POST", "GET", "GET", ""}, {"OPTIONS", "ANY", "OPTIONS", ""}, {"HEAD", "ANY", "HEAD", ""}, {"HEAD", "GET", "GET", ""}, {"GET", "HEAD", "HEAD", ""},
		} {
			e := newUpstream(t, nil)
			i := custom(e.URL)
			i.Type, i.HTTPMethod = kind, c.integration
			got := request{c.client + " /prod/", []string{"Content-Type: text/plain"}, "a body"}.send(t, serve(t, withEndpoints(t, open("ANY", "/", i))))
			sent, body := e.got()
			if got.status != 200 || sent.Method != c.sent || body != c.body {
				t.Errorf("%s %+v: got %d %s, sent %s %q", kind, c, got.status, got.body, sent.Method, body)
			}
			if c.client == "HEAD" || c.sent == "HEAD" {
				continue
			}
			if got.body != "from the endpoint" {
				t.Errorf("%s %+v: got %q", kind, c, got.body)
			}
		}
	}
}

// Recorded: API Gateway answers 500 to the headers that it keeps for itself. Some
// others do not reach the endpoint, the rest do.
func TestHeadersThatMustNotBeMapped(t *testing.T) {
	for _, kind := range []string{"HTTP", "HTTP_PROXY"} {
		for name, status := range map[string]int{
			"Content-Length": 500, "transfer-encoding": 500, "X-Amzn-Trace-Id": 500, "x-amzn-apigateway-api-id": 500,
			"Connection": 200, "Expect": 200, "Proxy-Authenticate": 200, "TE": 200, "Via": 200,
		} {
			e := newUpstream(t, nil)
			i := custom(e.URL, "header."+name, "'mapped'")
			i.Type = kind
			got := request{"POST /prod/", nil, "{}"}.send(t, serve(t, withEndpoints(t, open("POST", "/", i))))
			if got.status != status {
				t.Errorf("%s %s: got %d %s", kind, name, got.status, got.body)
			}
			if sent, _ := e.got(); sent != nil && strings.Contains(headersOf(sent.Header), "mapped") {
				t.Errorf("%s %s: the endpoint got %v", kind, name, sent.Header)
			}
		}
		e := newUpstream(t, nil)
		i := custom(e.URL, "header.Host", "'orders.example.com'", "header.Upgrade", "'HTTP/2.0'", "header.Content-Encoding", "'br'", "header.User-Agent", "'Override'")
		i.Type = kind
		request{"POST /prod/", nil, "{}"}.send(t, serve(t, withEndpoints(t, open("POST", "/", i)))).check(t, 200, "from the endpoint", noType)
		sent, _ := e.got()
		if sent.Host != "orders.example.com" || sent.Header.Get("Upgrade") != "HTTP/2.0" || sent.Header.Get("Content-Encoding") != "br" || sent.UserAgent() != "Override" {
			t.Errorf("%s: got %s %v", kind, sent.Host, sent.Header)
		}
	}
}
