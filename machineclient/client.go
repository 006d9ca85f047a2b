// Package machineclient calls an API that is protected by OAuth 2.0 client
// credentials, such as the one of this repository:
//
//	client := machineclient.New(machineclient.Config{Credentials: credentials})
//	response, err := client.Get(apiURL)
//
// The token request is that of golang.org/x/oauth2/clientcredentials or, for
// credentials with a TokenOperation, an API call that a user pool without a domain
// answers too: GetClientToken, which is not signed and needs no SDK. The stored
// credentials of such a client say so, as token_operation. This package adds what
// a service needs around either:
//
//   - One token for all goroutines, and at most one token request at a time.
//     Whoever waits for it waits no longer than the context of the call allows.
//   - A token is renewed in the background when 80 to 90 % of its life is over,
//     so no call waits for that, and an outage of the token endpoint in between
//     goes unnoticed.
//   - A time is over when the wall clock or the monotonic clock says so. After a
//     suspend, a paused VM or a frozen Lambda function a token that expired
//     meanwhile is not used, and a token request that hung is made again.
//   - After a failed token request there is none for Retry-After and then 0.5 to
//     1 s, doubling up to a minute. A call that has no token meanwhile fails at
//     once, with a [TokenError], which is short, printable and without secrets
//     whatever the token endpoint answers and the loader of credentials says.
//   - Credentials are loaded for every token request, so rotated ones are used
//     without a restart. A call that is answered with 401 loads them too, at most
//     every 10 s; if they were replaced it is sent once more with a new token.
//   - So it is if they were not: the token may have been killed, or issued before
//     the client was given a scope. One refused token costs one token request, and
//     if the new token is refused too, that one has to be a minute old before
//     another follows, then 2 minutes, doubling. A client that stays without the
//     scope costs a few token requests more.
//   - The token goes to the host that was called, not where a redirect leads, nor
//     back from there. A token request, which carries the secret, follows none.
//     Neither goes over plain http, but to loopback hosts and those that are named
//     for it.
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

// maxDrain is how much of a refused answer is read so that its connection can be
// used again.
const maxDrain = 64 << 10

// transport adds a token to requests.
type transport struct {
	base   http.RoundTripper
	tokens *source
}

// RoundTrip sends a request with a token, and once more with another one if that
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

// token returns one to send the request with, if it may be sent.
func (t *transport) token(request *http.Request) (*token, error) {
	if t.tokens.inClearText(request.URL) {
		return nil, fmt.Errorf("the URL of the call must begin with https://, as %s is neither a loopback host nor in Config.InsecureHosts", printable(request.URL.Hostname()))
	}
	return t.tokens.get(request.Context())
}

// send sends a request with a token, of which the answer and the error show
// nothing.
func (t *transport) send(request *http.Request, token *token) (*http.Response, error) {
	response, err := t.base.RoundTrip(authorized(request, token))
	if err != nil && strings.Contains(err.Error(), token.value) {
		err = errors.New("no answer from the API: the error is left out, as it holds the token")
	}
	if response != nil {
		response.Request = request
	}
	return response, err
}

// authorized is a copy, since a RoundTripper may not change a request.
func authorized(request *http.Request, token *token) *http.Request {
	copied := request.Clone(request.Context())
	copied.Header.Set("Authorization", "Bearer "+token.value)
	return copied
}

// replay returns a request that was sent with its body unread, if that is known.
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

// redirectedAway reports whether a request follows redirects that led to another
// place than the one that was called, be it only on the way: a token is nobody
// else's business, and nobody else says what it is used for.
func redirectedAway(request *http.Request) bool {
	for hop := request; hop.Response != nil; {
		if hop = hop.Response.Request; hop == nil || hop.URL.Scheme != request.URL.Scheme || hop.URL.Host != request.URL.Host {
			return true
		}
	}
	return false
}
