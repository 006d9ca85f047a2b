package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"example.com/weather-events-api/internal/loopback"
)

// Remote returns a function that calls the Lambda Invoke API at address, as served
// by sam local start-lambda, serverless-offline, LocalStack and the runtime
// interface emulator: POST {address}/2015-03-31/functions/{name}/invocations. The
// emulator calls every function "function".
//
// A nil client reaches this machine only, whatever a name resolves to, and uses no
// proxy. Redirects are never followed. An invalid address or name is the error of
// every call.
func Remote(address, name string, client *http.Client) Function {
	if client == nil {
		client = onThisMachine
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	invokeURL, err := InvokeURL(address, name)
	return &remote{url: invokeURL, client: &own, err: err}
}

// invokePath matches the path of a URL that calls one function.
var invokePath = regexp.MustCompile(`/2015-03-31/functions/[^/]+/invocations$`)

// InvokeURL returns the URL that calls a function at an address. An address that
// already names a function is returned unchanged.
func InvokeURL(address, name string) (string, error) {
	parsed, err := url.Parse(address)
	switch {
	case err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" || parsed.User != nil || strings.ContainsAny(address, "?#"):
		return "", errors.New("must be a URL such as http://127.0.0.1:3001, without user, query and fragment")
	case invokePath.MatchString(parsed.Path):
		return address, nil
	case !functionName.MatchString(name):
		return "", fmt.Errorf("the name of a function must have only letters, digits, -, _, : and $, got %q", name)
	}
	return parsed.JoinPath("2015-03-31", "functions", name, "invocations").String(), nil
}

// functionName matches a name or an ARN, with or without a version or alias.
var functionName = regexp.MustCompile(`^[A-Za-z0-9_:$-]{1,170}$`)

type remote struct {
	url    string
	client *http.Client
	err    error
}

func (r *remote) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	if len(payload) > maxPayload {
		return nil, ErrPayloadTooLarge
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Amz-Invocation-Type", "RequestResponse")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("POST %s: %w", r.url, err)
	}
	switch failure := unmarkedError(answer); {
	case len(answer) > maxAnswer:
		return nil, answerTooLarge()
	case response.Header.Get("X-Amz-Function-Error") != "":
		return nil, failed(answer, "")
	case failure != nil:
		return nil, failure
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("POST %s: %s", r.url, line(response.Status+": "+string(answer), maxMessage))
	}
	return answer, nil
}

// unmarkedError returns the error in an answer that only its body shows, or nil. The
// runtime interface emulator answers 200 without X-Amz-Function-Error, 502 for a
// function that did not start, and plain text for a timeout.
func unmarkedError(answer []byte) *FunctionError {
	if len(answer) <= maxMessage && timedOut.Match(answer) {
		return failure(typeTimeout, string(answer))
	}
	var described struct {
		Type       *string         `json:"errorType"`
		Message    *string         `json:"errorMessage"`
		StatusCode json.RawMessage `json:"statusCode"` // set in an answer to a proxy integration
	}
	if json.Unmarshal(answer, &described) != nil || described.Type == nil || described.Message == nil || described.StatusCode != nil {
		return nil
	}
	return failed(answer, "")
}

// onThisMachine connects to loopback addresses only.
var onThisMachine = &http.Client{Transport: loopback.Transport(false)}
