package main

import (
	"strings"
	"testing"
)

// One stage of an API that has several is named by /STAGE behind the API.
func TestAStageIsChosen(t *testing.T) {
	const template = "testdata/two-stages.yaml"
	for _, test := range []struct {
		command, api string
		status       int
		want         string
	}{
		{"verify", "", statusPassed, "No walk-through: there are 3 APIs: choose one of [Orders/v1 Orders/v2 Other/v1] with --api"},
		{"verify", "Orders", statusUsage, `want one; there are: Orders/v1 ("Orders API"), Orders/v2 ("Orders API"), Other/v1`},
		{"verify", "Orders/v3", statusUsage, "0 of 3 APIs"},
		{"verify", "Orders/v1", statusPassed, "/v1/'"},
		{"verify", "Orders API/v2", statusPassed, "/v2/'"},
		{"openapi", "", statusUsage, "choose one of [Orders Other] with --api"},
		{"openapi", "Orders", statusPassed, "Stage v1"},
		{"openapi", "Orders/v2", statusPassed, "Stage v2"},
		{"openapi", "Orders/v3", statusUsage, "0 of 2 APIs"},
	} {
		arguments := []string{test.command, "--template", template, "--api", test.api}
		if test.command == "verify" {
			arguments = append(arguments, "--curl")
		}
		got := runCommand(t, arguments...)
		if got.status != test.status || !strings.Contains(got.out+got.err, test.want) {
			t.Errorf("%v: %+v, want %q", arguments, got, test.want)
		}
		if other := map[string]string{"Orders/v1": "/v2", "Orders API/v2": "/v1", "Orders/v2": "/v1"}[test.api]; other != "" && strings.Contains(got.out, other) {
			t.Errorf("%v: holds %s:\n%s", arguments, other, got.out)
		}
	}
}

// The token is for the server that listens on the same address, however that is
// written.
func TestTokenOfAnAddress(t *testing.T) {
	for _, test := range []struct{ address, want string }{
		{"127.0.0.1:8080", "http://127.0.0.1:8080/"},
		{"localhost:8080", "http://127.0.0.1:8080/"},
		{"0.0.0.0:8080", "http://127.0.0.1:8080/"},
		{":8080", "http://127.0.0.1:8080/"},
		{"[::1]:8080", "http://[::1]:8080/"},
		{"user:password@host:80", `--addr must be HOST:PORT, such as 127.0.0.1:8080, got "…@host:80"`},
		{"\x1b[2J:1", "--addr must be HOST:PORT"},
		{"nowhere", `--addr must be HOST:PORT, such as 127.0.0.1:8080, got "nowhere"`},
	} {
		got := runCommand(t, "token", "--template", weather, "--decode", "--addr", test.address)
		if !strings.Contains(got.out+got.err, test.want) || strings.Contains(got.err, "\x1b") {
			t.Errorf("%q: %+v, want %q", test.address, got, test.want)
		}
	}
}

// Everything that a template names is printed so that a terminal obeys none of it.
func TestServeOfHostileNamesAsJSON(t *testing.T) {
	out, _, stop := startServe(t, "--template", "testdata/hostile-names.yaml", "--json")
	stop()
	if got := out.String(); !strings.Contains(got, `hostile\u001b[2J\u202e\u009b2J\u200b`) || strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
}
