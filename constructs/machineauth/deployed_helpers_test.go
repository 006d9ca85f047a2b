package machineauth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/local"
)

// credentials are the contents of a service's secret.
type credentials struct {
	ClientID     string       `json:"client_id"`
	ClientSecret string       `json:"client_secret"`
	TokenURL     string       `json:"token_url"`
	Scope        string       `json:"scope"`
	Previous     *credentials `json:"previous"`
}

// pair returns the client id and secret alone: they suffice to get a token.
func (c credentials) pair() credentials {
	return credentials{ClientID: c.ClientID, ClientSecret: c.ClientSecret}
}

// deployed is a template that package local serves.
type deployed struct {
	t      testing.TB
	server *local.System
}

func deploy(t testing.TB, template *cdktest.Template) deployed {
	t.Helper()
	server, err := local.New(local.FromTemplate("deployed", template.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return deployed{t, server}
}

// ofClient returns an app client's credentials, as the console shows them.
func (d deployed) ofClient(name string) credentials {
	d.t.Helper()
	client := d.server.Client(name)
	return credentials{ClientID: client.ID, ClientSecret: client.Secret}
}

// stored returns the contents of Reporting's secret.
func (d deployed) stored() (found credentials) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.server.Secret("Reporting/Secret").Value), &found); err != nil {
		d.t.Fatal(err)
	}
	return found
}

// token requests a token as a service does, with the contents of its secret.
func (d deployed) token(c credentials) (token, refusal string) {
	d.t.Helper()
	response, err := http.PostForm(d.server.Clients()[0].TokenURL, url.Values{
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

// tokenOf returns a client's token with all its scopes.
func (d deployed) tokenOf(client string) string {
	d.t.Helper()
	token, refusal := d.token(d.ofClient(client))
	cdktest.Equal(d.t, "refusal of "+client, refusal, "")
	return token
}

// accepts fails the test unless c gets a token that opens the API.
func (d deployed) accepts(what string, c credentials) {
	d.t.Helper()
	token, refusal := d.token(c)
	cdktest.Equal(d.t, what+" credentials", refusal, "")
	cdktest.Equal(d.t, "API with a token for "+what+" credentials", status(d.t, "GET", d.server.API("Api").URL, token), http.StatusOK)
}

func (d deployed) refuses(what string, c credentials) {
	d.t.Helper()
	token, refusal := d.token(c)
	cdktest.Equal(d.t, what+" credentials", refusal, "invalid_client")
	cdktest.Equal(d.t, "token for "+what+" credentials", token, "")
}

// status returns the status of the answer to a request.
func status(t testing.TB, method, url, token string) int {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, _ := testhttp.Do(t, request)
	return response.StatusCode
}
