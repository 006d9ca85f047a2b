package local_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/machineclient"
)

// A test of a service that calls the API.
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

// A client of a user pool without a domain.
func Example_withoutADomain() {
	srv, err := local.New(local.FromTemplateFile("../testdata/without-domain.template.yaml"))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	client := srv.Client("Client")
	credentials := machineclient.Credentials{
		ClientID: client.ID, ClientSecret: client.Secret,
		TokenURL: client.TokenURL, TokenOperation: client.TokenOperation,
	}
	response, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(credentials)}).Get(srv.API("Api").URL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(client.TokenOperation, response.StatusCode)
	// Output: GetClientToken 200
}

// A DynamoDB table behind scopes, without a function.
func ExampleWithAWSEndpoint() {
	srv, err := local.New(local.FromTemplateFile("testdata/items.template.yaml"), local.WithAWSEndpoint("dynamodb", "http://127.0.0.1:8000"))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	for _, backend := range srv.Backends() {
		fmt.Println(backend.Name, "at", backend.Target+":", backend.Note)
	}
	// Output: dynamodb at http://127.0.0.1:8000: Table is items
}

// A Lambda function behind scopes runs the same handler as in AWS.
func ExampleWithLambda() {
	getOrder := func(_ context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		claims := event.RequestContext.Authorizer["claims"].(map[string]any)
		return events.APIGatewayProxyResponse{StatusCode: 200, Body: fmt.Sprint("order ", event.PathParameters["id"], " for ", claims["scope"])}, nil
	}
	srv, err := local.New(local.FromTemplateFile("testdata/orders.template.yaml"), local.WithLambda("Orders", lambda.NewHandler(getOrder)))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	client := srv.Client("Reader")
	credentials := clientcredentials.Config{ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL}
	response, err := credentials.Client(context.Background()).Get(srv.API("Api").URL + "orders/7")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode, string(body))
	// Output: 200 order 7 for orders/read
}

// An HTTP server in the test replaces a service behind a VPC link. It sees who calls.
func ExampleWithHTTPBackend() {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s for a client: %v", r.Method, r.URL.Path, r.Header.Get("X-Client") != "")
	}))
	defer backend.Close()
	srv, err := local.New(local.FromTemplateFile("testdata/shop.template.yaml"), local.WithHTTPBackend("https://shop.internal.example.com", backend.URL))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	client := srv.Client("Caller")
	credentials := clientcredentials.Config{ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL}
	response, err := credentials.Client(context.Background()).Get(srv.API("Api").URL + "orders/7")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(response.StatusCode, string(body), err)
	// Output: 200 GET /v1/orders/7 for a client: true <nil>
}
