package cognito_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzTokenRequest checks that every answer is a specified one and that every token
// took the right secret.
func FuzzTokenRequest(f *testing.F) {
	pool := newPool(f, configuration())
	handler := pool.DomainHandler()
	codes := []string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}

	const contentType = "application/x-www-form-urlencoded"
	right := func() string {
		request := tokenRequest(f, "http://localhost", "", basic(machineID, machineSecret))
		return request.Header.Get("Authorization")
	}()
	f.Add(form(), "", contentType)
	f.Add(form("scope", "events/read events/write"), "", contentType+"; charset=utf-8")
	f.Add(form("scope", "openid\x00", "client_secret", ""), "", contentType)
	f.Add("grant_type=client_credentials", right, contentType)
	f.Add("grant_type=client_credentials&client_id="+machineID, right, contentType)
	f.Add("grant_type=client_credentials&client_id=x&client_id=%zz", "Basic Og==", contentType)
	f.Add("grant_type=password&aws_client_metadata={}&resource=x", "Bearer x", "application/json")
	f.Add("", "", "")

	f.Fuzz(func(t *testing.T, body, authorization, contentType string) {
		request := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader(body))
		request.Header.Set("Content-Type", contentType)
		if authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)

		header := make(map[string]string)
		for name := range recorder.Header() {
			header[name] = recorder.Header().Get(name)
		}
		got := answer{Status: recorder.Code, Header: header, Body: recorder.Body.String()}
		if got.Status != http.StatusOK {
			delete(got.Header, "Connection") // closed after a body above the limit
			if !slices.ContainsFunc(codes, func(code string) bool { return cmp.Equal(got, refused(code)) }) {
				t.Fatalf("not a specified answer: %+v", got)
			}
			return
		}
		if !hasSecret(request, body) {
			t.Fatalf("a token without the secret: body %q, authorization %q", body, authorization)
		}
		var response struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(got.Body), &response); err != nil {
			t.Fatal(err)
		}
		claims, err := pool.Verify(response.AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		for _, scope := range claims.Scopes {
			if scope != "events/read" && scope != "events/write" {
				t.Errorf("granted %q, which the client must not have", scope)
			}
		}
	})
}

// hasSecret reports whether the request has the machine's id and secret in one of the
// two places.
func hasSecret(request *http.Request, body string) bool {
	if id, secret, ok := request.BasicAuth(); ok {
		id, idErr := url.QueryUnescape(id)
		secret, secretErr := url.QueryUnescape(secret)
		return idErr == nil && secretErr == nil && id == machineID && secret == machineSecret
	}
	values, err := url.ParseQuery(body)
	return err == nil && values.Get("client_id") == machineID && values.Get("client_secret") == machineSecret
}

// FuzzVerify checks that the pool signed every token it accepts.
func FuzzVerify(f *testing.F) {
	pool := newPool(f, configuration())
	key := signingKeys[1].Private()
	signed := []string{
		mint(f, key, goodHeader(nil), goodClaims(nil)),
		mint(f, signingKeys[0].Private(), goodHeader(map[string]any{"kid": signingKeys[0].ID}), goodClaims(nil)),
	}
	for _, token := range signed {
		f.Add(token)
		f.Add(token + "\n")
		f.Add(token[:len(token)-1])
		f.Add("." + token)
		f.Add(strings.Replace(token, ".", "=.", 1))
	}
	f.Add(mint(f, otherKeys[1].Private(), goodHeader(nil), goodClaims(nil)))
	f.Add(mint(f, key, goodHeader(map[string]any{"alg": "none"}), goodClaims(nil)))
	f.Add(mint(f, key, goodHeader(map[string]any{"crit": []string{"b64"}, "b64": false}), goodClaims(nil)))
	f.Add(mint(f, key, goodHeader(map[string]any{"jwk": map[string]string{"kty": "oct", "k": "AAAA"}}), goodClaims(nil)))
	f.Add(mint(f, key, goodHeader(nil), goodClaims(map[string]any{"token_use": "id"})))
	f.Add("..")

	f.Fuzz(func(t *testing.T, token string) {
		fresh, freshErr := pool.Verify(token)
		again, againErr := pool.Verify(token)
		if accepted := slices.Contains(signed, token); (freshErr == nil) != accepted || (fresh != nil) != accepted {
			t.Fatalf("got %+v, %v, want accepted = %t", fresh, freshErr, accepted)
		}
		if (freshErr == nil) != (againErr == nil) || fresh != again {
			t.Errorf("the second answer differs: %v, %v", freshErr, againErr)
		}
	})
}

// FuzzForgedHeader signs any header and payload with a foreign key. None may pass.
func FuzzForgedHeader(f *testing.F) {
	pool := newPool(f, configuration())
	claims, err := json.Marshal(goodClaims(nil))
	if err != nil {
		f.Fatal(err)
	}
	for _, change := range []map[string]any{
		nil, {"alg": "none"}, {"alg": "HS256"}, {"kid": nil}, {"kid": ""}, {"jku": "http://localhost"},
		{"jwk": map[string]string{"kty": "RSA", "n": "AQAB", "e": "AQAB"}}, {"crit": []string{"exp"}}, {"b64": false},
	} {
		header, err := json.Marshal(goodHeader(change))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(header, claims)
	}
	f.Fuzz(func(t *testing.T, header, payload []byte) {
		input := encode(header) + "." + encode(payload)
		token := input + "." + encode(rs256(t, otherKeys[1].Private(), input))
		if claims, err := pool.Verify(token); err == nil || claims != nil {
			t.Fatalf("accepted a forged token: header %q, payload %q", header, payload)
		}
	})
}
