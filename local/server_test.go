package local_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

func TestTheScopeOpensTheMethod(t *testing.T) {
	server := serve(t, weather)
	api, client := server.API("RestApi"), server.Client("ServiceClient")

	all := token(t, client)
	get := call(t, "GET", api.URL, all, "")
	if get.status != 200 || !strings.HasPrefix(get.body, `{"events":[{"name":"Storms Dudley, Eunice and Franklin"`) || get.header.Get("Content-Type") != "application/json" {
		t.Errorf("GET: %v", get)
	}
	expect(t, call(t, "POST", api.URL, all, event), 200, `{"message":"success"}`)

	onlyPost := token(t, client, "weather-api/post")
	expect(t, call(t, "GET", api.URL, onlyPost, ""), 401, unauthorized)
	expect(t, call(t, "POST", api.URL, onlyPost, event), 200, `{"message":"success"}`)
	expect(t, call(t, "GET", api.URL, "", ""), 401, unauthorized)
	expect(t, requestToken(t, client, "weather-api/delete"), 400, `{"error":"invalid_grant"}`)
}

func TestAMovedClockExpiresATokenWithoutWaiting(t *testing.T) {
	now := time.Now()
	var lock sync.Mutex
	clock := func() time.Time {
		lock.Lock()
		defer lock.Unlock()
		return now
	}
	server := serve(t, weather, local.WithClock(clock))
	api, issued := server.API("RestApi"), token(t, server.Client("ServiceClient"))
	move := func(by time.Duration) {
		lock.Lock()
		defer lock.Unlock()
		now = now.Add(by)
	}

	move(59 * time.Minute)
	if got := call(t, "GET", api.URL, issued, ""); got.status != 200 {
		t.Errorf("before it expires: %v", got)
	}
	move(time.Minute)
	expect(t, call(t, "GET", api.URL, issued, ""), 401, `{"message":"The incoming token has expired"}`)
}

func TestAnOpenAPIDocumentIsServed(t *testing.T) {
	for _, version := range []string{"openapi", "swagger"} {
		t.Run(version, func(t *testing.T) { serveShop(t, serve(t, "testdata/"+version+".yaml")) })
	}
}

func TestASwaggerBodyHasAModelForEachTypeItConsumes(t *testing.T) {
	server := serve(t, "testdata/swagger.yaml")
	url, header := server.API("Shop").URL+"orders", http.Header{"Authorization": {token(t, server.Client("checkout"))}}
	for contentType, want := range map[string]int{"application/json": 400, "application/vnd.order+json": 400, "text/plain": 201} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header.Clone()
		request.Header.Set("Content-Type", contentType)
		if got := do(t, request); got.status != want {
			t.Errorf("%s: got %d, want %d", contentType, got.status, want)
		}
	}
}

func serveShop(t *testing.T, server *local.System) {
	t.Helper()
	api, client := server.API("Shop"), server.Client("checkout")
	all := token(t, client)

	expect(t, call(t, "GET", api.URL+"orders?page=2", all, ""), 200, `{"page":"2","client":"`+client.ID+`"}`)
	expect(t, call(t, "GET", api.URL+"orders", all, ""), 400, `{"message":"Missing required request parameters: [page]"}`)
	expect(t, call(t, "GET", api.URL+"orders?page=2", token(t, client, "shop/write"), ""), 401, `{"error":"Unauthorized"}`)

	placed := call(t, "POST", api.URL+"orders", all, `{"item":"umbrella"}`)
	expect(t, placed, 201, "")
	if got := placed.header.Get("Location"); got != "/orders/1" {
		t.Errorf("Location %q", got)
	}
	for _, body := range []string{`{}`, `{"item":""}`, `[]`, `x`} {
		expect(t, call(t, "POST", api.URL+"orders", all, body), 400, `{"message":"Invalid request body"}`)
	}
	refused := call(t, "GET", api.URL+"orders?page=2", "", "")
	expect(t, refused, 401, `{"error":"Unauthorized"}`)
	if got := refused.header.Get("WWW-Authenticate"); got != "Bearer" {
		t.Errorf("WWW-Authenticate %q", got)
	}
	for _, method := range []string{"GET", "DELETE"} {
		expect(t, call(t, method, api.URL+"health", "", ""), 204, "")
	}
	expect(t, call(t, "GET", api.URL+"nowhere", all, ""), 403, `{"message":"Missing Authentication Token"}`)
}

func TestParametersChooseWhatIsServed(t *testing.T) {
	server := serve(t, "testdata/openapi.yaml", local.WithParameters(map[string]string{"Stage": "test"}))
	if api := server.API("Api"); api.Stage != "test" || !strings.HasSuffix(api.URL, "/test/") {
		t.Errorf("got %+v", api)
	}
	if got := server.Client("Client").TokenURL; got != server.URL()+"/shop-test/oauth2/token" {
		t.Errorf("token URL %s", got)
	}
	var issued struct {
		ExpiresIn int `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(requestToken(t, server.Client("Client")).body), &issued); err != nil || issued.ExpiresIn != 24*60*60 {
		t.Errorf("expires in %d s: %v", issued.ExpiresIn, err)
	}
	if _, err := local.New(local.FromTemplateFile("testdata/openapi.yaml"), local.WithParameters(map[string]string{"Stage": "other"})); err == nil || !strings.Contains(err.Error(), "Stage") {
		t.Errorf("invalid value: %v", err)
	}
}

func TestSecretsHoldTheCredentialsOfTheServer(t *testing.T) {
	server := serve(t, "testdata/openapi.yaml")
	client := server.Client("Client")
	want := `{"client_id":"` + client.ID + `","client_secret":"` + client.Secret + `"}`
	for _, name := range []string{"Credentials", "shop/checkout"} {
		if got := server.Secret(name).Value; got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if got := server.Secrets(); len(got) != 1 || !strings.HasPrefix(got[0].ARN, "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/checkout-") {
		t.Errorf("got %+v", got)
	}
}

func TestSecretsHoldTheURLsOfTheServer(t *testing.T) {
	const template = `
Resources:
  Pool: {Type: AWS::Cognito::UserPool}
  Prefix: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: shop}}
  Custom: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: auth.example.org, CustomDomainConfig: {CertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1"}}}
  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool}}
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      SecretString: !Sub >-
        https://${Prefix}.auth.${AWS::Region}.amazoncognito.com/oauth2/token
        https://${Custom}/oauth2/token
        https://other.auth.${AWS::Region}.amazoncognito.com/oauth2/token
`
	server := serveSource(t, local.FromTemplate("shop", []byte(template)))
	want := server.URL() + "/shop/oauth2/token " + server.URL() + "/auth.example.org/oauth2/token" +
		" https://other.auth.us-east-1.amazoncognito.com/oauth2/token"
	if got := server.Secret("Secret").Value; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatHasNoEffectIsListed(t *testing.T) {
	if diff := cmp.Diff([]string{"Logs (AWS::Logs::LogGroup)"}, serve(t, "testdata/openapi.yaml").Unserved()); diff != "" {
		t.Error(diff)
	}
}

func TestCredentialsSurviveARestart(t *testing.T) {
	first, second := serve(t, weather).Client("ServiceClient"), serve(t, weather).Client("ServiceClient")
	if first.ID != second.ID || first.Secret != second.Secret {
		t.Error("the same template gets different credentials")
	}
	if len(first.ID) != 26 || len(first.Secret) < 51 {
		t.Errorf("not in Cognito's format: id %q, secret of %d characters", first.ID, len(first.Secret))
	}
	random := serve(t, weather, local.WithRandomCredentials()).Client("ServiceClient")
	if random.ID == first.ID || random.Secret == first.Secret {
		t.Error("random credentials equal the stable ones")
	}
	expect(t, requestToken(t, local.Client{ID: first.ID, Secret: first.Secret, TokenURL: random.TokenURL}), 400, `{"error":"invalid_client"}`)
}

func TestATokenOfOneServerIsNoneOfAnother(t *testing.T) {
	here, there := serve(t, weather), serve(t, weather)
	expect(t, call(t, "GET", there.API("RestApi").URL, token(t, here.Client("ServiceClient")), ""), 401, unauthorized)
}

func TestAPublicURLIsTheIssuer(t *testing.T) {
	server := serve(t, weather, local.WithPublicURL("http://api.test"))
	client, api := server.Client("ServiceClient"), server.API("RestApi")
	if !strings.HasPrefix(client.TokenURL, "http://api.test/") || !strings.HasPrefix(api.URL, "http://api.test/") {
		t.Errorf("%s, %s", client.TokenURL, api.URL)
	}
	httpClient := http.Client{Transport: server.Transport()}
	response, err := httpClient.Post(client.TokenURL, "application/x-www-form-urlencoded",
		strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "client_id": {client.ID}, "client_secret": {client.Secret}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
}

func TestAPublicURLThatIsNone(t *testing.T) {
	for _, url := range []string{"api.test", "/api", "ftp://api.test", "http://", "http://api.test/", "http://anna:s3cret@api.test", "http://api.test?a=b", "http://api.test?", "http://api.test#a", "http://api.test:port"} {
		server, err := local.New(local.FromTemplateFile(weather), local.WithPublicURL(url))
		if err == nil {
			server.Close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), "WithPublicURL: must be") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestDiscoveryLeadsToTheKeys(t *testing.T) {
	server := serve(t, weather)
	get := func(url string, into any) {
		t.Helper()
		if err := json.Unmarshal([]byte(call(t, "GET", url, "", "").body), into); err != nil {
			t.Fatal(err)
		}
	}
	client := server.Client("ServiceClient")
	issuer := issuerOf(t, token(t, client))
	var discovery struct {
		Issuer        string
		JWKSURI       string `json:"jwks_uri"`
		TokenEndpoint string `json:"token_endpoint"`
	}
	get(issuer+"/.well-known/openid-configuration", &discovery)
	if discovery.Issuer != issuer || discovery.TokenEndpoint != client.TokenURL {
		t.Errorf("got %+v", discovery)
	}
	var keys struct{ Keys []map[string]any }
	get(discovery.JWKSURI, &keys)
	if len(keys.Keys) != 2 {
		t.Errorf("%d keys", len(keys.Keys))
	}
}

func TestNothingElseIsServed(t *testing.T) {
	server := serve(t, weather)
	for _, path := range []string{"/", "/favicon.ico", "/weather/"} {
		if got := call(t, "GET", server.URL()+path, "", ""); got.status != 404 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	api := server.API("RestApi")
	expect(t, call(t, "GET", strings.Replace(api.URL, "/weather/", "/other/", 1), "", ""), 403, `{"message":"Forbidden"}`)
}

func TestAccessLog(t *testing.T) {
	var lock sync.Mutex
	var log []local.Access
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server, err := local.New(local.FromTemplateFile(weather),
		local.WithClock(func() time.Time { return at }),
		local.WithAccessLog(func(access local.Access) {
			lock.Lock()
			defer lock.Unlock()
			log = append(log, access)
		}))
	if err != nil {
		t.Fatal(err)
	}
	client, api := server.Client("ServiceClient"), server.API("RestApi")
	issued := token(t, client, "weather-api/post")
	call(t, "GET", api.URL, issued, "")
	call(t, "POST", api.URL, issued, event)
	requestToken(t, client, "weather-api/delete")
	call(t, "GET", server.URL()+"/nowhere", "", "")
	if err := server.Close(); err != nil { // the last line is written after the last answer
		t.Fatal(err)
	}

	type line struct {
		method string
		status int
		client string
		refuse bool
	}
	var got []line
	for _, access := range log {
		got = append(got, line{access.Method, access.Status, access.ClientID, access.Refused != ""})
		if !access.Time.Equal(at) || access.Duration <= 0 {
			t.Errorf("time %s, duration %s", access.Time, access.Duration)
		}
		if text := access.Refused + access.Path; strings.Contains(text, issued) || strings.Contains(text, client.Secret) {
			t.Errorf("the log shows a secret: %+v", access)
		}
	}
	want := []line{
		{"POST", 200, client.ID, false},
		{"GET", 401, client.ID, true},
		{"POST", 200, client.ID, false},
		{"POST", 400, client.ID, true},
		{"GET", 404, "", true},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSourcesThatCannotBeRead(t *testing.T) {
	if _, err := local.New(local.FromAssembly(t.TempDir())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no assembly: %v", err)
	}
	if _, err := local.New(local.FromTemplateFile("nowhere.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := local.New(local.FromTemplate("weather", data), local.WithStack("a")); err == nil || !strings.Contains(err.Error(), "there is no stack a: use one of weather") {
		t.Errorf("WithStack with a template: %v", err)
	}
}

func TestCloseFreesThePort(t *testing.T) {
	server := serve(t, weather)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(server.URL()); err == nil {
		t.Error("the closed server still answers")
	}
	// The cleanup closes it again.
}

// A deployment may create its stage, so the template needs no stage.
func TestAStageOfADeployment(t *testing.T) {
	template := readTemplate(t)
	resources := template["Resources"].(map[string]any)
	for id, resource := range resources {
		resource := resource.(map[string]any)
		switch resource["Type"] {
		case "AWS::ApiGateway::Stage":
			delete(resources, id)
		case "AWS::ApiGateway::Deployment":
			resource["Properties"].(map[string]any)["StageName"] = "live"
			resource["Properties"].(map[string]any)["StageDescription"] = map[string]any{"Variables": map[string]any{"color": "red"}}
		}
	}
	template["Outputs"] = map[string]any{} // they refer to the stage
	template.properties(getMethod)["Integration"].(map[string]any)["IntegrationResponses"] = []any{map[string]any{
		"StatusCode": "200", "ResponseTemplates": map[string]any{"application/json": "$stageVariables.color"},
	}}
	server := serveSource(t, template.source(t))
	api := server.API("RestApi")
	if got := call(t, "GET", api.URL, token(t, server.Client("ServiceClient")), ""); api.Stage != "live" || got.status != 200 || got.body != "red" {
		t.Errorf("stage %s: %d %s", api.Stage, got.status, got.body)
	}
}
