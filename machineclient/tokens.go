package machineclient

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

const (
	// requestTimeout is what loading credentials and a token request may take.
	requestTimeout = 10 * time.Second
	// sleepMargin is how much later than its timeout a request is over only if the
	// machine slept.
	sleepMargin = time.Second
	// expiryMargin keeps a token from expiring on its way.
	expiryMargin = 10 * time.Second
	// unstatedLife is that of a token whose answer does not tell: the shortest
	// that Cognito issues.
	unstatedLife = 5 * time.Minute
	// reloadInterval is how often 401s may load the credentials.
	reloadInterval = 10 * time.Second
)

// token is an access token and the credentials that it was issued for.
type token struct {
	*oauth2.Token
	credentials Credentials
	// renewAt is when to ask for the next one, unusableAt when to stop using this.
	renewAt, unusableAt time.Time
}

// source holds the token that all calls share.
type source struct {
	load func(context.Context) (Credentials, error)
	base http.RoundTripper
	now  func() time.Time

	mu       sync.Mutex
	current  *token
	running  *renewal    // the one that is under way
	failures int         // since the last token
	failed   *TokenError // the last failure; none is asked for before its RetryAt
	reloadAt time.Time   // when a 401 may load the credentials again
}

// renewal gets one token. Its result is there when done is closed.
type renewal struct {
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

// replace returns a token in place of one that was refused, unless it would be of
// the same credentials: the API would refuse it too.
func (s *source) replace(ctx context.Context, refused *token) (*token, bool) {
	s.mu.Lock()
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
	s.running = &renewal{done: make(chan struct{})}
	s.running.begin(now)
	go s.run(s.running, refused)
	return s.running, nil
}

// run makes the attempts of a renewal: one, and another if the machine slept
// during the first.
func (s *source) run(r *renewal, refused *token) {
	defer close(r.done)
	issued, err := s.request(r.ctx, r.start, refused)
	r.cancel()
	if now := s.now(); r.slept(now) && (err != nil || reached(now, issued.unusableAt)) {
		s.mu.Lock()
		r.begin(now)
		s.mu.Unlock()
		issued, err = s.request(r.ctx, now, refused)
		r.cancel()
	}
	r.token, r.err = s.finish(issued, err, refused)
}

// finish takes over the result of a renewal.
func (s *source) finish(issued *token, err error, refused *token) (*token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = nil
	now := s.now()
	if err != nil {
		s.failures++
		s.failed = &TokenError{RetryAt: now.Add(pause(s.failures, err, now)), Err: err}
		return nil, s.failed
	}
	if issued == refused {
		s.reloadAt = now.Add(reloadInterval)
		return issued, nil
	}
	s.current, s.failures, s.failed, s.reloadAt = issued, 0, nil, time.Time{}
	return issued, nil
}

// request asks for a token, unless the one that was refused has not expired and
// is of the very credentials that are loaded: then that is the answer.
func (s *source) request(ctx context.Context, now time.Time, refused *token) (*token, error) {
	credentials, err := s.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load credentials: %w", err)
	}
	if err := credentials.Validate(); err != nil {
		return nil, err
	}
	if refused != nil && refused.credentials == credentials && !reached(now, refused.unusableAt) {
		return refused, nil
	}
	client := &http.Client{Transport: s.base, CheckRedirect: followNone}
	issued, err := credentials.config().Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	if err != nil {
		return nil, err
	}
	life := unstatedLife
	if !issued.Expiry.IsZero() {
		life = max(time.Until(issued.Expiry), 0) // by the clock that it was made with
	}
	return &token{
		Token:       issued,
		credentials: credentials,
		renewAt:     now.Add(life/10*8 + rand.N(life/10+1)), // services that start together part ways
		unusableAt:  now.Add(life - expiryMargin),
	}, nil
}

// followNone has a redirect taken for the answer: a token request carries the
// secret, which http.Client sends along to other ports, subdomains and to http.
func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
