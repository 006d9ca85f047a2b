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

// command returns the curl command that sends r, with an option of curl. The body of
// an operation is piped: printf is built into the shell, so that no process list
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
		arguments.WriteString(" --globoff") // these characters are not curl's URL patterns
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

// formArgument returns the argument for a form parameter. Characters that a terminal
// may interpret are percent-encoded.
func (f field) formArgument(showSecrets bool) string {
	if text := f.value + f.secret; text != printable.Text(text) {
		return "--data " + quote(url.QueryEscape(f.name)+"="+url.QueryEscape(text))
	}
	return "--data-urlencode " + f.quote("=", showSecrets)
}

// quote returns the field as one word for a POSIX shell. A secret without a value,
// such as a missing token, is always a variable.
func (f field) quote(separator string, showSecrets bool) string {
	text := printable.Text(f.name + separator + f.value)
	if f.variable != "" && (!showSecrets || f.secret == "") {
		return `"` + special.Replace(text) + "$" + f.variable + `"`
	}
	return quote(text + printable.Text(f.secret))
}

// special escapes the characters with a meaning between double quotes.
var special = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")

// quote returns text as one literal word for a POSIX shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// quoteMethod returns a method as one word, quoted unless it is A to Z only.
func quoteMethod(method string) string {
	if methodPattern.MatchString(method) {
		return method
	}
	return quote(printable.Text(method))
}

// printableURL percent-encodes spaces and characters that a terminal may interpret,
// as net/http does.
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

// Script returns the walk-through as commands for a POSIX shell with curl and sed:
// one command for each step, after a comment with what the step shows and expects.
// ACCESS_TOKEN keeps a token for later commands. Steps that send many requests are
// left out. No text of a template or server can become a command of the shell or the
// terminal. The error is the error of [Target.Validate].
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

// TokenCommand returns the command for a POSIX shell with curl and sed that requests
// a token with every scope of the target's client, and keeps it in ACCESS_TOKEN. It
// uses the fields of target that a token request needs, and ShowSecrets.
func TokenCommand(target Target) string {
	w := newWalk(target)
	return w.keepToken(w.tokenRequest(""))
}

// CallCommand returns the command for a POSIX shell with curl that calls
// target.APIURL, with the token in ACCESS_TOKEN unless open is set. It uses APIKey
// and ShowSecrets too.
func CallCommand(target Target, httpMethod string, open bool) string {
	request := newWalk(target).apiRequest(httpMethod, "")
	if !open {
		request = request.withToken("")
	}
	return request.curl(target.ShowSecrets)
}

// keepToken returns the command that sends a token request and keeps the token in
// ACCESS_TOKEN.
func (w *walk) keepToken(request request) string {
	return "ACCESS_TOKEN=$(" + request.command("--silent", w.target.ShowSecrets) +
		` | sed -n 's/.*"` + request.answer.token + `" *: *"\([^"]*\)".*/\1/p')`
}
