package lambda

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// instance is one process of a program, with a Runtime API of its own.
type instance struct {
	config Config
	api    *runtimeAPI
	server *http.Server
	// exited is closed when the process has ended, or could not be started.
	exited chan struct{}
	// idle stops it when it has had nothing to do for long.
	idle *time.Timer

	lock    sync.Mutex
	command *exec.Cmd // nil before it is started, and if it is not any more
	stopped error     // why it was, nil if it was not
	ended   ending    // how it ended by itself, once exited is closed
}

type ending struct{ errorType, message string }

// newInstance returns an instance that is not started yet.
func newInstance(config Config) (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &instance{config: config, exited: make(chan struct{})}
	i.api = newRuntimeAPI(listener.Addr().String(), config.ARN, func() { i.stop(errInit) })
	i.server = &http.Server{Handler: i.api}
	go i.server.Serve(listener)
	return i, nil
}

var errInit = errors.New("its initialization failed")

// live runs the process to its end, and whatever it has started.
func (i *instance) live() {
	defer i.server.Close()
	// The process is killed when the thread that started it ends (Linux).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	output, err := i.start()
	if err != nil {
		i.ended = notStarted(i.config.Program, err)
		close(i.exited)
		return
	}
	forwarded := make(chan struct{})
	go func() {
		defer close(forwarded)
		defer output.Close()
		forward(output, i.config.Label+": ", i.config.Log)
	}()
	err = i.command.Wait()
	i.lock.Lock()
	kill(i.command.Process) // what it started
	i.command = nil
	i.lock.Unlock()
	i.ended = ending{typeExit, "Runtime exited without providing a reason"}
	if err != nil {
		i.ended.message = "Runtime exited with error: " + err.Error()
	}
	close(i.exited)
	// Something that got away may hold it.
	if output.SetReadDeadline(time.Now().Add(time.Second)) != nil {
		output.Close()
	}
	<-forwarded
}

// start starts the process, and returns what reads its output.
func (i *instance) start() (output *os.File, err error) {
	i.lock.Lock()
	defer i.lock.Unlock()
	if i.stopped != nil {
		return nil, i.stopped
	}
	output, input, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer input.Close()
	command := exec.Command(i.config.Program)
	command.Dir = filepath.Dir(i.config.Program)
	command.Env = i.config.environment(i.api.host)
	command.Stdout, command.Stderr = input, input
	command.SysProcAttr = ownGroup()
	if err := command.Start(); err != nil {
		output.Close()
		return nil, err
	}
	i.command = command
	return output, nil
}

// notStarted is how AWS puts it.
func notStarted(program string, err error) ending {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ending{typeInvalidEntrypoint, fmt.Sprintf("Couldn't find valid bootstrap(s): [%s]", program)}
	case errors.Is(err, syscall.ENOEXEC):
		return ending{typeInvalidEntrypoint, fmt.Sprintf("%v (it is no program for %s/%s)", err, runtime.GOOS, runtime.GOARCH)}
	}
	return ending{typeInvalidEntrypoint, err.Error()}
}

// stop kills the process and all that it has started, for a reason.
func (i *instance) stop(reason error) {
	i.lock.Lock()
	defer i.lock.Unlock()
	if i.stopped == nil {
		i.stopped = reason
	}
	if i.command != nil {
		kill(i.command.Process)
	}
}

func (i *instance) isStopped() bool {
	i.lock.Lock()
	defer i.lock.Unlock()
	return i.stopped != nil
}

// exitError returns why a call has no answer, when the process has ended.
func (i *instance) exitError(id string) error {
	i.api.lock.Lock()
	defer i.api.lock.Unlock()
	i.lock.Lock()
	defer i.lock.Unlock()
	switch {
	case i.api.initError != nil:
		return i.api.initError
	case i.stopped != nil:
		return i.stopped
	}
	return failure(i.ended.errorType, fmt.Sprintf("RequestId: %s Error: %s", id, i.ended.message))
}

// maxSettling is for how long an answer waits for the program to ask for the next
// call. It does so at once, and the next call finds it where it left.
const maxSettling = 100 * time.Millisecond

// serve lets the instance answer a call. It reports whether it had the call; one
// that was idle may have ended meanwhile. The instance waits for the next call
// then, or it is stopped.
func (i *instance) serve(c *call, idle bool) bool {
	c.deadline = time.Now().Add(i.config.Timeout)
	timer := time.NewTimer(i.config.Timeout)
	defer timer.Stop()
	if !idle {
		// What of its start takes longer than InitTimeout is time for the call.
		last := c.deadline.Add(i.config.InitTimeout)
		timer.Reset(time.Until(last))
		if _, err := await(i, i.api.asked, timer, c.id); err != nil {
			c.done <- result{err: err}
			return true
		}
		c.deadline = time.Now().Add(i.config.Timeout)
		if c.deadline.After(last) {
			c.deadline = last
		}
		timer.Reset(time.Until(c.deadline))
	}
	i.api.hand(c)
	answered, err := await(i, i.api.results, timer, c.id)
	if err != nil {
		if idle && i.api.takeBack() {
			return false
		}
		c.done <- result{err: err}
		return true
	}
	settling := time.NewTimer(maxSettling)
	defer settling.Stop()
	select {
	case <-i.api.asked:
		c.done <- answered
		return true
	case <-i.exited:
	case <-settling.C:
	}
	c.done <- answered
	await(i, i.api.asked, timer, c.id) // what it does behind an answer is time for the call too
	return true
}

// await returns what comes from the program, or why nothing does: it ended, or it
// took too long and is stopped.
func await[T any](i *instance, from <-chan T, timer *time.Timer, id string) (T, error) {
	var none T
	select {
	case got := <-from:
		return got, nil
	case <-i.exited:
		select { // the last that it said
		case got := <-from:
			return got, nil
		default:
			return none, i.exitError(id)
		}
	case <-timer.C:
		err := failure(typeTimeout, fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", id, i.config.Timeout.Seconds()))
		i.stop(err)
		return none, err
	}
}
