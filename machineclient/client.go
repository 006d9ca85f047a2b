// Package machineclient calls an API that is protected by OAuth 2.0 client
// credentials, such as the one in this repository:
//
//	client := machineclient.New(machineclient.Config{Credentials: credentials})
//	response, err := client.Get(apiURL)
//
// It requests tokens with golang.org/x/oauth2/clientcredentials or, for credentials
// with a TokenOperation, with GetClientToken, an unsigned API operation that a user
// pool without a domain supports too. On top of that it adds what a service needs:
//
//   - All goroutines share one token, and at most one token request runs at a time.
//     A call waits for it no longer than the call's context allows.
//   - A token is renewed in the background after 80 to 90 % of its life, so calls
//     do not wait, and a short outage of the token endpoint goes unnoticed.
//   - A token has expired when the wall clock or the monotonic clock says so. After
//     a suspend, a paused VM or a frozen Lambda function, an expired token is not
//     used, and a token request that hung is repeated.
//   - After a failed token request the next one waits for Retry-After plus 0.5 to
//     1 s, doubling up to a minute. A call without a token fails at once with a
//     [TokenError]. Its text is short, printable and without secrets, whatever the
//     token endpoint answers or the Credentials function returns.
//   - Credentials are loaded for every token request, so rotated credentials are
//     used without a restart. A 401 reloads them too, at most every 10 s; if they
//     have changed, the call is repeated once with a new token.
//   - If they have not changed, the call is still repeated with a new token: the old
//     one may have been revoked, or issued before the client was given a scope. If
//     the new token is refused too, the next one must be a minute old before it is
//     replaced, then 2 minutes, doubling. A client that lacks the scope costs only a
//     few more token requests.
//   - The token is sent to the host that was called, never to the target of a
//     redirect or back from there. Token requests, which carry the secret, follow no
//     redirects. Plain http is allowed only for loopback hosts and InsecureHosts.
package machineclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Config says how to get tokens and how to send requests.
type Config struct {
	// Credentials loads the credentials before every token request. It is called by
	// one goroutine at a time, and has 10 s for itself and the token request. Of its
	// error, one short line without secrets is shown; errors.Is and errors.As find
	// it in the [TokenError]. Required: [New] panics without it.
	Credentials func(context.Context) (Credentials, error)
	// Base sends the calls and the token requests. Wrap it to log them, for example.
	// Default: http.DefaultTransport.
	Base http.RoundTripper
	// InsecureHosts are hosts, without port, that http:// is allowed for. Anyone on
	// the network path can then read the client secret or the tokens, and use them.
	// Default: loopback hosts only.
	InsecureHosts []string
	// Clock returns the time for everything except the 10 s of Credentials, so that
	// a test can move it together with the server's clock. It is called from several
	// goroutines. Default: time.Now.
	Clock func() time.Time
}

// New returns a client that adds an access token to every request. Make one for each
// API and share it, because its calls share the token.
//
// A request that was refused with 401 is repeated with a new token if it has no body
// or has a GetBody, which [http.NewRequest] sets for bytes.Buffer, bytes.Reader and
// strings.Reader. Any other request returns the 401, and the next request uses the
// new token.
//
// The client has no timeout: set its Timeout, or give requests a context.
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

// maxDrain is how much of a refused answer is read so that its connection can be
// reused.
const maxDrain = 64 << 10

type transport struct {
	base   http.RoundTripper
	tokens *source
}

// RoundTrip sends a request with a token, and repeats it with another token if it
// was refused.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if redirectedAway(request) {
		return t.base.RoundTrip(request)
	}
	used, err := t.token(request)
	if err != nil {
		if request.Body != nil {
			request.Body.Close()
		}
		return nil, err
	}
	response, err := t.send(request, used)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	renewed, ok := t.tokens.replace(request.Context(), used)
	if !ok {
		return response, nil
	}
	again, ok := replay(request)
	if !ok {
		return response, nil
	}
	_, _ = io.CopyN(io.Discard, response.Body, maxDrain)
	response.Body.Close()
	response, err = t.send(again, renewed)
	if err == nil && response.StatusCode != http.StatusUnauthorized {
		t.tokens.accepted()
	}
	return response, err
}

// token returns the token for a request, or an error if it must not be sent.
func (t *transport) token(request *http.Request) (*token, error) {
	if t.tokens.inClearText(request.URL) {
		return nil, fmt.Errorf("the URL of the call must begin with https://: %s is neither a loopback host nor in Config.InsecureHosts", printable(request.URL.Hostname()))
	}
	return t.tokens.get(request.Context())
}

// send sends a request with a token. The answer and the error do not show the token.
func (t *transport) send(request *http.Request, token *token) (*http.Response, error) {
	response, err := t.base.RoundTrip(authorized(request, token))
	if err != nil && strings.Contains(err.Error(), token.value) {
		err = errors.New("no answer from the API: the error is left out because it holds the token")
	}
	if response != nil {
		response.Request = request
	}
	return response, err
}

// authorized returns a copy: a RoundTripper must not change the request.
func authorized(request *http.Request, token *token) *http.Request {
	copied := request.Clone(request.Context())
	copied.Header.Set("Authorization", "Bearer "+token.value)
	return copied
}

// replay returns a sent request with an unread body, if that is possible.
func replay(request *http.Request) (*http.Request, bool) {
	if request.Body == nil || request.Body == http.NoBody {
		return request, true
	}
	if request.GetBody == nil {
		return nil, false
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, false
	}
	again := request.Clone(request.Context())
	again.Body = body
	return again, true
}

// redirectedAway reports whether a request follows a redirect to another host, even
// if the chain came back: another host must neither get the token nor decide what it
// is used for.
func redirectedAway(request *http.Request) bool {
	for hop := request; hop.Response != nil; {
		if hop = hop.Response.Request; hop == nil || hop.URL.Scheme != request.URL.Scheme || hop.URL.Host != request.URL.Host {
			return true
		}
	}
	return false
}
