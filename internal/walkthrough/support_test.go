package walkthrough_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/weather-events-api/internal/walkthrough"
)

const (
	clientID     = "1example23456789"
	clientSecret = "it's a $ecret & more"
	events       = `{"events": [
		{"name": "Storms Dudley, Eunice and Franklin", "dateStart": "2022-02-16", "dateEnd": "2022-02-21" },
		{"name": "Storms Malik and Corrie", "dateStart": "2022-01-29", "dateEnd": "2022-01-31" }
	]}`
)

// fake stands for Cognito and API Gateway. The one that startFake
// makes is right; a test changes it to be wrong in one way.
type fake struct {
	*httptest.Server
	allowed      []string       // scopes of the client
	denial       map[string]any // answer to a scope that is not among them
	answer       map[string]any // members of a token answer besides the token
	claims       map[string]any // claims besides the scope
	withoutScope bool           // tokens have no scope claim
	postScope    string         // of POST
	contentType  string         // of the API
	events       string
	refusal      int // status of a call without the token or scope it needs
	unchecked    bool
	created      string
	// intercept answers instead of the right system, if it returns true.
	intercept               func(w http.ResponseWriter, r *http.Request) bool
	tokenRequests, apiCalls atomic.Int32
}

func startFake(t testing.TB) *fake {
	d := &fake{
		allowed:   []string{"weather-api/post", "weather-api/get"},
		postScope: "weather-api/post",
		denial:    map[string]any{"error": "invalid_grant"},
		answer:    map[string]any{"token_type": "Bearer", "expires_in": 3600},
		claims: map[string]any{
			"sub": clientID, "client_id": clientID, "token_use": "access", "version": 2,
			"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example", "exp": 1760003600,
		},
		contentType: "application/json",
		events:      events,
		refusal:     http.StatusUnauthorized,
		created:     `{"message":"success"}`,
		intercept:   func(http.ResponseWriter, *http.Request) bool { return false },
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/token", d.token)
	mux.HandleFunc("GET /weather", d.get)
	mux.HandleFunc("POST /weather", d.post)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.intercept(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *fake) target() walkthrough.Target {
	return walkthrough.Target{
		APIURL: d.URL + "/weather", TokenURL: d.URL + "/oauth2/token",
		ClientID: clientID, ClientSecret: clientSecret,
	}
}

func (d *fake) token(w http.ResponseWriter, r *http.Request) {
	d.claims["jti"] = fmt.Sprint("token ", d.tokenRequests.Add(1))
	scopes := strings.Fields(r.FormValue("scope"))
	if len(scopes) == 0 {
		scopes = d.allowed
	}
	switch {
	case r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.PostFormValue("grant_type") != "client_credentials":
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
	case r.PostFormValue("client_id") != clientID || r.PostFormValue("client_secret") != clientSecret:
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_client"})
	case !slices.Contains(d.allowed, scopes[0]):
		writeJSON(w, http.StatusBadRequest, d.denial)
	default:
		d.claims["scope"] = strings.Join(scopes, " ")
		if d.withoutScope {
			delete(d.claims, "scope")
		}
		answer := map[string]any{"access_token": newToken(d.claims)}
		for name, value := range d.answer {
			answer[name] = value
		}
		writeJSON(w, http.StatusOK, answer)
	}
}

func (d *fake) get(w http.ResponseWriter, r *http.Request) {
	d.serve(w, r, "weather-api/get", d.events)
}

func (d *fake) post(w http.ResponseWriter, r *http.Request) {
	d.serve(w, r, d.postScope, d.created)
}

func (d *fake) serve(w http.ResponseWriter, r *http.Request, scope, body string) {
	d.apiCalls.Add(1)
	if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Accept") != "application/json" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	token, hasToken := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	_, claims, _ := walkthrough.Decode(token)
	granted, _ := claims["scope"].(string)
	if !hasToken || !d.unchecked && !slices.Contains(strings.Fields(granted), scope) {
		writeJSON(w, d.refusal, map[string]any{"message": "Unauthorized"})
		return
	}
	// The authorizer comes before the body is looked at.
	sent, _ := io.ReadAll(r.Body)
	if want := `{"name":"Storm Example","dateStart":"2022-02-16","dateEnd":"2022-02-21"}`; r.Method == http.MethodPost && string(sent) != want {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", d.contentType)
	io.WriteString(w, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// newToken returns a token whose signature nobody made.
func newToken(claims map[string]any) string {
	return segment(`{"alg":"RS256","kid":"example"}`) + "." + segment(claims) + "." + segment("signature")
}

// segment encodes a text, or any other value as JSON.
func segment(value any) string {
	text, ok := value.(string)
	if !ok {
		encoded, _ := json.Marshal(value)
		text = string(encoded)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// run walks through target and fails the test on an error.
func run(t testing.TB, ctx context.Context, target walkthrough.Target) *walkthrough.Report {
	t.Helper()
	report, err := walkthrough.Run(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
