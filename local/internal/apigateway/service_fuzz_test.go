package apigateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever is in a Uri that is accepted, in a stage variable or in a request, what
// is called is the endpoint, below its path, with one signed request.
func FuzzServiceRequests(f *testing.F) {
	f.Add("s3:path/bucket/{key}", "a", "a%2Fb", "x", "y")
	f.Add("s3:path/${stageVariables.v}/{key}", "bucket", "..%2f", "../x", "y\r\nX-A: b")
	f.Add("dynamodb:action/PutItem&A={key}", "", "%", "&Action=b", "")
	f.Add("a.b.iotdata:path//topics/{q}?qos={key}", "#", ".%2e", "%2e%2e/", "é")
	f.Add("${stageVariables.v}:action/Publish", "sns", "a;b", "a;b", "\x00")
	f.Fuzz(func(t *testing.T, uri, variable, key, query, header string) {
		sent := 0
		m := service("POST", "/{key}", uri, func(m *apigateway.Method) {
			parameters(m, "path.key", "method.request.path.key", "path.q", "method.request.querystring.q", "querystring.q", "method.request.querystring.q", "header.X-Own", "method.request.header.X-Own")
			template(m, `#set($context.requestOverride.querystring.o = $input.params('q'))#set($context.requestOverride.header.X-Other = $input.params('q'))$input.body`)
		})
		c := config(m)
		c.Stages[0].Variables = map[string]string{"v": variable}
		c.Service = func(string) apigateway.HTTPBackend {
			return apigateway.HTTPBackend{URI: "http://127.0.0.1:1/base/", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				sent++
				path := r.URL.EscapedPath()
				decoded, err := url.PathUnescape(path)
				if r.URL.Scheme != "http" || r.URL.Host != "127.0.0.1:1" || !strings.HasPrefix(path, "/base/") || err != nil {
					t.Errorf("called %s %v", r.URL, err)
				}
				for _, segment := range strings.FieldsFunc(decoded, func(c rune) bool { return c == '/' || c == '\\' }) {
					if segment == ".." || segment == "." {
						t.Errorf("called %s", r.URL)
					}
				}
				if !strings.HasSuffix(r.Host, "127.0.0.1:1") || !signature.MatchString(r.Header.Get("Authorization")) {
					t.Errorf("called the host %s, signed %q", r.Host, r.Header.Get("Authorization"))
				}
				for name, values := range r.Header {
					if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
						t.Errorf("called with the header %q: %q", name, values)
					}
				}
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
			})}
		}
		api, err := apigateway.New(c)
		if err != nil {
			return
		}
		request := httptest.NewRequest("POST", "/prod/x?q="+url.QueryEscape(query), strings.NewReader("{}"))
		request.URL.Path, request.URL.RawPath = "/prod/"+key, "/prod/"+key
		if decoded, err := url.PathUnescape(key); err == nil {
			request.URL.Path = "/prod/" + decoded
		}
		request.Header["X-Own"] = []string{header}
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request)
		if status := recorder.Code; sent > 1 || (sent == 1) != (status == 200) {
			t.Errorf("got %d after %d calls", status, sent)
		}
	})
}
