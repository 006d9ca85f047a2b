package cognito

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

const (
	keySetPath    = "/.well-known/jwks.json"
	discoveryPath = "/.well-known/openid-configuration"
)

// keySet returns the JSON Web Key Set of the pool (RFC 7517 section 5).
func (p *Pool) keySet() ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: make([]jose.JSONWebKey, 0, len(p.keys))}
	for _, key := range p.keys {
		public := key.public()
		if !public.Valid() {
			return nil, fmt.Errorf("signing key %q is not an RSA key", key.ID)
		}
		set.Keys = append(set.Keys, public)
	}
	return json.Marshal(set)
}

// discoveryDocument has the fields of Amazon Cognito's document (OpenID Connect
// Discovery 1.0 section 3). AWS does not document which fields a pool without a
// domain has; we assume that the endpoints of the domain are missing.
type discoveryDocument struct {
	AuthorizationEndpoint             string   `json:"authorization_endpoint,omitempty"`
	TokenEndpoint                     string   `json:"token_endpoint,omitempty"`
	UserinfoEndpoint                  string   `json:"userinfo_endpoint,omitempty"`
	Issuer                            string   `json:"issuer"`
	JWKSURI                           string   `json:"jwks_uri"`
	IDTokenSigningAlgValuesSupported  []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypesSupported            []string `json:"response_types_supported"`
	ScopesSupported                   []string `json:"scopes_supported"`
	SubjectTypesSupported             []string `json:"subject_types_supported"`
	TokenEndpointAuthMethodsSupported []string `json:"token_endpoint_auth_methods_supported"`
}

// discovery returns what Amazon Cognito returns, including endpoints that are not
// served here, so that a client can read it like the real document.
func (p *Pool) discovery() ([]byte, error) {
	document := discoveryDocument{
		Issuer:                            p.issuer,
		JWKSURI:                           p.issuer + keySetPath,
		IDTokenSigningAlgValuesSupported:  []string{string(jose.RS256)},
		ResponseTypesSupported:            []string{"code", "token"},
		ScopesSupported:                   []string{"openid", "email", "phone", "profile"},
		SubjectTypesSupported:             []string{"public"},
		TokenEndpointAuthMethodsSupported: []string{"client_secret_basic", "client_secret_post"},
	}
	if p.domainURL != "" {
		document.AuthorizationEndpoint = p.domainURL + "/oauth2/authorize"
		document.TokenEndpoint = p.domainURL + tokenPath
		document.UserinfoEndpoint = p.domainURL + "/oauth2/userInfo"
	}
	return json.Marshal(document)
}

// serveDocument answers GET and HEAD with a JSON document.
func serveDocument(w http.ResponseWriter, r *http.Request, document func() ([]byte, error)) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := document()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}
