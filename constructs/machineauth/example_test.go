package machineauth_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

// One client may read an orders API, another may also write.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	write := machineauth.NewScope("write", "Create orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read, write},
	})
	reporting := auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})
	shop := auth.AddClient(jsii.String("Shop"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read, write}})

	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	protected := auth.Protect(api, nil)
	backend := awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/orders"), nil)
	api.Root().AddMethod(jsii.String("GET"), backend, protected.Require(read))
	api.Root().AddMethod(jsii.String("POST"), backend, protected.Require(write))

	methods := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), nil)
	for _, method := range *methods {
		properties := (*method)["Properties"].(map[string]any)
		fmt.Println(properties["HttpMethod"], "requires", properties["AuthorizationScopes"])
	}
	fmt.Println("Reporting may request", *reporting.Scope())
	fmt.Println("Shop may request", *shop.Scope())
	// Unordered output:
	// GET requires [orders/read]
	// POST requires [orders/write]
	// Reporting may request orders/read
	// Shop may request orders/read orders/write
}

// Every method but one needs a token.
func ExampleProtectedApi_AllowUnauthenticated() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	protected := auth.Protect(api, nil)
	backend := awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/orders"), nil)
	api.Root().AddMethod(jsii.String("GET"), backend, protected.Require(read))

	health := api.Root().AddResource(jsii.String("health"), nil).AddMethod(jsii.String("HEAD"), backend, nil)
	protected.AllowUnauthenticated(health, jsii.String("the load balancer has no token"))

	methods := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), nil)
	for _, method := range *methods {
		properties := (*method)["Properties"].(map[string]any)
		fmt.Println(properties["HttpMethod"], properties["AuthorizationType"])
	}
	// Unordered output:
	// GET COGNITO_USER_POOLS
	// HEAD NONE
}

// A function reads its credentials from its client's secret.
func ExampleClient_GrantRead() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})
	function := awsiam.NewRole(stack, jsii.String("Function"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})

	reporting := auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{
		Scopes:           &[]machineauth.Scope{read},
		StoreCredentials: jsii.Bool(true),
	})
	reporting.GrantRead(function) // anything with a role: a Lambda function, a task

	policies := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::IAM::Policy"), nil)
	for _, policy := range *policies {
		document := (*policy)["Properties"].(map[string]any)["PolicyDocument"].(map[string]any)
		fmt.Println(document["Statement"].([]any)[0].(map[string]any)["Action"])
	}
	// Output: [secretsmanager:GetSecretValue secretsmanager:DescribeSecret]
}

// A client in use gets new credentials: both generations work until the first is removed.
func ExampleClientProps_rotation() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{
		Scopes:           &[]machineauth.Scope{read},
		StoreCredentials: jsii.Bool(true),
		Generations:      jsii.Numbers(1, 2), // was 1, will be 2
	})

	clients := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::Cognito::UserPoolClient"), nil)
	for _, client := range *clients {
		fmt.Println((*client)["Properties"].(map[string]any)["ClientName"])
	}
	// Unordered output:
	// Reporting
	// Reporting generation 2
}

// One method is for operators: they sign their requests, and machines have no access.
func ExampleProtectedApi_AllowOtherAuthorization() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})

	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	protected := auth.Protect(api, nil)
	backend := awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/orders"), nil)
	api.Root().AddMethod(jsii.String("GET"), backend, protected.Require(read))
	purge := api.Root().AddMethod(jsii.String("DELETE"), backend, &awsapigateway.MethodOptions{
		AuthorizationType: awsapigateway.AuthorizationType_IAM,
	})
	protected.AllowOtherAuthorization(purge, jsii.String("operators sign with IAM"))

	methods := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), &map[string]any{
		"Properties": map[string]any{"HttpMethod": "DELETE"},
	})
	for _, method := range *methods {
		fmt.Println((*method)["Metadata"].(map[string]any)["machineauth"])
	}
	// Output:
	// map[otherAuthorization:operators sign with IAM]
}

// People sign in to the machines' user pool and may read as the machines do.
func ExampleAuthorizationServer_AllowPeople() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})
	backOffice := auth.UserPool().AddClient(jsii.String("BackOffice"), &awscognito.UserPoolClientOptions{
		OAuth: &awscognito.OAuthSettings{
			Flows:        &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			Scopes:       &[]awscognito.OAuthScope{awscognito.OAuthScope_Custom(auth.QualifiedName(read))},
			CallbackUrls: jsii.Strings("https://office.example.org/signed-in"),
		},
	})
	backOffice.Node().AddDependency(auth.ResourceServer())
	auth.AllowPeople(backOffice, jsii.String("the back office reads orders"))

	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	api.Root().AddMethod(jsii.String("GET"), awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/orders"), nil), auth.Protect(api, nil).Require(read))

	app.Synth(nil)
	fmt.Println("nothing found")
	// Output:
	// nothing found
}

// A second stage has a separate deployment.
func ExampleProtectedApi_Follow() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})

	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	protected := auth.Protect(api, nil)
	api.Root().AddMethod(jsii.String("GET"), awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/orders"), nil), protected.Require(read))

	deployment := awsapigateway.NewDeployment(stack, jsii.String("Deployment"), &awsapigateway.DeploymentProps{Api: api})
	protected.Follow(deployment)
	awsapigateway.NewStage(stack, jsii.String("Beta"), &awsapigateway.StageProps{Deployment: deployment, StageName: jsii.String("beta")})

	app.Synth(nil)
	fmt.Println("nothing found")
	// Output:
	// nothing found
}

// A Lambda function answers every path and method, and web pages of other origins call
// it: preflights need no token.
func ExampleAuthorizationServer_DefaultMethodOptions() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)
	handler := awslambda.NewFunction(stack, jsii.String("Handler"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({ statusCode: 200 })")),
	})

	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})

	api := awsapigateway.NewLambdaRestApi(stack, jsii.String("Api"), &awsapigateway.LambdaRestApiProps{
		Handler:                     handler,
		CloudWatchRole:              jsii.Bool(false),
		DefaultMethodOptions:        auth.DefaultMethodOptions(stack, jsii.String("Authorizer"), read),
		DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{AllowOrigins: jsii.Strings("https://office.example.org")},
	})
	auth.Protect(api, nil)

	methods := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), nil)
	for _, method := range *methods {
		properties := (*method)["Properties"].(map[string]any)
		fmt.Println(properties["HttpMethod"], properties["AuthorizationType"], properties["AuthorizationScopes"])
	}
	// Unordered output:
	// ANY COGNITO_USER_POOLS [orders/read]
	// ANY COGNITO_USER_POOLS [orders/read]
	// OPTIONS NONE <nil>
	// OPTIONS NONE <nil>
}

// Another team's authorization server has a user pool without a domain.
func ExampleAuthorizationServer_fromAttributes() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)

	read := machineauth.NewScope("read", "Read orders") // from a package that both teams import
	orders := machineauth.AuthorizationServer_FromAttributes(stack, jsii.String("Orders"), &machineauth.AuthorizationServerAttributes{
		UserPoolArn: jsii.String("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Company01"),
		Identifier:  jsii.String("orders"),
		Scopes:      &[]machineauth.Scope{read},
		NoDomain:    jsii.Bool(true),
	})
	shop := machineauth.NewClient(stack, jsii.String("Shop"), &machineauth.ClientProps{
		Access:           &[]machineauth.Access{orders.Access(read)},
		StoreCredentials: jsii.Bool(true),
	})

	fmt.Println(*shop.Scope(), "by", *orders.TokenOperation())
	// Output: orders/read by GetClientToken
}

// A scope is declared before anything uses it.
func ExampleUnusedScopeWarning() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)

	refund := machineauth.NewScope("refund", "Refund orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{refund},
	})
	awscdk.Validations_Of(auth).Acknowledge(&awscdk.Acknowledgment{
		Id:     machineauth.UnusedScopeWarning(auth, refund),
		Reason: jsii.String("the refund service comes with the next release"),
	})

	fmt.Println(*machineauth.UnusedScopeWarning(auth, refund))
	// Output:
	// machineauth::scope-unused:orders/refund
}

// The first of two deployments renames a scope: both names work.
func Example_renameScope() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	backend := awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	list := machineauth.NewScope("list", "List orders") // the new name of read
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read, list},
	})
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read, list}})
	protected := auth.Protect(api, nil)
	api.Root().AddMethod(jsii.String("GET"), backend, protected.Require(read, list)) // either opens it

	app.Synth(nil)
	fmt.Println("nothing found")
	// Output:
	// nothing found
}

// A custom domain works beside the prefix while services move from one to the other.
func Example_secondDomain() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)
	inVirginia := awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
		jsii.String("arn:aws:acm:us-east-1:123456789012:certificate/abc"))
	read := machineauth.NewScope("read", "Read orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read},
	})

	awscognito.NewUserPoolDomain(stack, jsii.String("SecondDomain"), &awscognito.UserPoolDomainProps{
		UserPool:     auth.UserPool(),
		CustomDomain: &awscognito.CustomDomainOptions{DomainName: jsii.String("auth.example.org"), Certificate: inVirginia},
	})

	app.Synth(nil)
	fmt.Println("nothing found")
	// Output:
	// nothing found
}
