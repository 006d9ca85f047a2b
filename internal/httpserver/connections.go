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

// connections are those of a server, which knows of each whether it owes an
// answer. http.Server.Shutdown does not: it closes a connection on which a
// request has begun to come, and waits for one on which nothing ever came.
type connections struct {
	timeout time.Duration // for answers that are owed when the server closes
	closing atomic.Bool
	events  atomic.Int64 // what came, and what was answered

	lock sync.Mutex
	open map[*connection]bool
}

// connection is one of them.
type connection struct {
	*net.TCPConn
	of *connections
	// begun: a byte of a request came, which was not answered yet.
	begun atomic.Bool
	// ending: it is to end unless something has come.
	ending atomic.Bool
	// serving: the handler is at work, and does not wait for more of a body.
	serving atomic.Bool
	// heard is when the last byte came, in nanoseconds since 1970.
	heard atomic.Int64
}

// maxStall is for how long a request that has come in part holds a server open
// without another byte.
const maxStall = time.Second

// stalled reports whether a request has begun to come and does not go on.
func (c *connection) stalled() bool {
	return !c.serving.Load() && time.Since(time.Unix(0, c.heard.Load())) > maxStall
}

func (c *connection) Read(into []byte) (int, error) {
	n, err := c.TCPConn.Read(into)
	// What has come but was not read is read with a new deadline only.
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

// maxTries is how often a look at what has come is repeated that was not in time.
const maxTries = 10

// inTime reports whether a deadline of a millisecond from start is still to come.
// On a busy machine it may have passed, and then nothing looks at what has come.
func inTime(start time.Time) bool { return time.Since(start) < time.Millisecond }

// end closes the connection, unless a request has begun to come.
func (c *connection) end() {
	c.ending.Store(true)
	c.SetReadDeadline(time.Now()) // wakes Read up, whose error makes net/http close it
	if c.begun.Load() {
		c.goOn()
	}
}

// goOn lets the rest of a request come.
func (c *connection) goOn() { c.SetReadDeadline(time.Now().Add(c.of.timeout)) }

// listener makes each connection one of connections.
type listener struct {
	*net.TCPListener
	of *connections
	// until is when accepting ends, nil as long as the server is open.
	until atomic.Pointer[time.Time]
}

// stop makes Accept fail as soon as nobody waits to be accepted: the system
// resets those who wait when a listener is closed, and they may have sent a
// request. Clients that connect anew all the time are not waited for.
func (l *listener) stop() {
	until := time.Now().Add(maxAccepting)
	l.until.Store(&until)
	l.SetDeadline(time.Now()) // wakes Accept up
}

// maxAccepting is for how long clients that connect hold a server open.
const maxAccepting = 100 * time.Millisecond

func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.AcceptTCP()
	until := l.until.Load()
	// Who waits is accepted with a new deadline only. After a whole millisecond of
	// waiting for somebody, a look at who has come meanwhile.
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
		one.begun.Store(true) // also what was read together with the request before
	case http.StateIdle:
		one.begun.Store(false)
		c.events.Add(1)
	case http.StateClosed, http.StateHijacked:
		c.lock.Lock()
		defer c.lock.Unlock()
		delete(c.open, one)
	}
}

// handler tells the clients of next, once the server closes, not to send another
// request on the connection.
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

// body is that of a request, for which its handler waits.
type body struct {
	io.ReadCloser
	of *connection
}

func (b body) Read(into []byte) (int, error) {
	b.of.serving.Store(false)
	defer b.of.serving.Store(true)
	return b.ReadCloser.Read(into)
}

// end lets every connection end, and returns an error if one owed an answer for
// longer than the timeout. None are accepted any more. A request that stopped
// coming is owed none.
//
// Who owes no answer is closed when nothing has happened on any connection for
// some milliseconds, in which a request that was on its way comes: for more of
// them where many clients share a machine, as each needs its turn to send one.
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

// closeIdle closes the connections that owe no answer, if told so, and counts
// all and those that owe one.
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
