// Shop is the app of the shop team: a service that calls the orders and billing APIs
// with one token. It owns its client, the secret with the credentials, and the key that
// encrypts the secret.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"example.com/company/scopes"
	"example.com/weather-events-api/constructs/machineauth"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("company-shop"), &awscdk.StackProps{Env: scopes.Env})

	service := awsiam.NewRole(stack, jsii.String("Service"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("ecs-tasks.amazonaws.com"), nil),
	})
	orders := machineauth.AuthorizationServer_FromAttributes(stack, jsii.String("Orders"), scopes.Orders)
	billing := machineauth.AuthorizationServer_FromAttributes(stack, jsii.String("Billing"), scopes.Billing)
	client := machineauth.NewClient(stack, jsii.String("Shop"), &machineauth.ClientProps{
		Access: &[]machineauth.Access{
			orders.Access(scopes.ReadOrders, scopes.PlaceOrders),
			billing.Access(scopes.Charge),
		},
		StoreCredentials: jsii.Bool(true),
		SecretEncryptionKey: awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{
			EnableKeyRotation: jsii.Bool(true),
		}),
	})
	client.GrantRead(service)
	app.Synth(nil)
}
