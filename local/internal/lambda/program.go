package lambda

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// ErrClosed means that the program was closed before it answered.
var ErrClosed = errors.New("the function was stopped")

// Program is a function that runs as processes started here, one for each concurrent
// call. The first call starts the first one. A process that ends, times out or fails
// to start is replaced for the next call, and everything in its process group is
// killed.
//
// No process outlives this one. On Linux the kernel ensures that, however this one
// ends. On other systems, processes of a killed server lose their Runtime API, which
// makes aws-lambda-go exit.
//
// A Program is safe for concurrent use.
type Program struct {
	config Config
	slots  chan struct{} // one slot for each call with an instance
	closed chan struct{}
	folder func() (string, error) // unpacks the archive
	work   sync.WaitGroup         // processes and calls

	lock      sync.Mutex
	instances map[*instance]bool // the running instances
	unpacked  string             // the folder, once there is one
	idle      []*instance        // waiting for a call, the most recent last
}

// NewProgram returns a function without starting anything. Problems of the program
// are errors of its calls. Close it when done.
func NewProgram(config Config) *Program {
	config = config.withDefaults()
	log, one := config.Log, new(sync.Mutex)
	config.Log = func(line string) {
		one.Lock()
		defer one.Unlock()
		log(line)
	}
	return &Program{
		config: config,
		slots:  make(chan struct{}, config.Concurrency), closed: make(chan struct{}),
		folder:    sync.OnceValues(func() (string, error) { return unpack(config.Archive) }),
		instances: map[*instance]bool{},
	}
}

// Invoke calls the function. While all its instances are busy, it waits for one
// until ctx ends. If ctx ends later, Invoke returns at once and the function runs on
// to its end or Timeout, as in AWS.
func (p *Program) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if len(payload) > maxPayload {
		return nil, ErrPayloadTooLarge
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, ErrClosed
	}
	c := newCall(slices.Clone(payload)) // the caller may return before it is sent
	p.lock.Lock()
	err := p.begin(func() { p.serve(c) })
	p.lock.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case got := <-c.done:
		return got.answer, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begin runs something that Close waits for, unless Close was called. The caller
// holds the lock.
func (p *Program) begin(run func()) error {
	select {
	case <-p.closed:
		return ErrClosed
	default:
		p.work.Go(run)
		return nil
	}
}

// serve lets an instance answer the call.
func (p *Program) serve(c *call) {
	defer func() { <-p.slots }()
	for served := false; !served; {
		one, idle, err := p.take()
		if err != nil {
			c.done <- result{err: err}
			return
		}
		served = one.serve(c, idle)
		p.put(one)
	}
}

// take returns the most recent idle instance, or a new one.
func (p *Program) take() (one *instance, idle bool, err error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		one = p.idle[last]
		p.idle = p.idle[:last]
		one.idle.Stop()
		return one, true, nil
	}
	config := p.config
	if config.Archive != "" {
		folder, err := p.folder()
		if err != nil {
			return nil, false, fmt.Errorf("the code of the function cannot be unpacked: %w", err)
		}
		p.unpacked, config.Program = folder, filepath.Join(folder, config.Program)
	}
	one, err = newInstance(config)
	if err != nil {
		return nil, false, err
	}
	err = p.begin(func() {
		one.live()
		p.forget(one)
	})
	if err != nil {
		one.server.Close()
		return nil, false, err
	}
	p.instances[one] = true
	return one, false, nil
}

// put makes an instance idle again, unless it has ended or is stopped.
func (p *Program) put(one *instance) {
	if one.isStopped() {
		<-one.exited
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	select {
	case <-one.exited:
		return
	default:
	}
	p.idle = append(p.idle, one)
	one.idle = time.AfterFunc(p.config.IdleTimeout, func() { p.retire(one) })
}

// retire stops the instance if it is still idle.
func (p *Program) retire(one *instance) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if at := slices.Index(p.idle, one); at >= 0 {
		p.idle = slices.Delete(p.idle, at, at+1)
		one.stop(errIdle)
	}
}

var errIdle = errors.New("it had nothing to do")

// forget removes an instance that has ended.
func (p *Program) forget(one *instance) {
	p.lock.Lock()
	defer p.lock.Unlock()
	delete(p.instances, one)
	if at := slices.Index(p.idle, one); at >= 0 {
		p.idle = slices.Delete(p.idle, at, at+1)
		one.idle.Stop()
	}
}

// Close stops all instances and waits for their end. Calls in progress and later
// calls fail with [ErrClosed]. The error is about removing the folder of the
// archive.
func (p *Program) Close() error {
	p.lock.Lock()
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	for one := range p.instances {
		one.stop(ErrClosed)
	}
	p.lock.Unlock()
	p.work.Wait()
	if p.unpacked == "" {
		return nil
	}
	return os.RemoveAll(p.unpacked)
}
