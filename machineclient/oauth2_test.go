package machineclient_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/machineclient"
)

// This table compares x/oauth2 alone with this package: the reason for this package, kept
// up to date. Where both do the same, this package adds nothing.
func TestComparedWithOAuth2(t *testing.T) {
	for _, test := range []struct {
		name                string
		measure             func(*testing.T, *service, *http.Client) any
		oauth2, explicit    any // default, and with AuthStyle set
		machineclientAnswer any
	}{
		{"token requests of 1000 calls from 50 goroutines", thousandCalls, 1, 1, 1},
		{"token requests of 50 calls while the token endpoint throttles", throttled, 100, 50, 1},
		{"seconds that a call with a deadline of 1 s takes, at 8 s for a token request", secondsPastDeadline, 8.0, 8.0, 1.0},
		{"calls out of 120 in 2 hours that wait for a token request", callsThatWait, 2, 2, 1},
		{"failed calls out of 120 in 2 hours, token endpoint down for minutes 57 to 62", failedInOutage, 3, 3, 0},
		{"failed calls out of 120 in 2 hours, client replaced after 30 minutes", failedAfterRotation, 90, 90, 0},
		{"token shown to the host that a redirect leads to", tokenGivenAway, true, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, side := range []struct {
				name   string
				client func(*service) *http.Client
				want   any
			}{
				{"x/oauth2", func(s *service) *http.Client { return plain(s, oauth2.AuthStyleAutoDetect) }, test.oauth2},
				{"x/oauth2 with AuthStyle", func(s *service) *http.Client { return plain(s, oauth2.AuthStyleInHeader) }, test.explicit},
				{"machineclient", ours, test.machineclientAnswer},
			} {
				synctest.Test(t, func(t *testing.T) {
					s := newService()
					if got := test.measure(t, s, side.client(s)); got != side.want {
						t.Errorf("%s: got %v, want %v", side.name, got, side.want)
					}
				})
			}
		})
	}
}

func plain(s *service, style oauth2.AuthStyle) *http.Client {
	first := credentials("first")
	config := clientcredentials.Config{ClientID: first.ClientID, ClientSecret: first.ClientSecret, TokenURL: tokenURL, AuthStyle: style}
	return config.Client(context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: s}))
}

func ours(s *service) *http.Client {
	return machineclient.New(machineclient.Config{Base: s, Credentials: current(s)})
}

// current loads the credentials of the one client there is.
func current(s *service) func(context.Context) (machineclient.Credentials, error) {
	return func(context.Context) (machineclient.Credentials, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return credentials(s.client), nil
	}
}

func thousandCalls(t *testing.T, s *service, client *http.Client) any {
	together(t, client, 50, 20)
	return s.requests()
}

func always(status int, retryAfter string) func(int) (int, string) {
	return func(int) (int, string) { return status, retryAfter }
}

func throttled(t *testing.T, s *service, client *http.Client) any {
	s.throttle = always(429, "5")
	together(t, client, 50, 1)
	return s.requests()
}

func secondsPastDeadline(t *testing.T, s *service, client *http.Client) any {
	s.latency = 8 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, "GET", apiURL, nil)
	start := time.Now()
	if response, err := client.Do(request); err == nil {
		response.Body.Close()
	}
	took := time.Since(start).Seconds()
	time.Sleep(s.latency) // wait for background work
	return took
}

// everyMinute calls once a minute for two hours. It runs before ahead of each call.
func everyMinute(t *testing.T, client *http.Client, before func(minute int)) (failed, waited int) {
	for minute := range 120 {
		before(minute)
		start := time.Now()
		if status(t, client) != 200 {
			failed++
		}
		took := time.Since(start)
		if took > 0 {
			waited++
		}
		time.Sleep(time.Minute - took)
	}
	return failed, waited
}

func callsThatWait(t *testing.T, s *service, client *http.Client) any {
	s.latency = time.Second
	_, waited := everyMinute(t, client, func(int) {})
	return waited
}

func failedInOutage(t *testing.T, s *service, client *http.Client) any {
	failed, _ := everyMinute(t, client, func(minute int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.throttle = nil
		if minute >= 57 && minute < 63 {
			s.throttle = always(503, "")
		}
	})
	return failed
}

func failedAfterRotation(t *testing.T, s *service, client *http.Client) any {
	failed, _ := everyMinute(t, client, func(minute int) {
		if minute == 30 {
			s.rotate("second")
		}
	})
	return failed
}

func tokenGivenAway(t *testing.T, s *service, client *http.Client) any {
	s.redirect = "https://elsewhere.test/"
	status(t, client)
	if len(s.elsewhere) != 1 {
		t.Fatalf("%d requests elsewhere", len(s.elsewhere))
	}
	return s.elsewhere[0] != ""
}
