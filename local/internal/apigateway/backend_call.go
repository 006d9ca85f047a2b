package apigateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

var errAnswerTooLarge = misconfigured(fmt.Sprintf("the backend answered more than the %d bytes that API Gateway takes", maxBodyBytes))

// callBackend sends a request and holds the answer. Redirects are answers.
func (x *exchange) callBackend(request *http.Request, timeout time.Duration) (*backendAnswer, *refusal) {
	x.extendDeadline(timeout)
	answer := &backendAnswer{}
	body, err := x.api.await(x.request.Context(), timeout, func(ctx context.Context) ([]byte, error) {
		response, err := x.api.transport.RoundTrip(request.WithContext(ctx))
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		answer.status, answer.header = response.StatusCode, response.Header
		return io.ReadAll(io.LimitReader(response.Body, maxBodyBytes+1))
	})
	switch {
	case errors.Is(err, errTimeout):
		return nil, timedOut(timeout)
	case err != nil:
		return nil, unreachable(request.URL.Host, err)
	case len(body) > maxBodyBytes:
		return nil, errAnswerTooLarge
	}
	answer.body = body
	return answer, nil
}

// unreachable is a backend that gave no answer, for a reason other than time.
func unreachable(host string, err error) *refusal {
	return &refusal{
		responseType: typeIntegrationFailure, message: "Network error communicating with endpoint",
		reason: logText(fmt.Sprintf("%s cannot be reached: %s", host, err)),
	}
}
