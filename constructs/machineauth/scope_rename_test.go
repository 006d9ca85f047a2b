package machineauth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/local"
)

// renaming is an orders API whose GET accepts any of several scopes. Client "Reporting"
// holds them all. The rename does not touch POST and client "Shop".
func renaming(t testing.TB, names ...string) *cdktest.Template {
	t.Helper()
	stack := cdktest.NewStack()
	write := machineauth.NewScope("write", "Write orders")
	var reading []machineauth.Scope
	for _, name := range names {
		reading = append(reading, machineauth.NewScope(name, "Read orders"))
	}
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), ordersProps(append(reading, write)...))
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &reading, StoreCredentials: jsii.Bool(true)})
	auth.AddClient(jsii.String("Shop"), &machineauth.ClientProps{Scopes: scopes(write)})

	api := newAPI(stack, "Api")
	protected := auth.Protect(api, nil)
	answer := func(verb string, required ...machineauth.Scope) {
		options := protected.Require(required...)
		options.MethodResponses = &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}}
		api.Root().AddMethod(&verb, awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
			RequestTemplates:     &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
			IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("200")}},
		}), options)
	}
	answer("GET", reading...)
	answer("POST", write)
	return cdktest.Synth(t, stack)
}

// step is one deployment of a rename. All steps have the same URL, as on AWS, so a token
// of one step works in the next.
type step struct {
	deployed
	client http.Client
}

func deployStep(t testing.TB, template *cdktest.Template) step {
	t.Helper()
	server, err := local.New(local.FromTemplate("rename", template.JSON()), local.WithPublicURL("http://api.test"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return step{deployed{t, server}, http.Client{Transport: server.Transport()}}
}

// tokenFor requests a token as a service does, for scope, or for all scopes if it is "".
func (s step) tokenFor(scope string) (token, refusal string) {
	s.t.Helper()
	c := s.stored()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}
	if scope != "" {
		form.Set("scope", scope)
	}
	response, err := s.client.PostForm(c.TokenURL, form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
		Error       string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return answer.AccessToken, answer.Error
}

// get returns the status of GET with a token.
func (s step) get(token string) int {
	s.t.Helper()
	request, err := http.NewRequest("GET", s.server.API("Api").URL, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// Nobody who follows docs/rename-a-scope.md is refused, and whoever skips a step is.
func TestAScopeIsRenamedWithoutARefusedCall(t *testing.T) {
	const before, after = "orders/read", "orders/list"
	old, both, renamed := deployStep(t, renaming(t, "read")), deployStep(t, renaming(t, "read", "list")), deployStep(t, renaming(t, "list"))
	cdktest.Equal(t, "stored scope", old.stored().Scope, before)
	cdktest.Equal(t, "stored scope", both.stored().Scope, before+" "+after)
	cdktest.Equal(t, "stored scope", renamed.stored().Scope, after)
	cdktest.Equal(t, "credentials", both.stored().pair(), old.stored().pair())
	cdktest.Equal(t, "credentials", renamed.stored().pair(), old.stored().pair())

	token := func(s step, scope string) string {
		t.Helper()
		token, refusal := s.tokenFor(scope)
		cdktest.Equal(t, "refusal of "+scope, refusal, "")
		return token
	}
	for _, test := range []struct {
		name  string
		token string
		at    step
		want  int
	}{
		{"from before the first deployment, after it", token(old, before), both, 200},
		{"that named no scope, from before the first deployment, after it", token(old, ""), both, 200},
		{"with the old name, between", token(both, before), both, 200},
		{"with the new name, between", token(both, after), both, 200},
		{"with the new name, from between, after the second deployment", token(both, after), renamed, 200},
		{"that named no scope, from between, after the second deployment", token(both, ""), renamed, 200},
		{"with the secret's scopes, from between, after the second deployment", token(both, both.stored().Scope), renamed, 200},
		{"with the new name, after the second deployment", token(renamed, after), renamed, 200},

		{"from before the first deployment, after the second", token(old, before), renamed, 401},
		{"with the old name, from between, after the second deployment", token(both, before), renamed, 401},
	} {
		cdktest.Equal(t, "token "+test.name, test.at.get(test.token), test.want)
	}
	for _, scope := range []string{before, both.stored().Scope} {
		if token, refusal := renamed.tokenFor(scope); token != "" || refusal == "" {
			t.Errorf("after the second deployment, %q still gets a token", scope)
		}
	}
}

// Neither deployment replaces a client or a secret, or touches anything else.
func TestDeploymentsOfARename(t *testing.T) {
	old, both, renamed := renaming(t, "read"), renaming(t, "read", "list"), renaming(t, "list")
	want := cdktest.Changes{
		Added:   []string{"Api/Deployment"}, // a stage keeps its deployment's snapshot
		Removed: []string{"Api/Deployment"},
	}
	for name, changes := range map[string]cdktest.Changes{"first": old.Changes(both), "second": both.Changes(renamed)} {
		updated := map[string]bool{}
		for _, path := range changes.Updated {
			updated[path] = true
		}
		cdktest.Equal(t, "updated by the "+name, updated, map[string]bool{
			"Auth/ResourceServer": true, "Auth/Reporting": true, "Auth/Reporting/Secret": true,
			"Api/Default/GET": true, "Api/DeploymentStage.prod": true,
		})
		changes.Updated = nil
		cdktest.Equal(t, "made and deleted by the "+name, changes, want)
	}
	// CloudFormation updates dependencies first: the scope exists when a client gets it.
	cdktest.Equal(t, "the client waits for", both.At("Auth/Reporting").DependsOn, []string{both.At("Auth/ResourceServer").LogicalID})
}
