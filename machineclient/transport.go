package machineclient

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

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
