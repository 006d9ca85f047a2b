package console_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/console"
)

// A template's text neither reverses the page's writing direction nor sends commands to a
// terminal.
func TestTextsOfATemplateArePrintable(t *testing.T) {
	const hostile = "a\u202e\u009b2J\u200b\ufeff\x7fb"
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "template.json")
	changed := strings.ReplaceAll(string(data), "Weather Events REST API", hostile)
	changed = strings.Replace(changed, `"ScopeDescription": "`, `"ScopeDescription": "`+hostile, 1)
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	server := serve(t, file)
	for _, got := range []answer{
		call(t, server, "GET", "system", ""),
		call(t, server, "POST", "inspect", `{"token":"`+hostile+`"}`),
		call(t, server, "POST", "secret", `{"client":"`+hostile+`"}`),
	} {
		if strings.ContainsFunc(got.body, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			t.Errorf("%q", got.body)
		}
	}
	if got := call(t, server, "GET", "system", "").body; strings.Count(got, "a\ufffd\ufffd2J\ufffd\ufffd\ufffdb") < 2 {
		t.Errorf("%q", got)
	}
}

// The policy allows the page's own style and script, and nothing from anywhere else.
func TestThePageIsSelfContained(t *testing.T) {
	got := call(t, serve(t, weather), "GET", "", "")
	if got.status != 200 || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%d %s", got.status, got.header.Get("Content-Type"))
	}
	policy := map[string]string{}
	for _, directive := range strings.Split(got.header.Get("Content-Security-Policy"), "; ") {
		name, value, _ := strings.Cut(directive, " ")
		policy[name] = value
	}
	hashes := map[string]string{}
	for _, match := range inline.FindAllStringSubmatch(got.body, -1) {
		sum := sha256.Sum256([]byte(match[2]))
		hashes[match[1]] = "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := map[string]string{
		"default-src": "'none'", "script-src": hashes["script"], "style-src": hashes["style"],
		"img-src": "data:", "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
		"require-trusted-types-for": "'script'", "trusted-types": "'none'",
	}
	if diff := cmp.Diff(want, policy); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	for _, match := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(got.body, -1) {
		if !strings.HasPrefix(match[1], "#") && !strings.HasPrefix(match[1], "data:") {
			t.Errorf("the page refers to %q", match[1])
		}
	}
}

func TestEveryAnswerKeepsOthersAway(t *testing.T) {
	server := serve(t, weather)
	for _, path := range []string{"", "system", "nothing"} {
		got := call(t, server, "GET", path, "")
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		} {
			if value := got.header.Get(name); value != want {
				t.Errorf("%q: %s is %q, want %q", path, name, value, want)
			}
		}
		if policy := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; ") {
			t.Errorf("%q: policy %q", path, policy)
		}
	}
}

func TestAPIKeysAreGivenWhenAskedForOnly(t *testing.T) {
	server := serve(t, "../../local/testdata/events.yaml")
	value := server.APIKeys()[0].Value
	if system := call(t, server, "GET", "system", ""); strings.Contains(system.body, value) || !strings.Contains(system.body, `"apiKeys":[{"key":"Key","name":"Key","enabled":true,"stages":["Api/prod"]}]`) {
		t.Errorf("got %s", system.body)
	}
	if got := ask[struct{ Secret string }](t, server, "secret", `{"apiKey":"Key"}`); got.Secret != value {
		t.Errorf("got %+v", got)
	}
	if got := call(t, server, "POST", "secret", `{"apiKey":"Other"}`); got.status != http.StatusBadRequest || !strings.Contains(got.body, "there is no API key") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestSecretsAreGivenWhenAskedForOnly(t *testing.T) {
	server := serve(t, weather)
	client := server.Clients()[0]
	page, system := call(t, server, "GET", "", ""), call(t, server, "GET", "system", "")
	if strings.Contains(page.body+system.body, client.Secret) {
		t.Error("the page holds the secret before the user asks for it")
	}
	if got := ask[struct{ Secret string }](t, server, "secret", `{"client":"`+client.LogicalID+`"}`); got.Secret != client.Secret {
		t.Errorf("got %+v", got)
	}
	if got := call(t, server, "GET", "secret", ""); got.status != http.StatusMethodNotAllowed {
		t.Errorf("GET answers %d", got.status)
	}
}

func TestTheConsoleIsForThisMachine(t *testing.T) {
	server := serve(t, weather)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST": 200, "console.localhost:8080": 200, "127.0.0.1:80": 200, "127.1.2.3": 200,
		"[::1]": 200, "[::1]:8080": 200, "localhost.": 200, "console.localhost.:8080": 200,
		".localhost": 403, "evil.example..localhost": 403, "[::ffff:192.168.0.1]": 403, "[::ffff:127.0.0.1]:8080": 200,
		"evil.example": 403, "localhost.evil.example": 403, "evil-localhost": 403, "127.0.0.1.evil.example": 403,
		"192.168.0.1:8080": 403, "0.0.0.0": 403, "[2001:db8::1]:8080": 403, "notlocalhost": 403,
	} {
		for _, path := range []string{"", "system"} {
			got := call(t, server, "GET", path, "", "Host: "+host)
			if got.status != want || want == 403 && !strings.HasPrefix(got.body, "the console is for this machine only") {
				t.Errorf("Host %s: %d %.80s", host, got.status, got.body)
			}
		}
	}
	handler := console.Handler(server.System)
	for address, want := range map[string]int{
		"127.0.0.1:5000": 200, "[::1]:5000": 200, "[::ffff:127.0.0.1]:5000": 200,
		"192.168.0.7:5000": 403, "[2001:db8::7]:5000": 403, "[::ffff:192.168.0.7]:5000": 403, "": 403,
	} {
		request := httptest.NewRequest("GET", "http://localhost/_console/system", nil)
		request.RemoteAddr = address
		recorder := httptest.NewRecorder()
		if handler.ServeHTTP(recorder, request); recorder.Code != want {
			t.Errorf("from %q: %d, want %d", address, recorder.Code, want)
		}
	}
}

func TestOtherOriginsGetNothing(t *testing.T) {
	server := serve(t, weather)
	body := `{"client":"` + server.Clients()[0].LogicalID + `"}`
	for _, test := range []struct {
		header string
		want   int
	}{
		{"Origin: " + server.URL(), 200},
		{"Sec-Fetch-Site: same-origin", 200},
		{"Origin: http://evil.example", 403},
		{"Origin: http://localhost:3000", 403},
		{"Origin: null", 403},
		{"Sec-Fetch-Site: cross-site", 403},
		{"Sec-Fetch-Site: same-site", 403},
	} {
		got := call(t, server, "POST", "secret", body, test.header)
		if got.status != test.want || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", test.header, got.status, got.header)
		}
	}
}

func TestBadRequests(t *testing.T) {
	server := serve(t, weather)
	for _, test := range []struct{ method, path, body, want string }{
		{"POST", "secret", `{`, `400 {"error":"unexpected EOF"}`},
		{"POST", "secret", `{"who":"me"}`, `400 {"error":"json: unknown field \"who\""}`},
		{"POST", "secret", `{"client":"me"}`, `400 {"error":"0 of 1 clients are named \"me\", want one; there are: `},
		{"POST", "step", `{"step":"first"}`, `400 {"error":"unknown step \"first\": use one of token-with-every-scope, `},
		{"POST", "token", `{"client":"me"}`, `400 {"error":"0 of 1 clients are named`},
		{"POST", "inspect", `{"token":"` + strings.Repeat("a", 64<<10) + `"}`, `400 {"error":"http: request body too large"}`},
		{"POST", "system", ``, `405 `},
		{"GET", "other", ``, `404 `},
	} {
		got := call(t, server, test.method, test.path, test.body)
		if line := strconv.Itoa(got.status) + " " + got.body; !strings.HasPrefix(line, test.want) {
			t.Errorf("%s %s: %d %s, want %s", test.method, test.path, got.status, got.body, test.want)
		}
	}
	request, err := http.NewRequest("GET", server.URL()+strings.TrimSuffix(console.Path, "/"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultTransport.RoundTrip(request); err != nil || response.StatusCode != 308 || response.Header.Get("Location") != "/_console/" {
		t.Errorf("without the slash: %v %+v", err, response)
	}
}
