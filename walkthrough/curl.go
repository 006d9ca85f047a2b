package walkthrough

import (
	"net/http"
	"strings"
)

// nextLine continues a shell command on the next line.
const nextLine = " \\\n  "

// curl returns the command that sends r and prints the answer with its status.
func (r request) curl(showSecrets bool) string {
	return "curl --include" + r.curlArguments(showSecrets)
}

func (r request) curlArguments(showSecrets bool) string {
	var arguments strings.Builder
	if r.method != http.MethodGet {
		arguments.WriteString(" --request " + r.method)
	}
	arguments.WriteString(" " + quote(r.url))
	for _, header := range r.headers {
		arguments.WriteString(nextLine + "--header " + header.quote(": ", showSecrets))
	}
	for _, parameter := range r.form {
		arguments.WriteString(nextLine + "--data-urlencode " + parameter.quote("=", showSecrets))
	}
	if r.body != "" {
		arguments.WriteString(nextLine + "--data " + quote(r.body))
	}
	return arguments.String()
}

// quote returns the field as one word of a POSIX shell. A secret that is not
// known, such as a token that was not given, is always a variable.
func (f field) quote(separator string, showSecrets bool) string {
	text := f.name + separator + f.value
	if f.variable != "" && (!showSecrets || f.secret == "") {
		return `"` + text + "$" + f.variable + `"`
	}
	return quote(text + f.secret)
}

// quote returns text as one word of a POSIX shell, in which nothing is special.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
