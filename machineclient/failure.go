package machineclient

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/oauth2"
)

const (
	minPause      = time.Second
	maxPause      = time.Minute
	maxRetryAfter = 5 * time.Minute
)

// TokenError says why a call has no access token. It was not sent.
type TokenError struct {
	// RetryAt is when the next token request may be made, by the clock of
	// [Config]. Calls before fail with this error, without a request.
	RetryAt time.Time
	// Err is why the last token request failed: an [oauth2.RetrieveError] if the
	// token endpoint refused it.
	Err error
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("no access token, the next attempt is at %s: %v", e.RetryAt.Format(time.RFC3339), e.Err)
}

func (e *TokenError) Unwrap() error { return e.Err }

// pause is how long not to ask for a token after so many failures: what the
// token endpoint asked for, and a random time on top.
func pause(failures int, err error, now time.Time) time.Duration {
	longest := maxPause
	if doublings := failures - 1; doublings < 6 {
		longest = minPause << doublings
	}
	return retryAfter(err, now) + longest/2 + rand.N(longest/2)
}

// retryAfter is what the answer of the token endpoint asked for, at most
// maxRetryAfter, or 0.
func retryAfter(err error, now time.Time) time.Duration {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || refused.Response == nil {
		return 0
	}
	return parseRetryAfter(refused.Response.Header.Get("Retry-After"), now)
}

// parseRetryAfter reads seconds or an HTTP date, RFC 9110 section 10.2.3.
func parseRetryAfter(value string, now time.Time) time.Duration {
	if date, err := http.ParseTime(value); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	seconds, err := strconv.ParseUint(value, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
}
