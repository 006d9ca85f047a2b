package walkthrough

import (
	"cmp"
	"net/http"
	"time"
)

// DefaultTimeout is how long a request may take unless the [Target] says otherwise.
const DefaultTimeout = 10 * time.Second

// The scopes of the article's API: what a [Target] has unless it says otherwise.
const (
	DefaultGetScope    = "weather-api/get"
	DefaultPostScope   = "weather-api/post"
	DefaultDeniedScope = "weather-api/delete"
)

// Target is the deployment to walk through, and the client to do it as.
type Target struct {
	// APIURL is where the API answers GET and POST, its stage included, such as
	// https://abc123.execute-api.eu-west-1.amazonaws.com/weather. Required. The
	// scheme is https, or http for a loopback host.
	APIURL string
	// TokenURL is the token endpoint, such as
	// https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token. Required.
	// The scheme is https, or http for a loopback host.
	TokenURL string
	// ClientID and ClientSecret are the app client's credentials. Required.
	// Printable ASCII characters (RFC 6749, appendix A.1 and A.2).
	ClientID, ClientSecret string
	// GetScope is the scope that GET requires. Default: weather-api/get.
	GetScope string
	// PostScope is the scope that POST requires. Default: weather-api/post.
	PostScope string
	// DeniedScope is a scope of the user pool that the client may not request.
	// Default: weather-api/delete.
	DeniedScope string
	// Timeout bounds each request, its answer's body included. Default: 10 seconds.
	Timeout time.Duration
	// Transport sends the requests. Default: [http.DefaultTransport].
	Transport http.RoundTripper
	// ShowSecrets writes the client secret and access tokens into the report:
	// its curl commands then hold them instead of "$CLIENT_SECRET" and
	// "$ACCESS_TOKEN". Default: they are left out.
	ShowSecrets bool
}

// withDefaults returns t with every field set.
func (t Target) withDefaults() Target {
	t.GetScope = cmp.Or(t.GetScope, DefaultGetScope)
	t.PostScope = cmp.Or(t.PostScope, DefaultPostScope)
	t.DeniedScope = cmp.Or(t.DeniedScope, DefaultDeniedScope)
	t.Timeout = cmp.Or(t.Timeout, DefaultTimeout)
	if t.Transport == nil {
		t.Transport = http.DefaultTransport
	}
	return t
}
