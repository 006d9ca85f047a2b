package walkthrough

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/weather-events-api/internal/printable"
)

// nextLine continues a shell command on the next line.
const nextLine = " \\\n  "

// curl returns the command that sends r and prints the answer with its status.
func (r request) curl(showSecrets bool) string { return r.command("--include", showSecrets) }

// command returns the command that sends r, with an option of curl's. The body of
// an operation is piped: printf is part of the shell, so that no list of processes
// shows the secret.
func (r request) command(option string, showSecrets bool) string {
	var arguments strings.Builder
	if r.operation != nil {
		arguments.WriteString("printf %s ")
		for _, piece := range r.operation {
			arguments.WriteString(piece.quote("", showSecrets))
		}
		arguments.WriteString(" |" + nextLine)
	}
	arguments.WriteString("curl " + option)
	switch r.method {
	case http.MethodGet:
	case http.MethodHead:
		arguments.WriteString(" --head") // with --request, curl waits for a body
	default:
		arguments.WriteString(" --request " + quoteMethod(r.method))
	}
	if strings.ContainsAny(r.url, "{}[]") {
		arguments.WriteString(" --globoff") // they are no patterns for several URLs
	}
	arguments.WriteString(" " + quote(printableURL(r.url)))
	for _, header := range r.headers {
		arguments.WriteString(nextLine + "--header " + header.quote(": ", showSecrets))
	}
	for _, parameter := range r.form {
		arguments.WriteString(nextLine + parameter.formArgument(showSecrets))
	}
	if r.operation != nil {
		arguments.WriteString(nextLine + "--data @-")
	}
	if r.body != "" {
		arguments.WriteString(nextLine + "--data " + quote(string(printable.JSON([]byte(r.body)))))
	}
	return arguments.String()
}

// formArgument returns the arguments for a parameter of a form. A terminal takes
// nothing in it for a command.
func (f field) formArgument(showSecrets bool) string {
	if text := f.value + f.secret; text != printable.Text(text) {
		return "--data " + quote(url.QueryEscape(f.name)+"="+url.QueryEscape(text))
	}
	return "--data-urlencode " + f.quote("=", showSecrets)
}

// quote returns the field as one word of a POSIX shell. A secret that is not
// known, such as a token that was not given, is always a variable.
func (f field) quote(separator string, showSecrets bool) string {
	text := printable.Text(f.name + separator + f.value)
	if f.variable != "" && (!showSecrets || f.secret == "") {
		return `"` + special.Replace(text) + "$" + f.variable + `"`
	}
	return quote(text + printable.Text(f.secret))
}

// special are the characters that mean something between double quotes.
var special = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")

// quote returns text as one word of a POSIX shell, in which nothing is special.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// quoteMethod returns a method as one word, quoted unless it is one of HTTP.
func quoteMethod(method string) string {
	if methodPattern.MatchString(method) {
		return method
	}
	return quote(printable.Text(method))
}

// printableURL returns a URL with what a terminal might take for a command, and
// spaces, as net/http sends them.
func printableURL(text string) string {
	var printable strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == ' ' || !unicode.IsPrint(r) || r == utf8.RuneError {
			for _, b := range []byte(text[:size]) {
				fmt.Fprintf(&printable, "%%%02X", b)
			}
		} else {
			printable.WriteRune(r)
		}
		text = text[size:]
	}
	return printable.String()
}

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
		commands = append(commands, fmt.Sprintf("# %s.\n# Expected: %s\n%s\n", printable.Text(s.shows), printable.Text(s.expected), command))
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
// target.APIURL, with the token in ACCESS_TOKEN unless the method is open to
// everybody. It takes APIKey and ShowSecrets too.
func CallCommand(target Target, httpMethod string, open bool) string {
	request := newWalk(target).apiRequest(httpMethod, "")
	if !open {
		request = request.withToken("")
	}
	return request.curl(target.ShowSecrets)
}

// keepToken returns the command that sends a token request and keeps the token
// in ACCESS_TOKEN.
func (w *walk) keepToken(request request) string {
	return "ACCESS_TOKEN=$(" + request.command("--silent", w.target.ShowSecrets) +
		` | sed -n 's/.*"` + request.answer.token + `" *: *"\([^"]*\)".*/\1/p')`
}
