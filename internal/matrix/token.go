package matrix

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/internal/tokenrequest"
	"example.com/weather-events-api/local"
)

// askForTokens gets a token for each caller that needs one, and sets Problem if that fails.
func (t *trial) askForTokens(ctx context.Context) {
	t.tokens = make([]string, len(t.Callers))
	t.each(len(t.Callers), func(j int) {
		c := &t.Callers[j]
		if c.Kind != Client || c.NoToken != "" || !t.isCalling(j) {
			return
		}
		client := t.target.Clients[c.client]
		config := clientcredentials.Config{
			ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL,
			Scopes: c.Scopes, AuthStyle: oauth2.AuthStyleInParams,
		}
		if c.all {
			config.Scopes = nil // all of them
		}
		token, err := t.token(ctx, tokenrequest.Of(client.TokenOperation, config))
		if err != nil {
			c.Problem = "no token: " + tokenProblem(err)
		}
		t.tokens[j] = token
	})
}

// token makes a token request, and retries it if it is throttled.
func (t *trial) token(ctx context.Context, request tokenrequest.Request) (string, error) {
	for attempt := 0; ; attempt++ {
		limited, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, t.client), t.options.Timeout)
		token, err := request.Token(limited)
		cancel()
		refused, isRefused := errors.AsType[*oauth2.RetrieveError](err)
		isThrottled := isRefused && (refused.Response.StatusCode == http.StatusTooManyRequests || refused.ErrorCode == "TooManyRequestsException")
		switch {
		case err == nil:
			return token.AccessToken, nil
		case !isThrottled || !t.wait(ctx, attempt):
			return "", err
		}
	}
}

// tokenProblem says why a token request failed, without the request.
func tokenProblem(err error) string {
	refused, isRefused := errors.AsType[*oauth2.RetrieveError](err)
	if !isRefused {
		return printable.Text(err.Error())
	}
	text := fmt.Sprint(refused.Response.StatusCode)
	for _, part := range []string{refused.ErrorCode, refused.ErrorDescription} {
		if part != "" {
			text += " " + part
		}
	}
	return printable.Text(text)
}

// forger makes tokens like those of the user pools, signed with another key.
type forger struct {
	trial *trial
	lock  sync.Mutex
	kids  map[string]string // by issuer
}

// forgersKey is one for all of this process: it takes a while to make.
var forgersKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// token returns a forged token with the claims that open a method, and the key id of its
// user pool.
func (f *forger) token(ctx context.Context, m Method) (string, error) {
	t := f.trial.target
	client := local.Client{ID: "somebody"}
	if i := t.opener(m); i >= 0 {
		client = t.Clients[i]
	}
	issuer := "https://example.com/nobody"
	for _, pool := range t.UserPools {
		if len(m.UserPools) > 0 && pool.Key == m.UserPools[0] {
			issuer = pool.Issuer
		}
	}
	key, err := forgersKey()
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: f.kid(ctx, issuer)}}, nil)
	if err != nil {
		return "", err
	}
	now := time.Now().Unix()
	claims, err := json.Marshal(map[string]any{
		"sub": client.ID, "client_id": client.ID, "token_use": "access", "scope": strings.Join(m.Scopes, " "), "iss": issuer,
		"auth_time": now, "iat": now, "exp": now + 3600, "version": 2, "jti": "00000000-0000-4000-8000-000000000000",
	})
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// kid returns the id of an issuer's key, so that only the signature of a token is wrong, or
// any id if the issuer publishes none.
func (f *forger) kid(ctx context.Context, issuer string) string {
	f.lock.Lock()
	defer f.lock.Unlock()
	if kid, known := f.kids[issuer]; known {
		return kid
	}
	kid := "somebody-else"
	var keys jose.JSONWebKeySet
	if a, err := f.trial.send(ctx, request{method: http.MethodGet, url: issuer + "/.well-known/jwks.json"}, 1<<20); err == nil &&
		json.Unmarshal([]byte(a.body), &keys) == nil && len(keys.Keys) > 0 {
		kid = keys.Keys[0].KeyID
	}
	f.kids[issuer] = kid
	return kid
}
