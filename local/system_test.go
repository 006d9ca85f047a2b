package local_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/local"
)

func TestTheSystemIsThatOfTheTemplate(t *testing.T) {
	server := serve(t, weather)
	pools := server.UserPools()
	if len(pools) != 1 || !strings.HasPrefix(pools[0].ID, "us-east-1_") || pools[0].Issuer != server.URL()+"/"+pools[0].ID {
		t.Fatalf("user pools %+v", pools)
	}
	pools[0].ID, pools[0].Issuer, pools[0].ARN = "", "", ""
	want := local.UserPool{
		Key: "WeatherEventsAuthUserPoolBD1FDA30", Stack: "weather-events-api", LogicalID: "WeatherEventsAuthUserPoolBD1FDA30", Name: "weather-events-api-cognito-user-pool",
		ResourceServers: []local.ResourceServer{{Identifier: "weather-api", Name: "Weather API Resource Server", Scopes: []local.Scope{
			{Name: "weather-api/post", Description: "Create weather events"},
			{Name: "weather-api/get", Description: "Retrieve weather events"},
			{Name: "weather-api/delete", Description: "Delete a weather event"},
		}}},
	}
	if diff := cmp.Diff(want, pools[0]); diff != "" {
		t.Errorf("user pool (-want +got):\n%s", diff)
	}
	methods := map[string]local.Method{}
	for _, method := range server.Methods(server.API("RestApi").LogicalID) {
		methods[method.HTTPMethod+" "+method.Path] = method
	}
	authorizer, accepted := "WeatherEventsRestApiMachineAuthorizer52D0D58E", []string{want.LogicalID}
	const header = "method.request.header.Authorization"
	if diff := cmp.Diff(map[string]local.Method{
		"GET /":  {HTTPMethod: "GET", Path: "/", Authorization: "COGNITO_USER_POOLS", Authorizer: authorizer, IdentitySource: header, Scopes: []string{"weather-api/get"}, UserPools: accepted, Template: weather, LogicalID: "WeatherEventsRestApiGETDF14E192"},
		"POST /": {HTTPMethod: "POST", Path: "/", Authorization: "COGNITO_USER_POOLS", Authorizer: authorizer, IdentitySource: header, Scopes: []string{"weather-api/post"}, UserPools: accepted, Template: weather, LogicalID: "WeatherEventsRestApiPOST1E0A0570"},
	}, methods); diff != "" {
		t.Errorf("methods (-want +got):\n%s", diff)
	}
	if methods := server.Methods("Other"); methods != nil {
		t.Errorf("methods of no API: %+v", methods)
	}
}

func TestInspectDecidesAsTheAPIDoes(t *testing.T) {
	now := time.Now()
	server := serve(t, weather, local.WithClock(func() time.Time { return now }))
	client, api := server.Client("ServiceClient"), server.API("RestApi")
	post := token(t, client, "weather-api/post")
	all := token(t, client)
	parts := strings.Split(all, ".")
	for name, test := range map[string]struct {
		token string
		later time.Duration
		get   string // the reason
		opens bool
	}{
		"all scopes":      {all, 0, "the token has the scope weather-api/get", true},
		"the other scope": {post, 0, "the token has none of the scopes weather-api/get", false},
		"expired":         {all, time.Hour, "the token has expired: exp was " + now.Add(time.Hour).UTC().Format(time.RFC3339), false},
		"forged":          {parts[0] + "." + parts[1] + "." + strings.Repeat("A", 342), 0, "the token is not authorized: the signature does not match the key of the pool", false},
		"not a token":     {"hello", 0, "the token is not authorized: the token is not a JWS in compact serialization", false},
	} {
		issued := now
		now = issued.Add(test.later)
		verdicts := server.Inspect(test.token)
		for _, verdict := range verdicts {
			request, err := http.NewRequest(verdict.HTTPMethod, api.URL, strings.NewReader(`{"name":"a","dateStart":"2022-02-16","dateEnd":"2022-02-21"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer "+test.token)
			if got := do(t, request); verdict.API != api.LogicalID || verdict.Opens != (got.status == 200) || !verdict.Opens && got.status != 401 {
				t.Errorf("%s: %+v, but the API answered %d", name, verdict, got.status)
			}
			if verdict.HTTPMethod == "GET" && (verdict.Opens != test.opens || verdict.Reason != test.get) {
				t.Errorf("%s: %+v, want %v: %s", name, verdict, test.opens, test.get)
			}
		}
		if len(verdicts) != 2 {
			t.Errorf("%s: %d verdicts", name, len(verdicts))
		}
		now = issued
	}
}

// A loaded system is a handler that a test can mount.
func TestASystemIsAHandler(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	defer server.Close()
	system, err := local.Load(local.FromTemplateFile(weather), local.WithPublicURL("http://"+server.Listener.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = system
	server.Start()
	client, api := system.Client("ServiceClient"), system.API("RestApi")
	if !strings.HasPrefix(client.TokenURL, server.URL+"/") || !strings.HasPrefix(api.URL, server.URL+"/") {
		t.Errorf("%s and %s are not at %s", client.TokenURL, api.URL, server.URL)
	}
	if got := call(t, "GET", api.URL, token(t, client), ""); got.status != 200 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	expect(t, call(t, "GET", api.URL, "", ""), 401, unauthorized)
}

// Its transport needs no port, whatever the URLs are.
func TestASystemListensNowhere(t *testing.T) {
	for _, options := range [][]local.Option{nil, {local.WithPublicURL("https://api.example.org")}} {
		system, err := local.Load(local.FromTemplateFile(weather), options...)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: system.Transport()}
		defer client.CloseIdleConnections()
		for range 2 { // the second on the connection of the first
			response, err := client.Get(system.API("RestApi").URL)
			if err != nil || response.StatusCode != 401 {
				t.Fatalf("%v %v", response, err)
			}
			response.Body.Close()
		}
	}
}

// A nil argument means the default, or an error that says what to pass.
func TestWhatIsNil(t *testing.T) {
	system, err := local.Load(local.FromTemplateFile(weather), nil, local.WithClock(nil), local.WithAccessLog(nil), local.WithLog(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer system.Close()
	client := system.Client("ServiceClient")
	credentials := clientcredentials.Config{ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL}
	if _, err := credentials.Token(context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: system.Transport()})); err != nil {
		t.Error(err)
	}
	for name, source := range map[string]local.Source{"nil": nil, "none together": local.Together(), "nil among them": local.Together(local.FromTemplateFile(weather), nil)} {
		if _, err := local.Load(source); err == nil || !strings.Contains(err.Error(), "source") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
