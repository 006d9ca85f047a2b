package walkthrough

import "context"

// scenario is one step of the walk-through before it is taken.
type scenario struct {
	name, shows, expected, why string
	// leftOut says why the step is not taken. Empty: it is.
	leftOut string
	// tokenOf names the earlier step whose token the request carries. Empty: none.
	tokenOf string
	request request
	// check writes to step what it got of a right answer, or says what is wrong.
	check func(a answer, step *Step) error
	// special replaces request and check where one request is not enough.
	special attempt
}

// attempt is what a step does.
type attempt interface {
	// run writes what it got to step, or says why the step failed.
	run(ctx context.Context, step *Step) error
	// curl does the same in a POSIX shell.
	curl() string
}

// attempt returns what s does when the token it needs is token.
func (w *walk) attempt(s scenario, token string) attempt {
	switch {
	case s.special != nil:
		return s.special
	case s.tokenOf != "":
		return exchange{w, s.request.withToken(token), s.check}
	}
	return exchange{w, s.request, s.check}
}

// exchange is an attempt of one request.
type exchange struct {
	walk    *walk
	request request
	check   func(a answer, step *Step) error
}

func (e exchange) run(ctx context.Context, step *Step) error {
	a, err := send(ctx, e.walk.client, e.request)
	if err != nil {
		return err
	}
	return e.check(a, step)
}

func (e exchange) curl() string { return e.request.curl(e.walk.target.ShowSecrets) }
