package cognito_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local/internal/cognito"
)

func TestVerify(t *testing.T) {
	pool := newPool(t, configuration())
	key := signingKeys[1].Private()
	for _, test := range []struct {
		name  string
		token string
	}{
		{"issued", issueToken(t, pool, form("scope", "events/read events/write"))},
		{"of the second key", mint(t, key, goodHeader(nil), goodClaims(nil))},
		{"of the first key", mint(t, signingKeys[0].Private(), goodHeader(map[string]any{"kid": signingKeys[0].ID}), goodClaims(nil))},
		{"typ", mint(t, key, goodHeader(map[string]any{"typ": "JWT"}), goodClaims(nil))},
		{"not before now", mint(t, key, goodHeader(nil), goodClaims(map[string]any{"nbf": startOfTest.Unix()}))},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, attempt := range []string{"fresh", "repeated"} {
				claims, err := pool.Verify(test.token)
				if err != nil {
					t.Fatalf("%s: %v", attempt, err)
				}
				if claims.ClientID != machineID {
					t.Errorf("%s: got client %q", attempt, claims.ClientID)
				}
				if diff := cmp.Diff([]string{"events/read", "events/write"}, claims.Scopes); diff != "" {
					t.Errorf("%s: scopes: %s", attempt, diff)
				}
				if want := startOfTest.Add(time.Hour); !claims.Expiry.Equal(want) {
					t.Errorf("%s: got expiry %v, want %v", attempt, claims.Expiry, want)
				}
			}
		})
	}
}

func TestVerifyGivesAllClaims(t *testing.T) {
	pool := newPool(t, configuration())
	token := mint(t, signingKeys[1].Private(), goodHeader(nil), goodClaims(map[string]any{"custom": []string{"a"}}))
	claims, err := pool.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	want := goodClaims(map[string]any{
		"custom": []any{"a"}, "version": json.Number("2"), "auth_time": json.Number("1772600767"),
		"iat": json.Number("1772600767"), "exp": json.Number("1772604367"),
	})
	if diff := cmp.Diff(want, claims.All); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyRefusesClaims(t *testing.T) {
	for _, test := range []struct {
		name    string
		changes map[string]any
		want    string
	}{
		{"another issuer", map[string]any{"iss": issuer + "x"}, "the token is of another issuer"},
		{"issuer in another case", map[string]any{"iss": strings.ToUpper(issuer)}, "the token is of another issuer"},
		{"no issuer", map[string]any{"iss": nil}, "the token is of another issuer"},
		{"list of issuers", map[string]any{"iss": []string{issuer}}, "the token is of another issuer"},
		{"ID token", map[string]any{"token_use": "id", "aud": machineID, "client_id": nil, "scope": nil}, "the token is not an access token"},
		{"refresh token", map[string]any{"token_use": "refresh"}, "the token is not an access token"},
		{"no token_use", map[string]any{"token_use": nil}, "the token is not an access token"},
		{"token_use in another case", map[string]any{"token_use": "Access"}, "the token is not an access token"},
		{"claim name in another case", map[string]any{"token_use": nil, "Token_Use": "access"}, "the token is not an access token"},
		{"unknown client", map[string]any{"client_id": "deleted"}, "the pool has no client of this client_id"},
		{"no client", map[string]any{"client_id": nil}, "the pool has no client of this client_id"},
		{"aud instead of client_id", map[string]any{"client_id": nil, "aud": machineID}, "the pool has no client of this client_id"},
		{"no exp", map[string]any{"exp": nil}, "exp is missing or not a whole number of seconds"},
		{"exp as text", map[string]any{"exp": "1772604367"}, "exp is missing or not a whole number of seconds"},
		{"exp with a fraction", map[string]any{"exp": json.Number("1772604367.5")}, "exp is missing or not a whole number of seconds"},
		{"exp too large", map[string]any{"exp": json.Number("1e30")}, "exp is missing or not a whole number of seconds"},
		{"no iat", map[string]any{"iat": nil}, "iat is missing or not a whole number of seconds"},
		{"iat beyond all time", map[string]any{"iat": json.Number("9223372036854775807")}, "iat is missing or not a whole number of seconds"},
		{"exp beyond all time", map[string]any{"exp": json.Number("9223372036854775807")}, "exp is missing or not a whole number of seconds"},
		{"nbf beyond all time", map[string]any{"nbf": json.Number("9223372036854775807")}, "nbf is not a whole number of seconds"},
		{"nbf behind the year 9999", map[string]any{"nbf": json.Number("253402300800")}, "nbf is not a whole number of seconds"},
		{"iat before all time", map[string]any{"iat": json.Number("-9223372036854775808")}, "iat is missing or not a whole number of seconds"},
		{"scopes separated by U+2028", map[string]any{"scope": "events/get\u2028events/post"}, "the scope claim is malformed: it has scopes separated by one space"},
		{"scopes separated by a tab", map[string]any{"scope": "events/get\tevents/post"}, "the scope claim is malformed: it has scopes separated by one space"},
		{"scopes separated by a no-break space", map[string]any{"scope": "events/get\u00a0events/post"}, "the scope claim is malformed: it has scopes separated by one space"},
		{"scopes separated by two spaces", map[string]any{"scope": "events/get  events/post"}, "the scope claim is malformed: it has scopes separated by one space"},
		{"list of scopes", map[string]any{"scope": []string{"events/get"}}, "the scope claim is malformed: it has scopes separated by one space"},
		{"nbf as text", map[string]any{"nbf": "0"}, "nbf is not a whole number of seconds"},
		{"nbf null", map[string]any{"nbf": json.RawMessage("null")}, "nbf is not a whole number of seconds"},
		{"issued in the future", map[string]any{"iat": startOfTest.Unix() + 1}, "the token is not valid before 2026-03-04T05:06:08Z"},
		{"not yet valid", map[string]any{"nbf": startOfTest.Unix() + 60}, "the token is not valid before 2026-03-04T05:07:07Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			pool := newPool(t, configuration())
			token := mint(t, signingKeys[1].Private(), goodHeader(nil), goodClaims(test.changes))
			checkUnauthorized(t, pool, token, test.want)
		})
	}
}

// checkUnauthorized checks the error for a token, and that a second try does not make
// the token valid.
func checkUnauthorized(t *testing.T, pool *cognito.Pool, token, reason string) {
	t.Helper()
	for _, attempt := range []string{"fresh", "repeated"} {
		claims, err := pool.Verify(token)
		if claims != nil || !errors.Is(err, cognito.ErrUnauthorized) || errors.Is(err, cognito.ErrExpired) {
			t.Fatalf("%s: got %+v, %v, want ErrUnauthorized", attempt, claims, err)
		}
		if want := "the token is not authorized: " + reason; err.Error() != want {
			t.Errorf("%s: got %q, want %q", attempt, err, want)
		}
	}
}

func TestVerifyExpiry(t *testing.T) {
	clock := newClock()
	config := configuration()
	config.Clock = clock.Now
	pool := newPool(t, config)
	remembered := issueToken(t, pool, form())
	fresh := issueToken(t, pool, form())

	clock.advance(time.Hour - time.Nanosecond)
	if _, err := pool.Verify(remembered); err != nil {
		t.Errorf("a nanosecond before its expiry: %v", err)
	}
	clock.advance(time.Nanosecond)
	for name, token := range map[string]string{"remembered": remembered, "fresh": fresh} {
		claims, err := pool.Verify(token)
		if claims != nil || !errors.Is(err, cognito.ErrExpired) || errors.Is(err, cognito.ErrUnauthorized) {
			t.Errorf("%s token at its expiry: got %+v, %v, want ErrExpired", name, claims, err)
		} else if want := "the token has expired: exp was 2026-03-04T06:06:07Z"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

// TestExpiredIsSaidOfOwnTokensOnly checks that the answer to a forged token does not
// say more than that it is refused.
func TestExpiredIsSaidOfOwnTokensOnly(t *testing.T) {
	pool := newPool(t, configuration())
	old := map[string]any{"exp": startOfTest.Unix() - 1}
	forged := mint(t, otherKeys[1].Private(), goodHeader(nil), goodClaims(old))
	checkUnauthorized(t, pool, forged, "the signature does not match the key of the pool")
	old["token_use"] = "id"
	idToken := mint(t, signingKeys[1].Private(), goodHeader(nil), goodClaims(old))
	checkUnauthorized(t, pool, idToken, "the token is not an access token")
}

func TestRememberedTokenIsCheckedAgainstTheClock(t *testing.T) {
	clock := newClock()
	config := configuration()
	config.Clock = clock.Now
	pool := newPool(t, config)
	token := issueToken(t, pool, form())
	if _, err := pool.Verify(token); err != nil {
		t.Fatal(err)
	}
	clock.advance(-time.Minute)
	checkUnauthorized(t, pool, token, "the token is not valid before 2026-03-04T05:06:07Z")
}

func TestTokenOfDeletedClient(t *testing.T) {
	token := issueToken(t, newPool(t, configuration()), form())
	config := configuration()
	config.Clients[0].ID = "another"
	checkUnauthorized(t, newPool(t, config), token, "the pool has no client of this client_id")
}

func TestTokenOfOtherPool(t *testing.T) {
	other := configuration()
	other.ID = "eu-west-1_Other0000"
	other.Issuer = "https://idp.example.com/" + other.ID
	other.SigningKeys = otherKeys
	token := issueToken(t, newPool(t, other), form())
	checkUnauthorized(t, newPool(t, configuration()), token, "the kid is missing or is not a key of the pool")
}
