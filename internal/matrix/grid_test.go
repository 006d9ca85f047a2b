package matrix

import (
	"strings"
	"testing"

	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/local"
)

func TestGrid(t *testing.T) {
	target, system := load(t, "testdata/open-method.yaml")
	var text strings.Builder
	if err := try(t, target, system.Transport()).Write(&text, false); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(text.String(), target.APIs[0].URL, "https://api.example.com/v1/")
	const want = `Api/v1
                  1   2   3   4
GET /orders       ·   ·   ●   ·
DELETE /orders    ✗   ✗   ●   ●

  1  nobody
  2  a token that somebody else signed
  3  Reader with orders/read
  4  Writer with orders/write

● open   ○ open, not tried   · closed   ✗ wrong   ? the templates do not say   - not tried

✗ DELETE /orders of Api/v1 is open to nobody; a token that somebody else signed, and should be closed:
  AuthorizationType NONE lets everybody in, and nothing says why (method-open)
    DELETE https://api.example.com/v1/orders
    200 {"stub":"no backend is called: a stub answers for all of
`
	got, _, _ = strings.Cut(got, "them\"")
	if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// With any number of callers, no line is wider than a terminal, and each caller has its
// mark.
func TestWideGrid(t *testing.T) {
	target, _ := load(t, large(t))
	var text strings.Builder
	m := target.Expect()
	if err := m.Write(&text, false); err != nil {
		t.Fatal(err)
	}
	marks := 0
	for line := range strings.Lines(text.String()) {
		if printable.Width(strings.TrimSuffix(line, "\n")) > textWidth {
			t.Errorf("%d cells wide: %s", printable.Width(line), line)
		}
		if strings.HasPrefix(line, "GET /a7/{id} ") {
			marks += strings.Count(line, "   -") + strings.Count(line, "   ○")
		}
	}
	if marks != len(m.Callers) {
		t.Errorf("%d marks for %d callers", marks, len(m.Callers))
	}
}

// A template's text sends no command to the terminal.
func TestHostileNames(t *testing.T) {
	const hostile = "a\x1b[2J\n\u202eb"
	target := one(local.Method{HTTPMethod: "GET", Path: "/" + hostile, Authorization: cognito, Scopes: []string{hostile}, UserPools: []string{hostile}})
	target.APIs[0].Key, target.Methods[hostile] = hostile, target.Methods["Api"]
	target.Clients = []local.Client{{Key: hostile, Name: hostile, Machine: true, Secret: "s", TokenURL: "https://example.com/", Scopes: []string{"x/" + hostile}}}
	m := try(t, target, roundTrip(failing))
	var text strings.Builder
	m.Write(&text, false)
	if got := text.String(); strings.ContainsAny(got, "\x1b\u202e") || !strings.Contains(got, "no answer") {
		t.Errorf("%q", got)
	}
}

func TestPathsLeadToTheirMethod(t *testing.T) {
	var methods []local.Method
	for _, path := range []string{"/", "/verify", "/orders/{id}", "/orders/{id}/lines/{line}", "/files/{path+}", "/{proxy+}"} {
		methods = append(methods, local.Method{Path: path})
	}
	paths := newPaths(methods)
	for path, want := range map[string]string{
		"/": "/", "/orders/{id}": "/orders/verify-", "/orders/{id}/lines/{line}": "/orders/verify-/lines/verify-",
		"/files/{path+}": "/files/verify-/verify-/verify-", "/{proxy+}": "/verify-/verify-/verify-/verify-",
	} {
		if got := paths.fill(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
