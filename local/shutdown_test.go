package local_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/weather-events-api/local"
)

// closeAtOnce closes a server. Close must not fail, nor wait for a request until its
// timeout.
func closeAtOnce(t *testing.T, server *local.System) {
	t.Helper()
	const limit = 30 * time.Second
	local.SetCloseTimeout(server, 2*limit)
	start := time.Now()
	if err := server.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if took := time.Since(start); took > limit {
		t.Errorf("Close took %v, want at most %v", took, limit)
	}
}

func dial(t *testing.T, server *local.System) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// plainGet does not say that it is the last request of its connection.
const plainGet = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"

func readAnswer(buffered *bufio.Reader) (*http.Response, error) {
	response, err := http.ReadResponse(buffered, nil)
	if err == nil {
		_, err = io.Copy(io.Discard, response.Body)
	}
	return response, err
}

func TestCloseDoesNotWaitForSilentConnections(t *testing.T) {
	server := serve(t, weather)
	silent, idle := dial(t, server), dial(t, server)
	fmt.Fprint(idle, plainGet)
	if _, err := readAnswer(bufio.NewReader(idle)); err != nil {
		t.Fatal(err)
	}
	closeAtOnce(t, server)
	for name, conn := range map[string]net.Conn{"silent": silent, "idle": idle} {
		conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v, want EOF", name, err)
		}
	}
}

// Close waits for a request that has partly arrived, be it the first or a later one of
// its connection.
func TestCloseWaitsForTheRestOfARequest(t *testing.T) {
	for _, before := range []int{0, 1} {
		server := serve(t, weather)
		conn := dial(t, server)
		buffered := bufio.NewReader(conn)
		for range before {
			fmt.Fprint(conn, plainGet)
			if _, err := readAnswer(buffered); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprint(conn, plainGet[:20])
		time.Sleep(50 * time.Millisecond) // the part arrives
		closed := make(chan error)
		go func() { closed <- server.Close() }()
		time.Sleep(100 * time.Millisecond) // longer than Close waits for idle connections
		fmt.Fprint(conn, plainGet[20:])
		if response, err := readAnswer(buffered); err != nil || !response.Close {
			t.Errorf("after %d requests: %v, %+v", before, err, response)
		}
		if err := <-closed; err != nil {
			t.Errorf("after %d requests: Close: %v", before, err)
		}
	}
}

// A request that stops arriving is no request.
func TestCloseDoesNotWaitForARequestThatStops(t *testing.T) {
	server := serve(t, weather)
	for _, part := range []string{plainGet[:1], plainGet[:20], "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbo"} {
		fmt.Fprint(dial(t, server), part)
	}
	time.Sleep(50 * time.Millisecond) // the parts arrive
	closeAtOnce(t, server)
}

func TestCloseGivesUpOnARequestThatNeverEnds(t *testing.T) {
	server, err := local.New(local.FromTemplateFile(weather))
	if err != nil {
		t.Fatal(err)
	}
	local.SetCloseTimeout(server, 200*time.Millisecond)
	conn := dial(t, server)
	go func() { // the body never ends
		_, err := fmt.Fprint(conn, plainGet[:20])
		for ; err == nil; time.Sleep(10 * time.Millisecond) {
			_, err = fmt.Fprint(conn, "x")
		}
	}()
	time.Sleep(50 * time.Millisecond)
	if err := server.Close(); err == nil || err.Error() != "1 request did not end within 200ms" {
		t.Errorf("Close: %v", err)
	}
}

// Every request written while Close runs gets its answer. Later connections are
// refused, never reset.
func TestCloseUnderLoad(t *testing.T) {
	for range 6 {
		server, err := local.New(local.FromTemplateFile(weather))
		if err != nil {
			t.Fatal(err)
		}
		const clients = 32
		var started, ended sync.WaitGroup
		for i := range clients {
			request := plainGet
			if i%2 == 0 {
				request = "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody"
			}
			started.Add(1)
			ended.Go(func() { hammer(t, server, request, started.Done) })
		}
		started.Wait()
		closeAtOnce(t, server)
		ended.Wait()
	}
}

// hammer sends one request after another until it cannot connect. It calls answered at
// the first answer.
func hammer(t *testing.T, server *local.System, request string, answered func()) {
	answered = sync.OnceFunc(answered)
	defer answered()
	for {
		sent := time.Now() // or connected: the system may connect long before Dial returns
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL(), "http://"))
		if err != nil {
			if !errors.Is(err, syscall.ECONNREFUSED) {
				t.Error(err)
			}
			return
		}
		buffered := bufio.NewReader(conn)
		for more := true; more; answered() {
			_, err := io.WriteString(conn, request)
			// On a busy machine a client may pause, and its connection is idle
			// meanwhile.
			paused := time.Since(sent) > 20*time.Millisecond
			sent = time.Now()
			var response *http.Response
			if err == nil {
				response, err = readAnswer(buffered)
			}
			if err != nil && !paused {
				t.Errorf("a request got no answer: %v", err)
			}
			more = err == nil && !response.Close
		}
		conn.Close()
	}
}
