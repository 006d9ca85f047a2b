package machineauth_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

// shapesOfAPIs are the kinds of API people deploy, each protected.
func shapesOfAPIs() []shape {
	str := jsii.String
	return []shape{
		{"LambdaRestApi", func(a *ordersApp) {
			api := awsapigateway.NewLambdaRestApi(a.stack, str("Lambda"), &awsapigateway.LambdaRestApiProps{
				Handler: function(a.stack), CloudWatchRole: jsii.Bool(false),
				DefaultMethodOptions: a.auth.DefaultMethodOptions(a.stack, str("LambdaAuthorizer"), a.read),
			})
			a.auth.Protect(api, nil)
		}},
		{"LambdaRestApi with CORS and one method of another scope", func(a *ordersApp) {
			api := awsapigateway.NewLambdaRestApi(a.stack, str("Lambda"), &awsapigateway.LambdaRestApiProps{
				Handler: function(a.stack), CloudWatchRole: jsii.Bool(false),
				DefaultMethodOptions:        a.auth.DefaultMethodOptions(a.stack, str("LambdaAuthorizer"), a.read),
				DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{AllowOrigins: awsapigateway.Cors_ALL_ORIGINS()},
			})
			protected := a.auth.Protect(api, &machineauth.ProtectOptions{AuthorizerResultTtl: seconds(0)})
			addMethod(api.Root().AddResource(str("orders"), nil), "POST", protected.Require(a.write))
		}},
		{"own deployments and stages", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Mine"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false), Deploy: jsii.Bool(false)})
			protected := a.auth.Protect(api, nil)
			for _, name := range []string{"blue", "green"} {
				deployment := awsapigateway.NewDeployment(a.stack, str("Deployment"+name), &awsapigateway.DeploymentProps{Api: api})
				protected.Follow(deployment)
				stage := awsapigateway.NewStage(a.stack, str("Stage"+name), &awsapigateway.StageProps{Deployment: deployment, StageName: &name})
				api.AddUsagePlan(str("Plan"+name), nil).AddApiStage(&awsapigateway.UsagePlanPerApiStage{Api: api, Stage: stage})
			}
			addMethod(api.Root(), "GET", protected.Require(a.read))
			api.AddGatewayResponse(str("Denied"), &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_ACCESS_DENIED()})
		}},
		{"imported API", func(a *ordersApp) {
			stack := newStackIn(a.app, "Elsewhere")
			api := imported(stack, str("abcdefghij"), str("root"))
			protected := a.auth.Protect(api, nil)
			addMethod(api.Root(), "GET", protected.Require(a.read))
			deployment := awsapigateway.NewDeployment(stack, str("Deployment"), &awsapigateway.DeploymentProps{Api: api})
			protected.Follow(deployment)
			awsapigateway.NewStage(stack, str("Stage"), &awsapigateway.StageProps{Deployment: deployment, StageName: str("live")})
		}},
		{"SpecRestApi", func(a *ordersApp) {
			api := awsapigateway.NewSpecRestApi(a.stack, str("Spec"), &awsapigateway.SpecRestApiProps{CloudWatchRole: jsii.Bool(false), ApiDefinition: awsapigateway.ApiDefinition_FromInline(object{
				"openapi": "3.0.1", "info": object{"title": "Orders", "version": "1"},
				"paths":      pathsOf(map[string]any{"/orders": []any{"orders/read"}}),
				"components": object{"securitySchemes": object{"pool": a.auth.SecurityScheme()}},
			})})
			a.auth.Protect(api, nil)
		}},
		{"StepFunctionsRestApi", func(a *ordersApp) {
			api := awsapigateway.NewStepFunctionsRestApi(a.stack, str("Machine"), &awsapigateway.StepFunctionsRestApiProps{
				StateMachine: expressMachine(a.stack), CloudWatchRole: jsii.Bool(false), Authorizer: jsii.Bool(true),
				DefaultMethodOptions: a.auth.DefaultMethodOptions(a.stack, str("MachineAuthorizer"), a.write),
			})
			a.auth.Protect(api, nil)
		}},
		{"Lambda with path parameters", func(a *ordersApp) {
			order := a.ordersResource().AddResource(str("{id}"), nil)
			integration := awsapigateway.NewLambdaIntegration(function(a.stack), nil)
			get := a.protected.Require(a.read)
			get.RequestParameters = &map[string]*bool{"method.request.path.id": jsii.Bool(true)}
			order.AddMethod(str("GET"), integration, get)
			order.AddResource(str("{part}"), nil).AddMethod(str("PUT"), integration, a.protected.Require(a.write))
		}},
		{"CORS of the whole API", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Cors"), &awsapigateway.RestApiProps{
				CloudWatchRole:              jsii.Bool(false),
				DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{AllowOrigins: awsapigateway.Cors_ALL_ORIGINS()},
			})
			addMethod(api.Root().AddResource(str("orders"), nil), "GET", a.auth.Protect(api, nil).Require(a.read))
		}},
		{"CORS of the whole API, whose default options protect every method", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Cors"), &awsapigateway.RestApiProps{
				CloudWatchRole:              jsii.Bool(false),
				DefaultMethodOptions:        a.auth.DefaultMethodOptions(a.stack, str("CorsAuthorizer"), a.read),
				DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{AllowOrigins: awsapigateway.Cors_ALL_ORIGINS()},
			})
			a.auth.Protect(api, nil)
			addMethod(api.Root().AddResource(str("orders"), nil), "GET", nil)
		}},
		{"CORS of one resource", func(a *ordersApp) {
			orders := a.ordersResource()
			orders.AddCorsPreflight(&awsapigateway.CorsOptions{
				AllowOrigins: jsii.Strings("https://example.org", "https://example.com"), AllowCredentials: jsii.Bool(true),
				AllowHeaders: awsapigateway.Cors_DEFAULT_HEADERS(), ExposeHeaders: jsii.Strings("Date"), MaxAge: seconds(60),
			})
			addMethod(orders, "GET", a.protected.Require(a.read))
		}},
		{"CORS by hand", func(a *ordersApp) { addPreflight(a.ordersResource()) }},
		{"a proxy at the root", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Proxy"), &awsapigateway.RestApiProps{
				CloudWatchRole:       jsii.Bool(false),
				DefaultMethodOptions: a.auth.DefaultMethodOptions(a.stack, str("ProxyAuthorizer"), a.read),
			})
			a.auth.Protect(api, nil)
			api.Root().AddProxy(&awsapigateway.ProxyResourceOptions{DefaultIntegration: mock()})
		}},
		{"a proxy at the root, by Require", func(a *ordersApp) {
			api, protected := a.protect("Proxy", nil)
			proxy := api.Root().AddProxy(&awsapigateway.ProxyResourceOptions{AnyMethod: jsii.Bool(false)})
			proxy.AddMethod(str("ANY"), mock(), protected.Require(a.read))
		}},
		{"a proxy below a resource", func(a *ordersApp) {
			a.ordersResource().AddProxy(&awsapigateway.ProxyResourceOptions{
				DefaultIntegration: awsapigateway.NewHttpIntegration(str("https://example.org/{proxy}"), nil), DefaultMethodOptions: a.protected.Require(a.read),
			})
		}},
		{"a VPC link", func(a *ordersApp) {
			vpc := awsec2.NewVpc(a.stack, str("Vpc"), &awsec2.VpcProps{MaxAzs: jsii.Number(1), RestrictDefaultSecurityGroup: jsii.Bool(false), NatGateways: jsii.Number(0)})
			link := awsapigateway.NewVpcLink(a.stack, str("Link"), &awsapigateway.VpcLinkProps{
				Targets: &[]awselasticloadbalancingv2.INetworkLoadBalancer{
					awselasticloadbalancingv2.NewNetworkLoadBalancer(a.stack, str("Balancer"), &awselasticloadbalancingv2.NetworkLoadBalancerProps{Vpc: vpc}),
				},
			})
			a.ordersResource().AddMethod(str("GET"), awsapigateway.NewIntegration(&awsapigateway.IntegrationProps{
				Type: awsapigateway.IntegrationType_HTTP_PROXY, IntegrationHttpMethod: str("GET"), Uri: str("http://orders.internal/orders"),
				Options: &awsapigateway.IntegrationOptions{ConnectionType: awsapigateway.ConnectionType_VPC_LINK, VpcLink: link},
			}), a.protected.Require(a.read))
		}},
		{"DynamoDB", func(a *ordersApp) {
			table := a.generic("Table", "AWS::DynamoDB::Table", object{
				"BillingMode":          "PAY_PER_REQUEST",
				"KeySchema":            []any{object{"AttributeName": "id", "KeyType": "HASH"}},
				"AttributeDefinitions": []any{object{"AttributeName": "id", "AttributeType": "S"}},
			})
			role := roleOfTheGateway(a.stack)
			role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Actions: jsii.Strings("dynamodb:GetItem"), Resources: &[]*string{awscdk.Token_AsString(table.GetAtt(str("Arn"), ""), nil)},
			}))
			a.ordersResource().AddResource(str("{id}"), nil).AddMethod(str("GET"), awsIntegration(role, "dynamodb", "GetItem", ""), a.protected.Require(a.read))
		}},
		{"SQS", func(a *ordersApp) {
			role := roleOfTheGateway(a.stack)
			queue := awssqs.NewQueue(a.stack, str("Queue"), nil)
			queue.GrantSendMessages(role)
			a.ordersResource().AddMethod(str("POST"), awsIntegration(role, "sqs", "", *a.stack.Account()+"/"+*queue.QueueName()), a.protected.Require(a.write))
		}},
		{"Step Functions", func(a *ordersApp) {
			role := roleOfTheGateway(a.stack)
			expressMachine(a.stack).GrantStartSyncExecution(role)
			a.ordersResource().AddMethod(str("POST"), awsIntegration(role, "states", "StartSyncExecution", ""), a.protected.Require(a.write))
		}},
		{"private, with a policy", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Private"), &awsapigateway.RestApiProps{
				CloudWatchRole:        jsii.Bool(false),
				EndpointConfiguration: &awsapigateway.EndpointConfiguration{Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE}},
				Policy: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
					awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
						Actions: jsii.Strings("execute-api:Invoke"), Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
						Resources:  jsii.Strings("execute-api:/*"),
						Conditions: &object{"StringEquals": object{"aws:SourceVpce": "vpce-0123456789abcdef0"}},
					}),
				}}),
			})
			addMethod(api.Root(), "GET", a.auth.Protect(api, nil).Require(a.read))
		}},
		{"API keys and a usage plan", func(a *ordersApp) {
			options := a.protected.Require(a.read)
			options.ApiKeyRequired = jsii.Bool(true)
			method := addMethod(a.ordersResource(), "GET", options)
			plan := a.api.AddUsagePlan(str("Plan"), &awsapigateway.UsagePlanProps{Throttle: &awsapigateway.ThrottleSettings{RateLimit: jsii.Number(10), BurstLimit: jsii.Number(2)}})
			plan.AddApiKey(a.api.AddApiKey(str("Key"), nil), nil)
			plan.AddApiStage(&awsapigateway.UsagePlanPerApiStage{Api: a.api, Stage: a.api.DeploymentStage(), Throttle: &[]*awsapigateway.ThrottlingPerMethod{
				{Method: method, Throttle: &awsapigateway.ThrottleSettings{RateLimit: jsii.Number(1)}},
			}})
		}},
		{"two stages of one API", func(a *ordersApp) {
			awsapigateway.NewStage(a.stack, str("Beta"), &awsapigateway.StageProps{Deployment: a.api.LatestDeployment(), StageName: str("beta")})
		}},
	}
}

func function(stack awscdk.Stack) awslambda.Function {
	return awslambda.NewFunction(stack, jsii.String("Function"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"), Code: awslambda.Code_FromInline(jsii.String("x")),
	})
}

// expressMachine returns a state machine that answers at once.
func expressMachine(stack awscdk.Stack) awsstepfunctions.StateMachine {
	return awsstepfunctions.NewStateMachine(stack, jsii.String("StateMachine"), &awsstepfunctions.StateMachineProps{
		StateMachineType: awsstepfunctions.StateMachineType_EXPRESS,
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromChainable(awsstepfunctions.NewPass(stack, jsii.String("Pass"), nil)),
	})
}

// roleOfTheGateway is the role API Gateway assumes to call other services.
func roleOfTheGateway(stack awscdk.Stack) awsiam.Role {
	return awsiam.NewRole(stack, jsii.String("Gateway"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil)})
}

// awsIntegration calls a service's action or path.
func awsIntegration(role awsiam.IRole, service, action, path string) awsapigateway.Integration {
	props := &awsapigateway.AwsIntegrationProps{
		Service: &service, IntegrationHttpMethod: jsii.String("POST"), Options: &awsapigateway.IntegrationOptions{CredentialsRole: role},
	}
	if action != "" {
		props.Action = &action
	} else {
		props.Path = &path
	}
	return awsapigateway.NewAwsIntegration(props)
}

// addPreflight adds a preflight as people write it by hand.
func addPreflight(resource awsapigateway.IResource) awsapigateway.Method {
	return resource.AddMethod(jsii.String("OPTIONS"), awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates: &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("200"), ResponseParameters: &map[string]*string{
			"method.response.header.Access-Control-Allow-Origin":  jsii.String("'*'"),
			"method.response.header.Access-Control-Allow-Headers": jsii.String("'Authorization,Content-Type'"),
			"method.response.header.Access-Control-Allow-Methods": jsii.String("'GET,OPTIONS'"),
		}}},
	}), &awsapigateway.MethodOptions{MethodResponses: &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200"), ResponseParameters: &map[string]*bool{
		"method.response.header.Access-Control-Allow-Origin":  jsii.Bool(true),
		"method.response.header.Access-Control-Allow-Headers": jsii.Bool(true),
		"method.response.header.Access-Control-Allow-Methods": jsii.Bool(true),
	}}}})
}
