package machineclient

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/tokenrequest"
)

// Credentials are what a token request needs. Their JSON is the value of a client's
// secret in Secrets Manager.
type Credentials struct {
	// ClientID and ClientSecret are those of the app client. Required.
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// TokenURL is the URL of the token endpoint or, with a TokenOperation, of Cognito's
	// API. It must be an absolute https URL; http is allowed for loopback hosts and the
	// InsecureHosts of [Config]. Required.
	TokenURL string `json:"token_url"`
	// TokenOperation is the operation of Cognito's API that issues the tokens:
	// GetClientToken, which needs no domain of the user pool. Any other value is an
	// error. Default: none, a token request of RFC 6749, section 4.4.
	TokenOperation string `json:"token_operation,omitempty"`
	// Scope lists the scopes to request, separated by spaces. Default: every scope of
	// the client.
	Scope string `json:"scope"`
}

// Static returns a Credentials function for [Config] that always returns
// credentials.
func Static(credentials Credentials) func(context.Context) (Credentials, error) {
	return func(context.Context) (Credentials, error) { return credentials, nil }
}

// ParseCredentials reads the value of a client's secret: a JSON object with
// client_id, client_secret, token_url and, optionally, token_operation and scope. It
// ignores other members, such as the previous credentials during a rotation. The
// error shows no value.
func ParseCredentials(secret []byte) (Credentials, error) {
	var credentials Credentials
	if err := json.Unmarshal(secret, &credentials); err != nil {
		if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrongType.Field != "" {
			return Credentials{}, fmt.Errorf("credentials: %s must be a string", wrongType.Field)
		}
		return Credentials{}, errors.New("credentials: must be a JSON object with client_id, client_secret and token_url")
	}
	return credentials, credentials.Validate()
}

// Validate returns an error that names everything missing or malformed. It does not
// check which hosts http is allowed for: only the [Config] knows. The error shows no
// value.
func (c Credentials) Validate() error {
	var problems []error
	for _, field := range []struct{ name, value string }{
		{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}, {"token_url", c.TokenURL},
	} {
		if field.value == "" {
			problems = append(problems, fmt.Errorf("credentials: %s is missing", field.name))
		}
	}
	if c.TokenURL != "" {
		parsed, err := url.Parse(c.TokenURL)
		switch {
		case err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Hostname() == "":
			problems = append(problems, errors.New("credentials: token_url must be an absolute http or https URL, such as https://auth.example.org/oauth2/token"))
		case parsed.User != nil:
			problems = append(problems, errors.New("credentials: token_url must not have a user name or password: set client_id and client_secret"))
		case parsed.Fragment != "":
			problems = append(problems, errors.New("credentials: token_url must not have a fragment"))
		}
	}
	if !clienttoken.Known(c.TokenOperation) {
		problems = append(problems, errors.New("credentials: token_operation must be "+clienttoken.Operation+", or left out for the token request of RFC 6749"))
	}
	return errors.Join(problems...)
}

// request sets how the secret is sent. Otherwise x/oauth2 would try both ways, and
// send every failed request twice.
func (c Credentials) request() tokenrequest.Request {
	return tokenrequest.Of(c.TokenOperation, clientcredentials.Config{
		ClientID:     c.ClientID,
		ClientSecret: c.ClientSecret,
		TokenURL:     c.TokenURL,
		Scopes:       strings.Fields(c.Scope),
		AuthStyle:    oauth2.AuthStyleInHeader,
	})
}

var percentEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// shownIn reports whether text holds 8 characters of the secret in any form that a
// token request has: plain, quoted, base64, or percent-encoded up to twice. An error
// of net/http may quote an answer that echoes the request.
func (c Credentials) shownIn(text string) bool {
	const part = 8
	id, secret := url.QueryEscape(c.ClientID), url.QueryEscape(c.ClientSecret)
	quoted, _ := json.Marshal(c.ClientSecret)
	forms := []string{c.ClientSecret, secret, string(quoted[1 : len(quoted)-1]), base64.StdEncoding.EncodeToString([]byte(id + ":" + secret))}
	for range 3 {
		for _, form := range forms {
			for i := range max(len(form)-part, 0) + 1 {
				if strings.Contains(text, form[i:min(i+part, len(form))]) {
					return true
				}
			}
		}
		text = percentEncoded.ReplaceAllStringFunc(text, func(encoded string) string {
			character, _ := url.PathUnescape(encoded)
			return character
		})
	}
	return false
}
