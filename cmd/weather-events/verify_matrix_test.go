package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const holes = "../../internal/matrix/testdata/"

func TestVerifyPrintsTheMatrix(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		status    int
		want      []string
	}{
		{"nothing is wrong", []string{"--template", weather}, statusPassed, []string{"GET / · · ● · ●", "POST / · · ● ● ·", "2 methods by 5 callers: 10 of 10 tried, none wrong", "9 of 9 steps passed"}},
		{"a hole", []string{"--template", holes + "open-method.yaml"}, statusFailed, []string{
			"DELETE /orders ✗ ✗ ● ●", "✗ DELETE /orders of Api/v1 is open to nobody; a token that somebody else signed, and should be closed: AuthorizationType NONE lets everybody in, and nothing says why (method-open)",
			"2 methods by 4 callers: 8 of 8 tried, 2 wrong",
		}},
		{"several APIs", []string{"--template", holes + "two-apis.yaml"}, statusFailed, []string{"Api/v1", "Open/v1", "No walk-through: there are 2 APIs: choose one of [Api/v1 Open/v1] with --api"}},
		{"one API of several", []string{"--template", holes + "two-stages.yaml", "--api", "Api/v2"}, statusFailed, []string{"2 methods by 4 callers", "PUT /orders of Api/v2"}},
		{"one client", []string{"--template", holes + "swapped-scopes.yaml", "--client", "Reader"}, statusPassed, []string{"2 methods by 3 callers", "6 of 6 tried"}},
		{"tokens in another header", []string{"--template", holes + "token-header.yaml"}, statusPassed, []string{"none wrong", "No walk-through: the walk-through needs an API with a method that requires a token in the Authorization header"}},
		{"an audience that no token has", []string{"--template", holes + "audience.yaml"}, statusPassed, []string{"none wrong", "No walk-through"}},
		{"a hole among methods without scopes", []string{"--template", holes + "without-cognito.yaml"}, statusFailed, []string{"DELETE /orders ✗ ✗", "while other methods of the API check their callers, and nothing says why"}},
		{"a backend of each method is a stub", []string{"--template", holes + "wrong-pool.yaml"}, statusPassed, []string{"1 method by 4 callers", "steps passed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runCommand(t, append([]string{"verify"}, test.arguments...)...)
			text := squeezed(got.out)
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %q", want)
				}
			}
			if got.status != test.status || got.err != "" || t.Failed() {
				t.Errorf("got %d %s\n%s", got.status, got.err, got.out)
			}
		})
	}
}

func TestVerifyOfAHoleAsJSON(t *testing.T) {
	got := runCommand(t, "verify", "--template", holes+"two-apis.yaml", "--json")
	var report struct {
		Passed        bool
		Steps         []any
		NoWalkThrough string
		Matrix        struct {
			Methods []struct {
				API, Path string
				Findings  []struct{ Rule string }
			}
			Callers []struct{ Kind, Name, Client string }
			Cells   [][]struct {
				Expected, Got, Why, Request, Answer string
				Wrong, Hole                         bool
			}
		}
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.status != statusFailed || report.Passed || report.Steps == nil || report.NoWalkThrough == "" {
		t.Fatalf("%v %+v", err, got)
	}
	cell := report.Matrix.Cells[1][0]
	if !cell.Wrong || !cell.Hole || cell.Expected != "closed" || cell.Got != "open" || !strings.HasPrefix(cell.Request, "PATCH http://") || !strings.HasPrefix(cell.Answer, "200 ") ||
		report.Matrix.Callers[0].Kind != "nobody" || report.Matrix.Methods[1].Findings[0].Rule != "method-open" {
		t.Errorf("%+v", report.Matrix)
	}
}

// verify calls a function of the assembly, or one that a flag names, only if a flag asks
// for it.
func TestVerifyCallsNoBackend(t *testing.T) {
	calls := 0
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		io.WriteString(w, `{"statusCode":200,"body":"an order"}`)
	}))
	defer backend.Close()
	got := runCommand(t, "verify", "--template", ordersWithFunction)
	if got.status != statusPassed || calls != 0 || !strings.Contains(got.out, "steps passed") || strings.Contains(got.err, "start") {
		t.Errorf("%+v, %d calls", got, calls)
	}
	got = runCommand(t, "verify", "--template", ordersWithFunction, "--lambda-endpoint", backend.URL)
	if got.status != statusPassed || calls == 0 {
		t.Errorf("%+v, %d calls", got, calls)
	}
	if (&backends{LambdaConcurrency: defaultLambdaConcurrency}).isGiven() {
		t.Error("flags are reported, but none are given")
	}
}
