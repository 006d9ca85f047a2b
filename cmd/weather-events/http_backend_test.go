package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// shopTemplate is a template whose one method leads behind a VPC link.
const shopTemplate = "../../local/testdata/shop.template.yaml"

const shop = "https://shop.internal.example.com"

func TestServeListsHTTPBackends(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{nil, "\nBackend https://shop.internal.example.com (http): missing (a VPC link leads there), answers 500: --http https://shop.internal.example.com=URL connects it, --stub lets a stub answer\n"},
		{[]string{"--stub"}, "\nBackend https://shop.internal.example.com (http): missing (a VPC link leads there), a stub answers\n"},
		{[]string{"--http", shop + "/v1=http://127.0.0.1:9000/base"}, "\nBackend https://shop.internal.example.com/v1 (http): connected to http://127.0.0.1:9000/base\n"},
	} {
		out, _, _ := startServe(t, append([]string{"--template", shopTemplate}, c.flags...)...)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%v: got %s", c.flags, out)
		}
	}
}

func TestServeWithAnHTTPBackend(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method, " ", r.RequestURI) }))
	defer backend.Close()
	ready, _ := startServeJSON(t, "--template", shopTemplate, "--http", shop+"="+backend.URL)
	request, _ := http.NewRequest("POST", ready.APIs[0].URL+"orders?a=1", nil)
	request.Header.Set("Authorization", tokenFor(t, shopTemplate, ready.APIs[0]))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != 200 || string(body) != "POST /v1/orders?a=1" {
		t.Errorf("got %d %s", response.StatusCode, body)
	}
}

func TestHTTPBackendsThatAreNone(t *testing.T) {
	for _, c := range []struct{ flag, want string }{
		{"https://other.example.com=http://127.0.0.1:1", `the Uri of no integration begins with "https://other.example.com"; there are: https://shop.internal.example.com`},
		{shop + "=http://10.0.0.1:1", "must be on this machine, and 10.0.0.1:1 is not: WithRemote, or --allow-remote, allows backends elsewhere"},
		{shop + "=", "must be an absolute http or https URL"},
		{"shop=http://127.0.0.1:1", "must be an absolute http or https URL"},
	} {
		got := runCommand(t, "serve", "--template", shopTemplate, "--addr", "127.0.0.1:0", "--http", c.flag)
		if got.status == statusPassed || !strings.Contains(got.err, c.want) {
			t.Errorf("%s: got %d %s", c.flag, got.status, got.err)
		}
	}
}

// What the guide shows works where it is typed: at the root of the repository.
func TestGuideOfHTTPBackends(t *testing.T) {
	guide, err := os.ReadFile("../../docs/backends.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^go run ./cmd/weather-events (serve .*--http .*)$`).FindAllStringSubmatch(string(guide), -1)
	if len(commands) == 0 {
		t.Fatal("the guide shows no command")
	}
	t.Chdir("../..")
	for _, command := range commands {
		out, _, _ := startServe(t, strings.Fields(command[1])[1:]...)
		if !strings.Contains(out.String(), "\nBackend https://shop.internal.example.com (http): connected to http://127.0.0.1:9000\n") {
			t.Errorf("%s: got %s", command[1], out)
		}
	}
}
