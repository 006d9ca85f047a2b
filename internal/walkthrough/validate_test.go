package walkthrough_test

import (
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/internal/walkthrough"
)

func validTarget() walkthrough.Target {
	return walkthrough.Target{
		APIURL:   "https://abc123.execute-api.eu-west-1.amazonaws.com/weather/",
		TokenURL: "https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token",
		ClientID: clientID, ClientSecret: clientSecret,
	}
}

func TestValidate(t *testing.T) {
	type target = walkthrough.Target
	for _, test := range []struct {
		name   string
		change func(t *target)
		want   []string // in the error; none when the target is valid
	}{
		{name: "system in AWS", change: func(*target) {}},
		{name: "localhost", change: func(t *target) { t.APIURL, t.TokenURL = "http://localhost:3000/weather", "http://LOCALHOST:3000" }},
		{name: "a name below localhost", change: func(t *target) { t.APIURL = "http://api.localhost:3000/weather" }},
		{name: "loopback addresses", change: func(t *target) { t.APIURL, t.TokenURL = "http://127.8.9.1/weather", "http://[::1]:80/oauth2/token" }},
		{
			name:   "everything missing",
			change: func(t *target) { *t = target{} },
			want: []string{
				"walk-through target: 4 problems:",
				"1. APIURL: is required: a URL such as https://abc123.", "2. TokenURL: is required",
				"3. ClientID: is required", "4. ClientSecret: is required",
			},
		},
		{
			name: "clear text to a host that is not loopback",
			change: func(t *target) {
				t.APIURL, t.TokenURL = "http://10.0.0.1/weather", "http://localhost.example.com/token"
			},
			want: []string{"APIURL: must begin with https://, as 10.0.0.1 is not a loopback host", "TokenURL: must begin with https://, as localhost.example.com is"},
		},
		{
			name:   "other scheme",
			change: func(t *target) { t.APIURL, t.TokenURL = "ftp://localhost/weather", "localhost:3000/oauth2/token" },
			want: []string{
				`APIURL: must begin with https:// (http:// for a loopback host), got "ftp://localhost/weather"`,
				`TokenURL: must begin with https:// (http:// for a loopback host), got "localhost:3000/oauth2/token"`,
			},
		},
		{
			name:   "no host",
			change: func(t *target) { t.APIURL, t.TokenURL = "https:///weather", "https://:443" },
			want:   []string{"APIURL: must name a host, such as https://abc123.", "TokenURL: must name a host"},
		},
		{
			name:   "not a URL, and a password in it",
			change: func(t *target) { t.TokenURL = "https://user:password1/oauth2" },
			want:   []string{"TokenURL: must be a URL such as https://my-prefix.", "got one that cannot be parsed"},
		},
		{
			name:   "user and password",
			change: func(t *target) { t.TokenURL = "https://user:password1@example.com/" },
			want:   []string{`TokenURL: must not hold a user or password: set ClientID and ClientSecret, got "https://user:xxxxx@example.com/"`},
		},
		{
			name:   "query and fragment",
			change: func(t *target) { t.APIURL, t.TokenURL = "https://example.com/?", "https://example.com/#a" },
			want:   []string{"APIURL: must end with its path, without a query or fragment", "TokenURL: must end with its path"},
		},
		{
			name:   "line break after the credentials",
			change: func(t *target) { t.ClientID, t.ClientSecret = "id\r", "password1\n" },
			want: []string{
				"ClientID: must be printable ASCII characters (RFC 6749, appendix A), got 3 bytes",
				"ClientSecret: must be printable ASCII characters (RFC 6749, appendix A), got 10 bytes",
			},
		},
		{
			name:   "malformed scopes",
			change: func(t *target) { t.GetScope, t.PostScope, t.DeniedScope = "a b", `"`, "é" },
			want:   []string{`GetScope: must be one scope, printable ASCII`, "PostScope: must be one scope", `DeniedScope: must be one scope`, `got "é"`},
		},
		{
			name:   "equal scopes",
			change: func(t *target) { t.GetScope = "weather-api/delete" },
			want:   []string{`DeniedScope: must differ from GetScope, got "weather-api/delete" for both`},
		},
		{
			name: "methods",
			change: func(t *target) {
				t.GetPath, t.PostPath = "events", "/a?b"
				t.Methods = []walkthrough.Method{
					{HTTPMethod: "get it", Path: "x", Refused: walkthrough.Grant{Scope: "a é"}},
					{HTTPMethod: "PUT", Path: "/", Refused: walkthrough.Grant{TokenURL: "http://example.com/", ClientID: "id\n"}},
				}
			},
			want: []string{
				`GetPath: must begin with / and have no query or fragment, got "events"`, `PostPath: must begin with /`,
				`Methods[0].HTTPMethod: must be an HTTP method such as GET, got "get it"`, `Methods[0].Path: must begin with /`, "Methods[0].Refused.Scope: must be one scope",
				"Methods[1].Refused.TokenURL: must begin with https://", "Methods[1].Refused.ClientID: must be printable", "Methods[1].Refused.ClientSecret: is required",
			},
		},
		{
			name:   "negative timeout",
			change: func(t *target) { t.Timeout = -time.Second },
			want:   []string{"Timeout: must not be negative, got -1s; leave it 0 for 10s"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := validTarget()
			test.change(&target)
			err := target.Validate()
			if (err != nil) != (test.want != nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s in it", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), "password1") {
				t.Errorf("the password is in %v", err)
			}
		})
	}
}

func TestRunRefusesAnInvalidTarget(t *testing.T) {
	d := startFake(t)
	target := d.target()
	target.ClientID = ""
	if report, err := walkthrough.Run(t.Context(), target); report != nil || err == nil {
		t.Errorf("got %v, %v", report, err)
	}
	if got := d.tokenRequests.Load(); got != 0 {
		t.Errorf("got %d token requests", got)
	}
}
