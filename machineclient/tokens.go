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
	// requestTimeout is what loading credentials and a token request may take.
	requestTimeout = 10 * time.Second
	// sleepMargin is how much later than its timeout a request is over only if the
	// machine slept.
	sleepMargin = time.Second
	// expiryMargin keeps a token from expiring on its way. It is less for one that
	// lives for less than 100 s.
	expiryMargin = 10 * time.Second
	// unstatedLife is that of a token whose answer does not tell, or nothing that
	// can be: the shortest that Cognito issues. maxLife is the longest.
	unstatedLife = 5 * time.Minute
	maxLife      = 24 * time.Hour
	// maxToken is how long a token may be. API Gateway takes 10,240 bytes of headers.
	maxToken = 16 << 10
	// reloadInterval is how often 401s may load the credentials.
	reloadInterval = 10 * time.Second
	// minPatience and maxPatience are how old a token has to be when it is refused
	// for another one of the same credentials: to begin with, and once that was
	// tried. From there it doubles as long as the other one is refused too.
	minPatience = time.Second
	maxPatience = time.Minute
)

// token is an access token and the credentials that it was issued for.
type token struct {
	value       string
	credentials Credentials
	// renewAt is when to ask for the next one, unusableAt when to stop using this.
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
	running  *renewal    // the one that is under way
	failures int         // since the last token
	failed   *TokenError // the last failure; none is asked for before its RetryAt
	reloadAt time.Time   // when a 401 may load the credentials again
	// patience is how old a token has to be to be replaced, when it is refused, by
	// another one of the same credentials.
	patience time.Duration
}

// renewal gets one token. Its result is there when done is closed.
type renewal struct {
	// refused is the token to replace, if there was a 401. It is the result, too,
	// unless other credentials are loaded, or a new token is to be tried anyway.
	refused *token
	anew    bool

	done  chan struct{}
	token *token
	err   error

	// Of the attempt that is under way, guarded by the lock of the source.
	ctx    context.Context
	cancel context.CancelFunc
	start  time.Time
}

// begin starts an attempt. The caller holds the lock.
func (r *renewal) begin(now time.Time) {
	r.start = now
	r.ctx, r.cancel = context.WithTimeout(context.Background(), requestTimeout)
}

// slept reports whether the machine slept during the attempt. Its connection is
// dead, then, and its timeout did not notice.
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

// reached reports whether t has come by the wall clock or by the monotonic one:
// this one stands still while a machine sleeps or a function is frozen, and the
// other may be set back.
func reached(now, t time.Time) bool {
	return !now.Before(t) || !now.Round(0).Before(t.Round(0))
}

// get returns a token to call with. It waits only if there is none.
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

// replace returns a token in place of one that was refused, if there is another
// one, other credentials, or reason to try a new token of the same: what was
// refused may have been killed, or issued before the client was given a scope.
// But mostly the client has no scope for the call, and a new token neither.
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

// accepted notes that a call which had been refused succeeded with another token.
func (s *source) accepted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.patience = min(s.patience, maxPatience)
}

// renew returns the renewal that is under way, or a new one, or why there may be
// none now. The caller holds the lock.
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

// run makes the attempts of a renewal: one, and another if the machine slept
// during the first.
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

// finish takes over the result of a renewal.
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

// request makes an attempt.
func (s *source) request(r *renewal) (*token, error) {
	defer r.cancel()
	credentials, err := s.load(r.ctx)
	if err != nil {
		known := []Credentials{credentials} // what it returned nevertheless
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
		return nil, fmt.Errorf("credentials: token_url must begin with https://, as %s is neither a loopback host nor in Config.InsecureHosts", printable(endpoint.Hostname()))
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
	life := min(time.Until(issued.Expiry), maxLife) // by the clock that it was made with
	if life <= 0 {
		life = unstatedLife
	}
	return &token{
		value:       issued.AccessToken,
		credentials: credentials,
		issuedAt:    r.start,
		renewAt:     r.start.Add(life/10*8 + rand.N(life/10+1)), // services that start together part ways
		unusableAt:  r.start.Add(life - min(expiryMargin, life/10)),
	}, nil
}

// inClearText reports whether what is sent to address can be read on its way,
// and the host is not one that may be reached like that.
func (s *source) inClearText(address *url.URL) bool {
	named := func(host string) bool { return strings.EqualFold(host, address.Hostname()) }
	return address.Scheme == "http" && !loopback.Host(address.Host) && !slices.ContainsFunc(s.insecure, named)
}

// followNone has a redirect taken for the answer: a token request carries the
// secret, which http.Client sends along to other ports, subdomains and to http.
func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
