package apigateway_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/local/internal/apigateway"
)

// Recorded on API Gateway: the Uri's values come before the mapped ones, the client's
// query passes, and a mapping without a value is left out.
func TestQueryOfAnEndpoint(t *testing.T) {
	for _, c := range []struct {
		uri        string
		parameters []string
		sent       string
		want       string
	}{
		{"/?testVar={pathVar}&testQs={qsVar}", []string{
			"path.qsVar", "method.request.querystring.testVar", "path.pathVar", "method.request.path.pathVariable",
			"querystring.queryString", "method.request.querystring.testQueryString", "querystring.testQs", "method.request.querystring.testQueryString",
			"querystring.testEmptyQs", "method.request.header.emptyheader",
		}, "?testQueryString=foo&testVar=bar", "/?testVar=foobar&testQs=bar&testQueryString=foo&testVar=bar&queryString=foo&testQs=foo"},
		{"", nil, "?a=1&a=2&b", "/?a=1&a=2&b="},
		{"?fixed=1", nil, "", "/?fixed=1"},
		{"/x?fixed=1", nil, "?a=%2B+%26", "/x?fixed=1&a=%2B+%26"},
		// Go drops a pair with a semicolon; the guide says that a semicolon splits
		// data.
		{"/", nil, "?a=1;b=2&c=3", "/?c=3"},
		{"/", nil, "?a=%zz&c=3", "/?c=3"},
		// The client must not set it.
		{"/", []string{"querystring.client", "context.authorizer.claims.client_id"}, "?client=forged&x=1", "/?x=1"},
		{"/", []string{"querystring.id", "method.request.querystring.id"}, "?id=1&id=2", "/?id=2"},
		{"/", []string{"querystring.id", "method.request.multivaluequerystring.id"}, "?id=1&id=2", "/?id=1&id=2"},
		{"/", []string{"querystring.q", "method.request.querystring.r"}, "?r=a%26b%3Dc%23%0d%0a", "/?r=a%26b%3Dc%23%0D%0A&q=a%26b%3Dc%23%0D%0A"},
	} {
		e := newUpstream(t, nil)
		url := serve(t, withEndpoints(t, open("GET", "/{pathVariable}", proxy(e.URL+c.uri, c.parameters...))))
		request{line: "GET /prod/foobar" + c.sent}.send(t, url).check(t, 200, "from the endpoint", noType)
		if sent, _ := e.got(); sent.RequestURI != c.want {
			t.Errorf("%s %s: got %s, want %s", c.uri, c.sent, sent.RequestURI, c.want)
		}
	}
}

// No path parameter escapes the path of the Uri: a character with a meaning in a URL is
// encoded, and a step up is refused.
func TestPathOfAnEndpoint(t *testing.T) {
	e := newUpstream(t, nil)
	uri := serve(t, withEndpoints(t,
		open("GET", "/greedy/{proxy+}", proxy(e.URL+"/base/{proxy}", "path.proxy", "method.request.path.proxy")),
		open("GET", "/one/{id}", proxy(e.URL+"/base/x-{id}/end", "path.id", "method.request.path.id")),
		open("GET", "/two/{a}/{b}", proxy(e.URL+"/base/{a}{b}/end", "path.a", "method.request.path.a", "path.b", "method.request.path.b")),
		open("GET", "/query", proxy(e.URL+"/base/{q}", "path.q", "method.request.querystring.q")),
		open("GET", "/header", proxy(e.URL+"/base/{q}", "path.q", "method.request.header.q")),
		open("GET", "/text", proxy(e.URL+"/base/{q}", "path.q", "'a/b c'")),
	))
	for sent, want := range map[string]string{
		"/greedy/a/b":                    "/base/a/b",
		"/greedy/a%2Fb":                  "/base/a%2Fb",
		"/greedy/a%252Fb":                "/base/a%252Fb",
		"/greedy/%252e%252e/a":           "/base/%252e%252e/a",
		"/greedy/a%3Fadmin=1%23x":        "/base/a%3Fadmin=1%23x",
		"/greedy/a;b=1/c":                "/base/a%3Bb=1/c",
		"/greedy/a%5Cb":                  "/base/a%5Cb",
		"/greedy/%C3%A4%20%FF":           "/base/%C3%A4%20%FF",
		"/greedy/a%0d%0aX-Injected:%201": "/base/a%0D%0AX-Injected:%201",
		"/greedy/a@b:c":                  "/base/a@b:c",
		"/greedy/..a/.b/c..":             "/base/..a/.b/c..",
		"/greedy/a//b":                   "/base/a//b",
		"/one/a%2Fb":                     "/base/x-a%2Fb/end",
		"/one/..":                        "/base/x-../end",
		"/query?q=a/b%3Fc":               "/base/a%2Fb%3Fc?q=a%2Fb%3Fc",
		"/text":                          "/base/a/b%20c",

		"/greedy/..":                "",
		"/greedy/a/../b":            "",
		"/greedy/%2e%2e/admin":      "",
		"/greedy/.%2E/admin":        "",
		"/greedy/a%2F..%2F..%2Fb":   "",
		"/greedy/a%2f%2e%2e%2fb":    "",
		"/greedy/..%5Cadmin":        "",
		"/greedy/a/..;x/b":          "",
		"/greedy/a/..%3Bx/b":        "",
		"/greedy/.":                 "",
		"/two/./.":                  "",
		"/two/%2e/%2e":              "",
		"/query?q=../admin":         "",
		"/query?q=..":               "",
		"/query?q=a/../../admin":    "",
		"/header#../admin":          "",
		"/one/a%2F..%2F..%2F..%2Fb": "",
	} {
		e.lock.Lock()
		e.last = nil
		e.lock.Unlock()
		target, header, _ := strings.Cut(sent, "#")
		got := raw(t, uri, target, "q: "+header)
		last, _ := e.got()
		switch {
		case want == "" && (got.status != 400 || last != nil):
			t.Errorf("%s: got %d, the endpoint %v", sent, got.status, last)
		case want != "" && (last == nil || last.RequestURI != want):
			t.Errorf("%s: got %d %s, the endpoint %v, want %s", sent, got.status, got.body, last, want)
		}
	}
}

// raw sends a target unchanged, because HTTP clients clean it.
func raw(t testing.TB, base, target string, header string) answer {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Opaque = "//" + u.Host + "/prod" + target
	r := &http.Request{Method: "GET", URL: u, Host: u.Host, Header: http.Header{}}
	name, value, _ := strings.Cut(header, ": ")
	r.Header.Set(name, value)
	got, _ := testhttp.Do(t, r)
	return answer{status: got.StatusCode, header: got.Header}
}

// A parameter without a mapping makes an invalid URL. API Gateway notices at the call.
func TestUriWithAnUnmappedParameter(t *testing.T) {
	e := newUpstream(t, nil)
	url := serve(t, withEndpoints(t, open("GET", "/{id}", proxy(e.URL+"/{id}"))))
	request{line: "GET /prod/7"}.send(t, url).check(t, 500, serverErrorBody, "InternalServerErrorException")
}

func TestProblemsOfEndpoints(t *testing.T) {
	for _, c := range []struct {
		uri  string
		want string // "" for none
	}{
		{"http://example.com", ""}, {"HTTPS://example.com:8443/a/{b}?c={d}", ""}, {"http://[::1]:80/", ""},
		{"http://example.com/a b", ""}, {"http://${stageVariables.color}.example.com/", ""}, {"https://${stageVariables.color}", ""},
		{"", "must be an http or https URL"},
		{"ftp://example.com/", "must be an http or https URL"},
		{"example.com/a", "must be an http or https URL"},
		{"http://example.com/#a", "must be an http or https URL without a fragment"},
		{"http:///a", "must have a host"},
		{"http://:80/a", "must have a host"},
		{"http://user:secret@example.com/", "no user name"},
		{"http://example.com:port/", "must have a host"},
		{"http://{host}/a", "must have no path parameter in its host"},
		{"http://a.{host}:80", "must have no path parameter in its host"},
		{"{proxy}", "must be an http or https URL"},
		{"http://example.com/a/../b", "no segment . or .."},
		{"http://example.com/%2e%2e/b", "no segment . or .."},
	} {
		m := open("GET", "/{b}", proxy(c.uri))
		m.Label = "M"
		_, err := apigateway.New(withEndpoints(t, m))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.uri, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), "M.Integration.Uri: "+c.want) && !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want %s", c.uri, err, c.want)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: the message holds a password: %v", c.uri, err)
		}
	}
	for property, change := range map[string]func(*apigateway.Integration){
		"IntegrationHttpMethod": func(i *apigateway.Integration) { i.HTTPMethod = "FETCH" },
		"ConnectionType":        func(i *apigateway.Integration) { i.ConnectionType = "TUNNEL" },
		"TimeoutInMillis":       func(i *apigateway.Integration) { i.TimeoutInMillis = 1 },
		`RequestParameters["integration.request.path."]`:      func(i *apigateway.Integration) { i.RequestParameters["integration.request.path."] = "'a'" },
		`RequestParameters["integration.request.header.a b"]`: func(i *apigateway.Integration) { i.RequestParameters["integration.request.header.a b"] = "'a'" },
		`RequestParameters["integration.request.body.a"]`:     func(i *apigateway.Integration) { i.RequestParameters["integration.request.body.a"] = "'a'" },
		`RequestParameters["integration.request.path.a"]`: func(i *apigateway.Integration) {
			i.RequestParameters["integration.request.path.a"] = "integration.response.body"
		},
	} {
		m := open("GET", "/", proxy("http://example.com/"))
		change(m.Integration)
		m.Label = "M"
		if _, err := apigateway.New(withEndpoints(t, m)); err == nil || !strings.Contains(err.Error(), "M.Integration."+property+": ") {
			t.Errorf("%s: got %v", property, err)
		}
	}
}

// A Uri with stage variables is checked before any request: they may choose the host,
// but no user name, fragment or file.
func TestStageVariablesInTheUriOfAnEndpoint(t *testing.T) {
	e := newUpstream(t, nil)
	host := strings.TrimPrefix(e.URL, "http://")
	for value, want := range map[string]struct {
		status int
		path   string
	}{
		host: {200, "/a"}, host + "/b": {200, "/b/a"}, host + "?x=": {200, "/?x=/a"}, "": {500, ""}, "/etc": {500, ""}, host + "#": {500, ""},
		"a,b": {500, ""}, host + "/..": {500, ""},
	} {
		c := withEndpoints(t, open("GET", "/", proxy("http://${stageVariables.host}/a")))
		known := c.HTTP
		c.HTTP = func(call apigateway.HTTPCall) apigateway.HTTPBackend {
			if !strings.HasPrefix(call.URI, e.URL) {
				return apigateway.HTTPBackend{Missing: "elsewhere"}
			}
			return known(call)
		}
		c.Stages[0].Variables = map[string]string{"host": value}
		got := request{line: "GET /prod/"}.send(t, serve(t, c))
		if got.status != want.status {
			t.Errorf("%q: got %d %s", value, got.status, got.body)
		}
		if sent, _ := e.got(); want.status == 200 && sent.RequestURI != want.path {
			t.Errorf("%q: got %s, want %s", value, sent.RequestURI, want.path)
		}
	}
}

// FuzzPathOfAnEndpoint looks for path parameters and queries that take a request
// outside the path of the Uri or to another host.
func FuzzPathOfAnEndpoint(f *testing.F) {
	for _, seed := range []string{"a/b", "..", "%2e%2e/x", "a%2F..%2F", "a%252F", "a;b/..;c", "%5C..", "a?b=c&d", "//evil.example.com", "@x", "%00", "?q=..%2f"} {
		f.Add(seed)
	}
	var sent *http.Request
	c := config(
		open("GET", "/g/{proxy+}", proxy("http://endpoint.example.com/base/{proxy}?fixed={proxy}", "path.proxy", "method.request.path.proxy")),
		open("GET", "/q", proxy("http://endpoint.example.com/base/{q}/end", "path.q", "method.request.querystring.q", "querystring.q", "method.request.querystring.q")),
	)
	c.HTTP = func(call apigateway.HTTPCall) apigateway.HTTPBackend {
		return apigateway.HTTPBackend{URI: call.URI, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			sent = r
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
		})}
	}
	api, err := apigateway.New(c)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, target := range []string{"/prod/g/" + text, "/prod/q?q=" + url.QueryEscape(text)} {
			u, err := url.ParseRequestURI(target)
			if err != nil {
				continue
			}
			sent = nil
			r := httptest.NewRequest("GET", "/", nil)
			r.URL, r.RequestURI = u, target
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			if sent == nil {
				continue
			}
			line, err := url.ParseRequestURI(sent.URL.RequestURI())
			if err != nil || sent.URL.Host != "endpoint.example.com" || sent.Host != "endpoint.example.com" {
				t.Fatalf("%q: sent %s to %s: %v", target, sent.URL.RequestURI(), sent.Host, err)
			}
			for _, way := range []string{line.Path, strings.ReplaceAll(line.Path, `\`, "/")} {
				if cleaned := path.Clean(way); cleaned != "/base" && !strings.HasPrefix(cleaned, "/base/") {
					t.Fatalf("%q: sent %s, which cleans to %s", target, sent.URL.RequestURI(), cleaned)
				}
			}
			if strings.ContainsAny(sent.URL.RequestURI(), "\r\n #\x00") || line.Fragment != "" {
				t.Fatalf("%q: sent %q", target, sent.URL.RequestURI())
			}
		}
	})
}
