package machineclient_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/weather-events-api/machineclient"
)

func TestATokenRequestFollowsNoRedirect(t *testing.T) {
	var followed, leaked atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		followed.Add(1)
		if strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
			leaked.Add(1)
		}
		issue(w, r, 1)
	}))
	defer elsewhere.Close()
	for _, test := range []struct{ name, from, to string }{
		{"another port", "http://127.0.0.1", elsewhere.URL},
		{"another path", "http://auth.localhost", "/elsewhere"},
		{"a subdomain", "http://auth.localhost", "http://eu.auth.localhost/elsewhere"},
		{"another name", "http://auth.localhost", "http://localhost/elsewhere"},
		{"http instead of https", "https://auth.localhost", "http://auth.localhost/elsewhere"},
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(fmt.Sprint(test.name, " ", status), func(t *testing.T) {
				followed.Store(0)
				leaked.Store(0)
				e := serve(t)
				e.token = func(w http.ResponseWriter, r *http.Request, _ int64) {
					http.Redirect(w, r, test.to, status)
				}
				secure := httptest.NewTLSServer(e)
				defer secure.Close()
				base := secure.Client().Transport.(*http.Transport)
				base.TLSClientConfig.InsecureSkipVerify = true
				base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					switch _, port, _ := net.SplitHostPort(address); {
					case port == "443":
						address = secure.Listener.Addr().String()
					case e.tokens.Load() == 0:
						address = e.Listener.Addr().String()
					default: // after the first request
						address = elsewhere.Listener.Addr().String()
					}
					return new(net.Dialer).DialContext(ctx, network, address)
				}
				base.DisableKeepAlives = true
				credentials := e.credentials()
				credentials.TokenURL = test.from + "/token"
				_, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(credentials), Base: base}).Get(e.URL)
				refused, ok := errors.AsType[*oauth2.RetrieveError](err)
				if !ok || refused.Response.StatusCode != status {
					t.Errorf("got %v", err)
				}
				if followed.Load() != 0 || e.tokens.Load() != 1 {
					t.Errorf("%d token requests, %d requests where the redirect leads, %d with the secret", e.tokens.Load(), followed.Load(), leaked.Load())
				}
			})
		}
	}
}

func TestANegativeLifeCostsNoTokenRequestPerCall(t *testing.T) {
	for _, life := range []int{-3600, -1, 0, 1, 5, 10, 11} {
		e := serve(t)
		e.token = func(w http.ResponseWriter, _ *http.Request, number int64) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":%d,"token_type":"Bearer"}`, number, life)
		}
		now := time.Now()
		client := e.client(func() time.Time { return now })
		e.expect(t, client, 200, 1)
		for range 20 {
			e.expect(t, client, 200, 0)
		}
	}
}

// A token request's secret and a call's token cross the network in clear text only to the
// hosts configured for it.
func TestPlainHTTPIsForLoopbackAndNamedHosts(t *testing.T) {
	for _, test := range []struct {
		url      string
		insecure []string
		want     bool
	}{
		{"https://auth.test", nil, true},
		{"http://127.0.0.1", nil, true},
		{"http://127.8.8.8:8080", nil, true},
		{"http://[::1]:8080", nil, true},
		{"http://localhost", nil, true},
		{"http://LOCALHOST.:8080", nil, true},
		{"http://auth.localhost", nil, true},
		{"http://auth.test", nil, false},
		{"HTTP://auth.test", nil, false},
		{"http://auth.test:443", nil, false},
		{"http://10.0.0.1", nil, false},
		{"http://[fd00::1]", nil, false},
		{"http://0.0.0.0", nil, false},
		{"http://127.0.0.1.auth.test", nil, false},
		{"http://localhost.auth.test", nil, false},
		{"http://auth.test", []string{"other.test", "Auth.test"}, true},
		{"http://AUTH.test:8080", []string{"auth.test"}, true},
		{"http://[fd00::1]:8080", []string{"fd00::1"}, true},
		{"http://evil.auth.test", []string{"auth.test"}, false},
		{"http://auth.test", []string{"evil.auth.test", "", "*", "test"}, false},
	} {
		t.Run(fmt.Sprint(test.url, test.insecure), func(t *testing.T) {
			e := serve(t)
			secure := httptest.NewTLSServer(e)
			defer secure.Close()
			base := secure.Client().Transport.(*http.Transport)
			base.TLSClientConfig.InsecureSkipVerify = true
			base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				server := e.Server
				if strings.HasPrefix(test.url, "https:") || address == "safe.test:443" {
					server = secure
				}
				return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
			}
			credentials := e.credentials()
			try := func(tokenURL, apiURL string) error {
				credentials.TokenURL = tokenURL
				response, err := machineclient.New(machineclient.Config{
					Credentials: machineclient.Static(credentials), Base: base, InsecureHosts: test.insecure,
				}).Get(apiURL)
				if err == nil {
					response.Body.Close()
				}
				return err
			}
			parsed, err := url.Parse(test.url)
			if err != nil {
				t.Fatal(err)
			}
			host := parsed.Hostname()

			err = try(test.url+"/token", "https://safe.test/")
			if got := e.tokens.Load() == 1; got != test.want {
				t.Errorf("%d token requests, %v", e.tokens.Load(), err)
			}
			if want := "credentials: token_url must begin with https://: " + host + " is neither a loopback host nor in Config.InsecureHosts"; !test.want && !strings.HasSuffix(fmt.Sprint(err), want) {
				t.Errorf("got %v, want %s", err, want)
			}
			e.calls.Store(0)
			err = try("https://safe.test/token", test.url)
			if got := e.calls.Load() == 1; got != test.want {
				t.Errorf("%d calls, %v", e.calls.Load(), err)
			}
			if want := "the URL of the call must begin with https://: " + host + " is neither a loopback host nor in Config.InsecureHosts"; !test.want && !strings.HasSuffix(fmt.Sprint(err), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// The answer does not expose the Authorization header of its request.
func TestTheAnswerDoesNotHoldTheToken(t *testing.T) {
	e := serve(t)
	e.api = func(w http.ResponseWriter, r *http.Request, token int64) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/there", http.StatusFound)
		} else if token == 1 {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	m := asleep(t)
	client := e.client(m.now)
	for _, want := range []int{401, 200} {
		response, err := client.Get(e.URL + "/")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want || response.Request.URL.Path != "/there" {
			t.Errorf("got %d of %s", response.StatusCode, response.Request.URL)
		}
		for answer := response; answer != nil; answer = answer.Request.Response {
			if got := answer.Request.Header.Get("Authorization"); got != "" {
				t.Errorf("%s %s: %s", answer.Status, answer.Request.URL, got)
			}
		}
		m.sleep(time.Minute)
	}
}

// A call's error does not show the token.
func TestTheErrorOfACallDoesNotHoldTheToken(t *testing.T) {
	e := serve(t)
	for _, echo := range []string{"%s\r\n\r\n", "HTTP/1.1 200 OK\r\nAuthorization %s\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n"} {
		e.api = func(w http.ResponseWriter, r *http.Request, _ int64) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			fmt.Fprintf(connection, echo, r.Header.Get("Authorization"))
		}
		_, err := e.client(time.Now).Get(e.URL)
		if text := fmt.Sprint(err); strings.Contains(text, fmt.Sprintf("token-%d", e.tokens.Load())) || !strings.HasSuffix(text, "the error is left out because it holds the token") {
			t.Errorf("got %v", err)
		}
	}
	closed := serve(t)
	closed.Close()
	if _, err := e.client(time.Now).Get(closed.URL); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
}
