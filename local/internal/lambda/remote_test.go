package lambda_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/lambda"
)

// invokeAPI serves the Invoke API with a handler.
func invokeAPI(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestRemoteCallsTheInvokeAPI(t *testing.T) {
	url := invokeAPI(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+" "+string(body))
	})
	for address, want := range map[string]string{
		url:              "POST /2015-03-31/functions/Orders:$LATEST/invocations application/json {}",
		url + "/":        "POST /2015-03-31/functions/Orders:$LATEST/invocations application/json {}",
		url + "/lambda/": "POST /lambda/2015-03-31/functions/Orders:$LATEST/invocations application/json {}",
	} {
		got, err := lambda.Remote(address, "Orders:$LATEST", nil).Invoke(t.Context(), []byte("{}"))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", address, got, err)
		}
	}
}

func TestRemoteAnswers(t *testing.T) {
	const timeout = `{"errorMessage":"2026-01-01T00:00:00Z 1b Task timed out after 3.00 seconds"}`
	large := strings.Repeat("x", 6<<20+100)
	for name, test := range map[string]struct {
		status       int
		header, body string
		answer       string
		errorType    string // of a function error
		text         string // of any error
		timeout      bool
	}{
		"an answer":                         {200, "", `{"statusCode":200}`, `{"statusCode":200}`, "", "", false},
		"nothing":                           {200, "", "", "", "", "", false},
		"the longest answer":                {200, "", large, large, "", "", false},
		"an answer about errors":            {200, "", `{"statusCode":500,"errorType":"A","errorMessage":"b"}`, `{"statusCode":500,"errorType":"A","errorMessage":"b"}`, "", "", false},
		"a text about a timeout":            {200, "", `"Task timed out after 3.00 seconds"`, `"Task timed out after 3.00 seconds"`, "", "", false},
		"an error":                          {200, "Unhandled", `{"errorType":"A","errorMessage":"b"}`, "", "A", "the function failed: A: b", false},
		"an error without a type":           {200, "Handled", `{"errorMessage":"b\u001b\n"}`, "", "", "the function failed: : b��", false},
		"an error that is a text":           {200, "Unhandled", `oh`, "", "", "the function failed: : ", false},
		"a timeout":                         {200, "Unhandled", `{"errorType":"Sandbox.Timedout","errorMessage":"b"}`, "", "Sandbox.Timedout", "Timedout", true},
		"a timeout without a type":          {200, "Unhandled", timeout, "", "Sandbox.Timedout", "Timedout", true},
		"an error of the emulator":          {200, "", `{"errorType":"A","errorMessage":"b"}`, "", "A", "A: b", false},
		"a failed start of the emulator":    {502, "", `{"errorType":"A","errorMessage":"b"}`, "", "A", "A: b", false},
		"a timeout of the emulator":         {200, "", `Task timed out after 3.00 seconds`, "", "Sandbox.Timedout", "Task timed out after 3.00 seconds", true},
		"a longer answer":                   {200, "", large + "x", "", "Function.ResponseSizeTooLarge", "6291556", false},
		"a longer error":                    {200, "Unhandled", large + "x", "", "Function.ResponseSizeTooLarge", "6291556", false},
		"no such function":                  {404, "", `{"Message":"Function not found: x","Type":"User"}`, "", "", "404 Not Found: {\"Message\":\"Function not found: x\"", false},
		"a failure":                         {500, "", strings.Repeat("\x1b", 5000), "", "", "500 Internal Server Error: ���", false},
		"an event that was taken for later": {202, "", ``, "", "", "202 Accepted", false},
	} {
		url := invokeAPI(t, func(w http.ResponseWriter, r *http.Request) {
			if test.header != "" {
				w.Header().Set("X-Amz-Function-Error", test.header)
			}
			w.WriteHeader(test.status)
			io.WriteString(w, test.body)
		})
		got, err := lambda.Remote(url, "f", nil).Invoke(t.Context(), nil)
		if test.text == "" {
			if err != nil || string(got) != test.answer {
				t.Errorf("%s: got %d bytes, %v", name, len(got), err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.text) || len(err.Error()) > 4000 {
			t.Errorf("%s: got %v", name, err)
		}
		failed, ok := errors.AsType[*lambda.FunctionError](err)
		if ok != (test.errorType != "" || test.header != "") || ok && failed.Type != test.errorType {
			t.Errorf("%s: got %#v", name, err)
		}
		if errors.Is(err, lambda.ErrTimeout) != test.timeout {
			t.Errorf("%s: is a timeout: %v", name, !test.timeout)
		}
	}
}

func TestRemoteFollowsNoRedirect(t *testing.T) {
	elsewhere := invokeAPI(t, func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	for _, client := range []*http.Client{nil, {}} {
		url := invokeAPI(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
		})
		if _, err := lambda.Remote(url, "f", client).Invoke(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "307") {
			t.Errorf("got %v", err)
		}
	}
}

// Without the caller's own client, Remote calls only this machine.
func TestRemoteStaysOnThisMachine(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://198.51.100.1:1")
	for _, address := range []string{"http://198.51.100.1", "http://0.0.0.0:1", "http://[2001:db8::1]:3001", "https://198.51.100.1"} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := lambda.Remote(address, "f", nil).Invoke(ctx, nil)
		if err == nil || !strings.Contains(err.Error(), "not on this machine") {
			t.Errorf("%s: got %v", address, err)
		}
	}
	url := invokeAPI(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) })
	allowed := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(url, "http://"))
	}}}
	if got, err := lambda.Remote("http://lambda.example.com", "f", allowed).Invoke(t.Context(), nil); err != nil || string(got) != "lambda.example.com" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestRemoteThatCannotBeCalled(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:3001", "ftp://127.0.0.1", "http://", "http://a b", "http://127.0.0.1:x"} {
		_, err := lambda.Remote(address, "f", nil).Invoke(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "must be a URL such as http://127.0.0.1:3001") {
			t.Errorf("%q: got %v", address, err)
		}
	}
	for _, name := range []string{"", ".", "..", "a/b", "a%2fb", "a b", "a?b", "a#b", "a\n", strings.Repeat("a", 171)} {
		_, err := lambda.Remote("http://127.0.0.1:1", name, nil).Invoke(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "the name of a function") {
			t.Errorf("%q: got %v", name, err)
		}
	}
	if _, err := lambda.Remote("http://127.0.0.1:1", "f", nil).Invoke(t.Context(), make([]byte, 6<<20+1)); !errors.Is(err, lambda.ErrPayloadTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestRemoteEndsWithItsContext(t *testing.T) {
	url := invokeAPI(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // otherwise the server misses that the client left
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := lambda.Remote(url, "f", nil).Invoke(ctx, []byte("{}")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
