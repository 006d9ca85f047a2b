package machineclient_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"example.com/weather-events-api/machineclient"
)

// machine is the clock of a machine that can sleep: its wall clock goes on while
// its monotonic clock stands still.
type machine struct{ slept atomic.Int64 }

func (m *machine) sleep(d time.Duration) { m.slept.Add(int64(d / time.Second)) }

func (m *machine) now() time.Time {
	now := time.Now()
	// This relies on the layout of time.Time: seconds above 30 bits of nanoseconds.
	// asleep checks the layout first.
	*(*uint64)(unsafe.Pointer(&now)) += uint64(m.slept.Load()) << 30
	return now
}

// asleep returns the clock of a machine, after checking that the clock works.
func asleep(t *testing.T) *machine {
	t.Helper()
	m := &machine{}
	before := m.now()
	m.sleep(time.Hour)
	after := m.now()
	if wall := after.Round(0).Sub(before.Round(0)); after.Sub(before) > time.Minute || wall < time.Hour || wall > time.Hour+time.Minute {
		t.Fatalf("an hour of sleep is %s by the monotonic clock and %s by the wall clock", after.Sub(before), wall)
	}
	return m
}

// A sleeping machine, a paused VM and a frozen function wake up with a monotonic clock
// that did not move.
func TestATokenThatExpiredInASleepIsNotUsed(t *testing.T) {
	m, e := asleep(t), serve(t)
	e.api = func(w http.ResponseWriter, _ *http.Request, token int64) {
		if token != e.tokens.Load() {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	client := e.client(m.now)
	e.expect(t, client, 200, 1)
	m.sleep(59*time.Minute + 55*time.Second)
	e.expect(t, client, 200, 1)
	if got := e.calls.Load(); got != 2 {
		t.Errorf("%d calls: one had a token that had expired", got)
	}
	m.sleep(40 * time.Minute)
	e.expect(t, client, 200, 0)
}

// The wall clock is set back, but the monotonic clock is right.
func TestATokenThatExpiredWhileTheClockWasSetBackIsNotUsed(t *testing.T) {
	e := serve(t)
	var passed, setBack atomic.Int64
	m := &machine{}
	client := e.client(func() time.Time {
		m.slept.Store(-setBack.Load())
		return m.now().Add(time.Duration(passed.Load()))
	})
	e.expect(t, client, 200, 1)
	passed.Store(int64(time.Hour))
	setBack.Store(2 * 3600)
	e.expect(t, client, 200, 1)
}

func TestAPauseIsOverAfterASleep(t *testing.T) {
	m, e := asleep(t), serve(t)
	e.token = func(w http.ResponseWriter, r *http.Request, number int64) {
		if number == 1 {
			w.Header().Set("Retry-After", "300")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		issue(w, r, number)
	}
	client := e.client(m.now)
	e.expect(t, client, 0, 1)
	e.expect(t, client, 0, 0)
	m.sleep(302 * time.Second)
	e.expect(t, client, 200, 1)
}

// The pause between two loads of the credentials after a 401 counts sleep, too.
func TestCredentialsAreLoadedAgainAfterASleep(t *testing.T) {
	m, e := asleep(t), serve(t)
	e.api = func(w http.ResponseWriter, _ *http.Request, _ int64) { w.WriteHeader(http.StatusUnauthorized) }
	var loads atomic.Int64
	client := machineclient.New(machineclient.Config{Clock: m.now, Credentials: func(context.Context) (machineclient.Credentials, error) {
		loads.Add(1)
		return e.credentials(), nil
	}})
	for _, want := range []int64{2, 2} { // for the token, and for the first 401
		e.call(client)
		if got := loads.Load(); got != want {
			t.Errorf("loaded %d times, want %d", got, want)
		}
	}
	m.sleep(11 * time.Second)
	e.call(client)
	if got := loads.Load(); got <= 2 {
		t.Errorf("loaded %d times", got)
	}
}

// A token request in flight when the machine fell asleep has lost its connection, or its
// answer is out of date.
func TestARenewalThatHungInASleep(t *testing.T) {
	for _, test := range []struct {
		name string
		// first answers the first token request and returns when the request is over.
		first func(t *testing.T, m *machine, w http.ResponseWriter, r *http.Request)
	}{
		{"and was answered before", func(_ *testing.T, m *machine, w http.ResponseWriter, r *http.Request) {
			m.sleep(2 * time.Hour)
			issue(w, r, 1)
		}},
		{"and lost its connection", func(t *testing.T, m *machine, w http.ResponseWriter, _ *http.Request) {
			m.sleep(2 * time.Hour)
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			connection.Close()
		}},
		{"and is answered no more", func(t *testing.T, m *machine, _ http.ResponseWriter, r *http.Request) {
			m.sleep(2 * time.Hour)
			select {
			case <-r.Context().Done():
			case <-t.Context().Done():
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, e := asleep(t), serve(t)
			began := make(chan struct{})
			e.token = func(w http.ResponseWriter, r *http.Request, number int64) {
				if number > 1 {
					issue(w, r, number)
					return
				}
				close(began)
				test.first(t, m, w, r)
			}
			e.api = func(w http.ResponseWriter, _ *http.Request, token int64) {
				if token != 2 {
					w.WriteHeader(http.StatusUnauthorized)
				}
			}
			client := e.client(m.now)
			start := time.Now()
			var waiting sync.WaitGroup
			for range 10 { // calls that waited before the sleep
				waiting.Go(func() {
					if got := e.call(client); got != 200 {
						t.Errorf("got %d", got)
					}
				})
			}
			<-began
			time.Sleep(100 * time.Millisecond)
			if got := e.call(client); got != 200 { // a call after the sleep
				t.Errorf("got %d", got)
			}
			waiting.Wait()
			if took := time.Since(start); took > 9*time.Second { // it would be over after 10 s
				t.Errorf("took %s", took)
			}
			if got := e.tokens.Load(); got != 2 {
				t.Errorf("%d token requests", got)
			}
		})
	}
}

// A failed request is repeated once, however often the machine sleeps.
func TestARenewalThatSleepsAgainIsAnError(t *testing.T) {
	m, e := asleep(t), serve(t)
	e.token = func(w http.ResponseWriter, _ *http.Request, _ int64) {
		m.sleep(time.Minute) // again and again
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, err := e.client(m.now).Get(e.URL)
	if _, ok := errors.AsType[*machineclient.TokenError](err); !ok {
		t.Errorf("got %v", err)
	}
	if got := e.tokens.Load(); got != 2 {
		t.Errorf("%d token requests", got)
	}
}
