package apigateway_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/local/internal/apigateway"
)

// A request and its answer stream: neither is buffered.
func TestHTTPProxyStreams(t *testing.T) {
	begun := make(chan string)
	e := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		some := make([]byte, 5)
		_, _ = io.ReadFull(r.Body, some)
		begun <- string(some)
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "first")
		_ = http.NewResponseController(w).Flush()
		begun <- "answering"
		_, _ = io.WriteString(w, " second")
	}))
	defer e.Close()
	url := serve(t, withEndpoints(t, open("POST", "/", proxy(e.URL))))
	body, send := io.Pipe()
	r, _ := http.NewRequest("POST", url+"/prod/", body)
	answered := make(chan *http.Response)
	go func() {
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Error(err)
		}
		answered <- response
	}()
	_, _ = io.WriteString(send, "hello")
	if got := within(t, begun); got != "hello" {
		t.Errorf("got %q before the request ended", got)
	}
	_ = send.Close()
	response := within(t, answered)
	defer response.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(response.Body, first); err != nil || string(first) != "first" {
		t.Errorf("got %q, %v before the answer ended", first, err)
	}
	within(t, begun)
	if rest, err := io.ReadAll(response.Body); err != nil || string(rest) != " second" {
		t.Errorf("got %q, %v", rest, err)
	}
}

func within[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came for 20 seconds")
		panic("unreachable")
	}
}

const bodyLimit = 10 << 20

// zeros is a body of a size, without a known length.
func zeros(size int64) io.Reader { return io.MultiReader(io.LimitReader(zeroReader{}, size)) }

type zeroReader struct{}

func (zeroReader) Read(into []byte) (int, error) { clear(into); return len(into), nil }

// The payload quota also limits a streamed body.
func TestUploadToAnEndpointThatIsTooLarge(t *testing.T) {
	var got atomic.Int64
	broke := make(chan error, 1)
	e := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		got.Store(n)
		broke <- err
	}))
	defer e.Close()
	url := serve(t, withEndpoints(t, open("POST", "/proxy", proxy(e.URL)), open("POST", "/custom", custom(e.URL))))
	for _, c := range []struct {
		path   string
		size   int64
		status int
	}{{"/proxy", bodyLimit, 200}, {"/proxy", bodyLimit + 1, 413}, {"/custom", bodyLimit, 200}, {"/custom", bodyLimit + 1, 413}} {
		r, _ := http.NewRequest("POST", url+"/prod"+c.path, zeros(c.size))
		response, text := testhttp.Do(t, r)
		if response.StatusCode != c.status || c.status == 413 && text != "HTTP content length exceeded 10485760 bytes." {
			t.Errorf("%+v: got %d %s", c, response.StatusCode, text)
		}
		if c.path == "/custom" && c.status == 413 {
			continue // the request does not reach the endpoint
		}
		if err := within(t, broke); (err == nil) != (c.status == 200) || got.Load() > bodyLimit {
			t.Errorf("%+v: the endpoint got %d bytes, %v", c, got.Load(), err)
		}
	}
}

// An answer above the quota is 500 if its length is known. Otherwise it breaks off.
func TestAnswerOfAnEndpointThatIsTooLarge(t *testing.T) {
	e := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := int64(bodyLimit)
		if strings.HasSuffix(r.URL.Path, "more") {
			size++
		}
		if strings.HasPrefix(r.URL.Path, "/known") {
			w.Header().Set("Content-Length", fmt.Sprint(size))
		}
		_, _ = io.Copy(w, zeros(size))
	}))
	defer e.Close()
	streams := proxy(e.URL+"/{proxy}", "path.proxy", "method.request.path.proxy")
	streams.Streams = true
	reasons := make(chan string, 1)
	c := withEndpoints(t,
		open("ANY", "/proxy/{proxy+}", proxy(e.URL+"/{proxy}", "path.proxy", "method.request.path.proxy")),
		open("ANY", "/custom/{proxy+}", custom(e.URL+"/{proxy}", "path.proxy", "method.request.path.proxy")),
		open("ANY", "/streams/{proxy+}", streams),
	)
	c.OnRequest = func(_ context.Context, event apigateway.RequestEvent) { reasons <- event.Reason }
	url := serve(t, c)
	for path, want := range map[string]struct {
		status int
		size   int // -1: the answer breaks off
	}{
		"/proxy/known": {200, bodyLimit}, "/proxy/unknown": {200, bodyLimit}, "/custom/known": {200, bodyLimit}, "/custom/unknown": {200, bodyLimit},
		"/proxy/known/more": {500, len(serverErrorBody)}, "/proxy/unknown/more": {200, -1},
		"/custom/known/more": {500, len(serverErrorBody)}, "/custom/unknown/more": {500, len(serverErrorBody)},
		"/streams/known/more": {200, bodyLimit + 1}, "/streams/unknown/more": {200, bodyLimit + 1},
	} {
		r, _ := http.NewRequest("GET", url+"/prod"+path, nil)
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if want.size < 0 && err == nil || want.size >= 0 && (err != nil || len(text) != want.size) || response.StatusCode != want.status {
			t.Errorf("%s: got %d, %d bytes, %v", path, response.StatusCode, len(text), err)
		}
		reason := within(t, reasons)
		if isRefused := want.size < 0 || want.status == 500; isRefused != strings.Contains(reason, "more than the 10485760 bytes") {
			t.Errorf("%s: the log says %q", path, reason)
		}
	}
}

// heap measures the most memory in use while something runs.
type heap struct {
	before, most uint64
	stop, done   chan struct{}
}

func watchHeap() *heap {
	runtime.GC()
	h := &heap{before: inUse(), stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(h.done)
		for {
			select {
			case <-h.stop:
				return
			case <-time.After(5 * time.Millisecond):
				h.most = max(h.most, inUse())
			}
		}
	}()
	return h
}

func inUse() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// added stops the measurement and returns the growth.
func (h *heap) added() uint64 {
	close(h.stop)
	<-h.done
	return h.most - min(h.most, h.before)
}

// An upload that nothing reads stays out of memory. The test measures with all uploads
// open and nearly all bytes sent.
func TestUploadsAreNotHeld(t *testing.T) {
	const uploads, size, most = 12, 9 << 20, 40 << 20
	e := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer e.Close()
	chosen := mock("ok")
	chosen.RequestTemplates = map[string]string{"$default": `{"statusCode": 200}`}
	url := serve(t, withEndpoints(t, open("POST", "/proxy", proxy(e.URL)), open("POST", "/mock", chosen)))
	for _, path := range []string{"/proxy", "/mock"} {
		for _, chunked := range []bool{false, true} {
			h := watchHeap()
			var all, sent sync.WaitGroup
			last := make(chan struct{})
			transport := &http.Transport{DisableKeepAlives: true}
			for range uploads {
				all.Add(1)
				sent.Add(1)
				go func() {
					defer all.Done()
					body := io.MultiReader(io.LimitReader(zeroReader{}, size-1), &gate{&sent, last, sync.Once{}}, strings.NewReader("x"))
					r, _ := http.NewRequest("POST", url+"/prod"+path, body)
					if r.ContentLength = size; chunked {
						r.ContentLength = -1
					}
					response, err := transport.RoundTrip(r)
					if err != nil {
						t.Error(err)
						return
					}
					_ = response.Body.Close()
					if response.StatusCode != 200 {
						t.Errorf("got %d", response.StatusCode)
					}
				}()
			}
			sent.Wait()
			close(last)
			all.Wait()
			if added := h.added(); added > most {
				t.Errorf("%s, chunked %v: %d uploads of %d MB added %d MB", path, chunked, uploads, size>>20, added>>20)
			} else {
				t.Logf("%s, chunked %v: %d uploads of %d MB added %d MB", path, chunked, uploads, size>>20, added>>20)
			}
		}
	}
}

// gate is an empty part of a body. It blocks until all bodies have arrived there.
type gate struct {
	arrived *sync.WaitGroup
	open    chan struct{}
	once    sync.Once
}

func (g *gate) Read([]byte) (int, error) {
	g.once.Do(g.arrived.Done)
	<-g.open
	return 0, io.EOF
}

// The reader of a body holds it once.
func TestUploadIsHeldOnce(t *testing.T) {
	const size = 9 << 20
	body := bytes.Repeat([]byte("a"), size)
	i := custom("http://127.0.0.1/")
	c := config(open("POST", "/", i))
	var sent int64
	c.HTTP = func(call apigateway.HTTPCall) apigateway.HTTPBackend {
		return apigateway.HTTPBackend{URI: call.URI, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			sent, _ = io.Copy(io.Discard, r.Body)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
		})}
	}
	api := mustNew(t, c)
	r := httptest.NewRequest("POST", "/prod/", bytes.NewReader(body))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > size+2<<20 || sent != size || w.Code != 200 {
		t.Errorf("%d bytes allocated for a body of %d; sent %d, got %d", allocated, size, sent, w.Code)
	}
}

// A client that stops does not block the endpoint, nor the reverse.
func TestEndpointThatDoesNotEnd(t *testing.T) {
	gone := make(chan struct{}, 9)
	e := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begins" {
			_, _ = io.WriteString(w, "begun")
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
		gone <- struct{}{}
	}))
	defer e.Close()
	uri := e.URL + "/{proxy}"
	short, patient, short2 := proxy(uri, "path.proxy", "method.request.path.proxy"), proxy(uri, "path.proxy", "method.request.path.proxy"), custom(uri, "path.proxy", "method.request.path.proxy")
	short.TimeoutInMillis, short2.TimeoutInMillis = 100, 100
	url := serve(t, withEndpoints(t, open("GET", "/short/{proxy+}", short), open("GET", "/patient/{proxy+}", patient), open("GET", "/custom/{proxy+}", short2)))

	const timedOut = `{"message":"Endpoint request timed out"}`
	request{line: "GET /prod/short/never"}.send(t, url).check(t, 504, timedOut, "InternalServerErrorException")
	within(t, gone)
	request{line: "GET /prod/custom/begins"}.send(t, url).check(t, 504, timedOut, "InternalServerErrorException")
	within(t, gone)
	response, err := http.Get(url + "/prod/short/begins")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(response.Body); err == nil || string(text) != "begun" {
		t.Errorf("got %q, %v, want an answer that breaks off", text, err)
	}
	_ = response.Body.Close()
	within(t, gone)

	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", url+"/prod/patient/begins", nil)
	if response, err = http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	}
	cancel()
	within(t, gone)
	_ = response.Body.Close()
}

// The API's clock also times out an endpoint, from the end of the request body.
func TestEndpointTimesOutByTheClock(t *testing.T) {
	moved := &clock{}
	e := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		moved.pace.Store(60)
		<-r.Context().Done()
	}))
	defer e.Close()
	i := proxy(e.URL)
	i.TimeoutInMillis = 900_000
	c := withEndpoints(t, open("POST", "/", i))
	c.Clock = moved.now
	url, start := serve(t, c), time.Now()
	request{"POST /prod/", nil, "a body"}.send(t, url).check(t, 504, `{"message":"Endpoint request timed out"}`, "InternalServerErrorException")
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %s by the machine's clock", took)
	}
}

func TestEndpointThatIsNotThere(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refuses := "http://" + free.Addr().String()
	_ = free.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = discarded
	plain := newUpstream(t, nil)
	const network = `{"message":"Network error communicating with endpoint"}`
	for uri, want := range map[string]struct {
		status int
		body   string
	}{
		refuses: {504, network}, "http://no-such-host.invalid/": {500, serverErrorBody},
		secure.URL: {500, serverErrorBody}, "https" + strings.TrimPrefix(plain.URL, "http"): {500, serverErrorBody},
	} {
		for _, i := range []*apigateway.Integration{proxy(uri), custom(uri)} {
			request{line: "GET /prod/"}.send(t, serve(t, withEndpoints(t, open("GET", "/", i)))).check(t, want.status, want.body, "InternalServerErrorException")
		}
	}
}
