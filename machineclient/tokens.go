package machineclient

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"example.com/weather-events-api/internal/loopback"
)

const (
	// requestTimeout bounds loading the credentials and the token request together.
	requestTimeout = 10 * time.Second
	// sleepMargin: a request that ends this much after its timeout ended late because
	// the machine slept.
	sleepMargin = time.Second
	// expiryMargin keeps a token from expiring in transit. It is shorter for a token
	// that lives less than 100 s.
	expiryMargin = 10 * time.Second
	// unstatedLife is the life of a token without a usable expiry: the shortest that
	// Cognito issues. maxLife is the longest.
	unstatedLife = 5 * time.Minute
	maxLife      = 24 * time.Hour
	// maxToken is the longest token. API Gateway accepts 10,240 bytes of headers.
	maxToken = 16 << 10
	// reloadInterval is how often a 401 may reload the credentials.
	reloadInterval = 10 * time.Second
	// minPatience and maxPatience are how old a refused token must be before it is
	// replaced by a new token for the same credentials: the first time, and after a new
	// token was refused too. From there it doubles with each refused token.
	minPatience = time.Second
	maxPatience = time.Minute
)

// token is an access token and the credentials that it was issued for.
type token struct {
	value       string
	credentials Credentials
	// renewAt is when to request the next token, unusableAt when to stop using this one.
	issuedAt, renewAt, unusableAt time.Time
	refused                       bool // by a 401, guarded by the lock of the source
}

// source holds the token that all calls share.
type source struct {
	load     func(context.Context) (Credentials, error)
	base     http.RoundTripper
	now      func() time.Time
	insecure []string // hosts that may be reached without TLS

	mu       sync.Mutex
	current  *token
	running  *renewal    // the renewal in progress
	failures int         // since the last token
	failed   *TokenError // the last failure; no request is made before its RetryAt
	reloadAt time.Time   // when a 401 may load the credentials again
	// patience is how old a refused token must be before it is replaced by a new token
	// for the same credentials.
	patience time.Duration
}

// renewal gets one token. The result is valid when done is closed.
type renewal struct {
	// refused is the token to replace after a 401. It is also the result, unless the
	// credentials have changed or anew is set.
	refused *token
	anew    bool

	done  chan struct{}
	token *token
	err   error

	// The attempt in progress, guarded by the lock of the source.
	ctx    context.Context
	cancel context.CancelFunc
	start  time.Time
}

// begin starts an attempt. The caller holds the lock.
func (r *renewal) begin(now time.Time) {
	r.start = now
	r.ctx, r.cancel = context.WithTimeout(context.Background(), requestTimeout)
}

// slept reports whether the machine slept during the attempt. Then its connection is
// dead, and its timeout did not fire.
func (r *renewal) slept(now time.Time) bool {
	return reached(now, r.start.Add(requestTimeout+sleepMargin))
}

func (r *renewal) wait(ctx context.Context) (*token, error) {
	select {
	case <-r.done:
		return r.token, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// reached reports whether t has come on the wall clock or the monotonic clock. The
// monotonic clock stops while a machine sleeps or a function is frozen; the wall
// clock may be set back.
func reached(now, t time.Time) bool {
	return !now.Before(t) || !now.Round(0).Before(t.Round(0))
}

// get returns a token. It waits only if there is no usable one.
func (s *source) get(ctx context.Context) (*token, error) {
	s.mu.Lock()
	now, current := s.now(), s.current
	usable := current != nil && !reached(now, current.unusableAt)
	if usable && !reached(now, current.renewAt) {
		s.mu.Unlock()
		return current, nil
	}
	running, err := s.renew(now, nil)
	s.mu.Unlock()
	if usable {
		return current, nil
	}
	if err != nil {
		return nil, err
	}
	return running.wait(ctx)
}

// replace returns another token for a refused one: a token that was issued since, a
// token for changed credentials, or a new token for the same credentials. The
// refused token may have been revoked, or issued before the client was given a
// scope. Usually, though, the client lacks the scope, and a new token is refused
// too.
func (s *source) replace(ctx context.Context, refused *token) (*token, bool) {
	s.mu.Lock()
	refused.refused = true
	if s.current != refused {
		s.mu.Unlock()
		renewed, err := s.get(ctx)
		return renewed, err == nil
	}
	now := s.now()
	if s.running == nil && !reached(now, s.reloadAt) {
		s.mu.Unlock()
		return nil, false
	}
	running, err := s.renew(now, refused)
	s.mu.Unlock()
	if err != nil {
		return nil, false
	}
	renewed, err := running.wait(ctx)
	return renewed, err == nil && renewed != refused
}

// accepted notes that a refused call succeeded with another token.
func (s *source) accepted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.patience = min(s.patience, maxPatience)
}

// renew returns the renewal in progress or a new one, or why there can be none yet.
// The caller holds the lock.
func (s *source) renew(now time.Time, refused *token) (*renewal, error) {
	if s.running != nil {
		if s.running.slept(now) {
			s.running.cancel()
		}
		return s.running, nil
	}
	if s.failed != nil && !reached(now, s.failed.RetryAt) {
		return nil, s.failed
	}
	s.running = &renewal{
		refused: refused,
		anew:    refused != nil && reached(now, refused.issuedAt.Add(s.patience)),
		done:    make(chan struct{}),
	}
	s.running.begin(now)
	go s.run(s.running)
	return s.running, nil
}

// run makes one attempt, and a second one if the machine slept during the first.
func (s *source) run(r *renewal) {
	defer close(r.done)
	issued, err := s.request(r)
	if now := s.now(); r.slept(now) && (err != nil || reached(now, issued.unusableAt)) {
		s.mu.Lock()
		r.begin(now)
		s.mu.Unlock()
		issued, err = s.request(r)
	}
	r.token, r.err = s.finish(r, issued, err)
}

// finish records the result of a renewal.
func (s *source) finish(r *renewal, issued *token, err error) (*token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = nil
	now := s.now()
	switch {
	case err != nil:
		s.failures++
		s.failed = &TokenError{RetryAt: now.Add(pause(s.failures, err, now)), Err: err}
		return nil, s.failed
	case issued == r.refused:
		s.reloadAt = now.Add(reloadInterval)
		return issued, nil
	case s.current == nil || !s.current.refused || s.current.credentials != issued.credentials:
		s.patience = minPatience
	case r.refused != nil:
		s.patience = max(2*s.patience, maxPatience)
	}
	s.current, s.failures, s.failed, s.reloadAt = issued, 0, nil, time.Time{}
	return issued, nil
}

// request makes one attempt.
func (s *source) request(r *renewal) (*token, error) {
	defer r.cancel()
	credentials, err := s.load(r.ctx)
	if err != nil {
		known := []Credentials{credentials} // what it returned with the error
		s.mu.Lock()
		if s.current != nil {
			known = append(known, s.current.credentials)
		}
		s.mu.Unlock()
		return nil, withoutSecret(err, known...)
	}
	if err := credentials.Validate(); err != nil {
		return nil, err
	}
	if endpoint, _ := url.Parse(credentials.TokenURL); s.inClearText(endpoint) {
		return nil, fmt.Errorf("credentials: token_url must begin with https://: %s is neither a loopback host nor in Config.InsecureHosts", printable(endpoint.Hostname()))
	}
	if r.refused != nil && !r.anew && r.refused.credentials == credentials && !reached(r.start, r.refused.unusableAt) {
		return r.refused, nil
	}
	client := &http.Client{Transport: s.base, CheckRedirect: followNone}
	issued, err := credentials.request().Token(context.WithValue(r.ctx, oauth2.HTTPClient, client))
	if err != nil {
		return nil, withoutEcho(err, credentials, r.start)
	}
	if issued.Type() != "Bearer" {
		return nil, errors.New("the token endpoint issued a token that is not a Bearer token")
	}
	if len(issued.AccessToken) > maxToken || strings.ContainsFunc(issued.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token endpoint issued a token that no header can hold")
	}
	life := min(time.Until(issued.Expiry), maxLife) // Expiry is on the clock of x/oauth2
	if life <= 0 {
		life = unstatedLife
	}
	return &token{
		value:       issued.AccessToken,
		credentials: credentials,
		issuedAt:    r.start,
		renewAt:     r.start.Add(life/10*8 + rand.N(life/10+1)), // services that start together renew at different times
		unusableAt:  r.start.Add(life - min(expiryMargin, life/10)),
	}, nil
}

// inClearText reports whether a request to address would be readable in transit, and
// its host is not exempt.
func (s *source) inClearText(address *url.URL) bool {
	named := func(host string) bool { return strings.EqualFold(host, address.Hostname()) }
	return address.Scheme == "http" && !loopback.Host(address.Host) && !slices.ContainsFunc(s.insecure, named)
}

// followNone returns a redirect as the answer: http.Client would forward the secret
// to other ports and subdomains, and to http.
func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
