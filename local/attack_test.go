package local_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// Only the exact scope opens a method.
func TestOnlyTheScopeItselfOpensTheMethod(t *testing.T) {
	template := readTemplate(t)
	var scopes []any
	for _, name := range []string{"get", "getx", "ge", "GET", "get.", "post", "delete"} {
		scopes = append(scopes, map[string]any{"ScopeName": name, "ScopeDescription": "any"})
	}
	template.properties(resourceServer)["Scopes"] = scopes
	for _, identifier := range []string{"other-api", "weather-ap", "WEATHER-API"} {
		template.add("Server"+strings.ReplaceAll(identifier, "-", ""), "AWS::Cognito::UserPoolResourceServer", map[string]any{
			"UserPoolId": map[string]any{"Ref": "WeatherEventsAuthUserPoolBD1FDA30"},
			"Identifier": identifier, "Name": identifier,
			"Scopes": []any{map[string]any{"ScopeName": "get", "ScopeDescription": "any"}},
		})
	}
	others := []any{"weather-api/getx", "weather-api/ge", "weather-api/GET", "weather-api/get.", "other-api/get", "weather-ap/get", "WEATHER-API/get"}
	template.properties(userPoolClient)["AllowedOAuthScopes"] = append([]any{"weather-api/get"}, others...)
	server := serveSource(t, template.source(t))
	api, client := server.API("RestApi"), server.Client("ServiceClient")

	for _, scope := range others {
		expect(t, call(t, "GET", api.URL, token(t, client, scope.(string)), ""), 401, unauthorized)
	}
	if got := call(t, "GET", api.URL, token(t, client, "weather-api/get"), ""); got.status != 200 {
		t.Errorf("with the scope: %v", got)
	}
}

func TestForgedTokens(t *testing.T) {
	template := readTemplate(t)
	template.add("OtherPool", "AWS::Cognito::UserPool", map[string]any{})
	template.add("OtherServer", "AWS::Cognito::UserPoolResourceServer", map[string]any{
		"UserPoolId": map[string]any{"Ref": "OtherPool"}, "Identifier": "weather-api", "Name": "same",
		"Scopes": []any{map[string]any{"ScopeName": "get", "ScopeDescription": "any"}},
	})
	template.add("OtherDomain", "AWS::Cognito::UserPoolDomain", map[string]any{"UserPoolId": map[string]any{"Ref": "OtherPool"}, "Domain": "other"})
	template.add("OtherClient", "AWS::Cognito::UserPoolClient", map[string]any{
		"UserPoolId": map[string]any{"Ref": "OtherPool"}, "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
		"AllowedOAuthFlows": []any{"client_credentials"}, "AllowedOAuthScopes": []any{"weather-api/get"},
	})
	server := serveSource(t, template.source(t))
	api := server.API("RestApi")
	genuine := token(t, server.Client("ServiceClient"))
	claims, header := segment(t, genuine, 1), segment(t, genuine, 0)
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(call(t, "GET", issuerOf(t, genuine)+"/.well-known/jwks.json", "", "").body), &keys); err != nil {
		t.Fatal(err)
	}
	public := keys.Key(header["kid"].(string))[0]
	der, err := x509.MarshalPKIXPublicKey(public.Key)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(genuine, ".")
	b64 := func(text string) string { return jsonSegment(t, json.RawMessage(text)) }
	sign := func(algorithm jose.SignatureAlgorithm, key any, extra map[jose.HeaderKey]any) string {
		options := (&jose.SignerOptions{ExtraHeaders: extra}).WithHeader("kid", header["kid"])
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign(payload)
		if err != nil {
			t.Fatal(err)
		}
		compact, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return compact
	}

	for name, forged := range map[string]string{
		"alg none":                     b64(`{"alg":"none"}`) + "." + parts[1] + ".",
		"alg none with the signature":  b64(`{"alg":"none"}`) + "." + parts[1] + "." + parts[2],
		"HS256 with the public key":    sign(jose.HS256, inPEM, nil),
		"HS256 with the modulus":       sign(jose.HS256, public.Key.(*rsa.PublicKey).N.Bytes(), nil),
		"own key under the pool's kid": sign(jose.RS256, own, nil),
		"own key, embedded":            sign(jose.RS256, own, map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: own.Public()}}),
		"own key, at a URL":            sign(jose.RS256, own, map[jose.HeaderKey]any{"jku": "http://127.0.0.1:1/jwks.json"}),
		"swapped kid":                  b64(fmt.Sprintf(`{"alg":"RS256","kid":%q}`, otherKid(keys, public.KeyID))) + "." + parts[1] + "." + parts[2],
		"a pool with the same scope":   token(t, server.Client("OtherClient")),
		"without signature":            parts[0] + "." + parts[1] + ".",
		"changed claims":               parts[0] + "." + jsonSegment(t, map[string]any{"scope": "weather-api/get"}) + "." + parts[2],
		"not a token":                  "x",
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, call(t, "GET", api.URL, forged, ""), 401, unauthorized)
		})
	}
	if got := call(t, "GET", api.URL, genuine, ""); got.status != 200 {
		t.Errorf("the genuine token: %v", got)
	}
}

func TestRequestsThatAreOutOfBounds(t *testing.T) {
	server := serve(t, weather)
	api, client := server.API("RestApi"), server.Client("ServiceClient")
	issued := token(t, client)

	request, err := http.NewRequest("GET", api.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["Authorization"] = []string{"Bearer " + issued, "Bearer " + issued}
	expect(t, do(t, request), 401, unauthorized)

	if got := call(t, "GET", api.URL, issued+strings.Repeat("x", 11_000), ""); got.status != 431 {
		t.Errorf("11 KB of header: %d", got.status)
	}
	if got := call(t, "POST", api.URL, issued, strings.Repeat("x", 10<<20+1)); got.status != 413 {
		t.Errorf("more than 10 MB of body: %d", got.status)
	}
	huge := client
	huge.Secret = strings.Repeat("x", 1<<20)
	if got := requestToken(t, huge); got.status != 400 {
		t.Errorf("1 MB of token request: %d", got.status)
	}
}

func otherKid(keys jose.JSONWebKeySet, kid string) string {
	for _, key := range keys.Keys {
		if key.KeyID != kid {
			return key.KeyID
		}
	}
	return ""
}
