package walkthrough_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/walkthrough"
)

// The walk-through leaves out what the API or the client lacks, and tries the rest.
func TestWhatThereIsIsTried(t *testing.T) {
	const (
		noGet   = "the API has no GET that requires a token"
		noPost  = "the API has no POST that requires a token"
		noOther = "the client has no scope that GET does not take"
		both    = "the scope that opens POST opens GET too"
	)
	for _, test := range []struct {
		name    string
		methods []method
		clients []string
		leftOut map[string]string // why, by the name of the step
		failed  []string          // the names of the steps
		got     string            // by the last step, where it passes
	}{
		{
			name: "GET only, and a client of one scope", methods: []method{"GET / orders/read"}, clients: []string{"orders/read"},
			leftOut: map[string]string{"get-without-its-scope": noOther, "post-event": noPost},
			got:     "401 for 1 without a token; not tried: GET / with another scope, which no client has",
		},
		{
			name: "GET only, and a client of two scopes", methods: []method{"GET / orders/read"}, clients: []string{"orders/read orders/write"},
			leftOut: map[string]string{"post-event": noPost}, got: "401 for 1 without a token, 1 with another scope",
		},
		{
			name: "GET only, and another client", methods: []method{"GET / orders/read"}, clients: []string{"orders/read", "orders/write"},
			leftOut: map[string]string{"get-without-its-scope": noOther, "post-event": noPost}, got: "401 for 1 without a token, 1 with another scope",
		},
		{
			name: "POST only", methods: []method{"POST / orders/write"}, clients: []string{"orders/write"},
			leftOut: map[string]string{"get-events": noGet, "get-without-its-scope": noGet, "get-without-token": noGet, "token-reuse": noGet},
			got:     "401 for 1 without a token; not tried: POST / with another scope, which no client has",
		},
		{
			name: "neither", methods: []method{"PUT /a orders/write", "DELETE /a orders/write"}, clients: []string{"orders/write orders/read"},
			leftOut: map[string]string{"get-events": noGet, "get-without-its-scope": noGet, "post-event": noPost, "get-without-token": noGet, "token-reuse": noGet},
			got:     "401 for 2 without a token, 2 with another scope",
		},
		{
			name: "the same scope", methods: []method{"GET / orders/read", "POST / orders/read"}, clients: []string{"orders/read orders/write"},
			leftOut: map[string]string{"get-without-its-scope": both}, got: "401 for 2 without a token, 2 with another scope",
		},
		{
			name: "whoever may POST may GET", methods: []method{"GET / orders/get orders/post", "POST / orders/post"}, clients: []string{"orders/get orders/post"},
			leftOut: map[string]string{"get-without-its-scope": both},
			got:     "401 for 2 without a token, 1 with another scope; not tried: GET / with another scope, which no client has",
		},
		{
			name: "each client holds one", methods: []method{"GET / orders/read", "POST / orders/write"}, clients: []string{"orders/read", "orders/write"},
			leftOut: map[string]string{"get-without-its-scope": noOther, "post-event": "client Client1 holds no scope that opens POST"},
			got:     "401 for 2 without a token, 2 with another scope",
		},
		{
			name: "nothing is open to the client", methods: []method{"GET / orders/read", "POST / orders/read"}, clients: []string{"orders/write"},
			leftOut: map[string]string{
				"get-events": "client Client1 holds no scope that opens GET", "get-without-its-scope": "client Client1 holds no scope that opens GET", "get-without-token": "client Client1 holds no scope that opens GET",
				"post-event": "client Client1 holds no scope that opens POST", "token-reuse": "client Client1 holds no scope that opens GET",
			},
			got: "401 for 2 without a token, 2 with another scope",
		},
		{
			name: "GET is public", methods: []method{"GET / public", "POST / orders/write"}, clients: []string{"orders/read orders/write"},
			leftOut: map[string]string{"get-events": noGet, "get-without-its-scope": noGet, "get-without-token": noGet, "token-reuse": noGet},
			got:     "401 for 1 without a token, 1 with another scope; not tried: GET /, which is public: a health check",
		},
		{
			name: "ANY as a proxy", methods: []method{"ANY /{proxy+} orders/read"}, clients: []string{"orders/read"},
			leftOut: map[string]string{"get-without-its-scope": both},
			got:     "401 for 1 without a token; not tried: GET /{proxy+} with another scope, which no client has",
		},
		{
			name: "ANY as a proxy, and a client of two scopes", methods: []method{"ANY /{proxy+} orders/read"}, clients: []string{"orders/read orders/write"},
			leftOut: map[string]string{"get-without-its-scope": both}, got: "401 for 1 without a token, 1 with another scope",
		},
		{
			name: "the only method is open", methods: []method{"GET /"}, clients: []string{"orders/read"},
			leftOut: map[string]string{"get-without-its-scope": noOther, "post-event": noPost}, failed: []string{"get-without-token", "every-method-refuses"},
		},
		{
			name: "one is open, and there is one scope", methods: []method{"GET / orders/read", "POST /"}, clients: []string{"orders/read"},
			leftOut: map[string]string{"get-without-its-scope": both}, failed: []string{"every-method-refuses"},
		},
		{
			name: "an open method beside the others", methods: []method{"PUT /", "DELETE / orders/write"}, clients: []string{"orders/write"},
			leftOut: map[string]string{"get-events": noGet, "get-without-its-scope": noGet, "post-event": noPost, "get-without-token": noGet, "token-reuse": noGet},
			failed:  []string{"every-method-refuses"},
		},
		{
			name: "GET with the scope of POST", methods: []method{"GET / orders/post"}, clients: []string{"orders/get orders/post"},
			leftOut: map[string]string{"post-event": noPost}, failed: []string{"get-without-its-scope"},
		},
		{
			name: "POST with the scope of GET", methods: []method{"POST / orders/get"}, clients: []string{"orders/get orders/post"},
			leftOut: map[string]string{"get-events": noGet, "get-without-its-scope": noGet, "get-without-token": noGet, "token-reuse": noGet}, failed: []string{"post-event"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			target, err := walkthrough.FindTarget(serve(t, test.methods, test.clients...))
			if err != nil {
				t.Fatal(err)
			}
			report, err := walkthrough.Run(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			leftOut := map[string]string{}
			for _, step := range report.LeftOut {
				leftOut[step.Name] = step.Because
			}
			if diff := cmp.Diff(test.leftOut, leftOut); diff != "" {
				t.Errorf("left out (-want +got):\n%s", diff)
			}
			var failed []string
			for _, step := range report.Steps {
				if !step.Passed {
					failed = append(failed, step.Name)
				}
			}
			if diff := cmp.Diff(test.failed, failed); diff != "" || report.Passed() != (failed == nil) || len(report.Steps)+len(leftOut) != 9 {
				t.Errorf("%d steps, failed (-want +got):\n%s", len(report.Steps), diff)
			}
			if last := report.Steps[len(report.Steps)-1]; last.Name != "every-method-refuses" || test.got != "" && last.Got != test.got {
				t.Errorf("got %+v, want %s", last, test.got)
			}
		})
	}
}

func TestThereIsNothingToTry(t *testing.T) {
	for name, test := range map[string]struct {
		methods []method
		clients []string
	}{
		"no client":              {[]method{"GET / orders/read", "POST / orders/write"}, nil},
		"all methods are public": {[]method{"GET / public", "POST / public"}, []string{"orders/read orders/write"}},
	} {
		if target, err := walkthrough.FindTarget(serve(t, test.methods, test.clients...)); err == nil || !strings.Contains(err.Error(), "this template has none") {
			t.Errorf("%s: %v %+v", name, err, target)
		}
	}
}
