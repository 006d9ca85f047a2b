package matrix

import "net/http"

// OnlyDecided skips what a Lambda function decides, so that none is called for it.
func OnlyDecided(_ Method, _ Caller, c Cell) string {
	if c.Expected == Undecided {
		return "a Lambda function decides, and none is called"
	}
	return ""
}

// OnlyRefused skips what may come to a backend: whatever is not refused. Where the
// templates are right, nothing is changed by the rest.
func OnlyRefused(m Method, _ Caller, c Cell) string {
	switch {
	case c.Hole:
		return "the templates let it in: it would come to the backend"
	case c.Expected != Closed:
		return "it may come to the backend"
	}
	return ""
}

// OnlyReading skips what may come to a backend by another method than GET and HEAD.
func OnlyReading(m Method, caller Caller, c Cell) string {
	if m.Called == http.MethodGet || m.Called == http.MethodHead {
		return ""
	}
	return OnlyRefused(m, caller, c)
}
