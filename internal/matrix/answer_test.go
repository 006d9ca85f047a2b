package matrix

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/weather-events-api/local"
)

// roundTrip is a function that sends requests.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func failing(*http.Request) (*http.Response, error) { return nil, errors.New("cut") }

func answered(status int, body string, headers ...string) *http.Response {
	recorder := httptest.NewRecorder()
	for i := 0; i < len(headers); i += 2 {
		recorder.Header().Set(headers[i], headers[i+1])
	}
	recorder.WriteHeader(status)
	io.WriteString(recorder, body)
	return recorder.Result()
}

// onlyNobody skips every caller but Nobody.
func onlyNobody(_ Method, c Caller, _ Cell) string {
	return strings.TrimPrefix(string(c.Kind), string(Nobody))
}

// one is the target of a matrix with one method and no client.
func one(m local.Method) Target {
	return Target{APIs: []local.API{{Key: "Api", Stage: "v1", URL: "https://api.example.com/v1/"}}, Methods: map[string][]local.Method{"Api": {m}}}
}

func scoped(httpMethod string) local.Method {
	return local.Method{HTTPMethod: httpMethod, Path: "/orders", Authorization: cognito, Scopes: []string{"orders/read"}, UserPools: []string{"Pool"}}
}

func TestWhatAnAnswerTells(t *testing.T) {
	const kind = "x-amzn-ErrorType"
	withKey := scoped("GET")
	withKey.APIKeyRequired = true
	for _, test := range []struct {
		name   string
		method local.Method
		answer *http.Response
		want   State
		says   string
	}{
		{"refused", scoped("GET"), answered(401, `{"message":"Unauthorized"}`, kind, "UnauthorizedException"), Closed, `401 UnauthorizedException {"message":"Unauthorized"}`},
		{"refused with another status and body", scoped("GET"), answered(200, "nothing here", kind, "UnauthorizedException:http://internal.amazon.com/"), Closed, "200"},
		{"an explicit deny", scoped("GET"), answered(403, `{"Message":"User is not authorized"}`, kind, "AccessDeniedException"), Closed, "403"},
		{"an expired token", scoped("GET"), answered(403, ``, kind, "ExpiredTokenException"), Closed, "403"},
		{"no signature", local.Method{HTTPMethod: "GET", Path: "/", Authorization: iam}, answered(403, `{"message":"Missing Authentication Token"}`, kind, "MissingAuthenticationTokenException"), Closed, "403"},
		{"no key", withKey, answered(403, `{"message":"Forbidden"}`, kind, "ForbiddenException"), Closed, "403"},
		{"no such method", scoped("GET"), answered(403, `{"message":"Missing Authentication Token"}`, kind, "MissingAuthenticationTokenException"), Failed, "the stage has no such method"},
		{"no such method, for a token", scoped("GET"), answered(403, `{"message":"Authorization header requires 'Credential' parameter."}`, kind, "IncompleteSignatureException"), Failed, "the stage has no such method"},
		{"a token in place of a signature", local.Method{HTTPMethod: "GET", Path: "/", Authorization: iam}, answered(403, ``, kind, "IncompleteSignatureException"), Closed, "403"},
		{"no such stage", scoped("GET"), answered(403, `{"message":"Forbidden"}`, kind, "ForbiddenException"), Failed, "no such stage"},
		{"an authorizer that fails", scoped("GET"), answered(500, `{"message":null}`, kind, "AuthorizerConfigurationException"), Failed, "the authorizer could not be asked"},
		{"a body that is refused", scoped("POST"), answered(400, `{"message":"Invalid request body"}`, kind, "BadRequestException"), Open, "400"},
		{"a media type that is refused", scoped("POST"), answered(415, ``, kind, "UnsupportedMediaTypeException"), Open, "415"},
		{"a backend that fails", scoped("GET"), answered(502, ``, kind, "InternalServerErrorException"), Open, "502"},
		{"a backend that refuses", scoped("GET"), answered(401, `{"message":"Unauthorized"}`), Open, "401"},
		{"a backend that is an API Gateway", scoped("GET"), answered(401, ``, kind, "UnauthorizedException", "x-amzn-Remapped-Date", "today"), Open, "401"},
		{"a redirect", scoped("GET"), answered(302, ``, "Location", "https://example.com/"), Open, "302"},
		{"success", scoped("GET"), answered(200, `{"orders":[]}`), Open, "200"},
		{"a hostile body", scoped("GET"), answered(200, "\x1b[2J\u202e"), Open, "200 \uFFFD[2J\uFFFD"},
		{"no answer", scoped("GET"), nil, Failed, "no answer: cut"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := one(test.method).Expect()
			m.Try(t.Context(), Options{Skip: onlyNobody, Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				if test.answer == nil {
					return nil, errors.New("cut")
				}
				return test.answer, nil
			})})
			if got := m.Cells[0][0]; got.Got != test.want || !strings.Contains(got.Answer, test.says) || got.Wrong != (test.want != Closed) {
				t.Errorf("%+v, want %s and %q", got, test.want, test.says)
			}
		})
	}
}

// A throttled request is retried.
func TestThrottled(t *testing.T) {
	for _, test := range []struct {
		throttled int64
		want      State
	}{{2, Closed}, {100, Failed}} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int64
			m := one(scoped("GET")).Expect()
			m.Try(t.Context(), Options{
				Skip: onlyNobody,
				Transport: roundTrip(func(*http.Request) (*http.Response, error) {
					if calls.Add(1) <= test.throttled {
						return answered(429, `{"message":"Too Many Requests"}`, "x-amzn-ErrorType", "TooManyRequestsException"), nil
					}
					return answered(401, ``, "x-amzn-ErrorType", "UnauthorizedException"), nil
				}),
			})
			if got := m.Cells[0][0]; got.Got != test.want || calls.Load() > attempts {
				t.Errorf("%+v after %d calls, want %s", got, calls.Load(), test.want)
			}
		})
	}
}

// never is a transport without answers.
func never(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// An API that does not answer gets a few calls at once, and no more after that.
func TestSilence(t *testing.T) {
	var methods []local.Method
	for _, name := range []string{"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"} {
		for _, path := range []string{"/a", "/b", "/c", "/d"} {
			m := scoped(name)
			m.Path = path
			methods = append(methods, m)
		}
	}
	target := one(scoped("GET"))
	target.Methods["Api"] = methods
	var calls atomic.Int64
	m := target.Expect()
	m.Try(t.Context(), Options{Timeout: 50 * time.Millisecond, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "api.example.com" {
			calls.Add(1)
		}
		return never(r)
	})})
	if calls.Load() > defaultAtOnce {
		t.Errorf("%d calls", calls.Load())
	}
	for _, row := range m.Cells {
		if row[0].Got != Failed || !strings.Contains(row[0].Answer, "no answer within 50ms") {
			t.Errorf("%+v", row[0])
		}
	}
	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, interrupt)
	if err := target.Expect().Try(ctx, Options{Timeout: time.Hour, Transport: roundTrip(never)}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// A client that should get a token and gets none is a separate problem.
func TestNoToken(t *testing.T) {
	target, system := load(t, "testdata/open-method.yaml")
	m := target.Expect()
	transport := system.Transport()
	m.Try(t.Context(), Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/oauth2/token") {
			return answered(400, `{"error":"invalid_client"}`, "Content-Type", "application/json"), nil
		}
		return transport.RoundTrip(r)
	})})
	if m.Passed() || m.Callers[2].Problem != "no token: 400 invalid_client" || m.Cells[0][2].NotCalled != "there is no token" {
		t.Errorf("%+v %+v", m.Callers[2], m.Cells[0][2])
	}
	var text strings.Builder
	m.Write(&text, false)
	if !strings.Contains(text.String(), "✗ Reader with orders/read: no token: 400 invalid_client") {
		t.Error(text.String())
	}
}

// A disagreement between rules and requests is reported.
func TestDisagreements(t *testing.T) {
	target, system := load(t, "testdata/open-method.yaml")
	blind := target
	blind.Findings = nil
	m := try(t, blind, system.Transport())
	if want := "DELETE /orders of Api/v1: no rule finds it open, but it lets in nobody"; len(m.Disagreements) != 1 || m.Disagreements[0] != want {
		t.Errorf("%q, want %q", m.Disagreements, want)
	}
	m = try(t, target, roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete && r.Header.Get("Authorization") == "" {
			return answered(401, "", "x-amzn-ErrorType", "UnauthorizedException"), nil
		}
		return system.Transport().RoundTrip(r)
	}))
	if len(m.Disagreements) != 1 || !strings.Contains(m.Disagreements[0], "rule method-open says that method DELETE /orders is open to anyone, but other methods of the API require a scope, but whoever has no token is refused") {
		t.Errorf("%q", m.Disagreements)
	}
	target, system = load(t, "testdata/without-scope.yaml")
	m = try(t, target, roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/orders") && r.Method == http.MethodPost {
			return answered(200, ""), nil
		}
		return system.Transport().RoundTrip(r)
	}))
	if len(m.Disagreements) != 1 || !strings.Contains(m.Disagreements[0], "rule method-without-scope says that it turns every machine away, but it lets in nobody") {
		t.Errorf("%q", m.Disagreements)
	}
	target, system = load(t, "testdata/swapped-scopes.yaml")
	m = try(t, target, roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/orders") && r.Method == http.MethodPost && r.Header.Get("Authorization") != "" {
			return answered(200, ""), nil
		}
		return system.Transport().RoundTrip(r)
	}))
	if len(m.Disagreements) != 1 || !strings.Contains(m.Disagreements[0], "POST /orders of Api/v1: no rule finds it open, but it lets in a token that somebody else signed") {
		t.Errorf("%q", m.Disagreements)
	}
	var text strings.Builder
	m.Write(&text, false)
	if !strings.Contains(strings.Join(strings.Fields(text.String()), " "), "✗ lint and the requests disagree, which is a fault of this program or of AWS, unless something else is deployed than the template: POST /orders") {
		t.Error(text.String())
	}
}
