//go:build !race

package machineauth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/local"
)

// credentials are what a service finds in its secret.
type credentials struct {
	ClientID     string       `json:"client_id"`
	ClientSecret string       `json:"client_secret"`
	TokenURL     string       `json:"token_url"`
	Scope        string       `json:"scope"`
	Previous     *credentials `json:"previous"`
}

// pair is what of it gets tokens.
func (c credentials) pair() credentials {
	return credentials{ClientID: c.ClientID, ClientSecret: c.ClientSecret}
}

// deployed is a template that was deployed, to this machine.
type deployed struct {
	t      testing.TB
	server *local.Server
}

func deploy(t testing.TB, template *cdktest.Template) deployed {
	t.Helper()
	server, err := local.New(local.FromTemplate("rotation", template.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return deployed{t, server}
}

// stored returns what the secret of Reporting holds.
func (d deployed) stored() (found credentials) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.server.Secret("Reporting/Secret").Value), &found); err != nil {
		d.t.Fatal(err)
	}
	return found
}

// token asks for a token as a service does, with what its secret holds.
func (d deployed) token(c credentials) (token, refusal string) {
	d.t.Helper()
	response, err := http.PostForm(d.stored().TokenURL, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
		Error       string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		d.t.Fatal(err)
	}
	return answer.AccessToken, answer.Error
}

// accepts fails the test unless c gets a token that opens the API.
func (d deployed) accepts(what string, c credentials) {
	d.t.Helper()
	token, refusal := d.token(c)
	cdktest.Equal(d.t, what+" credentials", refusal, "")
	request, err := http.NewRequest("GET", d.server.API("Api").URL, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	response.Body.Close()
	cdktest.Equal(d.t, "API with a token for "+what+" credentials", response.StatusCode, http.StatusOK)
}

func (d deployed) refuses(what string, c credentials) {
	d.t.Helper()
	token, refusal := d.token(c)
	cdktest.Equal(d.t, what+" credentials", refusal, "invalid_client")
	cdktest.Equal(d.t, "token for "+what+" credentials", token, "")
}

// ofClient returns the credentials of an app client, as its console shows them.
func (d deployed) ofClient(name string) credentials {
	d.t.Helper()
	client := d.server.Client(name)
	return credentials{ClientID: client.ID, ClientSecret: client.Secret}
}

// The sequence of docs/rotate-a-secret.md, with credentials that work exactly
// when they should.
func TestARotationAsServicesSeeIt(t *testing.T) {
	created := deploy(t, rotating(t, nil))
	first := created.stored()
	cdktest.Equal(t, "scope", first.Scope, "orders/read")
	cdktest.Equal(t, "token URL", first.TokenURL, created.server.Client("Reporting").TokenURL)
	cdktest.Equal(t, "of the secret", first.pair(), created.ofClient("Reporting"))
	if first.Previous != nil {
		t.Error("there is no rotation, but the secret holds previous credentials")
	}
	created.accepts("the first", first)
	shop := created.ofClient("Shop")

	open := deploy(t, rotating(t, jsii.Numbers(1, 2)))
	second := open.stored()
	cdktest.Equal(t, "previous", *second.Previous, created.ofClient("Reporting"))
	cdktest.Equal(t, "of the secret", second.pair(), open.ofClient("Reporting generation 2"))
	if first.ClientID == second.ClientID || first.ClientSecret == second.ClientSecret {
		t.Error("the rotation changed nothing")
	}
	open.accepts("the first", first)
	open.accepts("the second", second)

	closed := deploy(t, rotating(t, jsii.Numbers(2)))
	cdktest.Equal(t, "of the secret", closed.stored().pair(), second.pair())
	if closed.stored().Previous != nil {
		t.Error("the rotation is closed, but the secret holds the previous credentials")
	}
	closed.refuses("the first", first)
	closed.accepts("the second", second)

	again := deploy(t, rotating(t, jsii.Numbers(2, 3)))
	third := again.stored()
	cdktest.Equal(t, "previous", *third.Previous, closed.ofClient("Reporting generation 2"))
	again.refuses("the first", first)
	again.accepts("the second", second)
	again.accepts("the third", third)

	last := deploy(t, rotating(t, jsii.Numbers(3)))
	last.refuses("the second", second)
	last.accepts("the third", third)

	for _, step := range []deployed{created, open, closed, again, last} {
		step.accepts("the shop's", shop)
	}
}
