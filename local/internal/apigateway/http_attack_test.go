package apigateway_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// No value from a client can add a header.
func TestHeaderInjectionByParameters(t *testing.T) {
	for _, kind := range []string{"HTTP", "HTTP_PROXY"} {
		e := newUpstream(t, nil)
		i := custom(e.URL, "header.X-Q", "method.request.querystring.q", "header.X-P", "method.request.path.p", "header.X-B", "method.request.body.b")
		i.Type = kind
		url := serve(t, withEndpoints(t, open("POST", "/{p}", i)))
		for _, r := range []request{
			{"POST /prod/a?q=x%0d%0aX-Evil:%201", nil, "{}"}, {"POST /prod/a?q=x%0aX-Evil:%201", nil, "{}"}, {"POST /prod/a?q=%00", nil, "{}"},
			{"POST /prod/a%0D%0AX-Evil:%201", nil, "{}"}, {"POST /prod/a", nil, `{"b":"x\r\nX-Evil: 1"}`}, {"POST /prod/a?q=%7f", nil, "{}"},
		} {
			got := r.send(t, url)
			if sent, _ := e.got(); got.status != 400 || sent != nil {
				t.Errorf("%s %s: got %d, the endpoint %v", kind, r.line, got.status, sent)
			}
		}
		request{"POST /prod/a?q=tab%09%C3%A4", nil, "{}"}.send(t, url).check(t, 200, "from the endpoint", noType)
	}
	e := newUpstream(t, nil)
	i := custom(e.URL)
	i.RequestTemplates = map[string]string{"$default": "#set($context.requestOverride.header[$input.params('n')] = $input.params('v'))made"}
	url := serve(t, withEndpoints(t, open("POST", "/", i)))
	for query, status := range map[string]int{"n=X-A&v=1": 200, "n=X-A&v=1%0d%0aX-Evil:1": 400, "n=X%0d%0aX-Evil:1&v=1": 500, "n=Content-Length&v=1": 500} {
		if got := (request{"POST /prod/?" + query, nil, "{}"}).send(t, url); got.status != status {
			t.Errorf("%s: got %d %s", query, got.status, got.body)
		}
	}
}

// A client cannot set the headers that API Gateway sets about it.
func TestForgedHeaders(t *testing.T) {
	e := newUpstream(t, nil)
	i := proxy(e.URL, "header.X-Client", "context.authorizer.claims.sub", "header.X-Tenant", "context.authorizer.claims.tenant", "querystring.client", "context.authorizer.claims.sub")
	url := serve(t, withEndpoints(t, protected("GET", "/", i, readScope)))
	request{line: "GET /prod/?client=forged&Client=other", headers: []string{
		"Authorization: " + goodToken, "X-Client: forged", "x-client: forged too", "X-Tenant: forged", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-For: 10.0.0.2",
		"X-Forwarded-Proto: https", "X-Forwarded-Port: 443", "X-Amzn-Apigateway-Api-Id: forged", "Connection: X-Client, X-Amzn-Trace-Id, X-Kept", "X-Kept: no",
	}}.send(t, url).check(t, 200, "from the endpoint", noType)
	sent, _ := e.got()
	port := url[strings.LastIndex(url, ":")+1:]
	for name, want := range map[string]string{
		"X-Client": "client1", "X-Tenant": "", "X-Forwarded-For": "10.0.0.1, 10.0.0.2, 127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Port": port,
		"X-Amzn-Apigateway-Api-Id": "abc123", "X-Kept": "",
	} {
		if got := strings.Join(sent.Header[name], "|"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if query := sent.URL.RawQuery; query != "Client=other&client=client1" || sent.Header.Get("X-Amzn-Trace-Id") == "" {
		t.Errorf("got %s, %v", query, sent.Header)
	}
}

// A request that two servers could read differently reaches the endpoint as one request
// or not at all.
func TestRequestSmuggling(t *testing.T) {
	var got bytes.Buffer
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	requests := make(chan string, 9)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				read := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(read)
					if err != nil {
						return
					}
					body, _ := io.ReadAll(r.Body)
					requests <- fmt.Sprintf("%s %s %q %v %v", r.Method, r.URL.Path, body, r.TransferEncoding, r.Header["Content-Length"])
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				}
			}()
		}
	}()
	api := serve(t, withEndpoints(t, open("POST", "/", proxy("http://"+listener.Addr().String()+"/once"))))
	at, _ := url.Parse(api)
	const evil = "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n"
	chunked := "0\r\n\r\n" + evil
	for _, c := range []struct {
		headers, body string
		want          string // "" if nothing may reach the endpoint
	}{
		{fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked", len(chunked)), chunked, `POST /once "" [chunked] []`},
		{"Content-Length: 3\r\nContent-Length: 5", "abcde", ""},
		{"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", chunked, ""},
		{"Transfer-Encoding: xchunked", chunked, ""},
		{"Transfer-Encoding : chunked", chunked, ""},
		{"Content-Length: +3", "abc", ""},
		{"Content-Length: 3\r\nX-A: b\r\n Transfer-Encoding: chunked", "abc", `POST /once "abc" [] [3]`},
		{"Content-Length: 3", "abc" + evil, `POST /once "abc" [] [3]`},
	} {
		conn, err := net.Dial("tcp", at.Host)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /prod/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n\r\n%s", c.headers, c.body)
		_, _ = got.ReadFrom(conn)
		_ = conn.Close()
		select {
		case sent := <-requests:
			if sent != c.want {
				t.Errorf("%q: sent %s, want %s", c.headers, sent, c.want)
			}
		default:
			if c.want != "" {
				t.Errorf("%q: nothing was sent", c.headers)
			}
		}
	}
	select {
	case sent := <-requests:
		t.Errorf("also sent %s", sent)
	default:
	}
}

// writes is an endpoint that writes the same bytes to every request.
func writes(t *testing.T, text string) string {
	e := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}))
	t.Cleanup(e.Close)
	return e.URL
}

// An endpoint may send no valid answer, or more than one.
func TestEndpointsThatMisbehave(t *testing.T) {
	const network = `{"message":"Network error communicating with endpoint"}`
	for name, c := range map[string]struct {
		answer string
		status int
		body   string
	}{
		"early hints":          {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"},
		"switching protocols":  {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nframes", 504, network},
		"endless hints":        {strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: "+strings.Repeat("a", 1000)+"\r\n\r\n", 2000), 504, network},
		"huge headers":         {"HTTP/1.1 200 OK\r\nX-Huge: " + strings.Repeat("a", 2<<20) + "\r\n\r\n", 504, network},
		"many headers":         {"HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Many: a\r\n", 200_000) + "\r\n", 504, network},
		"no HTTP":              {"SSH-2.0-OpenSSH_9.6\r\n", 504, network},
		"nothing":              {"", 504, network},
		"two lengths":          {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", 504, network},
		"a status of 4 digits": {"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok", 504, network},
		"a header of a header": {"HTTP/1.1 200 OK\r\nX-A: b\rX-Evil: 1\r\nContent-Length: 2\r\n\r\nok", 504, network},
		"a redirect":           {"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 302, ""},
	} {
		t.Run(name, func(t *testing.T) {
			uri := writes(t, c.answer)
			i := custom(uri)
			i.IntegrationResponses = append(i.IntegrationResponses, apigateway.IntegrationResponse{StatusCode: "302", SelectionPattern: "3.."})
			m := open("GET", "/custom", i)
			m.MethodResponses = append(m.MethodResponses, apigateway.MethodResponse{StatusCode: "302"})
			url := serve(t, withEndpoints(t, open("GET", "/proxy", proxy(uri)), m))
			for _, path := range []string{"proxy", "custom"} {
				got := request{line: "GET /prod/" + path}.send(t, url)
				if got.status != c.status || got.body != c.body || got.header["X-Evil"] != nil {
					t.Errorf("%s: got %d %.100q %.100v", path, got.status, got.body, got.header)
				}
			}
		})
	}
}

// An answer that breaks off also breaks off for the client.
func TestEndpointThatBreaksOff(t *testing.T) {
	uri := writes(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
	url := serve(t, withEndpoints(t, open("GET", "/", proxy(uri)), open("GET", "/custom", custom(uri))))
	response, err := http.Get(url + "/prod/")
	if err == nil { // the answer may break off before its header
		_, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
	}
	if err == nil {
		t.Error("the answer ends without an error")
	}
	request{line: "GET /prod/custom"}.send(t, url).check(t, 504, `{"message":"Network error communicating with endpoint"}`, "InternalServerErrorException")
}

// A client cannot upgrade the connection to an endpoint.
func TestUpgradeIsNotPassed(t *testing.T) {
	e := newUpstream(t, nil)
	url := serve(t, withEndpoints(t, open("GET", "/", proxy(e.URL))))
	request{line: "GET /prod/", headers: []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"}}.
		send(t, url).check(t, 200, "from the endpoint", noType)
	if sent, _ := e.got(); sent.Header["Upgrade"] != nil || sent.Header["Connection"] != nil {
		t.Errorf("got %v", sent.Header)
	}
}

// A compressed answer passes unchanged: a few bytes may expand to gigabytes.
func TestCompressedAnswersPass(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, _ = io.Copy(w, io.LimitReader(zeroReader{}, 64<<20))
	_ = w.Close()
	e := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	url := serve(t, withEndpoints(t, open("GET", "/", proxy(e.URL))))
	got := request{line: "GET /prod/", headers: []string{"Accept-Encoding: gzip"}}.send(t, url)
	got.checkHeader(t, "Content-Encoding", "gzip")
	if got.body != bomb.String() {
		t.Errorf("got %d bytes of %d", len(got.body), bomb.Len())
	}
	if sent, _ := e.got(); sent.Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("got %v", sent.Header)
	}
}
