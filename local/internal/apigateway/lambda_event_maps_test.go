package apigateway

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestMapsOfAnEvent checks that maps are written as encoding/json writes them.
func TestMapsOfAnEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		many := rapid.MapOf(rapid.String(), rapid.SliceOfN(rapid.String(), 1, 3)).Draw(t, "map")
		last := map[string]string{}
		for name, values := range many {
			last[name] = values[len(values)-1]
		}
		for _, c := range []struct{ got, want any }{{lists(many), many}, {lasts(many), last}, {texts(last), last}} {
			if diff := cmp.Diff(decoded(t, c.want), decoded(t, c.got)); diff != "" {
				t.Error(diff)
			}
		}
	})
	for _, none := range []any{lists(nil), lasts(nil), texts(nil)} {
		if text, err := json.Marshal(none); string(text) != "null" || err != nil {
			t.Errorf("got %s, %v", text, err)
		}
	}
}

func decoded(t *rapid.T, value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var back any
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}
