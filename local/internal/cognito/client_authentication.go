package cognito

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// credentials are what a request gives to authenticate its client. What is
// missing or malformed is empty and authenticates nobody.
type credentials struct {
	clientID string
	secret   string
}

// parseCredentials reads client_secret_basic from the Authorization header or
// client_secret_post from the form, see RFC 6749 section 2.3.1.
func parseCredentials(header http.Header, form url.Values) (credentials, *refusal) {
	inForm := credentials{clientID: form.Get("client_id"), secret: form.Get("client_secret")}
	switch authorization := header.Values("Authorization"); {
	case len(authorization) == 0:
		return inForm, nil
	case len(authorization) > 1 || inForm.secret != "":
		// RFC 6749 section 2.3 forbids two methods in one request, and section
		// 5.2 gives the code. A working choice.
		return credentials{}, refuse(invalidRequest, "more than one client authentication is given")
	default:
		basic := parseBasic(authorization[0])
		// Amazon Cognito's examples send client_id beside the header. Two
		// different clients are no request of either: a working choice.
		if inForm.clientID != "" && basic.clientID != "" && inForm.clientID != basic.clientID {
			return credentials{}, refuse(invalidRequest, "the Authorization header and client_id name different clients")
		}
		return basic, nil
	}
}

// parseBasic returns the credentials of a Basic Authorization header, of which
// id and secret are form-urlencoded before they are base64-encoded.
func parseBasic(authorization string) credentials {
	scheme, encoded, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return credentials{}
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimLeft(encoded, " "))
	if err != nil {
		return credentials{}
	}
	id, secret, _ := strings.Cut(string(decoded), ":")
	var basic credentials
	basic.clientID, _ = url.QueryUnescape(id) // "" if malformed
	basic.secret, _ = url.QueryUnescape(secret)
	return basic
}

// authenticate returns "" if secret is that of the client, or why the client is
// not authenticated: it may be nil, or have no secret. It takes the same time for
// any secret and for an unknown client.
func (c *appClient) authenticate(secret string) string {
	var want [sha256.Size]byte // no secret's hash
	if c != nil {
		want = c.secretHash
	}
	got := sha256.Sum256([]byte(secret))
	authenticated := subtle.ConstantTimeCompare(got[:], want[:]) == 1
	switch {
	case c == nil:
		return "the pool has no client with this id"
	case !c.confidential:
		return "the client has no secret and cannot authenticate"
	case !authenticated:
		return "the client secret is wrong or missing"
	}
	return ""
}
