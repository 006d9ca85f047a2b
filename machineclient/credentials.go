package machineclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Credentials are what a token is requested with. Their JSON is that of the
// Secrets Manager secret of a client.
type Credentials struct {
	// ClientID and ClientSecret are those of the app client. Required.
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// TokenURL is that of the token endpoint, an absolute http or https URL.
	// Required.
	TokenURL string `json:"token_url"`
	// Scope names the scopes to request, separated by spaces. Default: every
	// scope of the client.
	Scope string `json:"scope"`
}

// Static returns a value for [Config] that always is the given credentials.
func Static(credentials Credentials) func(context.Context) (Credentials, error) {
	return func(context.Context) (Credentials, error) { return credentials, nil }
}

// ParseCredentials reads the value of a client's secret: a JSON object with
// client_id, client_secret, token_url and, if there is one, scope. It leaves
// aside what else the object holds, such as the previous credentials while a
// rotation is open. The error shows no value.
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

// Validate names everything that is missing or wrong. It shows no value.
func (c Credentials) Validate() error {
	var problems []error
	for _, field := range []struct{ name, value string }{
		{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}, {"token_url", c.TokenURL},
	} {
		if field.value == "" {
			problems = append(problems, fmt.Errorf("credentials: %s is missing", field.name))
		}
	}
	if c.TokenURL != "" && !isAbsolute(c.TokenURL) {
		problems = append(problems, errors.New("credentials: token_url must be an absolute http or https URL"))
	}
	return errors.Join(problems...)
}

func isAbsolute(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && (parsed.Scheme == "https" || parsed.Scheme == "http") && parsed.Host != ""
}

// config names the way that the secret is sent, or x/oauth2 would try both and
// send every failed request twice.
func (c Credentials) config() *clientcredentials.Config {
	return &clientcredentials.Config{
		ClientID:     c.ClientID,
		ClientSecret: c.ClientSecret,
		TokenURL:     c.TokenURL,
		Scopes:       strings.Fields(c.Scope),
		AuthStyle:    oauth2.AuthStyleInHeader,
	}
}
