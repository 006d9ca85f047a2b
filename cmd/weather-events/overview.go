package main

import (
	"bytes"
	"cmp"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"example.com/weather-events-api/internal/console"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

// overview is the output of serve: what is served, with commands for a POSIX shell
// with curl and sed. The commands are the walk-through or, if that does not fit, a
// token for each client and a call of each API.
var overview = template.Must(template.New("overview").Funcs(template.FuncMap{
	"join":   strings.Join,
	"text":   printable.Text, // on one line, so that a name cannot add a command
	"token":  tokenCurl,
	"call":   call.curl,
	"waiver": describeWaiver,
	"asks":   asks,
}).Parse(`
{{- range .APIs}}API     {{text .Key}} ({{text .Name}}, stage {{text .Stage}})
        {{.URL}}
{{- range asks ($.Methods .Key)}}
        {{text .}}
{{- end}}
{{end}}
{{- range .UserPools}}{{if .MadeUp}}Pool    {{text .ARN}} is in none of the stacks: a local pool stands in for it
{{end}}{{end}}
{{- range .Clients}}Client  {{text .Key}} ({{text .Name}} of {{text .UserPool}})
        client_id      {{.ID}}
        client_secret  {{.Secret}}
        scope          {{text (join .Scopes " ")}}
        token URL      {{or .TokenURL "none: the user pool has no domain"}}{{if .TokenOperation}}
        operation      {{.TokenOperation}}: see the command below, or use an AWS SDK or the AWS CLI with --endpoint-url {{.TokenURL}}{{end}}
{{end}}
{{- range .APIKeys}}API key {{text .Key}} ({{text .Name}}{{if not .Enabled}}, disabled{{end}})
        X-API-Key      {{text .Value}}
        stages         {{or (text (join .Stages " ")) "none: no usage plan has it"}}
{{end}}
{{- range .Answering}}Backend {{text .}}
{{end}}
{{- range .Waivers}}Without {{text (waiver .)}}
{{end}}
{{- with .Unserved}}Not served, because no request depends on it: {{text (join . ", ")}}
{{end}}
{{- with .Script}}
{{.}}
{{- else}}
{{- range .Clients}}{{if .TokenURL}}
# A token for {{text .Name}}
{{token .}}
{{end}}{{end}}
{{- range .Calls}}
# A call of {{text .API.Name}}
{{call .}}
{{end}}
{{- end}}
Serving at {{.URL}} until interrupted.
{{with .Console}}Open in a browser: {{.}}
{{end}}`))

// writeOverview writes the overview, with the URL of the console if it is served.
// describe describes each backend.
func writeOverview(w io.Writer, system *local.System, withConsole bool, describe func(local.Backend) string) error {
	data := struct {
		*local.System
		Script, Console string
		Calls           []call
		Answering       []string
	}{System: system}
	for _, backend := range system.Backends() {
		data.Answering = append(data.Answering, describe(backend))
	}
	// The body of a POST request is known for the article's API only.
	if target, err := walkthrough.FindTarget(system); err == nil && !target.AnyAnswer {
		target.ShowSecrets = true
		if data.Script, err = walkthrough.Script(target); err != nil {
			return err
		}
	} else {
		for _, api := range system.APIs() {
			if example, found := exampleCall(api, system.Methods(api.Key), walkthrough.APIKey(system, api)); found {
				data.Calls = append(data.Calls, example)
			}
		}
	}
	if withConsole {
		data.Console = system.URL() + console.Path
	}
	var text bytes.Buffer
	if err := overview.Execute(&text, data); err != nil {
		return err
	}
	_, err := io.WriteString(w, printable.Lines(text.String()))
	return err
}

func tokenCurl(client local.Client) string {
	return walkthrough.TokenCommand(walkthrough.Target{
		TokenURL: client.TokenURL, TokenOperation: client.TokenOperation, ClientID: client.ID, ClientSecret: client.Secret, ShowSecrets: true,
	})
}

// call is an example request to an API.
type call struct {
	API                 local.API
	Method, URL, APIKey string
	Open                bool
}

func (c call) curl() string {
	return walkthrough.CallCommand(walkthrough.Target{APIURL: c.URL, APIKey: c.APIKey, ShowSecrets: true}, c.Method, c.Open)
}

var pathParameter = regexp.MustCompile(`\{(\w[^}+]*)\+?\}`)

// exampleCall returns a call of the method that is easiest to call, preferably one
// that requires a token. The name of a path parameter is its value. Methods that
// require a signature are left out: nobody here can sign. key is an API key of the
// stage.
func exampleCall(api local.API, methods []local.Method, key string) (example call, found bool) {
	methods = slices.DeleteFunc(methods, func(m local.Method) bool { return m.Authorization == "AWS_IAM" })
	if len(methods) == 0 {
		return call{}, false
	}
	method := slices.MinFunc(methods, func(a, b local.Method) int { return cmp.Compare(unfitness(a), unfitness(b)) })
	example = call{API: api, Method: method.HTTPMethod, URL: api.URL + strings.TrimPrefix(pathParameter.ReplaceAllString(method.Path, "$1"), "/")}
	if method.HTTPMethod == "ANY" {
		example.Method = "GET"
	}
	if method.APIKeyRequired {
		example.APIKey = key
	}
	example.Open = method.Authorization == "NONE"
	return example, true
}

// unfitness is higher the less a method shows, and the more a caller must know.
func unfitness(m local.Method) int {
	unfit := 2 * strings.Count(m.Path, "{")
	if m.Authorization != "COGNITO_USER_POOLS" {
		unfit += 1000 // open, or decided by its author's code
	}
	if m.HTTPMethod != "GET" && m.HTTPMethod != "ANY" {
		unfit++ // may want a body
	}
	return unfit
}

// asks returns one line for each thing that methods require besides the scopes of a
// token.
func asks(methods []local.Method) []string {
	var order []string
	named := map[string][]string{}
	add := func(what string, m local.Method) {
		if named[what] == nil {
			order = append(order, what)
		}
		named[what] = append(named[what], m.HTTPMethod+" "+m.Path)
	}
	for _, m := range methods {
		switch m.Authorization {
		case "AWS_IAM":
			add("AWS signature, which nobody has here", m)
		case "CUSTOM":
			add("Lambda authorizer "+m.Authorizer, m)
		}
		if m.APIKeyRequired {
			add("API key", m)
		}
	}
	lines := make([]string, len(order))
	for i, what := range order {
		lines[i] = what + ": " + strings.Join(named[what], ", ")
	}
	return lines
}
