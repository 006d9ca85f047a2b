package apigateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestHeadersTooLarge(t *testing.T) {
	url := serve(t, config(protected("GET", "/", mock("ok"), readScope)))
	// Method, target, protocol, two spaces and what Go's client sends.
	const line = len("GET /prod/ HTTP/1.1")
	rest := 10240 - line - len(strings.TrimPrefix(url, "http://")) - len("Go-http-client/1.1") - len("gzip") - len(goodToken)
	fits := request{line: "GET /prod/", headers: []string{"Authorization: " + goodToken, "X-Filler: " + strings.Repeat("a", rest)}}
	fits.send(t, url).check(t, 200, "ok", noType)
	tooLarge := request{line: "GET /prod/", headers: []string{"Authorization: " + goodToken, "X-Filler: " + strings.Repeat("a", rest+1)}}
	got := tooLarge.send(t, url)
	if got.status != 431 || got.body != "HTTP header is larger than 10240 bytes." {
		t.Errorf("got %d %q, want 431", got.status, got.body)
	}
	got.checkHeader(t, "Content-Type", "text; charset=utf-8")
}

func TestBodyTooLarge(t *testing.T) {
	const limit = 10 << 20
	url := serve(t, config(protected("POST", "/", mock("ok"), readScope)))
	for _, test := range []struct {
		name    string
		size    int
		chunked bool
		token   string
		status  int
		body    string
	}{
		{"at the limit", limit, false, goodToken, 200, "ok"},
		{"above the limit", limit + 1, false, goodToken, 413, "HTTP content length exceeded 10485760 bytes."},
		{"above the limit, before the authorizer", limit + 1, false, "", 413, "HTTP content length exceeded 10485760 bytes."},
		{"of unknown length, at the limit", limit, true, goodToken, 200, "ok"},
		{"of unknown length, above the limit", limit + 1, true, goodToken, 413, "HTTP content length exceeded 10485760 bytes."},
		{"of unknown length, is not read without a token", limit + 1, true, "", 401, unauthorizedBody},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body io.Reader = strings.NewReader(strings.Repeat(" ", test.size))
			if test.chunked {
				body = io.MultiReader(body)
			}
			r, err := http.NewRequest("POST", url+"/prod/", body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", test.token)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				// The server may close the connection while the client still
				// sends, which some systems report before the answer is read.
				t.Skip(err)
			}
			defer resp.Body.Close()
			text, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != test.status || string(text) != test.body {
				t.Errorf("got %d %q, want %d %q", resp.StatusCode, text, test.status, test.body)
			}
		})
	}
}
