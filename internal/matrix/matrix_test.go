package matrix

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every cell of every template is as the template's comments draw it: o open, . closed, X
// wrong, ? undecided by the template, O open by the template and not tried, - not tried.
// The computed cells equal the requests' results.
func TestCells(t *testing.T) {
	for _, file := range templates(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			target, system := load(t, file)
			expected, m := target.Expect(), try(t, target, system.Transport())
			wantCallers, wantRows := gridOf(t, file)
			callers, rows := drawn(m)
			if callers != wantCallers {
				t.Errorf("callers are %s, want %s", callers, wantCallers)
			}
			if diff := cmp.Diff(wantRows, rows); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(m.Disagreements) > 0 {
				t.Errorf("the rules disagree: %q", m.Disagreements)
			}
			for i := range m.Cells {
				for j, c := range m.Cells[i] {
					name := cellName(m.Methods[i], m.Callers[j])
					if c.Expected != "" && c.Why == "" || (c.Got == "") == (c.NotCalled == "") || c.Got != "" && (c.Request == "" || c.Answer == "") {
						t.Errorf("%s: incomplete cell: %+v", name, c)
					}
					if e := expected.Cells[i][j]; e.Got != "" || e.Request != "" || e.Hole != c.Wrong || e.Expected == Open && c.Got == Closed {
						t.Errorf("%s: computed %+v, tried %+v", name, e, c)
					}
				}
			}
			if strings.Contains(strings.Join(wantRows, ""), "X") == m.Passed() {
				t.Errorf("passed: %t", m.Passed())
			}
		})
	}
}

func TestWhy(t *testing.T) {
	why := func(file, cell string) string {
		target, _ := load(t, "testdata/"+file+".yaml")
		m := target.Expect()
		for i, method := range m.Methods {
			for j, c := range m.Callers {
				if name := method.short() + " by " + shortName(m, c); name == cell {
					return m.Cells[i][j].Why
				}
			}
		}
		t.Fatalf("%s has no cell %s", file, cell)
		return ""
	}
	for _, test := range []struct{ file, cell, want string }{
		{"open-method", "GET /orders by nobody", "requires a token of Pool; none is sent"},
		{"open-method", "GET /orders by foreign", "requires a token that Pool signed; somebody else signed this one"},
		{"open-method", "GET /orders by Reader orders/read", "requires orders/read; the token has orders/read"},
		{"open-method", "GET /orders by Writer orders/write", "requires orders/read; the token has orders/write"},
		{"open-method", "DELETE /orders by nobody", "AuthorizationType NONE lets everybody in, and nothing says why (method-open)"},
		{"wrong-pool", "GET /orders by Reader orders/read", "takes tokens of Other; the client is of Pool"},
		{"without-scope", "POST /orders by Writer orders/write", "has no scopes, so it expects an ID token; this is an access token"},
		{"audience", "GET /orders by Reader orders/read", "its authorizer matches the audience against ^orders$; an access token has no audience"},
		{"key-only", "GET /orders by nobody", "requires an API key; none is sent"},
		{"key-only", "POST /orders by keyless", "requires an API key; none is sent"},
		{"public", "GET /health by nobody", "AuthorizationType NONE lets everybody in, which is meant: the load balancer asks"},
		{"public", "OPTIONS /orders by nobody", "AuthorizationType NONE lets everybody in: a browser asks for CORS headers without a token"},
		{"two-apis", "GET /weather by nobody", "AuthorizationType NONE lets everybody in, as no method of the API checks its callers"},
		{"without-cognito", "DELETE /orders by nobody", "AuthorizationType NONE lets everybody in, while other methods of the API check their callers, and nothing says why"},
		{"without-cognito", "OPTIONS /orders by nobody", "AuthorizationType NONE lets everybody in: a browser asks for CORS headers without credentials"},
		{"key-of-authorizer", "POST /orders by key", "takes its API key from a Lambda authorizer, but has none"},
		{"key-of-authorizer", "GET /orders by nobody", "requires a token of Pool; none is sent"},
		{"document", "GET /orders by Writer orders/write", "requires orders/read or orders/write; the token has orders/write"},
	} {
		if got := why(test.file, test.cell); got != test.want {
			t.Errorf("%s: %s: %q, want %q", test.file, test.cell, got, test.want)
		}
	}
}

// The matrix holds no secret, token or key.
func TestNoSecret(t *testing.T) {
	target, system := load(t, "testdata/key-only.yaml")
	m := try(t, target, system.Transport())
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := m.Write(&text, true); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"eyJ", target.APIKeys[0].Value}
	for _, client := range target.Clients {
		secrets = append(secrets, client.Secret)
	}
	for _, secret := range secrets {
		if strings.Contains(string(data), secret) || strings.Contains(text.String(), secret) {
			t.Errorf("shows %q", secret)
		}
	}
}
