package httpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// connections are the connections of a server, with whether each is owed an answer.
// http.Server.Shutdown does not know that: it closes a connection whose request is
// still arriving, and waits for one on which nothing has ever arrived.
type connections struct {
	timeout time.Duration // for owed answers when the server closes
	closing atomic.Bool
	events  atomic.Int64 // requests that began, and answers

	lock sync.Mutex
	open map[*connection]bool
}

// connection is one connection.
type connection struct {
	*net.TCPConn
	of *connections
	// begun: a byte of an unanswered request has arrived.
	begun atomic.Bool
	// ending: close the connection unless something has arrived.
	ending atomic.Bool
	// serving: the handler is running, and does not wait for more of a body.
	serving atomic.Bool
	// heard is when the last byte arrived, in nanoseconds since 1970.
	heard atomic.Int64
}

// maxStall is how long a partial request keeps a closing server open without another
// byte.
const maxStall = time.Second

// stalled reports whether a request has begun and stopped arriving.
func (c *connection) stalled() bool {
	return !c.serving.Load() && time.Since(time.Unix(0, c.heard.Load())) > maxStall
}

func (c *connection) Read(into []byte) (int, error) {
	n, err := c.TCPConn.Read(into)
	// Unread data can only be read with a new deadline.
	for tries := 0; n == 0 && tries < maxTries && c.ending.Load() && !c.begun.Load() && errors.Is(err, os.ErrDeadlineExceeded); tries++ {
		start := time.Now()
		c.SetReadDeadline(start.Add(time.Millisecond))
		looks := inTime(start)
		n, err = c.TCPConn.Read(into)
		if looks {
			break
		}
	}
	if n > 0 {
		c.of.events.Add(1)
		c.heard.Store(time.Now().UnixNano())
		c.begun.Store(true)
		if c.ending.Load() {
			c.goOn()
		}
	}
	return n, err
}

// maxTries is how often a check for unread data is repeated if it was too late.
const maxTries = 10

// inTime reports whether a deadline of a millisecond after start has not passed. On
// a busy machine it may have, and then the check has seen nothing.
func inTime(start time.Time) bool { return time.Since(start) < time.Millisecond }

// end closes the connection, unless a request has begun.
func (c *connection) end() {
	c.ending.Store(true)
	c.SetReadDeadline(time.Now()) // wakes Read, and its error makes net/http close the connection
	if c.begun.Load() {
		c.goOn()
	}
}

// goOn lets the rest of a request arrive.
func (c *connection) goOn() { c.SetReadDeadline(time.Now().Add(c.of.timeout)) }

// listener registers each connection.
type listener struct {
	*net.TCPListener
	of *connections
	// until is when accepting ends, nil while the server is open.
	until atomic.Pointer[time.Time]
}

// stop makes Accept fail as soon as no client waits to be accepted: closing a
// listener resets waiting clients, which may have sent a request. Clients that keep
// reconnecting are not waited for.
func (l *listener) stop() {
	until := time.Now().Add(maxAccepting)
	l.until.Store(&until)
	l.SetDeadline(time.Now()) // wakes Accept
}

// maxAccepting is how long connecting clients keep a closing server open.
const maxAccepting = 100 * time.Millisecond

func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.AcceptTCP()
	until := l.until.Load()
	// Waiting clients can only be accepted with a new deadline. After a whole
	// millisecond of waiting, check for clients that have arrived meanwhile.
	for tries := 0; until != nil && err != nil && tries < 2 && time.Now().Before(*until); {
		start := time.Now()
		l.SetDeadline(start.Add(time.Millisecond))
		if inTime(start) {
			tries++
		}
		accepted, err = l.AcceptTCP()
	}
	if until != nil && err != nil {
		l.Close()
		return nil, net.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	c := &connection{TCPConn: accepted, of: l.of}
	l.of.lock.Lock()
	defer l.of.lock.Unlock()
	l.of.open[c] = true
	l.of.events.Add(1)
	return c, nil
}

// changed is the ConnState of the http.Server.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	one := conn.(*connection)
	switch state {
	case http.StateActive:
		one.begun.Store(true) // it may have been read together with the previous request
	case http.StateIdle:
		one.begun.Store(false)
		c.events.Add(1)
	case http.StateClosed, http.StateHijacked:
		c.lock.Lock()
		defer c.lock.Unlock()
		delete(c.open, one)
	}
}

// handler tells clients, once the server closes, not to send another request on the
// connection.
func (c *connections) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.closing.Load() {
			w.Header().Set("Connection", "close")
		}
		one := r.Context().Value(connectionKey{}).(*connection)
		one.serving.Store(true)
		defer one.serving.Store(false)
		r.Body = body{r.Body, one}
		next.ServeHTTP(w, r)
	})
}

type connectionKey struct{}

// withConnection is the ConnContext of the http.Server.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// body is the body of a request. Reading it waits for the client.
type body struct {
	io.ReadCloser
	of *connection
}

func (b body) Read(into []byte) (int, error) {
	b.of.serving.Store(false)
	defer b.of.serving.Store(true)
	return b.ReadCloser.Read(into)
}

// end stops accepting, closes every connection, and returns an error if one was owed
// an answer for longer than the timeout. A request that stopped arriving is owed
// none.
//
// A connection that is owed no answer is closed when nothing has happened on any
// connection for some milliseconds, so that requests in transit arrive: more
// milliseconds with many clients on one machine, because each needs its turn to
// send.
func (c *connections) end() error {
	c.closing.Store(true)
	deadline := time.Now().Add(c.timeout)
	open, _ := c.closeIdle(false)
	quiet := 5 + min(open, 50)
	events, since := c.events.Load(), 0
	for {
		open, begun := c.closeIdle(since >= quiet)
		late := time.Now().After(deadline)
		switch {
		case open == 0, late && begun == 0:
			return nil
		case late && begun == 1:
			return fmt.Errorf("1 request did not end within %s", c.timeout)
		case late:
			return fmt.Errorf("%d requests did not end within %s", begun, c.timeout)
		}
		time.Sleep(time.Millisecond)
		since++
		if now := c.events.Load(); now != events {
			events, since = now, 0
		}
	}
}

// closeIdle counts all connections and those that are owed an answer. It closes the
// others if really is set.
func (c *connections) closeIdle(really bool) (open, begun int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	for one := range c.open {
		if one.begun.Load() && one.stalled() {
			one.begun.Store(false)
			one.end()
		} else if one.begun.Load() {
			begun++
		} else if really {
			one.end()
		}
	}
	return len(c.open), begun
}
