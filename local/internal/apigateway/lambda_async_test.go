package apigateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/lambda"
)

// invokes is a method whose InvocationType is an expression.
func invokes(how string) apigateway.Method {
	m := mapped(func(i *apigateway.Integration) {
		i.RequestParameters = map[string]string{"integration.request.header.X-Amz-Invocation-Type": how}
	})
	m.RequestParameters = map[string]bool{"method.request.header.InvocationType": false}
	return m
}

func TestAsynchronousInvocation(t *testing.T) {
	const byClient = "method.request.header.InvocationType"
	for _, c := range []struct {
		name, how string
		headers   []string
		body      string
		status    int
		answer    string
		event     string // "" if the function is not called
	}{
		{"always", "'Event'", nil, `{"item":"a"}`, 200, "", `{"item":"a"}`},
		{"nothing to pass through", "'Event'", nil, ``, 200, "", `{}`},
		{"by the client", byClient, []string{"InvocationType: Event"}, `{"item":"a"}`, 200, "", `{"item":"a"}`},
		{"synchronous by the client", byClient, []string{"InvocationType: RequestResponse"}, `{"item":"a"}`, 200, `"done"`, `{"item":"a"}`},
		{"synchronous without the client's header", byClient, nil, `{"item":"a"}`, 200, `"done"`, `{"item":"a"}`},
		{"only tried", byClient, []string{"InvocationType: DryRun"}, `{"item":"a"}`, 200, "", ""},
		{"not at all", byClient, []string{"InvocationType: Later"}, `{"item":"a"}`, 500, serverErrorBody, ""},
		{"an event that is not JSON", "'Event'", nil, `{"item"`, 400, `{"errorMessage":"Could not parse request body into json","errorType":"InvalidRequestContentException"}`, ""},
		{"an event that is too large", "'Event'", nil, `"` + strings.Repeat("a", 1<<20) + `"`, 413, `{"message":"Request Too Long"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := make(chan string, 1)
			api := mustNew(t, withFunction(function(func(_ context.Context, event []byte) ([]byte, error) {
				events <- string(event)
				return []byte(`"done"`), nil
			}), invokes(c.how)))
			server := httptest.NewServer(api)
			defer server.Close()
			got := request{"POST /prod/7", append(c.headers, "Content-Type: application/json"), c.body}.send(t, server.URL)
			if got.status != c.status || got.body != c.answer {
				t.Errorf("got %d %.200s, want %d %s", got.status, got.body, c.status, c.answer)
			}
			if err := api.Close(); err != nil {
				t.Error(err)
			}
			select {
			case event := <-events:
				if event != c.event {
					t.Errorf("got the event %.200s, want %s", event, c.event)
				}
			default:
				if c.event != "" {
					t.Error("the function was not called")
				}
			}
		})
	}
}

// Nobody waits for the function until Close.
func TestAsynchronousInvocationGoesOn(t *testing.T) {
	release, ended := make(chan struct{}), atomic.Bool{}
	api := mustNew(t, withFunction(function(func(ctx context.Context, _ []byte) ([]byte, error) {
		<-release
		ended.Store(ctx.Err() == nil)
		return nil, nil
	}), invokes("'Event'")))
	server := httptest.NewServer(api)
	if got := (request{line: "POST /prod/7", body: "{}"}).send(t, server.URL); got.status != 200 || ended.Load() {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	server.Close()
	time.AfterFunc(50*time.Millisecond, func() { close(release) })
	if err := api.Close(); err != nil || !ended.Load() {
		t.Errorf("got %v; the function has ended: %v", err, ended.Load())
	}
}

func TestAsynchronousInvocationThatFails(t *testing.T) {
	for name, f := range map[string]function{
		"an error":  func(context.Context, []byte) ([]byte, error) { return nil, errors.New("out of order") },
		"a panic":   func(context.Context, []byte) ([]byte, error) { panic("out of order") },
		"an answer": func(context.Context, []byte) ([]byte, error) { return []byte(`{"errorMessage":"out of order"}`), nil },
		"not called": func(context.Context, []byte) ([]byte, error) {
			return nil, fmt.Errorf("%w: out of order", apigateway.ErrNotInvoked)
		},
		"a line of text": func(context.Context, []byte) ([]byte, error) { return nil, errors.New("out of order\n\x1b[2J") },
	} {
		t.Run(name, func(t *testing.T) {
			failures := make(chan error, 2)
			config := withFunction(f, invokes("'Event'"))
			config.OnAsyncFailure = func(err error) { failures <- err }
			api := mustNew(t, config)
			server := httptest.NewServer(api)
			defer server.Close()
			if got := (request{line: "POST /prod/7", body: "{}"}).send(t, server.URL); got.status != 200 || got.body != "" {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if err := api.Close(); err != nil {
				t.Fatal(err)
			}
			if err := <-failures; !strings.Contains(err.Error(), "out of order") || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("got %q", err)
			}
		})
	}
}

// The queue of calls is bounded. A function that cannot be called fails at once.
func TestAsynchronousInvocationsThatAreNot(t *testing.T) {
	for name, f := range map[string]lambda.Function{"missing": apigateway.Missing("a"), "forbidden": apigateway.NotInvoked("a")} {
		if got := (request{line: "POST /prod/7", body: "{}"}).send(t, serve(t, withFunction(f, invokes("'Event'")))); got.status != 500 {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
	calls, release := atomic.Int64{}, make(chan struct{})
	api := mustNew(t, withFunction(function(func(context.Context, []byte) ([]byte, error) { calls.Add(1); <-release; return nil, nil }), invokes("'Event'")))
	server := httptest.NewServer(api)
	defer server.Close()
	event, accepted := `"`+strings.Repeat("a", 1<<20-2)+`"`, int64(0)
	for range 70 {
		if got := (request{line: "POST /prod/7", body: event}).send(t, server.URL); got.status == 200 {
			accepted++
		}
	}
	close(release)
	again := 0 // the queue has room once its calls have ended
	for deadline := time.Now().Add(5 * time.Second); again != 200 && time.Now().Before(deadline); {
		again = request{line: "POST /prod/7", body: event}.send(t, server.URL).status
	}
	if err := api.Close(); err != nil || accepted < 50 || accepted > 64 || calls.Load() != accepted+1 || again != 200 {
		t.Errorf("got %v, accepted %d, called %d, then answered %d", err, accepted, calls.Load(), again)
	}
	if got := (request{line: "POST /prod/7", body: "{}"}).send(t, server.URL); got.status != 500 {
		t.Errorf("after Close: got %d %s", got.status, got.body)
	}
}

// AWS_PROXY waits for the function, whatever the mapping.
func TestAWSProxyIsSynchronous(t *testing.T) {
	m := open("POST", "/", lambdaProxy())
	m.Integration.RequestParameters = map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
	got := request{line: "POST /prod/"}.send(t, serve(t, withFunction(answers(`{"body":"done"}`), m)))
	got.check(t, 200, "done", noType)
}
