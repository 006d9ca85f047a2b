package matrix

import "net/http"

// OnlyDecided skips cells that a Lambda function decides, so that none is called.
func OnlyDecided(_ Method, _ Caller, c Cell) string {
	if c.Expected == Undecided {
		return "a Lambda function decides, and none is called"
	}
	return ""
}

// OnlyRefused skips requests that may reach a backend, and keeps those that should be
// refused. If the templates are right, the latter change nothing.
func OnlyRefused(m Method, _ Caller, c Cell) string {
	switch {
	case c.Hole:
		return "the templates let it in: it would come to the backend"
	case c.Expected != Closed:
		return "it may come to the backend"
	}
	return ""
}

// OnlyReading skips requests that may reach a backend, except GET and HEAD.
func OnlyReading(m Method, caller Caller, c Cell) string {
	if m.Called == http.MethodGet || m.Called == http.MethodHead {
		return ""
	}
	return OnlyRefused(m, caller, c)
}
