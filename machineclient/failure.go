package machineclient

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/oauth2"
)

const (
	minPause      = time.Second
	maxPause      = time.Minute
	maxRetryAfter = 5 * time.Minute
	// maxText is how much of an error is shown, in bytes.
	maxText = 300
)

// TokenError says why a call has no access token. It was not sent.
type TokenError struct {
	// RetryAt is when the next token request may be made, by the clock of
	// [Config]. Calls before fail with this error, without a request.
	RetryAt time.Time
	// Err is why the last token request failed: an [oauth2.RetrieveError] if the
	// token endpoint refused it. Of what the endpoint wrote that holds the status,
	// Retry-After and an error code that is known, of RFC 6749 or of Cognito's API
	// such as NotAuthorizedException; the rest may repeat the secret.
	// Wrap Base of [Config] to see it.
	Err error
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("no access token, the next attempt is at %s: %v", e.RetryAt.Format(time.RFC3339), e.Err)
}

func (e *TokenError) Unwrap() error { return e.Err }

// refusal is an answer of the token endpoint that is no token.
type refusal struct{ answer *oauth2.RetrieveError }

func (r refusal) Error() string {
	text := "the token endpoint answered " + r.answer.Response.Status
	if r.answer.Response.StatusCode/100 == 3 {
		return text + ": a redirect is not followed"
	}
	if r.answer.ErrorCode != "" {
		text += ": " + r.answer.ErrorCode
	}
	return text
}

func (r refusal) Unwrap() error { return r.answer }

// errorCodes are those of a token endpoint and of GetClientToken. Any other text
// may be a secret.
// Source: RFC 6749, sections 4.1.2.1 and 5.2; RFC 8707, section 2; GetClientToken
// and Common Errors, Amazon Cognito user pools API reference.
var errorCodes = map[string]bool{
	"invalid_request": true, "invalid_client": true, "invalid_grant": true, "unauthorized_client": true,
	"unsupported_grant_type": true, "invalid_scope": true, "invalid_target": true,
	"access_denied": true, "server_error": true, "temporarily_unavailable": true,

	"ForbiddenException": true, "InternalErrorException": true, "InternalFailure": true, "InvalidLambdaResponseException": true,
	"InvalidParameterException": true, "LimitExceededException": true, "NotAuthorizedException": true, "ResourceNotFoundException": true,
	"ScopeDoesNotExistException": true, "SerializationException": true, "ServiceUnavailable": true, "ThrottlingException": true,
	"TooManyRequestsException": true, "UnexpectedLambdaException": true, "UnknownOperationException": true,
	"UserLambdaValidationException": true, "ValidationException": true,
}

// withoutEcho returns what x/oauth2 says of a token request in one short line,
// without what may have been read from the answer and repeat the secret.
func withoutEcho(err error, c Credentials, now time.Time) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		code := refused.Response.StatusCode
		kept := &http.Response{
			StatusCode: code, Status: strings.TrimSpace(fmt.Sprint(code, " ", http.StatusText(code))),
			Header: http.Header{}, Body: http.NoBody,
		}
		if value := refused.Response.Header.Get("Retry-After"); parseRetryAfter(value, now) > 0 {
			kept.Header.Set("Retry-After", value)
		}
		answer := &oauth2.RetrieveError{Response: kept}
		if errorCodes[refused.ErrorCode] {
			answer.ErrorCode = refused.ErrorCode
		}
		return refusal{answer}
	}
	what := "the token endpoint answered without a token"
	if failed, ok := errors.AsType[*url.Error](err); ok { // which shows the whole URL
		endpoint, _ := url.Parse(c.TokenURL)
		what, err = "no answer from the token endpoint at "+printable(endpoint.Host), failed.Err
	}
	if shown := c.shown(err); shown != err.Error() {
		return errors.New(what + ": " + shown)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// loadError is the error of [Config]'s Credentials, of which it shows one short
// line: whoever loads a secret may quote what was read.
type loadError struct {
	shown string
	err   error
}

func (e loadError) Error() string { return "load credentials: " + e.shown }
func (e loadError) Unwrap() error { return e.err }

// secretMember is the secret with its name: in JSON, which may be quoted itself, in a
// form or in a Go value.
var secretMember = regexp.MustCompile(`(?i)client_?secret(\\*["'] *[:=]|[:=][^ ])`)

// withoutSecret returns an error of loading credentials that shows nothing of
// those that are known, or of a secret that says what it is.
func withoutSecret(err error, known ...Credentials) error {
	shown := printable(err.Error())
	if secretMember.MatchString(start(err)) {
		shown = leftOut
	}
	for _, c := range known {
		if c.ClientSecret != "" && c.shown(err) == leftOut {
			shown = leftOut
		}
	}
	return loadError{shown, err}
}

const leftOut = "the error is left out, as it holds a part of the secret"

// shown returns what may be shown of an error.
func (c Credentials) shown(err error) string {
	if c.shownIn(start(err)) {
		return leftOut
	}
	return printable(err.Error())
}

// start returns as much of an error's text as may be encoded in what is shown.
func start(err error) string {
	text := err.Error()
	return text[:min(len(text), 10*maxText)]
}

// printable returns text in one line of at most maxText bytes.
func printable(text string) string {
	if len(text) > maxText {
		text = text[:maxText] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

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
