package local_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// weather is the template of this repository's app.
const weather = "../testdata/weather-events-api.template.json"

// serve serves a template file until the test ends.
func serve(t testing.TB, file string, options ...local.Option) *local.System {
	t.Helper()
	server, err := local.New(local.FromTemplateFile(file), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

func do(t testing.TB, request *http.Request) answer {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// requestToken asks for a token with some scopes, or with all.
func requestToken(t testing.TB, client local.Client, scopes ...string) answer {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client.ID}, "client_secret": {client.Secret}}
	if len(scopes) > 0 {
		form.Set("scope", strings.Join(scopes, " "))
	}
	request, err := http.NewRequest("POST", client.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, request)
}

func token(t testing.TB, client local.Client, scopes ...string) string {
	t.Helper()
	got := requestToken(t, client, scopes...)
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(got.body), &issued); err != nil || issued.AccessToken == "" {
		t.Fatalf("no token: %d %s", got.status, got.body)
	}
	return issued.AccessToken
}

// call calls an API with a token, or with none.
func call(t testing.TB, method, url, token, body string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return do(t, request)
}

func expect(t testing.TB, got answer, status int, body string) {
	t.Helper()
	if got.status != status || got.body != body {
		t.Errorf("got %d %s, want %d %s", got.status, got.body, status, body)
	}
}

const unauthorized = `{"message":"Unauthorized"}`

// event is a body that the weather API's POST takes.
const event = `{"name":"Storm Eunice","dateStart":"2022-02-18","dateEnd":"2022-02-18"}`

// issuerOf reads the issuer claim of a token.
func issuerOf(t testing.TB, token string) string {
	t.Helper()
	return segment(t, token, 1)["iss"].(string)
}

// segment decodes the header, 0, or the claims, 1, of a token.
func segment(t testing.TB, token string, index int) map[string]any {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[index])
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(data, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// jsonSegment encodes a segment of a token.
func jsonSegment(t testing.TB, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(data)
}
