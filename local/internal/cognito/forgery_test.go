package cognito_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

const (
	notCompact   = "the token is not a JWS in compact serialization"
	notParsed    = "the token cannot be parsed or its alg is not RS256"
	badSignature = "the signature does not match the key of the pool"
	badKeyID     = "the kid is missing or is not a key of the pool"
	critical     = "the token has critical headers, and none is supported"
	tooLong      = "the token is longer than the limit for all headers, 10240 bytes"
)

func TestForgedTokens(t *testing.T) {
	ours, theirs := signingKeys[1].Private(), otherKeys[1].Private()
	good := mint(t, ours, goodHeader(nil), goodClaims(nil))
	part := strings.Split(good, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(part[1])
	if err != nil {
		t.Fatal(err)
	}
	claims := string(decoded)

	// Nobody may fetch a key from this server.
	attacker := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a key was fetched from the URL in a header")
	}))
	defer attacker.Close()
	theirPublic, err := json.Marshal(jose.JSONWebKey{Key: &theirs.PublicKey, KeyID: "theirs", Algorithm: "RS256"})
	if err != nil {
		t.Fatal(err)
	}
	forge := func(header map[string]any) string { return mint(t, theirs, goodHeader(header), goodClaims(nil)) }
	ownHeader := func(header map[string]any) string { return mint(t, ours, goodHeader(header), goodClaims(nil)) }
	unsigned := func(header map[string]any) string {
		return encodeJSON(t, goodHeader(header)) + "." + encodeJSON(t, goodClaims(nil)) + "."
	}
	pss := func() string {
		input := encodeJSON(t, goodHeader(map[string]any{"alg": "PS256"})) + "." + part[1]
		sum := sha256.Sum256([]byte(input))
		signature, err := rsa.SignPSS(rand.Reader, ours, crypto.SHA256, sum[:], nil)
		if err != nil {
			t.Fatal(err)
		}
		return input + "." + encode(signature)
	}

	for _, test := range []struct {
		name, token, want string
	}{
		{"alg none", unsigned(map[string]any{"alg": "none"}), notParsed},
		{"alg None", unsigned(map[string]any{"alg": "None"}), notParsed},
		{"alg none, with a signature", encodeJSON(t, goodHeader(map[string]any{"alg": "none"})) + "." + part[1] + "." + part[2], notParsed},
		{"no alg", ownHeader(map[string]any{"alg": nil}), notParsed},
		{"alg no text", ownHeader(map[string]any{"alg": []string{"RS256"}}), notParsed},
		{"alg in lower case", ownHeader(map[string]any{"alg": "rs256"}), notParsed},
		{"alg RS512", ownHeader(map[string]any{"alg": "RS512"}), notParsed},
		{"alg PS256 of our key", pss(), notParsed},
		{"no signature", unsigned(nil), badSignature},

		{"another key under our kid", forge(nil), badSignature},
		{"our other key under this kid", mint(t, signingKeys[0].Private(), goodHeader(nil), goodClaims(nil)), badSignature},
		{"our key under our other kid", ownHeader(map[string]any{"kid": signingKeys[0].ID}), badSignature},
		{"another key under its own kid", forge(map[string]any{"kid": otherKeys[1].ID}), badKeyID},
		{"no kid", ownHeader(map[string]any{"kid": nil}), badKeyID},
		{"empty kid", ownHeader(map[string]any{"kid": ""}), badKeyID},
		{"kid no text", ownHeader(map[string]any{"kid": 1}), notParsed},
		{"kid is a path", forge(map[string]any{"kid": "../../dev/null"}), badKeyID},
		{"kid in a second header", `{"alg":"RS256"}` + good, notCompact},
		{"kid twice", encode([]byte(`{"alg":"RS256","kid":"x","kid":"`+signingKeys[1].ID+`"}`)) + "." + part[1] + "." + part[2], notParsed},

		{"jku", forge(map[string]any{"jku": attacker.URL}), badSignature},
		{"jku and its kid", forge(map[string]any{"jku": attacker.URL, "kid": "theirs"}), badKeyID},
		{"x5u", forge(map[string]any{"x5u": attacker.URL}), badSignature},
		{"x5c", forge(map[string]any{"x5c": []string{"AAAA"}}), notParsed},
		{"jwk", forge(map[string]any{"jwk": json.RawMessage(theirPublic)}), badSignature},
		{"jwk and its kid", forge(map[string]any{"jwk": json.RawMessage(theirPublic), "kid": "theirs"}), badKeyID},
		{"jwk without kid", forge(map[string]any{"jwk": json.RawMessage(theirPublic), "kid": nil}), badKeyID},

		{"crit", ownHeader(map[string]any{"crit": []string{"exp"}, "exp": 1}), critical},
		{"crit b64", ownHeader(map[string]any{"crit": []string{"b64"}, "b64": true}), critical},
		{"crit null", ownHeader(map[string]any{"crit": json.RawMessage("null")}), critical},
		{"crit empty", ownHeader(map[string]any{"crit": []string{}}), critical},

		{"another payload", part[0] + "." + encodeJSON(t, goodClaims(map[string]any{"scope": "events/admin"})) + "." + part[2], badSignature},
		{"another header", encodeJSON(t, goodHeader(map[string]any{"typ": "JWT"})) + "." + part[1] + "." + part[2], badSignature},
		{"token cut", good[:len(good)-1], notCompact},
		{"signature cut", part[0] + "." + part[1] + "." + encode(rs256(t, ours, part[0]+"."+part[1])[:255]), badSignature},
		{"signature longer", good + "AAAA", badSignature},
		{"signature of zeros", part[0] + "." + part[1] + "." + encode(make([]byte, 256)), badSignature},
		{"other spelling of the signature", good[:len(good)-1] + nextBase64URL(good[len(good)-1]), notCompact},
		{"padding", good + "==", notCompact},
		{"line feed at the end", good + "\n", notCompact},
		{"line feed inside", good[:9] + "\r\n" + good[9:], notCompact},
		{"space at the start", " " + good, notCompact},
		{"space inside", good[:9] + " " + good[9:], notCompact},
		{"Bearer", "Bearer " + good, notCompact},
		{"comma-separated", good + "," + good, notCompact},
		{"percent-encoded", strings.ReplaceAll(good, ".", "%2E"), notCompact},
		{"standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(good), notCompact},

		{"empty", "", notCompact},
		{"no token", "token", notCompact},
		{"two parts", part[0] + "." + part[1], notCompact},
		{"four parts", good + "." + part[2], notCompact},
		{"dots", "..", notParsed},
		{"empty payload", part[0] + ".." + part[2], badSignature},
		{"detached and empty payload of ours", part[0] + ".." + encode(rs256(t, ours, part[0]+".")), "the payload is not a JSON object"},
		{"data after the claims", signedPayload(t, ours, claims+`{"scope":"events/admin"}`), "the payload is not a JSON object"},
		{"text after the claims", signedPayload(t, ours, claims+"x"), "the payload is not a JSON object"},
		{"payload null", signedPayload(t, ours, "null"), "the payload is not a JSON object"},
		{"payload a list", signedPayload(t, ours, "[]"), "the payload is not a JSON object"},
		{"payload no JSON", signedPayload(t, ours, "{"), "the payload is not a JSON object"},
		{"flattened JSON", fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, part[0], part[1], part[2]), notCompact},
		{"general JSON, two signatures", fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q},{"protected":%q,"signature":"AAAA"}]}`,
			part[1], part[0], part[2], part[0]), notCompact},
		{"encrypted", part[0] + "." + part[1] + "." + part[2] + ".AAAA.AAAA", notCompact},
		{"huge", strings.Repeat("A", 10<<20), tooLong},
		{"many dots", strings.Repeat(".", 10240), notCompact},
		{"a byte too long", mint(t, ours, goodHeader(nil), goodClaims(map[string]any{"x": strings.Repeat("x", 8000)})), tooLong},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkUnauthorized(t, newPool(t, configuration()), test.token, test.want)
		})
	}
}

// TestPublicKeyAsSharedSecret checks that no form of the published key works as an HMAC
// key.
func TestPublicKeyAsSharedSecret(t *testing.T) {
	public := &signingKeys[1].Private().PublicKey
	pkix, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := json.Marshal(jose.JSONWebKey{Key: public, KeyID: signingKeys[1].ID, Algorithm: "RS256", Use: "sig"})
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(public)
	pemOf := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	secrets := map[string][]byte{
		"PKIX DER": pkix, "PKCS #1 DER": pkcs1, "JWK": jwk,
		"PKIX PEM": pemOf("PUBLIC KEY", pkix), "PKCS #1 PEM": pemOf("RSA PUBLIC KEY", pkcs1),
		"PEM without line feed": []byte(strings.TrimSpace(string(pemOf("PUBLIC KEY", pkix)))),
		"modulus":               public.N.Bytes(), "modulus in base64url": []byte(encode(public.N.Bytes())),
		"kid": []byte(signingKeys[1].ID), "nothing": {},
	}
	for alg, hash := range map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New} {
		for name, secret := range secrets {
			for _, said := range []string{alg, "RS256"} {
				t.Run(fmt.Sprintf("%s of %s, said to be %s", alg, name, said), func(t *testing.T) {
					input := encodeJSON(t, goodHeader(map[string]any{"alg": said})) + "." + encodeJSON(t, goodClaims(nil))
					mac := hmac.New(hash, secret)
					mac.Write([]byte(input))
					want := notParsed
					if said == "RS256" {
						want = badSignature
					}
					checkUnauthorized(t, newPool(t, configuration()), input+"."+encode(mac.Sum(nil)), want)
				})
			}
		}
	}
}

func signedPayload(t *testing.T, key *rsa.PrivateKey, payload string) string {
	t.Helper()
	input := encodeJSON(t, goodHeader(nil)) + "." + encode([]byte(payload))
	return input + "." + encode(rs256(t, key, input))
}

// nextBase64URL returns the next character of the alphabet. The low bits of the last
// character of a 256-byte signature are unused.
func nextBase64URL(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)+1])
}
