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

// overview is what serve prints: everything that is served, and commands to
// paste into a POSIX shell, which need curl and sed: the walk-through, or a token
// for each client and a call of each API where it does not fit.
var overview = template.Must(template.New("overview").Funcs(template.FuncMap{
	"join":   strings.Join,
	"text":   printable.Text, // on one line, so that a name adds no command
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
{{- range .UserPools}}{{if .MadeUp}}Pool    {{text .ARN}} is in none of the stacks: it is made up
{{end}}{{end}}
{{- range .Clients}}Client  {{text .Key}} ({{text .Name}} of {{text .UserPool}})
        client_id      {{.ID}}
        client_secret  {{.Secret}}
        scope          {{text (join .Scopes " ")}}
        token URL      {{or .TokenURL "none, as the user pool has no domain"}}{{if .TokenOperation}}
        operation      {{.TokenOperation}}: as below, or an AWS SDK or the AWS CLI with --endpoint-url {{.TokenURL}}{{end}}
{{end}}
{{- range .APIKeys}}API key {{text .Key}} ({{text .Name}}{{if not .Enabled}}, disabled{{end}})
        X-API-Key      {{text .Value}}
        stages         {{or (text (join .Stages " ")) "none, as no usage plan has it"}}
{{end}}
{{- range .Answering}}Backend {{text .}}
{{end}}
{{- range .Waivers}}Without {{text (waiver .)}}
{{end}}
{{- with .Unserved}}Not served, as no request depends on it: {{text (join . ", ")}}
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
{{with .Console}}Look at it in a browser: {{.}}
{{end}}`))

// writeOverview names the page of package console too, if it is served. Of each
// backend it says what describe returns.
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
	// What POST takes is known of the article's API only, whatever it is called.
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

// call is a request to an API.
type call struct {
	API                 local.API
	Method, URL, APIKey string
	Open                bool
}

func (c call) curl() string {
	return walkthrough.CallCommand(walkthrough.Target{APIURL: c.URL, APIKey: c.APIKey, ShowSecrets: true}, c.Method, c.Open)
}

var pathParameter = regexp.MustCompile(`\{(\w[^}+]*)\+?\}`)

// exampleCall returns a call that reaches a method: one that asks for a token,
// and of these the one that is easiest to call. A parameter has its name for a
// value. Nobody here can sign a request, so that it is not one that has to be. The
// key is one of the stage.
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

// unfitness is higher the less a method shows, and the more a caller has to know.
func unfitness(m local.Method) int {
	unfit := 2 * strings.Count(m.Path, "{")
	if m.Authorization != "COGNITO_USER_POOLS" {
		unfit += 1000 // open to everybody, or by what only its author knows
	}
	if m.HTTPMethod != "GET" && m.HTTPMethod != "ANY" {
		unfit++ // may want a body
	}
	return unfit
}

// asks says what methods ask for beside the scopes of a token, one thing for each
// line.
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
