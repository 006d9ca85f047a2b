package local_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/local"
)

// The test of a service that calls the API.
func Example() {
	srv, err := local.New(local.FromTemplateFile("../testdata/weather-events-api.template.json"))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	client := srv.Client("ServiceClient")
	credentials := clientcredentials.Config{ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL}
	response, err := credentials.Client(context.Background()).Get(srv.API("RestApi").URL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.StatusCode)

	refused, err := http.Get(srv.API("RestApi").URL)
	if err != nil {
		log.Fatal(err)
	}
	defer refused.Body.Close()
	fmt.Println(refused.StatusCode)
	// Output:
	// 200
	// 401
}
