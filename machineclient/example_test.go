package machineclient_test

import (
	"fmt"
	"log"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/machineclient"
)

// A client whose calls share one token.
func Example() {
	srv, err := local.New(local.FromTemplateFile("../testdata/weather-events-api.template.json"))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	apiURL, service := srv.API("RestApi").URL, srv.Client("ServiceClient")
	clientID, clientSecret, tokenURL := service.ID, service.Secret, service.TokenURL

	credentials := machineclient.Credentials{ClientID: clientID, ClientSecret: clientSecret, TokenURL: tokenURL}
	client := machineclient.New(machineclient.Config{Credentials: machineclient.Static(credentials)})
	response, err := client.Get(apiURL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output: 200 OK
}

// The stored credentials of a client whose user pool has no domain name the operation
// that issues its tokens.
func ExampleParseCredentials() {
	srv, err := local.New(local.FromTemplateFile("../testdata/without-domain.template.yaml"))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	apiURL, secret := srv.API("Api").URL, srv.Secret("Credentials").Value

	credentials, err := machineclient.ParseCredentials([]byte(secret))
	if err != nil {
		log.Fatal(err)
	}
	client := machineclient.New(machineclient.Config{Credentials: machineclient.Static(credentials)})
	response, err := client.Get(apiURL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(credentials.TokenOperation, response.Status)
	// Output: GetClientToken 200 OK
}
