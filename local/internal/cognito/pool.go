// Package cognito serves the part of an Amazon Cognito user pool that
// machine-to-machine OAuth needs: the client credentials grant of the token
// endpoint, the API operation GetClientToken, the key set, the discovery document,
// and the verification of access tokens.
//
// A [Pool] is made from a [PoolConfig] and does not change afterwards. The caller
// mounts its handlers: [Pool.DomainHandler] at the pool's domain,
// [Pool.IssuerHandler] at its issuer URL, and [APIHandler], which all pools share,
// at the endpoint of the API.
//
// Where AWS does not document Amazon Cognito's answer, a comment says what we
// assume. The assumption refuses rather than issues a token.
package cognito

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/weather-events-api/internal/limits"
)

// Pool is a running user pool. It is safe for concurrent use.
type Pool struct {
	issuer    string
	domainURL string
	keys      []SigningKey
	clients   map[string]*appClient
	now       func() time.Time
	observe   tokenObserver

	signer   func() (jose.Signer, error)
	verified verifiedTokens
}

// appClient is a Client in the form that token requests need.
type appClient struct {
	id, name     string
	confidential bool
	secretHash   [sha256.Size]byte
	oauthEnabled bool
	flows        []string // OAuth flows
	authFlows    []string
	scopes       clientScopes
	validity     time.Duration
}

// NewPool returns the pool that config describes. The error lists every problem of
// the configuration. Later changes to config's slices have no effect.
func NewPool(config PoolConfig) (*Pool, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	p := &Pool{
		issuer:    config.Issuer,
		domainURL: config.DomainURL,
		keys:      slices.Clone(config.SigningKeys),
		clients:   make(map[string]*appClient, len(config.Clients)),
		now:       config.Clock,
		observe:   config.OnTokenRequest,
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.observe == nil {
		p.observe = ignoreTokenEvents
	}
	p.signer = sync.OnceValues(p.keys[len(p.keys)-1].signer)

	declared := declaredScopes(config.ResourceServers)
	for _, c := range config.Clients {
		p.clients[c.ID] = &appClient{
			id:           c.ID,
			name:         c.Name,
			confidential: c.Secret != "",
			secretHash:   sha256.Sum256([]byte(c.Secret)),
			oauthEnabled: c.AllowedOAuthFlowsUserPoolClient,
			flows:        slices.Clone(c.AllowedOAuthFlows),
			authFlows:    slices.Clone(c.ExplicitAuthFlows),
			scopes:       newClientScopes(c.AllowedOAuthScopes, declared),
			validity:     cmp.Or(c.AccessTokenValidity, defaultAccessTokenValidity),
		}
	}
	return p, nil
}

// DomainHandler serves a pool's domain: POST /oauth2/token. Everything else is 404,
// and so is the token endpoint of a pool without a domain.
func (p *Pool) DomainHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.domainURL == "" || r.URL.Path != tokenPath {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		p.serveToken(w, r)
	})
}

// IssuerHandler serves a pool's issuer URL: GET /.well-known/jwks.json and GET
// /.well-known/openid-configuration. Everything else is 404.
func (p *Pool) IssuerHandler() http.Handler {
	documents := map[string]func() ([]byte, error){
		keySetPath:    sync.OnceValues(p.keySet),
		discoveryPath: sync.OnceValues(p.discovery),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		document, found := documents[r.URL.Path]
		if !found {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		serveDocument(w, r, document)
	})
}

// clientScopes are the scopes that a client may request, and those that it can be
// granted.
type clientScopes struct {
	// allowed maps every scope of the client to whether a resource server declares it.
	// Standard scopes such as openid are false, and so are scopes that were removed
	// from their resource server.
	allowed map[string]bool
	// usable are the scopes that can be granted, in the order of the client.
	usable []string
}

// declaredScopes returns the custom scopes as clients request them.
func declaredScopes(servers []ResourceServer) map[string]bool {
	declared := make(map[string]bool)
	for _, server := range servers {
		for _, name := range server.Scopes {
			declared[server.Identifier+"/"+name] = true
		}
	}
	return declared
}

func newClientScopes(allowed []string, declared map[string]bool) clientScopes {
	scopes := clientScopes{allowed: make(map[string]bool, len(allowed))}
	for _, scope := range allowed {
		_, twice := scopes.allowed[scope]
		scopes.allowed[scope] = declared[scope]
		if declared[scope] && !twice {
			scopes.usable = append(scopes.usable, scope)
		}
	}
	return scopes
}

// grant returns the requested scopes that the token gets, each once and in order. If
// none are requested, it grants every usable scope of the client.
func (s clientScopes) grant(requested []string) ([]string, *refusal) {
	if len(requested) == 0 {
		if len(s.usable) == 0 {
			return nil, refuse(invalidScope, "the client has no custom scope that a resource server declares")
		}
		return s.usable, nil
	}
	var granted []string
	for _, scope := range requested {
		// AWS does not document this; we assume RFC 6749 section 3.3.
		if !isScopeToken(scope) {
			return nil, refuse(invalidScope, "a scope is malformed: separate scopes by one space for the token endpoint, and pass a list to GetClientToken")
		}
		usable, allowed := s.allowed[scope]
		switch {
		case !allowed || slices.Contains(limits.CognitoScopes, scope): // those are for signed-in users
			// AWS documents that this is an error, but not which. We assume invalid_grant,
			// and also that a standard scope is refused even if the client has it.
			return nil, refuse(invalidGrant, fmt.Sprintf("the client is not allowed the scope %.*q", limits.QualifiedScope, scope))
		case usable && !slices.Contains(granted, scope):
			granted = append(granted, scope)
		}
		// Amazon Cognito ignores an allowed scope that no resource server declares.
	}
	if len(granted) == 0 {
		return nil, refuse(invalidScope, "no resource server declares any of the scopes requested")
	}
	return granted, nil
}

// isScopeToken reports whether s is a scope-token (RFC 6749 section 3.3).
func isScopeToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return s != ""
}

// TokenEvent is the outcome of a request to the token endpoint or to GetClientToken.
// It never holds a secret or a token.
type TokenEvent struct {
	// ClientID and ClientName are those of the client that the request named,
	// authenticated or not. They are empty if the pool has no such client: the value
	// sent may be a secret in the wrong place.
	ClientID, ClientName string
	// Scopes are the scopes of the issued token, nil without one.
	Scopes []string
	// Error is the OAuth error code or the error type of the API. It is "" if a token
	// was issued, and for answers without a body: 405 for a method other than POST, and
	// 500 for a key that cannot sign.
	Error string
	// Reason says why no token was issued, "" if one was. It is one line of text and
	// may quote a requested scope.
	Reason string
}

type tokenObserver func(context.Context, TokenEvent)

func ignoreTokenEvents(context.Context, TokenEvent) {}
