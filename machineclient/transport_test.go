package machineclient_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/machineclient"
)

func TestReplacedCredentialsAreUsedWithoutAFailedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		client := ours(s)
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		s.rotate("second")
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		expectRequests(t, s, 2)
		s.rotate("third")
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		expectRequests(t, s, 3)
	})
}

func TestALate401UsesTheTokenThatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		var mu sync.Mutex
		var refused []*closeRecorder
		client := machineclient.New(machineclient.Config{Credentials: current(s), Base: roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := s.RoundTrip(r)
			if response.StatusCode == 401 {
				body := &closeRecorder{Reader: response.Body}
				mu.Lock()
				response.Body, refused = body, append(refused, body)
				first := len(refused) == 1
				mu.Unlock()
				if first {
					time.Sleep(time.Minute)
				}
			}
			return response, err
		})})
		status(t, client)
		s.rotate("second")
		var late sync.WaitGroup
		late.Go(func() { expectCounts(t, together(t, client, 1, 1), map[int]int{200: 1}) })
		time.Sleep(time.Second)
		expectCounts(t, together(t, client, 1, 1), map[int]int{200: 1})
		late.Wait()
		expectRequests(t, s, 2)
		for _, body := range refused {
			if !body.closed {
				t.Error("the answer that was refused is not closed")
			}
		}
		if len(refused) != 2 {
			t.Errorf("%d refusals", len(refused))
		}
	})
}

func TestA401ForAnExpiredTokenIsCured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		slow := func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "api.test" && s.requests() == 1 {
				time.Sleep(life) // in flight
			}
			return s.RoundTrip(r)
		}
		client := machineclient.New(machineclient.Config{Base: roundTripper(slow), Credentials: current(s)})
		if got := status(t, client); got != 200 {
			t.Errorf("got %d", got)
		}
		expectRequests(t, s, 2)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBodiesAreSentAgain(t *testing.T) {
	for _, test := range []struct {
		name string
		body io.Reader
		want []int // of three calls, the client replaced before the second
	}{
		{"that can be read again", strings.NewReader("storm"), []int{200, 200, 200}},
		{"none", http.NoBody, []int{200, 200, 200}},
		{"that cannot", io.MultiReader(strings.NewReader("storm")), []int{200, 401, 200}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				client := ours(s)
				var got []int
				for i := range test.want {
					if i == 1 {
						s.rotate("second")
					}
					request, _ := http.NewRequest("POST", apiURL, test.body)
					if request.GetBody != nil {
						request.Body, _ = request.GetBody()
					}
					response, err := client.Do(request)
					if err != nil {
						t.Fatal(err)
					}
					response.Body.Close()
					got = append(got, response.StatusCode)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if test.name == "that can be read again" && strings.Join(s.bodies, " ") != "storm storm storm" {
					t.Errorf("the API got %q", s.bodies)
				}
			})
		})
	}
}

func TestATokenStaysWithTheHostThatWasCalled(t *testing.T) {
	for redirect, want := range map[string][]string{
		"https://elsewhere.test/":   {""},
		"http://api.elsewhere.test": {""},
		"https://sub.api.test/":     {""},
		"https://api.test:8443/":    {""},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newService()
			s.redirect = redirect
			status(t, ours(s))
			if diff := cmp.Diff(want, s.elsewhere); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", redirect, diff)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.redirect = "https://elsewhere.test/"
		back := func(r *http.Request) (*http.Response, error) {
			response, err := s.RoundTrip(r)
			if r.URL.Host == "elsewhere.test" {
				response.StatusCode = 302
				response.Header.Set("Location", "https://api.test/chosen/elsewhere")
			}
			return response, err
		}
		client := machineclient.New(machineclient.Config{Base: roundTripper(back), Credentials: current(s)})
		if got := status(t, client); got != 401 || len(s.bodies) != 1 {
			t.Errorf("back from elsewhere: %d, %d requests with a token", got, len(s.bodies))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.redirect = "/other"
		status(t, ours(s)) // gives up after 10 redirects
		if len(s.bodies) != 10 {
			t.Errorf("%d redirects within the API had a token", len(s.bodies))
		}
		s.redirect = "http://api.test/"
		s.bodies = nil
		if got := status(t, ours(s)); got != 401 || len(s.bodies) != 1 {
			t.Errorf("without TLS: %d, %d with a token", got, len(s.bodies))
		}
	})
}

func TestTheRequestOfTheCallerIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		request, _ := http.NewRequest("GET", apiURL, nil)
		response, err := ours(newService()).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if len(request.Header) != 0 {
			t.Errorf("got %v", request.Header)
		}
	})
}
