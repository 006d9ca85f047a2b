package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestTokenIsForTheServerAtTheAddress(t *testing.T) {
	server := served(t, weather)
	address := strings.TrimPrefix(server.URL(), "http://")
	got := runCommand(t, "token", "--template", weather, "--addr", address, "--scope", "weather-api/get")
	if got.status != statusPassed {
		t.Fatalf("%+v", got)
	}
	request, err := http.NewRequest("GET", server.API("RestApi").URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(got.out))
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != 200 {
		t.Errorf("%v %v", response, err)
	}
}

func TestTokenDecoded(t *testing.T) {
	got := runCommand(t, "token", "--template", weather, "--scope", "weather-api/get", "--scope", "weather-api/post", "--decode")
	var decoded struct {
		Header struct{ Alg string }
		Claims struct{ Scope, Iss string }
	}
	if err := json.Unmarshal([]byte(got.out), &decoded); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	if decoded.Header.Alg != "RS256" || decoded.Claims.Scope != "weather-api/get weather-api/post" || !strings.HasPrefix(decoded.Claims.Iss, "http://127.0.0.1:8080/") {
		t.Errorf("%+v", decoded)
	}
}

// The token works for the server on the same address, however the address is written.
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
