package machineclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"example.com/weather-events-api/machineclient"
)

func expectCounts(t *testing.T, got, want map[int]int) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statuses (-want +got)\n%s", diff)
	}
}

func expectRequests(t *testing.T, s *service, want int) {
	t.Helper()
	if got := s.requests(); got != want {
		t.Errorf("%d token requests, want %d", got, want)
	}
}

func TestAllGoroutinesShareOneToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.latency = time.Second
		client := ours(s)
		start := time.Now()
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		expectRequests(t, s, 1)
		if took := time.Since(start); took != s.latency {
			t.Errorf("took %s", took)
		}
	})
}

func TestATokenIsRenewedInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		client := ours(s)
		status(t, client)
		time.Sleep(life*8/10 - 1)
		status(t, client)
		synctest.Wait()
		expectRequests(t, s, 1)
		time.Sleep(life/10 + 1)
		s.latency = time.Second
		start := time.Now()
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		if took := time.Since(start); took != 0 {
			t.Errorf("the calls waited %s", took)
		}
		time.Sleep(time.Second)
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		expectRequests(t, s, 2)
	})
}

func TestAnExpiredTokenIsNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		client := ours(s)
		status(t, client)
		time.Sleep(life - 10*time.Second)
		s.throttle = always(500, "")
		expectCounts(t, together(t, client, 50, 1), map[int]int{0: 50})
		expectRequests(t, s, 2)
	})
}

func TestAFailedTokenRequestIsNotRepeatedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.throttle = always(429, "5")
		client := ours(s)
		_, err := client.Get(apiURL)
		failed, ok := errors.AsType[*machineclient.TokenError](err)
		if !ok {
			t.Fatalf("got %v", err)
		}
		if wait := time.Until(failed.RetryAt); wait < 5500*time.Millisecond || wait > 6*time.Second {
			t.Errorf("the next attempt is in %s", wait)
		}
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); !ok || refused.Response.StatusCode != 429 {
			t.Errorf("got %v", err)
		}
		want := "no access token, the next attempt is at " + failed.RetryAt.Format(time.RFC3339) + ": the token endpoint answered 429 Too Many Requests"
		if failed.Error() != want {
			t.Errorf("got %s", failed)
		}
		time.Sleep(time.Until(failed.RetryAt) - 1)
		expectCounts(t, together(t, client, 50, 20), map[int]int{0: 1000})
		expectRequests(t, s, 1)

		s.throttle = nil
		time.Sleep(time.Nanosecond)
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		expectRequests(t, s, 2)
	})
}

func TestPausesDoubleUpToAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.throttle = always(503, "")
		client := ours(s)
		for range 20 * 60 { // calls every second for 20 minutes
			status(t, client)
			time.Sleep(time.Second)
		}
		longest := time.Second
		for i := range len(s.tokenRequests) - 1 {
			pause := s.tokenRequests[i+1].Sub(s.tokenRequests[i])
			if pause < longest/2 || pause > longest+time.Second {
				t.Errorf("pause %d is %s, want %s to %s", i, pause, longest/2, longest)
			}
			longest = min(2*longest, time.Minute)
		}
		if n := len(s.tokenRequests); n < 20 || n > 50 {
			t.Errorf("%d token requests", n)
		}
	})
}

func TestASuccessStartsThePausesAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.throttle = func(request int) (int, string) {
			if request == 6 {
				return 0, ""
			}
			return 503, ""
		}
		client := ours(s)
		for status(t, client) != 200 {
			time.Sleep(time.Second)
		}
		time.Sleep(life)
		_, err := client.Get(apiURL)
		failed, ok := errors.AsType[*machineclient.TokenError](err)
		if !ok || time.Until(failed.RetryAt) > time.Second {
			t.Errorf("got %v", err)
		}
	})
}

func TestACallWaitsNoLongerThanItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.latency = 8 * time.Second
		client := ours(s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		body := &closeRecorder{Reader: strings.NewReader("storm")}
		request, _ := http.NewRequestWithContext(ctx, "POST", apiURL, body)
		start := time.Now()
		if _, err := client.Do(request); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		if !body.closed {
			t.Error("the body is not closed")
		}
		// The token request continues for the other callers.
		if got := status(t, client); got != 200 || time.Since(start) != s.latency {
			t.Errorf("after %s: %d", time.Since(start), got)
		}
		expectRequests(t, s, 1)
	})
}

type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error { c.closed = true; return nil }

func TestATokenRequestThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.latency = time.Hour
		start := time.Now()
		_, err := ours(s).Get(apiURL)
		if _, ok := errors.AsType[*machineclient.TokenError](err); !ok || time.Since(start) != 10*time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestCredentialsThatCannotBeLoaded(t *testing.T) {
	broken := errors.New("the secret is gone")
	for _, test := range []struct {
		name string
		load func(context.Context) (machineclient.Credentials, error)
		want string
	}{
		{"error", func(context.Context) (machineclient.Credentials, error) { return credentials("first"), broken }, "load credentials: the secret is gone"},
		{"incomplete", machineclient.Static(machineclient.Credentials{ClientID: "first", TokenURL: tokenURL}), "credentials: client_secret is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				_, err := machineclient.New(machineclient.Config{Base: s, Credentials: test.load}).Get(apiURL)
				if failed, ok := errors.AsType[*machineclient.TokenError](err); !ok || failed.Err.Error() != test.want {
					t.Errorf("got %v, want %s", err, test.want)
				}
				expectRequests(t, s, 0)
			})
		})
	}
}

func TestCredentialsAreRequired(t *testing.T) {
	defer func() {
		if got := recover(); got != "machineclient: Config.Credentials is required: use machineclient.Static or a function that loads them" {
			t.Errorf("got %v", got)
		}
	}()
	machineclient.New(machineclient.Config{})
}
