package cognito

import (
	"cmp"
	"crypto/sha256"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
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

// appClient is a Client with what every token request asks of it.
type appClient struct {
	id, name     string
	confidential bool
	secretHash   [sha256.Size]byte
	oauthEnabled bool
	flows        []string // of OAuth
	authFlows    []string
	scopes       clientScopes
	validity     time.Duration
}

// NewPool returns the pool that config describes. The error names every
// problem of the configuration. Later changes to config's slices have no effect.
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
			validity:     cmp.Or(c.AccessTokenValidity, DefaultAccessTokenValidity),
		}
	}
	return p, nil
}

// DomainHandler serves what Amazon Cognito serves under a pool's domain:
// POST /oauth2/token. Everything else is 404, and so is the token endpoint of a
// pool without a domain.
func (p *Pool) DomainHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.domainURL == "" || r.URL.Path != tokenPath {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		p.serveToken(w, r)
	})
}

// IssuerHandler serves what Amazon Cognito serves under a pool's issuer URL:
// GET /.well-known/jwks.json and GET /.well-known/openid-configuration.
// Everything else is 404.
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
