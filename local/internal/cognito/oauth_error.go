package cognito

import "net/http"

// The error codes of RFC 6749 section 5.2 that the token endpoint answers.
const (
	invalidRequest       = "invalid_request"
	invalidClient        = "invalid_client"
	invalidGrant         = "invalid_grant"
	unauthorizedClient   = "unauthorized_client"
	unsupportedGrantType = "unsupported_grant_type"
	invalidScope         = "invalid_scope"
)

// refusal is why the token endpoint issues no token.
type refusal struct {
	// code is what the client is told, and all it is told.
	code string
	// reason is for the access log. It never holds a credential.
	reason string
}

func refuse(code, reason string) *refusal { return &refusal{code: code, reason: reason} }

// write answers 400 for every code, invalid_client included, where RFC 6749
// section 5.2 would have 401 and WWW-Authenticate: so does Amazon Cognito.
func (e *refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(http.StatusBadRequest)
	w.Write([]byte(`{"error":"` + e.code + `"}`))
}
