package cognito_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local/internal/cognito"
)

func TestScope(t *testing.T) {
	config := configuration()
	config.Clients = []cognito.Client{machine(func(c *cognito.Client) {
		c.AllowedOAuthScopes = append(c.AllowedOAuthScopes, "https://api.example.com/read", "events/write")
	})}
	pool := newPool(t, config)
	server := serve(t, pool.DomainHandler())
	for _, test := range []struct {
		name  string
		scope string
		want  []string // scopes of the token
		code  string   // or the error code
	}{
		{name: "left out: all usable, in the client's order, each once",
			want: []string{"events/write", "events/read", "https://api.example.com/read"}},
		{name: "one", scope: "events/read", want: []string{"events/read"}},
		{name: "in the order requested", scope: "events/read events/write", want: []string{"events/read", "events/write"}},
		{name: "identifier with slashes", scope: "https://api.example.com/read", want: []string{"https://api.example.com/read"}},
		{name: "twice", scope: "events/read events/read", want: []string{"events/read"}},
		{name: "removed is ignored", scope: "events/removed events/read", want: []string{"events/read"}},

		{name: "removed only", scope: "events/removed", code: "invalid_scope"},
		{name: "declared but not the client's", scope: "events/admin", code: "invalid_grant"},
		{name: "one of two not the client's", scope: "events/read events/admin", code: "invalid_grant"},
		{name: "nobody's", scope: "events/nothing", code: "invalid_grant"},
		{name: "standard, which the client has", scope: "openid", code: "invalid_grant"},
		{name: "standard beside custom", scope: "openid events/read", code: "invalid_grant"},
		{name: "standard, not allowed for the client", scope: "email", code: "invalid_grant"},
		{name: "another case", scope: "Events/Read", code: "invalid_grant"},
		{name: "identifier only", scope: "events", code: "invalid_grant"},
		{name: "identifier and slash", scope: "events/", code: "invalid_grant"},
		{name: "comma", scope: "events/read,events/write", code: "invalid_grant"},
		{name: "plus encoded twice", scope: "events/read+events/write", code: "invalid_grant"},
		{name: "percent-encoded twice", scope: "events%2Fread", code: "invalid_grant"},
		{name: "wildcard", scope: "events/*", code: "invalid_grant"},
		{name: "the last character of ASCII", scope: "events/~", code: "invalid_grant"},
		{name: "very long", scope: strings.Repeat("a", 60_000), code: "invalid_grant"},

		{name: "two spaces", scope: "events/read  events/write", code: "invalid_scope"},
		{name: "leading space", scope: " events/read", code: "invalid_scope"},
		{name: "trailing space", scope: "events/read ", code: "invalid_scope"},
		{name: "space only", scope: " ", code: "invalid_scope"},
		{name: "tab", scope: "events/read\tevents/write", code: "invalid_scope"},
		{name: "line feed", scope: "events/read\n", code: "invalid_scope"},
		{name: "NUL", scope: "events/read\x00", code: "invalid_scope"},
		{name: "DEL", scope: "events/read\x7f", code: "invalid_scope"},
		{name: "quote", scope: `"events/read"`, code: "invalid_scope"},
		{name: "backslash", scope: `events\read`, code: "invalid_scope"},
		{name: "not ASCII", scope: "events/réad", code: "invalid_scope"},
		{name: "not UTF-8", scope: "events/read\xff", code: "invalid_scope"},
		{name: "many spaces", scope: strings.Repeat(" ", 20_000), code: "invalid_scope"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.code != "" {
				checkAnswer(t, send(t, tokenRequest(t, server, form("scope", test.scope), nil)), test.code)
				return
			}
			claims, err := pool.Verify(issueToken(t, pool, form("scope", test.scope)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, claims.Scopes); diff != "" {
				t.Error(diff)
			}
		})
	}
}
