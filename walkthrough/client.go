package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// maxBody bounds the body of an answer, in bytes.
const maxBody = 1 << 20

// newClient returns a client that takes a redirect for the answer that it is:
// neither endpoint has one, and the secret must not follow it.
func newClient(target Target) *http.Client {
	return &http.Client{
		Transport:     target.Transport,
		Timeout:       target.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is an HTTP response that was read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends r and reads the answer. The error says why there is none.
func send(ctx context.Context, client *http.Client, r request) (answer, error) {
	sent, err := r.http(ctx)
	if err != nil {
		return answer{}, err
	}
	response, err := client.Do(sent)
	if err != nil {
		return answer{}, noAnswer(ctx, client, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return answer{}, noAnswer(ctx, client, err)
	}
	if len(body) > maxBody {
		return answer{}, fmt.Errorf("%d with a body of more than %d bytes", response.StatusCode, maxBody)
	}
	return answer{response.StatusCode, response.Header, body}, nil
}

// noAnswer says why there is no answer, without the URL that the step shows.
func noAnswer(ctx context.Context, client *http.Client, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("stopped before the answer: %w", cause)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("no answer within %v", client.Timeout)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return fmt.Errorf("no answer: %w", failed.Err)
	}
	return fmt.Errorf("no usable answer: %w", err)
}

// String describes an answer that is not as expected.
func (a answer) String() string {
	if a.isRedirect() {
		return fmt.Sprintf("%d, a redirect to %q", a.status, a.header.Get("Location"))
	}
	if len(a.body) == 0 {
		return fmt.Sprintf("%d with an empty body", a.status)
	}
	return fmt.Sprintf("%d %s", a.status, a.body)
}

func (a answer) isRedirect() bool {
	return a.status >= 300 && a.status < 400 && a.header.Get("Location") != ""
}
