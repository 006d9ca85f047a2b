package local_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/local"
)

// weather is the template of this repository's app.
const weather = "../testdata/weather-events-api.template.json"

// ordersFile is a template with a Lambda function behind a user pool.
const ordersFile = "testdata/orders.template.yaml"

const (
	userPool       = "AuthUserPool"
	resourceServer = "ResourceServer"
	userPoolClient = "ServiceClient"
	restAPI        = "RestApi4662"
	getMethod      = "GETDF14"
	authorizer     = "MachineAuthorizer"
	stage          = "DeploymentStage"
)

// serve serves a template file until the test ends.
func serve(t testing.TB, file string, options ...local.Option) *local.System {
	t.Helper()
	return serveSource(t, local.FromTemplateFile(file), options...)
}

// serveSource serves a source until the test ends.
func serveSource(t testing.TB, source local.Source, options ...local.Option) *local.System {
	t.Helper()
	server, err := local.New(source, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func sources(stacks ...string) local.Source {
	var all []local.Source
	for i := 0; i < len(stacks); i += 2 {
		all = append(all, local.FromTemplate(stacks[i]+".template.yaml", []byte(stacks[i+1])))
	}
	return local.Together(all...)
}

// ordersWith is the orders template with some text replaced and more resources.
func ordersWith(t *testing.T, more string, oldnew ...string) local.Source {
	t.Helper()
	return local.FromTemplate("orders", templateWith(t, more, oldnew...))
}

func templateWith(t *testing.T, more string, oldnew ...string) []byte {
	t.Helper()
	return []byte(replaced(t, ordersFile, oldnew...) + more)
}

// replaced is the text of a template file with some text replaced.
func replaced(t *testing.T, file string, oldnew ...string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(text, oldnew[i]) {
			t.Fatalf("the template has no %q", oldnew[i])
		}
		text = strings.ReplaceAll(text, oldnew[i], oldnew[i+1])
	}
	return text
}

// edit is a template that a test changes.
type edit map[string]any

func readTemplate(t testing.TB) edit {
	t.Helper()
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	var template edit
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	return template
}

// properties returns the properties of the only resource that has the type and a part
// of its id.
func (e edit) properties(part string) map[string]any {
	for id, resource := range e["Resources"].(map[string]any) {
		if strings.Contains(id, part) {
			return resource.(map[string]any)["Properties"].(map[string]any)
		}
	}
	panic("no resource " + part)
}

// of returns the properties of the resource with the id.
func (e edit) of(id string) map[string]any {
	return e["Resources"].(map[string]any)[id].(map[string]any)["Properties"].(map[string]any)
}

func (e edit) add(id, resourceType string, properties map[string]any) {
	e["Resources"].(map[string]any)[id] = map[string]any{"Type": resourceType, "Properties": properties}
}

func (e edit) source(t testing.TB) local.Source {
	t.Helper()
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return local.FromTemplate("edited", data)
}

// refusal is the error for a template that is not served.
func (e edit) refusal(t testing.TB) string {
	t.Helper()
	server, err := local.New(e.source(t))
	if err == nil {
		server.Close()
		t.Fatal("the template is served, want an error")
	}
	return err.Error()
}

// lambdaFunc is a Lambda function in Go.
type lambdaFunc func([]byte) ([]byte, error)

func (f lambdaFunc) Invoke(_ context.Context, event []byte) ([]byte, error) { return f(event) }

// says is a function that answers with text.
func says(text string) lambdaFunc {
	answer, _ := json.Marshal(map[string]any{"statusCode": 200, "body": text})
	return func([]byte) ([]byte, error) { return answer, nil }
}

// answer is the response to a request.
type answer struct {
	status int
	header http.Header
	body   string
}

func do(t testing.TB, request *http.Request) answer {
	t.Helper()
	response, body := testhttp.Do(t, request)
	return answer{response.StatusCode, response.Header, body}
}

// call calls an API with or without a token.
func call(t testing.TB, method, url, token, body string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return do(t, request)
}

// ask calls a URL with headers as "Name: value".
func ask(t testing.TB, method, url string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Add(name, value)
	}
	return do(t, request)
}

// callOrders calls GET /orders/7 with a token of the client.
func callOrders(t *testing.T, server *local.System) answer {
	t.Helper()
	return ask(t, "GET", server.APIs()[0].URL+"orders/7?a=1&a=2", "Authorization: Bearer "+token(t, server.Client("Reader")))
}

func expect(t testing.TB, got answer, status int, body string) {
	t.Helper()
	if got.status != status || got.body != body {
		t.Errorf("got %d %s, want %d %s", got.status, got.body, status, body)
	}
}

const unauthorized = `{"message":"Unauthorized"}`

// event is a valid body for the weather API's POST.
const event = `{"name":"Storm Eunice","dateStart":"2022-02-18","dateEnd":"2022-02-18"}`

// requestToken requests a token with some scopes, or with all.
func requestToken(t testing.TB, client local.Client, scopes ...string) answer {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client.ID}, "client_secret": {client.Secret}}
	if len(scopes) > 0 {
		form.Set("scope", strings.Join(scopes, " "))
	}
	request, err := http.NewRequest("POST", client.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, request)
}

func token(t testing.TB, client local.Client, scopes ...string) string {
	t.Helper()
	got := requestToken(t, client, scopes...)
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(got.body), &issued); err != nil || issued.AccessToken == "" {
		t.Fatalf("no token: %d %s", got.status, got.body)
	}
	return issued.AccessToken
}

// issuerOf reads the issuer claim of a token.
func issuerOf(t testing.TB, token string) string {
	t.Helper()
	return segment(t, token, 1)["iss"].(string)
}

// segment decodes the header (0) or the claims (1) of a token.
func segment(t testing.TB, token string, index int) map[string]any {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[index])
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(data, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// jsonSegment encodes a segment of a token.
func jsonSegment(t testing.TB, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// lines collects what is logged.
type lines struct {
	lock  sync.Mutex
	lines []string
}

func (l *lines) add(line string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.lines = append(l.lines, line)
}

func (l *lines) all() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return strings.Join(l.lines, "\n")
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
