package machineclient

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// Config says how to get tokens and how to send requests.
type Config struct {
	// Credentials loads what a token is requested with, before every token
	// request. It is called by one goroutine at a time and has 10 s for itself and
	// the token request. Of its error one short line is shown, and nothing that
	// reads as a secret; errors.Is and errors.As find it in the [TokenError].
	// Required: [New] panics without it.
	Credentials func(context.Context) (Credentials, error)
	// Base sends the calls and the token requests; wrap it to log them, for
	// instance. Default: http.DefaultTransport.
	Base http.RoundTripper
	// InsecureHosts names hosts, without port, that may be reached by http:// and
	// not only by https://. Whoever is on the way reads the client secret, or the
	// tokens, and uses them. Default: loopback hosts only.
	InsecureHosts []string
	// Clock says what time it is, for all but the 10 s of Credentials. A test that
	// moves the clock of the server moves this one with it. It is called from
	// several goroutines. Default: time.Now.
	Clock func() time.Time
}

// New returns a client that adds an access token to every request. Make one for
// each API and share it: the token is the client's.
//
// A request that was refused with 401 and for which there is a new token is
// repeated if it has no body or a GetBody, as [http.NewRequest] sets it for
// bytes.Buffer, bytes.Reader and strings.Reader. Any other gets the 401, and the
// next request the new token.
//
// The client has no timeout; set its Timeout, or give requests a context.
func New(config Config) *http.Client {
	if config.Credentials == nil {
		panic("machineclient: Config.Credentials is required: use machineclient.Static or a function that loads them")
	}
	if config.Base == nil {
		config.Base = http.DefaultTransport
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	return &http.Client{Transport: &transport{
		base: config.Base,
		tokens: &source{
			load: config.Credentials, base: config.Base, now: config.Clock,
			insecure: slices.Clone(config.InsecureHosts),
		},
	}}
}
