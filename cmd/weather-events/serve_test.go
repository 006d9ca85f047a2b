package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// The form of --json is documented, and programs parse it.
func TestServeAsJSONPrintsOneLine(t *testing.T) {
	out, _, stop := startServe(t, "--template", weather, "--json")
	var server struct {
		APIs    []struct{ Key, Stack, LogicalID, Name, Stage, URL string }
		Clients []struct {
			Key, Stack, LogicalID, Name, UserPool, ClientID, ClientSecret, TokenURL string
			Scopes                                                                  []string
			Machine                                                                 bool
		}
		APIKeys  []local.APIKey
		Backends []local.Backend
		Waivers  []local.Waiver
	}
	decoder := json.NewDecoder(strings.NewReader(out.String()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&server); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("more than one line: %s", out)
	}
	api, client := server.APIs[0], server.Clients[0]
	if api.Key != api.LogicalID || api.Stack != "weather-events-api" || api.LogicalID != "WeatherEventsRestApi4662D512" || api.Name != "Weather Events REST API" || api.Stage != "weather" || !strings.HasSuffix(api.URL, "/weather/") {
		t.Errorf("API %+v", api)
	}
	if client.LogicalID != "WeatherEventsAuthServiceClientEBBEA640" || client.Name != "ServiceClient" || client.UserPool != "WeatherEventsAuthUserPoolBD1FDA30" ||
		!client.Machine || client.ClientID == "" || client.ClientSecret == "" || len(client.Scopes) != 2 || !strings.HasSuffix(client.TokenURL, "/oauth2/token") {
		t.Errorf("client %+v", client)
	}
	if response, err := http.Get(api.URL); err != nil || response.StatusCode != 401 {
		t.Errorf("GET without token: %v %v", response, err)
	}
	if status := stop(); status != statusPassed {
		t.Errorf("exit status %d", status)
	}
}

func TestServeHasAConsole(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		want      int
	}{{nil, 200}, {[]string{"--no-console"}, 404}} {
		out, _, stop := startServe(t, append([]string{"--template", weather}, test.arguments...)...)
		_, url, _ := strings.Cut(out.String(), "Serving at ")
		url, rest, _ := strings.Cut(url, " ")
		response, err := http.Get(url + "/_console/")
		if err != nil || response.StatusCode != test.want {
			t.Errorf("%v: %v %v", test.arguments, err, response)
		}
		if named := strings.Contains(rest, "Open in a browser: "+url+"/_console/\n"); named != (test.want == 200) {
			t.Errorf("%v: printed %q", test.arguments, rest)
		}
		stop()
	}
}

func TestServeWarnsOfANetwork(t *testing.T) {
	_, log, stop := startServe(t, "--template", weather, "--addr", "0.0.0.0:0")
	stop()
	if !strings.Contains(log.String(), "warning: 0.0.0.0:0 is open to the network") {
		t.Errorf("standard error: %s", log)
	}
	_, log, stop = startServe(t, "--template", weather, "--addr", "localhost:0")
	stop()
	if strings.Contains(log.String(), "warning") {
		t.Errorf("standard error: %s", log)
	}
}

// A name in a template adds no command for the shell or the terminal.
func TestServeOfHostileNames(t *testing.T) {
	out, _, stop := startServe(t, "--template", "testdata/hostile-names.yaml")
	stop()
	if got := out.String(); strings.Contains(got, "\x1b") || strings.Contains(got, "\necho") || strings.Count(got, "\ufffdecho hostile") != 4 || strings.Count(got, "\ufffd[2J") != 2 {
		t.Errorf("%q", got)
	}
}

// serve --json escapes control characters in a template's names.
func TestServeOfHostileNamesAsJSON(t *testing.T) {
	out, _, stop := startServe(t, "--template", "testdata/hostile-names.yaml", "--json")
	stop()
	if got := out.String(); !strings.Contains(got, `hostile\u001b[2J\u202e\u009b2J\u200b`) || strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
}

// serve prints the whole walk-through of the article's API, whatever its name.
func TestServePrintsTheWalkThroughWhateverTheNames(t *testing.T) {
	out, _, stop := startServe(t, "--template", changedTemplate(t, []string{"weather-api", "storm-api"}, nil))
	stop()
	for _, want := range []string{"# Expected: 200, application/json, the article's 2 events", "scope=storm-api/post", "scope=storm-api/delete"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}
