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

// instance is one process of a program, with its own Runtime API.
type instance struct {
	config Config
	api    *runtimeAPI
	server *http.Server
	// exited is closed when the process has ended or could not be started.
	exited chan struct{}
	// idle stops the instance after the idle timeout.
	idle *time.Timer

	lock    sync.Mutex
	command *exec.Cmd // nil unless it is running
	stopped error     // why it was stopped, nil if it was not
	ended   ending    // how it ended by itself, once exited is closed
}

type ending struct{ errorType, message string }

// newInstance returns an instance that has not been started.
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

// live runs the process until it ends, and then kills everything that it started.
func (i *instance) live() {
	defer i.server.Close()
	// Linux kills the process when the thread that started it ends.
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
	kill(i.command.Process) // kills what it started
	i.command = nil
	i.lock.Unlock()
	i.ended = ending{typeExit, "Runtime exited without providing a reason"}
	if err != nil {
		i.ended.message = "Runtime exited with error: " + err.Error()
	}
	close(i.exited)
	// An escaped process may hold the pipe open.
	if output.SetReadDeadline(time.Now().Add(time.Second)) != nil {
		output.Close()
	}
	<-forwarded
}

// start starts the process and returns the reading end of its output.
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

// notStarted returns AWS's error for a program that did not start.
func notStarted(program string, err error) ending {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ending{typeInvalidEntrypoint, fmt.Sprintf("Couldn't find valid bootstrap(s): [%s]", program)}
	case errors.Is(err, syscall.ENOEXEC):
		return ending{typeInvalidEntrypoint, fmt.Sprintf("%v (it is not a program for %s/%s)", err, runtime.GOOS, runtime.GOARCH)}
	}
	return ending{typeInvalidEntrypoint, err.Error()}
}

// stop kills the process and everything that it started, with a reason.
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

// exitError returns why a call has no answer after the process has ended.
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

// maxSettling bounds the wait for the program to request the next call after an
// answer, which it normally does at once.
const maxSettling = 100 * time.Millisecond

// serve lets the instance answer a call. It returns false if the instance was idle
// and ended before it got the call. Afterwards the instance waits for the next call,
// or is stopped.
func (i *instance) serve(c *call, idle bool) bool {
	c.deadline = time.Now().Add(i.config.Timeout)
	timer := time.NewTimer(i.config.Timeout)
	defer timer.Stop()
	if !idle {
		// The start may take InitTimeout; the rest counts towards the call.
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
	await(i, i.api.asked, timer, c.id) // work after the answer counts towards the call too
	return true
}

// await returns what the program sends, or an error if it ended or took too long. In
// the latter case it is stopped.
func await[T any](i *instance, from <-chan T, timer *time.Timer, id string) (T, error) {
	var none T
	select {
	case got := <-from:
		return got, nil
	case <-i.exited:
		select { // sent just before it ended
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
