package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/template"

	"example.com/weather-events-api/console"
	"example.com/weather-events-api/local"
)

// overview is what serve prints: everything that is served, and the commands of
// the walk-through to paste. They need a POSIX shell, curl and sed.
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
{{- range .Clients}}
# A token for {{.Name}}
ACCESS_TOKEN=$(curl --silent --request POST {{quote .TokenURL}} \
  --header 'Content-Type: application/x-www-form-urlencoded' \
  --data-urlencode 'grant_type=client_credentials' \
  --data-urlencode {{quote (print "client_id=" .ID)}} \
  --data-urlencode {{quote (print "client_secret=" .Secret)}} | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
{{end}}
{{- range .APIs}}
# A call of {{.Name}}
curl -i {{quote .URL}} \
  -H 'Accept: application/json' \
  -H 'Content-Type: application/json' \
  -H "Authorization: Bearer $ACCESS_TOKEN"
{{end}}
Serving at {{.URL}} until interrupted.
{{with .Console}}Look at it in a browser: {{.}}
{{end}}`))

// writeOverview names the page of package console too, if it is served.
func writeOverview(w io.Writer, server *local.Server, withConsole bool) error {
	data := struct {
		*local.Server
		Console string
	}{Server: server}
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

// quote quotes a word for a POSIX shell.
func quote(word string) string {
	return fmt.Sprintf("'%s'", strings.ReplaceAll(word, "'", `'\''`))
}
