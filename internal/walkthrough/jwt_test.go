package walkthrough_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/walkthrough"
)

const validToken = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJleHAiOjE3NjAwMDM2MDAsInNjb3BlIjoiYS9iIn0.c2ln"

func TestDecode(t *testing.T) {
	header, claims, err := walkthrough.Decode(validToken)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"alg": "RS256", "kid": "a"}, header); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"exp": json.Number("1760003600"), "scope": "a/b"}, claims); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	object := segment("{}")
	for _, test := range []struct{ name, token, want string }{
		{"empty", "", "a JWT has 3 segments separated by dots, got 1"},
		{"two segments", object + "." + object, "got 2"},
		{"five segments, as an encrypted token has", object + "...." + object, "got 5"},
		{"padding", "e30=." + object + ".", "the header of the JWT is not base64url without padding"},
		{"base64 of another alphabet", object + ".+/+/.", "the payload of the JWT is not base64url"},
		{"bits left over", "e31." + object + ".", "the header of the JWT is not base64url"},
		{"line break", object + ".e3\n0.", "the payload of the JWT is not base64url"},
		{"signature", object + "." + object + ".!", "the signature of the JWT is not base64url"},
		{"header is no JSON", segment("{") + "." + object + ".", "the header of the JWT is not a JSON object"},
		{"payload is no JSON", object + "." + segment("scope") + ".", "the payload of the JWT is not a JSON object"},
		{"payload is a list", object + "." + segment("[]") + ".", "the payload of the JWT is not a JSON object"},
		{"payload is null", object + "." + segment("null") + ".", "the payload of the JWT is not a JSON object"},
		{"empty payload", object + "..", "the payload of the JWT is not a JSON object"},
		{"two objects", object + "." + segment("{}{}") + ".", "the payload of the JWT is not a JSON object"},
		{"not UTF-8", object + "." + segment("{\"a\":\"\xff\"}") + ".", "the payload of the JWT is not a JSON object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			header, claims, err := walkthrough.Decode(test.token)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if header != nil || claims != nil {
				t.Errorf("got %v and %v beside the error", header, claims)
			}
		})
	}
	if _, _, err := walkthrough.Decode(object + "." + object + "."); err != nil {
		t.Errorf("no signature: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "..", "a.b.c", validToken, validToken + "\n", validToken + "=", "e30.e30.", "bnVsbA.W10.", "e30.e31.",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		header, claims, err := walkthrough.Decode(token)
		if err != nil {
			if header != nil || claims != nil {
				t.Errorf("got %v and %v beside %v", header, claims, err)
			}
			return
		}
		again := segment(header) + "." + segment(claims) + "." + strings.Split(token, ".")[2]
		sameHeader, sameClaims, err := walkthrough.Decode(again)
		if err != nil || !cmp.Equal(header, sameHeader) || !cmp.Equal(claims, sameClaims) {
			t.Errorf("got %v and %v, then %v and %v, %v", header, claims, sameHeader, sameClaims, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		if _, _, err := walkthrough.Decode(validToken); err != nil {
			b.Fatal(err)
		}
	}
}
