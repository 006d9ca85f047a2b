package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"example.com/weather-events-api/console"
	"example.com/weather-events-api/internal/walktarget"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

// overview is what serve prints: everything that is served, and commands to
// paste into a POSIX shell, which need curl and sed: the walk-through, or a token
// for each client and a call of each API where it does not fit.
var overview = template.Must(template.New("overview").Funcs(template.FuncMap{
	"quote": quote,
	"join":  strings.Join,
}).Parse(`
{{- range .APIs}}API     {{.LogicalID}} ({{.Name}}, stage {{.Stage}})
        {{.URL}}
{{end}}
{{- range .Clients}}Client  {{.LogicalID}} ({{.Name}} of {{.UserPool}})
        client_id      {{.ID}}
        client_secret  {{.Secret}}
        scope          {{join .Scopes " "}}
        token URL      {{.TokenURL}}
{{end}}
{{- with .Unserved}}Not served, as no request depends on it: {{join . ", "}}
{{end}}
{{- with .Script}}
{{.}}
{{- else}}
{{- range .Clients}}
# A token for {{.Name}}
ACCESS_TOKEN=$(curl --silent --request POST {{quote .TokenURL}} \
  --header 'Content-Type: application/x-www-form-urlencoded' \
  --data-urlencode 'grant_type=client_credentials' \
  --data-urlencode {{quote (print "client_id=" .ID)}} \
  --data-urlencode {{quote (print "client_secret=" .Secret)}} | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
{{end}}
{{- range .Calls}}
# A call of {{.API.Name}}
curl -i --request {{.Method}} {{quote .URL}} \
  -H 'Accept: application/json' \
  -H 'Content-Type: application/json' \
  -H "Authorization: Bearer $ACCESS_TOKEN"
{{end}}
{{- end}}
Serving at {{.URL}} until interrupted.
{{with .Console}}Look at it in a browser: {{.}}
{{end}}`))

// writeOverview names the page of package console too, if it is served.
func writeOverview(w io.Writer, server *local.Server, withConsole bool) error {
	data := struct {
		*local.Server
		Script, Console string
		Calls           []call
	}{Server: server}
	for _, api := range server.APIs() {
		data.Calls = append(data.Calls, exampleCall(api, server.Methods(api.LogicalID)))
	}
	// What POST takes is known of the article's API only.
	if target, err := walktarget.Of(server); err == nil && target.PostScope == "weather-api/post" {
		target.ShowSecrets = true
		if data.Script, err = walkthrough.Script(target); err != nil {
			return err
		}
	}
	if withConsole {
		data.Console = server.URL() + console.Path
	}
	var text bytes.Buffer
	if err := overview.Execute(&text, data); err != nil {
		return err
	}
	_, err := text.WriteTo(w)
	return err
}

// call is a request to an API.
type call struct {
	API         local.API
	Method, URL string
}

var pathParameter = regexp.MustCompile(`\{(\w[^}+]*)\+?\}`)

// exampleCall returns a call that reaches a method: one that asks for a token,
// and of these the one that is easiest to call. A parameter has its name for a
// value.
func exampleCall(api local.API, methods []local.Method) call {
	if len(methods) == 0 {
		return call{api, "GET", api.URL}
	}
	method := slices.MinFunc(methods, func(a, b local.Method) int { return cmp.Compare(unfitness(a), unfitness(b)) })
	name := method.HTTPMethod
	if name == "ANY" {
		name = "GET"
	}
	return call{api, name, api.URL + strings.TrimPrefix(pathParameter.ReplaceAllString(method.Path, "$1"), "/")}
}

// unfitness is higher the less a method shows, and the more a caller has to know.
func unfitness(m local.Method) int {
	unfit := 2 * strings.Count(m.Path, "{")
	if len(m.UserPools) == 0 {
		unfit += 1000 // open to everybody
	}
	if m.HTTPMethod != "GET" && m.HTTPMethod != "ANY" {
		unfit++ // may want a body
	}
	return unfit
}

// quote quotes a word for a POSIX shell.
func quote(word string) string {
	return fmt.Sprintf("'%s'", strings.ReplaceAll(word, "'", `'\''`))
}
