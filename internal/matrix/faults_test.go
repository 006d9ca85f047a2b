package matrix

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// misbehaving is a system that lets in or refuses one caller of one method, contrary to
// its template.
type misbehaving struct {
	http.RoundTripper
	is   func(*http.Request) bool
	open bool
}

func (f misbehaving) RoundTrip(r *http.Request) (*http.Response, error) {
	if !f.is(r) {
		return f.RoundTripper.RoundTrip(r)
	}
	recorder := httptest.NewRecorder()
	if f.open {
		io.WriteString(recorder, "{}")
	} else {
		recorder.Header().Set("x-amzn-ErrorType", "UnauthorizedException")
		recorder.WriteHeader(http.StatusUnauthorized)
	}
	return recorder.Result(), nil
}

// callerOf identifies the caller by what a request carries.
func callerOf(r *http.Request, header string) string {
	who := "key " + r.Header.Get("X-Api-Key")
	token := strings.TrimPrefix(r.Header.Get(header), "Bearer ")
	if token == "" {
		return who + " nobody"
	}
	var claims struct {
		ID     string `json:"jti"`
		Client string `json:"client_id"`
		Scope  string
	}
	data, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	json.Unmarshal(data, &claims)
	if strings.HasPrefix(claims.ID, "00000000") {
		return who + " foreign"
	}
	return who + " " + claims.Client + " " + strings.Join(slices.Sorted(slices.Values(strings.Fields(claims.Scope))), " ")
}

// identity is callerOf's answer for a caller of a method.
func (m *Matrix) identity(row, column int) string {
	method, c := m.Methods[row], m.Callers[column]
	who := "key "
	if method.APIKeyRequired && c.hasKey() {
		who += m.target.keyOf(method)
	}
	switch c.Kind {
	case Nobody, NobodyWithKey:
		return who + " nobody"
	case Foreign:
		return who + " foreign"
	case Keyless:
		c = m.Callers[(&trial{Matrix: m}).opensWith(row)]
	}
	return who + " " + m.target.Clients[c.client].ID + " " + strings.Join(slices.Sorted(slices.Values(c.Scopes)), " ")
}

// When any one cell is open or closed contrary to the template, that cell is wrong, and
// no other is.
func TestEveryFaultIsSeen(t *testing.T) {
	for _, file := range templates(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			target, system := load(t, file)
			right := try(t, target, system.Transport())
			for i := range right.Cells {
				for j, cell := range right.Cells[i] {
					if cell.Got == "" {
						continue
					}
					method, name := right.Methods[i], cellName(right.Methods[i], right.Callers[j])
					transport := misbehaving{RoundTripper: system.Transport(), open: cell.Got == Closed, is: func(r *http.Request) bool {
						return r.Method == method.Called && r.URL.String() == method.URL && callerOf(r, method.tokenHeader()) == right.identity(i, j)
					}}
					got := try(t, target, transport)
					want := wrongCells(right)
					for k, c := range right.Cells[i] { // several cells may share one request
						name := cellName(method, right.Callers[k])
						switch {
						case c.Got == "" || c.Expected == Undecided || right.identity(i, k) != right.identity(i, j):
						case c.Hole:
							delete(want, name) // the method refuses the call: then the rules are wrong
						default:
							want[name] = true
						}
					}
					if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(wrongCells(got)))); diff != "" {
						t.Errorf("%s is %s against the template (-want +got)\n%s", name, map[bool]State{true: Open, false: Closed}[transport.open], diff)
					}
					if got.Passed() && cell.Expected != Undecided {
						t.Errorf("%s: passed", name)
					}
				}
			}
		})
	}
}
