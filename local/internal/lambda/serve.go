package lambda

import (
	"fmt"
	"time"
)

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
