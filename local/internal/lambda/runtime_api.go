package lambda

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"example.com/weather-events-api/local/internal/uuid"
)

// call is a call of the function.
type call struct {
	id       string
	payload  []byte
	deadline time.Time
	// done gets the result once. The caller may no longer be waiting.
	done chan result
}

type result struct {
	answer []byte
	err    error
}

func newCall(payload []byte) *call {
	return &call{id: uuid.New(), payload: payload, done: make(chan result, 1)}
}

// runtimeAPI is the Lambda Runtime API 2018-06-01 of one instance. Sources: "Using
// the Lambda runtime API", AWS Lambda Developer Guide; the errors are those of AWS's
// runtime interface emulator.
type runtimeAPI struct {
	http.Handler
	host string // host and port that the program calls
	arn  string

	asked   chan struct{} // the program waits for a call
	calls   chan *call    // room for the next call
	results chan result   // room for one result

	reading sync.Mutex // only one answer is read at a time

	lock    sync.Mutex
	current *call
	ready   bool // the program has requested a call
	// initError is the error that the program reported before it was ready.
	initError *FunctionError
	// failed is called for an initError.
	failed func()
}

func newRuntimeAPI(host, arn string, failed func()) *runtimeAPI {
	a := &runtimeAPI{host: host, arn: arn, failed: failed,
		asked: make(chan struct{}, 1), calls: make(chan *call, 1), results: make(chan result, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.error)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", a.initFailed)
	a.Handler = mux
	return a
}

// ServeHTTP refuses requests that a page in a browser on this machine could send.
func (a *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != a.host || r.Header.Get("Origin") != "" || r.Method == http.MethodHead {
		refuse(w, http.StatusForbidden, "Forbidden", "this is the Runtime API of one program")
		return
	}
	a.Handler.ServeHTTP(w, r)
}

// hand passes a call to the program, which waits for one.
func (a *runtimeAPI) hand(c *call) {
	a.lock.Lock()
	a.current = c
	a.lock.Unlock()
	a.calls <- c
}

// takeBack reports whether the program had not taken the call yet.
func (a *runtimeAPI) takeBack() bool {
	select {
	case <-a.calls:
		return true
	default:
		return false
	}
}

func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	a.lock.Lock()
	a.ready = true
	a.lock.Unlock()
	select {
	case a.asked <- struct{}{}:
	default:
	}
	select {
	case c := <-a.calls:
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Content-Length", strconv.Itoa(len(c.payload)))
		header.Set("Lambda-Runtime-Aws-Request-Id", c.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(c.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", a.arn)
		header.Set("Lambda-Runtime-Trace-Id", fmt.Sprintf("Root=1-%08x-%08x%016x;Parent=%016x;Sampled=0",
			time.Now().Unix(), rand.Uint32(), rand.Uint64(), rand.Uint64()))
		w.Write(c.payload)
	case <-r.Context().Done(): // the program or this server ended
	}
}

func (a *runtimeAPI) response(w http.ResponseWriter, r *http.Request) {
	a.answer(w, r, func(body []byte) result {
		// A stream that fails midway reports the error in a trailer.
		if errorType := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); errorType != "" {
			described, _ := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
			return result{err: failed(described, errorType)}
		}
		return result{answer: body}
	})
}

func (a *runtimeAPI) error(w http.ResponseWriter, r *http.Request) {
	a.answer(w, r, func(body []byte) result {
		return result{err: failed(body, r.Header.Get("Lambda-Runtime-Function-Error-Type"))}
	})
}

// answer reads the answer to the current call.
func (a *runtimeAPI) answer(w http.ResponseWriter, r *http.Request, read func(body []byte) result) {
	a.reading.Lock()
	defer a.reading.Unlock()
	a.lock.Lock()
	known := a.current != nil && a.current.id == r.PathValue("id")
	a.lock.Unlock()
	if !known {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	body, err := readBody(w, r)
	if errors.Is(err, errTruncated) {
		refuse(w, http.StatusBadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated")
		return
	}
	a.lock.Lock()
	a.current = nil
	a.lock.Unlock()
	if err != nil {
		a.results <- result{err: answerTooLarge()}
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", maxAnswer))
		return
	}
	a.results <- read(body)
	accept(w)
}

func (a *runtimeAPI) initFailed(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(w, r)
	if err != nil {
		body = nil
	}
	a.lock.Lock()
	ready := a.ready
	if !ready && a.initError == nil {
		a.initError = failed(body, r.Header.Get("Lambda-Runtime-Function-Error-Type"))
	}
	a.lock.Unlock()
	if ready {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "the initialization has ended")
		return
	}
	accept(w)
	http.NewResponseController(w).Flush()
	a.failed()
}

var errTruncated = errors.New("truncated")

// readBody returns the body. The error is errTruncated or *http.MaxBytesError.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	if _, ok := errors.AsType[*http.MaxBytesError](err); err != nil && !ok {
		return nil, errTruncated
	}
	return body, err
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`+"\n")
}

func refuse(w http.ResponseWriter, status int, errorType, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(errorPayload{errorType, message})
}
