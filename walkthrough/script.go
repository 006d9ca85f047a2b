package walkthrough

import (
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cells"
)

// Script returns the walk-through as commands for a POSIX shell with curl and
// sed: one for each step, under a comment that says what it shows and what to
// expect. A token that later commands need is kept in ACCESS_TOKEN. The step
// that sends many requests is left out. Nothing in it that came from elsewhere is
// a command, of the shell or of the terminal. The error is that of [Target.Validate].
func Script(target Target) (string, error) {
	if err := target.Validate(); err != nil {
		return "", err
	}
	w := newWalk(target.withDefaults())
	scenarios := w.scenarios()
	var commands []string
	for _, s := range scenarios {
		if s.special != nil {
			continue
		}
		command := w.attempt(s, "").curl()
		if slices.ContainsFunc(scenarios, func(later scenario) bool { return later.tokenOf == s.name }) {
			command = w.keepToken(s.request)
		}
		commands = append(commands, fmt.Sprintf("# %s.\n# Expected: %s\n%s\n", cells.Printable(s.shows), cells.Printable(s.expected), command))
	}
	return strings.Join(commands, "\n"), nil
}

// TokenCommand returns the command for a POSIX shell with curl and sed that
// requests a token with every scope of the target's client, and keeps it in
// ACCESS_TOKEN. It takes from target what a token request needs, and ShowSecrets.
func TokenCommand(target Target) string {
	w := newWalk(target)
	return w.keepToken(w.tokenRequest(""))
}

// CallCommand returns the command for a POSIX shell with curl that calls
// target.APIURL with the token in ACCESS_TOKEN. It takes APIKey and ShowSecrets too.
func CallCommand(target Target, httpMethod string) string {
	return newWalk(target).apiRequest(httpMethod, "").withToken("").curl(target.ShowSecrets)
}

// keepToken returns the command that sends a token request and keeps the token
// in ACCESS_TOKEN.
func (w *walk) keepToken(request request) string {
	return "ACCESS_TOKEN=$(" + request.command("--silent", w.target.ShowSecrets) +
		` | sed -n 's/.*"` + request.answer.token + `" *: *"\([^"]*\)".*/\1/p')`
}
