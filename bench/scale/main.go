// Scale prints the time in milliseconds that an app with many APIs, clients and
// scopes takes from its first construct to its synthesized templates, without the
// start of Node.
package main

import (
	"flag"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/weatherevents"
)

func main() {
	apis := flag.Int("apis", 0, "WeatherEventsApi constructs, one per stack")
	clients := flag.Int("clients", 0, "clients of one authorization server")
	scopes := flag.Int("scopes", 1, "scopes of that authorization server, at most 100")
	flag.Parse()

	defer jsii.Close()
	awscdk.NewApp(nil).Synth(nil) // starts Node, and loads what every synthesis loads
	start := time.Now()
	app := awscdk.NewApp(nil)
	for i := range *apis {
		stack := awscdk.NewStack(app, jsii.String(fmt.Sprintf("api%d", i)), nil)
		weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)
	}
	if *clients > 0 {
		addClients(awscdk.NewStack(app, jsii.String("clients"), nil), *clients, *scopes)
	}
	app.Synth(nil)
	fmt.Println(time.Since(start).Milliseconds())
}

// addClients creates an authorization server. Each of its clients holds as many
// scopes as Cognito allows.
func addClients(stack awscdk.Stack, clients, scopes int) {
	const mostPerClient = 50
	var declared []machineauth.Scope
	for i := range scopes {
		declared = append(declared, machineauth.NewScope(fmt.Sprintf("scope%d", i), "A scope"))
	}
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("scale"),
		Scopes:     &declared,
	})
	held := declared[:min(scopes, mostPerClient)]
	for i := range clients {
		auth.AddClient(jsii.String(fmt.Sprintf("Client%d", i)), &machineauth.ClientProps{Scopes: &held})
	}
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	api.Root().AddMethod(jsii.String("GET"), awsapigateway.NewMockIntegration(nil), auth.Protect(api, nil).Require(declared...))
}
