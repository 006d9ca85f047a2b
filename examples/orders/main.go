// Orders stores orders in DynamoDB: a Go Lambda function behind two scopes, which runs
// on your machine as it does in AWS.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

func main() {
	defer jsii.Close()
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	app := awscdk.NewApp(nil)
	newStack(app, "orders")
	app.Synth(nil)
}

// build compiles the function for Lambda, with this machine's architecture.
func build() error {
	command := exec.Command("go", "build", "-trimpath", "-tags", "lambda.norpc", "-o", "build/function/bootstrap", "./function")
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	return command.Run()
}

func newStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)

	table := awsdynamodb.NewTable(stack, jsii.String("Table"), &awsdynamodb.TableProps{
		TableName:    jsii.String("orders"),
		PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:  awsdynamodb.BillingMode_PAY_PER_REQUEST,
	})
	architecture := awslambda.Architecture_X86_64()
	if runtime.GOARCH == "arm64" {
		architecture = awslambda.Architecture_ARM_64()
	}
	function := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: architecture,
		Handler:      jsii.String("bootstrap"),
		Code:         awslambda.Code_FromAsset(jsii.String("build/function"), nil),
		Environment:  &map[string]*string{"TABLE_NAME": table.TableName()},
	})
	table.GrantReadWriteData(function)

	read := machineauth.NewScope("read", "Read orders")
	write := machineauth.NewScope("write", "Create orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read, write},
	})
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})
	auth.AddClient(jsii.String("Shop"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read, write}})

	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	protected := auth.Protect(api, nil)
	backend := awsapigateway.NewLambdaIntegration(function, nil)
	orders := api.Root().AddResource(jsii.String("orders"), nil)
	orders.AddMethod(jsii.String("POST"), backend, protected.Require(write))
	orders.AddResource(jsii.String("{id}"), nil).AddMethod(jsii.String("GET"), backend, protected.Require(read))
	return stack
}
