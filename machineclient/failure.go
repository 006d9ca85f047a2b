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
	// maxText is the length of an error text, in bytes.
	maxText = 300
)

// TokenError says why there is no access token. The call was not sent.
type TokenError struct {
	// RetryAt is when the next token request may be made, on the clock of [Config].
	// Until then calls fail with this error, without a request.
	RetryAt time.Time
	// Err is why the last token request failed: an [oauth2.RetrieveError] if the token
	// endpoint refused it. That holds only the status, Retry-After, and the error code
	// if it is one of RFC 6749 or of Cognito's API, such as NotAuthorizedException; the
	// rest of the answer may repeat the secret. To see it, wrap the Base of [Config].
	Err error
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("no access token, the next attempt is at %s: %v", e.RetryAt.Format(time.RFC3339), e.Err)
}

func (e *TokenError) Unwrap() error { return e.Err }

// refusal is an answer of the token endpoint without a token.
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

// errorCodes are the error codes of a token endpoint and of GetClientToken. Any other text
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

// withoutEcho returns an error of x/oauth2 as one short line, without text of the
// answer, which may repeat the secret.
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
	if failed, ok := errors.AsType[*url.Error](err); ok { // its text shows the whole URL
		endpoint, _ := url.Parse(c.TokenURL)
		what, err = "no answer from the token endpoint at "+printable(endpoint.Host), failed.Err
	}
	if shown := c.shown(err); shown != err.Error() {
		return errors.New(what + ": " + shown)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// loadError is an error of the Credentials function of [Config], shown as one short
// line: its text may quote the secret.
type loadError struct {
	shown string
	err   error
}

func (e loadError) Error() string { return "load credentials: " + e.shown }
func (e loadError) Unwrap() error { return e.err }

// secretMember matches a named secret in JSON, quoted JSON, a form or a Go value.
var secretMember = regexp.MustCompile(`(?i)client_?secret(\\*["'] *[:=]|[:=][^ ])`)

// withoutSecret returns an error of loading credentials. It shows no known secret,
// and no text that is named as a secret.
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

const leftOut = "the error is left out because it holds part of the secret"

// shown returns the text of an error that may be shown.
func (c Credentials) shown(err error) string {
	if c.shownIn(start(err)) {
		return leftOut
	}
	return printable(err.Error())
}

// start returns the part of an error's text that may end up, decoded, in the shown
// text.
func start(err error) string {
	text := err.Error()
	return text[:min(len(text), 10*maxText)]
}

// printable returns text as one line of at most maxText bytes.
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

// pause is the time until the next token request after a number of failures:
// Retry-After, plus a random time that doubles.
func pause(failures int, err error, now time.Time) time.Duration {
	longest := maxPause
	if doublings := failures - 1; doublings < 6 {
		longest = minPause << doublings
	}
	return retryAfter(err, now) + longest/2 + rand.N(longest/2)
}

// retryAfter returns the Retry-After of the token endpoint's answer, at most
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
