package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"example.com/weather-events-api/internal/printable"
)

// Options say how to make requests.
type Options struct {
	// Transport sends the requests. Default: [http.DefaultTransport].
	Transport http.RoundTripper
	// Timeout limits each request. Default: 10 seconds.
	Timeout time.Duration
	// AtOnce limits the number of concurrent requests. Default: 8.
	AtOnce int
	// Skip says why a cell is not tried, "" if it is. Default: all cells are tried.
	Skip func(Method, Caller, Cell) string
}

const (
	defaultTimeout = 10 * time.Second
	defaultAtOnce  = 8
	// attempts bounds how often a request that is throttled is made, with twice the
	// pause each time.
	attempts   = 6
	firstPause = 100 * time.Millisecond
	maxAnswer  = 4 << 10 // bytes of a body that are read
)

// Try makes the requests and sets Got in every cell. It returns the error of ctx.
func (m *Matrix) Try(ctx context.Context, options Options) error {
	options.Timeout, options.AtOnce = cmp.Or(options.Timeout, defaultTimeout), cmp.Or(options.AtOnce, defaultAtOnce)
	t := &trial{Matrix: m, options: options, silent: map[string]error{}, client: &http.Client{
		Transport: options.Transport, Timeout: options.Timeout,
		// A redirect is a response. The token must not follow it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	t.forger = &forger{trial: t, kids: map[string]string{}}
	t.plan()
	t.askForTokens(ctx)
	width := max(1, len(m.Callers))
	t.each(len(m.Methods)*len(m.Callers), func(n int) { t.call(ctx, n/width, n%width) })
	m.judge()
	m.compareWithRules()
	return context.Cause(ctx)
}

// Requests returns how many tokens Try requests, which Cognito bills, and how many calls it
// makes.
func (m *Matrix) Requests(options Options) (tokens, calls int) {
	t := &trial{Matrix: m, options: options}
	t.plan()
	for j, c := range m.Callers {
		if c.Kind == Client && c.NoToken == "" && t.isCalling(j) {
			tokens++
		}
	}
	for _, row := range m.Cells {
		for _, cell := range row {
			if cell.NotCalled == "" {
				calls++
			}
		}
	}
	return tokens, calls
}

// trial is one [Matrix.Try].
type trial struct {
	*Matrix
	options Options
	client  *http.Client
	forger  *forger
	tokens  []string // by caller

	lock   sync.Mutex
	silent map[string]error // APIs that did not answer, by host
}

// each calls do for 0 to n-1, several at once.
func (t *trial) each(n int, do func(int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range min(n, t.options.AtOnce) {
		group.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// plan sets NotCalled in every cell that is not tried.
func (t *trial) plan() {
	for i, m := range t.Methods {
		for j, c := range t.Callers {
			cell := &t.Cells[i][j]
			if cell.Expected == "" {
				continue
			}
			cell.NotCalled = t.whyNot(m, c, *cell)
		}
	}
}

func (t *trial) whyNot(m Method, c Caller, cell Cell) string {
	switch {
	case c.NoToken != "":
		return c.NoToken
	case c.Kind == Keyless && t.target.opener(m) < 0:
		return "no client gets a token that opens it"
	case m.APIKeyRequired && !m.keyElsewhere && c.hasKey() && t.target.keyOf(m) == "":
		return "no API key of the stage is known"
	case t.options.Skip != nil:
		return t.options.Skip(m, c, cell)
	}
	return ""
}

// hasKey reports whether the caller sends an API key if the method requires one.
func (c Caller) hasKey() bool { return c.Kind != Nobody && c.Kind != Keyless }

// isCalling reports whether some request needs the token of a caller.
func (t *trial) isCalling(column int) bool {
	for i := range t.Methods {
		if t.Cells[i][column].NotCalled == "" {
			return true
		}
		for j, c := range t.Callers {
			if c.Kind == Keyless && t.Cells[i][j].NotCalled == "" && t.opensWith(i) == column {
				return true
			}
		}
	}
	return false
}

// opensWith returns the column whose token opens a method, -1 if there is none.
func (t *trial) opensWith(row int) int {
	for j, c := range t.Callers {
		if c.Kind == Client && c.NoToken == "" && t.Cells[row][j].Expected == Open {
			return j
		}
	}
	return -1
}

// call calls a method as a caller.
func (t *trial) call(ctx context.Context, row, column int) {
	m, c, cell := t.Methods[row], t.Callers[column], &t.Cells[row][column]
	if cell.NotCalled != "" || ctx.Err() != nil {
		return
	}
	r := request{method: m.Called, url: m.URL}
	var err error
	switch c.Kind {
	case Foreign:
		r.token, err = t.forger.token(ctx, m)
	case Client:
		r.token = t.tokens[column]
	case Keyless:
		r.token = t.tokens[t.opensWith(row)]
	}
	if (c.Kind == Client || c.Kind == Keyless) && r.token == "" {
		cell.NotCalled = "there is no token"
		return
	}
	if r.tokenHeader = m.tokenHeader(); m.APIKeyRequired && c.hasKey() {
		r.key = t.target.keyOf(m)
	}
	cell.Request = r.String()
	var a answer
	if err == nil {
		a, err = t.answer(ctx, r)
	}
	if err != nil {
		cell.Got, cell.Answer = Failed, printable.Text(err.Error())
		return
	}
	var why string
	cell.Got, why = m.judge(a)
	if cell.Answer = a.String(); why != "" {
		cell.Answer += ": " + why
	}
}

// answer makes a request, and retries it if it is throttled. After an API has not
// responded, it makes no more requests to it.
func (t *trial) answer(ctx context.Context, r request) (answer, error) {
	host := r.host()
	for attempt := 0; ; attempt++ {
		t.lock.Lock()
		err := t.silent[host]
		t.lock.Unlock()
		if err != nil {
			return answer{}, err
		}
		a, err := t.send(ctx, r, maxAnswer)
		if err != nil {
			t.lock.Lock()
			t.silent[host] = err
			t.lock.Unlock()
		}
		if err != nil || !a.isThrottled() || !t.wait(ctx, attempt) {
			return a, err
		}
	}
}

// wait pauses before another attempt. It reports whether there is one.
func (t *trial) wait(ctx context.Context, attempt int) bool {
	if attempt+1 >= attempts {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(firstPause << attempt):
		return true
	}
}

// request is a call of an API.
type request struct {
	method, url        string
	tokenHeader, token string
	key                string
}

// String shows the request without its token and key.
func (r request) String() string {
	text := r.method + " " + r.url
	if r.token != "" {
		text += ", " + r.tokenHeader + ": Bearer $ACCESS_TOKEN"
	}
	if r.key != "" {
		text += ", X-API-Key: $API_KEY"
	}
	return printable.Text(text)
}

func (r request) host() string {
	if u, err := url.Parse(r.url); err == nil {
		return u.Host
	}
	return r.url
}

// send makes a request and reads the beginning of the response.
func (t *trial) send(ctx context.Context, r request, most int64) (answer, error) {
	var body io.Reader
	if r.method == http.MethodPost || r.method == http.MethodPut || r.method == http.MethodPatch {
		body = strings.NewReader("{}")
	}
	sent, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return answer{}, err
	}
	sent.Header.Set("Accept", "application/json")
	if body != nil {
		sent.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		sent.Header.Set(r.tokenHeader, "Bearer "+r.token)
	}
	if r.key != "" {
		sent.Header.Set("X-Api-Key", r.key)
	}
	response, err := t.client.Do(sent)
	if err != nil {
		return answer{}, t.noAnswer(ctx, err)
	}
	defer response.Body.Close()
	read, _ := io.ReadAll(io.LimitReader(response.Body, most)) // the header says whether API Gateway sent it
	return answer{response.StatusCode, response.Header, string(read)}, nil
}

// noAnswer says why there is no response, without the URL.
func (t *trial) noAnswer(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("stopped before the answer: %w", cause)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return fmt.Errorf("no answer within %v", t.client.Timeout)
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return fmt.Errorf("no answer: %w", err)
}
