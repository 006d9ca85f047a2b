package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/machineclient"
)

// withoutDomain is a template whose user pool has no domain.
const withoutDomain = "../testdata/without-domain.template.yaml"

// getClientToken sends a GetClientToken request after change, if there is one.
func getClientToken(t testing.TB, url, body string, change func(*http.Request)) answer {
	t.Helper()
	request, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.GetClientToken")
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if change != nil {
		change(request)
	}
	return do(t, request)
}

// clientToken returns the body of a request for a client.
func clientToken(client local.Client, scopes string) string {
	return fmt.Sprintf(`{"ClientId":%q,"Secret":%q%s}`, client.ID, client.Secret, scopes)
}

func TestGetClientToken(t *testing.T) {
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	var log []local.Access
	server := serve(t, withoutDomain, local.WithClock(func() time.Time { return now }), local.WithAccessLog(func(a local.Access) { log = append(log, a) }))
	client, api := server.Client("Client"), server.API("Api")
	if client.TokenURL != server.URL()+"/" || client.TokenOperation != "GetClientToken" {
		t.Errorf("tokens come from %q by %q", client.TokenURL, client.TokenOperation)
	}
	for _, test := range []struct {
		scopes, want string
		get, post    int
	}{
		{``, "orders/get orders/post", 200, 200},
		{`,"Scopes":null,"ClientMetadata":{"a":"b"},"Unknown":1`, "orders/get orders/post", 200, 200},
		{`,"Scopes":["orders/post"]`, "orders/post", 401, 200},
		{`,"Scopes":["orders/post","orders/get","orders/post"]`, "orders/post orders/get", 200, 200},
	} {
		got := getClientToken(t, client.TokenURL, clientToken(client, test.scopes), nil)
		var answer struct{ ClientAuthenticationResult map[string]any }
		if err := json.Unmarshal([]byte(got.body), &answer); err != nil || got.status != 200 || got.header.Get("Content-Type") != "application/x-amz-json-1.1" {
			t.Fatalf("%s: got %d %s", test.scopes, got.status, got.body)
		}
		result := answer.ClientAuthenticationResult
		if names := slices.Sorted(maps.Keys(result)); !slices.Equal(names, []string{"AccessToken", "ExpiresIn", "TokenType"}) || result["ExpiresIn"] != 3600.0 || result["TokenType"] != "Bearer" {
			t.Errorf("got %s", got.body)
		}
		token := result["AccessToken"].(string)
		claims := segment(t, token, 1)
		delete(claims, "jti")
		for name, want := range map[string]any{
			"scope": test.want, "sub": client.ID, "client_id": client.ID, "token_use": "access", "version": 2.0, "iss": server.UserPools()[0].Issuer,
			"iat": float64(now.Unix()), "auth_time": float64(now.Unix()), "exp": float64(now.Add(time.Hour).Unix()),
		} {
			if claims[name] != want {
				t.Errorf("%s: the claim %s is %v, want %v", test.scopes, name, claims[name], want)
			}
			delete(claims, name)
		}
		if len(claims) > 0 {
			t.Errorf("further claims: %v", claims)
		}
		if got := call(t, "GET", api.URL, token, "").status; got != test.get {
			t.Errorf("%s: GET answers %d, want %d", test.scopes, got, test.get)
		}
		if got := call(t, "POST", api.URL, token, "{}").status; got != test.post {
			t.Errorf("%s: POST answers %d, want %d", test.scopes, got, test.post)
		}
	}
	if log[0].ClientID != client.ID || log[0].Refused != "" || log[0].Path != "/" {
		t.Errorf("logged as %+v", log[0])
	}
}

func TestGetClientTokenErrors(t *testing.T) {
	var log []local.Access
	server := serve(t, withoutDomain, local.WithAccessLog(func(a local.Access) { log = append(log, a) }))
	client := server.Client("Client")
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	wrong := client
	wrong.Secret = "wrongsecretthatnobodymaysee"
	unknown := client
	unknown.ID = client.Secret
	for _, test := range []struct {
		name   string
		body   string
		change func(*http.Request)
		status int
		want   string
		log    string
	}{
		{"wrong secret", clientToken(wrong, ""), nil, 400, `NotAuthorizedException: Invalid client or secret`, "the client secret is wrong or missing"},
		{"unknown client", clientToken(unknown, ""), nil, 400, `NotAuthorizedException: Invalid client or secret`, "the pool has no client with this id"},
		{"no secret", `{"ClientId":"` + client.ID + `"}`, nil, 400, `InvalidParameterException: 1 validation error detected: Value at 'secret' failed to satisfy constraint: Member must not be null`, ""},
		{"no client", `{"Secret":"` + client.Secret + `"}`, nil, 400, `InvalidParameterException: 1 validation error detected: Value at 'clientId' failed to satisfy constraint: Member must not be null`, ""},
		{"members in lower case", strings.Replace(clientToken(client, ""), "ClientId", "clientid", 1), nil, 400, `InvalidParameterException: 1 validation error detected: Value at 'clientId' failed to satisfy constraint: Member must not be null`, ""},
		{"scope not held", clientToken(client, `,"Scopes":["orders/delete"]`), nil, 400, `InvalidParameterException: the client is not allowed the scope "orders/delete"`, ""},
		{"scope that does not exist", clientToken(client, `,"Scopes":["orders/get","other/x"]`), nil, 400, `InvalidParameterException: the client is not allowed the scope "other/x"`, ""},
		{"scope of people", clientToken(client, `,"Scopes":["openid"]`), nil, 400, `InvalidParameterException: the client is not allowed the scope "openid"`, ""},
		{"two scopes in one", clientToken(client, `,"Scopes":["orders/get orders/post"]`), nil, 400, `InvalidParameterException: a scope is malformed: separate scopes by one space for the token endpoint, and pass a list to GetClientToken`, ""},
		{"no scopes", clientToken(client, `,"Scopes":[]`), nil, 400, `InvalidParameterException: Scopes is empty: leave it out for all scopes of the client`, ""},
		{"scopes as text", clientToken(client, `,"Scopes":"orders/get"`), nil, 400, `SerializationException: Scopes has the wrong type`, ""},
		{"metadata as text", clientToken(client, `,"ClientMetadata":"a"`), nil, 400, `SerializationException: ClientMetadata has the wrong type`, ""},
		{"no JSON", "grant_type=client_credentials", nil, 400, `SerializationException: the body is not a JSON object`, ""},
		{"a list", "[]", nil, 400, `SerializationException: the body is not a JSON object`, ""},
		{"too large", clientToken(client, "") + strings.Repeat(" ", 64<<10), nil, 413, `RequestEntityTooLargeException: the body is larger than 64 KiB`, ""},
		{"another operation", clientToken(client, ""), header("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth"), 400, `UnknownOperationException: the only operation served is AWSCognitoIdentityProviderService.GetClientToken: set the header X-Amz-Target`, ""},
		{"no operation", clientToken(client, ""), func(r *http.Request) { r.Header.Del("X-Amz-Target") }, 400, `UnknownOperationException: the only operation served is AWSCognitoIdentityProviderService.GetClientToken: set the header X-Amz-Target`, ""},
		{"another media type", clientToken(client, ""), header("Content-Type", "application/json"), 400, `UnknownOperationException: the content type is not application/x-amz-json-1.1`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			log = nil
			got := getClientToken(t, client.TokenURL, test.body, test.change)
			var exception struct {
				Type    string `json:"__type"`
				Message string
			}
			if err := json.Unmarshal([]byte(got.body), &exception); err != nil {
				t.Fatalf("%v: %s", err, got.body)
			}
			if text := exception.Type + ": " + exception.Message; got.status != test.status || text != test.want {
				t.Errorf("got  %d %s\nwant %d %s", got.status, text, test.status, test.want)
			}
			if got.header.Get("x-amzn-ErrorType") != exception.Type || got.header.Get("Content-Type") != "application/x-amz-json-1.1" || got.header.Get("x-amzn-RequestId") == "" {
				t.Errorf("got %v", got.header)
			}
			if len(log) != 1 || !strings.HasPrefix(log[0].Refused, exception.Type+": ") || !strings.Contains(log[0].Refused, test.log) {
				t.Errorf("logged as %+v", log)
			}
			if text := fmt.Sprintf("%s %+v", got.body, log); strings.Contains(text, client.Secret) || strings.Contains(text, wrong.Secret) {
				t.Errorf("the answer shows a secret: %s", text)
			}
		})
	}
	for method, path := range map[string]string{"GET": "/", "PUT": "/", "POST": "//"} {
		if got := getClientToken(t, server.URL()+path, clientToken(client, ""), func(r *http.Request) { r.Method = method }); got.status != 404 {
			t.Errorf("%s %s: got %d %s", method, path, got.status, got.body)
		}
	}
}

// One client of the pool uses only the token endpoint, another uses only the operation.
// Neither gets a token from the other flow.
func TestTheFlowsOfAClientAreItsOwn(t *testing.T) {
	template := readTemplate(t)
	template.add("ByOperation", "AWS::Cognito::UserPoolClient", map[string]any{
		"UserPoolId": template.properties("ServiceClient")["UserPoolId"], "GenerateSecret": true,
		"ExplicitAuthFlows": []any{"ALLOW_CLIENT_TOKEN_AUTH"}, "AllowedOAuthScopes": []any{"weather-api/get"},
	})
	template.add("Both", "AWS::Cognito::UserPoolClient", map[string]any{
		"UserPoolId": template.properties("ServiceClient")["UserPoolId"], "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
		"ExplicitAuthFlows": []any{"ALLOW_CLIENT_TOKEN_AUTH"}, "AllowedOAuthFlows": []any{"client_credentials"}, "AllowedOAuthScopes": []any{"weather-api/get"},
	})
	server := serveSource(t, template.source(t))
	endpoint := server.Client("ServiceClient").TokenURL
	for _, test := range []struct {
		client    string
		operation string // shown for the client
		statuses  [2]int // of the token endpoint, of the operation
	}{
		{"ServiceClient", "", [2]int{200, 400}},
		{"ByOperation", "GetClientToken", [2]int{400, 200}},
		{"Both", "", [2]int{200, 200}},
	} {
		client := server.Client(test.client)
		if client.TokenOperation != test.operation || (client.TokenURL == endpoint) != (test.operation == "") {
			t.Errorf("%s: tokens come from %q by %q", test.client, client.TokenURL, client.TokenOperation)
		}
		client.TokenURL = endpoint
		if got := [2]int{requestToken(t, client).status, getClientToken(t, server.URL(), clientToken(client, ""), nil).status}; got != test.statuses {
			t.Errorf("%s: got %v, want %v", test.client, got, test.statuses)
		}
	}
}

func TestClientsForGetClientTokenThatCognitoRefuses(t *testing.T) {
	const refused = ": Cognito refuses to create the client"
	for _, test := range []struct {
		name       string
		properties map[string]any
		want       string
	}{
		{"beside another flow", map[string]any{"ExplicitAuthFlows": []any{"ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}},
			"ExplicitAuthFlows: ALLOW_CLIENT_TOKEN_AUTH may not be combined with ALLOW_REFRESH_TOKEN_AUTH" + refused},
		{"public", map[string]any{"ExplicitAuthFlows": []any{"ALLOW_CLIENT_TOKEN_AUTH"}, "GenerateSecret": false},
			"GenerateSecret: must be true for the flow ALLOW_CLIENT_TOKEN_AUTH" + refused},
		{"no flow of Cognito's", map[string]any{"ExplicitAuthFlows": []any{"ALLOW_CLIENT_TOKENS"}},
			"ExplicitAuthFlows: must be ALLOW_ADMIN_USER_PASSWORD_AUTH or ALLOW_CLIENT_TOKEN_AUTH or"},
	} {
		template := readTemplate(t)
		maps.Copy(template.properties("ServiceClient"), test.properties)
		if got := template.refusal(t); !strings.Contains(got, test.want) || strings.Contains(got, "2.") {
			t.Errorf("%s: got %s, want one problem, %s", test.name, got, test.want)
		}
	}
}

// A service needs only the stored credentials, and they lead to this server.
func TestStoredCredentialsOfAPoolWithoutADomain(t *testing.T) {
	server := serve(t, withoutDomain)
	credentials, err := machineclient.ParseCredentials([]byte(server.Secret("Credentials").Value))
	if err != nil {
		t.Fatal(err)
	}
	if credentials.TokenURL != server.URL()+"/" || credentials.TokenOperation != "GetClientToken" {
		t.Errorf("tokens come from %q by %q", credentials.TokenURL, credentials.TokenOperation)
	}
	response, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(credentials)}).Get(server.API("Api").URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("got %s", response.Status)
	}
}

// An AWS SDK that uses the server as its endpoint finds the API and reads its errors.
// This SDK signs its requests and lacks the operation, so the test replaces the target
// of another one.
func TestAnSDKIsAnsweredAsByAWS(t *testing.T) {
	server := serve(t, withoutDomain)
	client := server.Client("Client")
	sent := 0
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		sent++
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") || r.URL.Path != "/" {
			t.Errorf("not signed, or not at the root: %s %v", r.URL, r.Header)
		}
		if sent == 2 {
			r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.GetClientToken")
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	sdk := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		BaseEndpoint: aws.String(server.URL()), Region: "eu-west-1", HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	})
	describe := func() error {
		_, err := sdk.DescribeUserPoolClient(context.Background(), &cognitoidentityprovider.DescribeUserPoolClientInput{ClientId: &client.ID, UserPoolId: aws.String("eu-west-1_a")})
		return err
	}
	if err := describe(); !strings.Contains(fmt.Sprint(err), "api error UnknownOperationException: the only operation served is") {
		t.Errorf("got %v", err)
	}
	if err := describe(); !strings.Contains(fmt.Sprint(err), "InvalidParameterException: 1 validation error detected: Value at 'secret'") {
		t.Errorf("got %v", err)
	}
}
