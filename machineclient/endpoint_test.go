package machineclient_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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
					default: // what follows the first request
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
