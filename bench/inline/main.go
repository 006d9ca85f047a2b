// Inline is the baseline of the synthesis benchmarks: the app's resources, written
// by hand, without validation, rules or configuration. With -apis it creates that
// many stacks, and prints what ../scale prints.
package main

import (
	"flag"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	apis := flag.Int("apis", 0, "stacks to measure, each with an API")
	flag.Parse()
	defer jsii.Close()
	if *apis == 0 {
		app := awscdk.NewApp(nil)
		newStack(app, "weather-events-api")
		app.Synth(nil)
		return
	}
	awscdk.NewApp(nil).Synth(nil) // starts Node, and loads what every synthesis loads
	start := time.Now()
	app := awscdk.NewApp(nil)
	for i := range *apis {
		newStack(app, fmt.Sprintf("api%d", i))
	}
	app.Synth(nil)
	fmt.Println(time.Since(start).Milliseconds())
}

func newStack(app awscdk.App, name string) {
	stack := awscdk.NewStack(app, &name, &awscdk.StackProps{
		Description: jsii.String("Weather events API, protected by OAuth 2.0 client credentials"),
	})

	pool := awscognito.NewUserPool(stack, jsii.String("UserPool"), &awscognito.UserPoolProps{
		UserPoolName:        jsii.String("weather-events-api-cognito-user-pool"),
		SignInAliases:       &awscognito.SignInAliases{Email: jsii.Bool(true)},
		SignInCaseSensitive: jsii.Bool(false),
		SelfSignUpEnabled:   jsii.Bool(false),
		EnableSmsRole:       jsii.Bool(false),
		AccountRecovery:     awscognito.AccountRecovery_EMAIL_ONLY,
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength:            jsii.Number(14),
			RequireLowercase:     jsii.Bool(true),
			RequireUppercase:     jsii.Bool(true),
			RequireDigits:        jsii.Bool(true),
			RequireSymbols:       jsii.Bool(true),
			TempPasswordValidity: awscdk.Duration_Days(jsii.Number(1)),
		},
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	scope := func(name, description string) awscognito.ResourceServerScope {
		return awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
			ScopeName:        jsii.String(name),
			ScopeDescription: jsii.String(description),
		})
	}
	resourceServer := pool.AddResourceServer(jsii.String("ResourceServer"), &awscognito.UserPoolResourceServerOptions{
		Identifier:                 jsii.String("weather-api"),
		UserPoolResourceServerName: jsii.String("Weather API Resource Server"),
		Scopes: &[]awscognito.ResourceServerScope{
			scope("post", "Create weather events"),
			scope("get", "Retrieve weather events"),
			scope("delete", "Delete a weather event"),
		},
	})
	stackUUID := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), awscdk.Aws_STACK_ID(), nil))
	suffix := awscdk.Fn_Select(jsii.Number(4), awscdk.Fn_Split(jsii.String("-"), stackUUID, nil))
	domain := pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{
			DomainPrefix: awscdk.Fn_Join(jsii.String("-"), &[]*string{jsii.String("weather-events-api"), suffix}),
		},
	})
	client := pool.AddClient(jsii.String("ServiceClient"), &awscognito.UserPoolClientOptions{
		UserPoolClientName: jsii.String("ServiceClient"),
		GenerateSecret:     jsii.Bool(true),
		OAuth: &awscognito.OAuthSettings{
			Flows: &awscognito.OAuthFlows{ClientCredentials: jsii.Bool(true)},
			Scopes: &[]awscognito.OAuthScope{
				awscognito.OAuthScope_Custom(jsii.String("weather-api/post")),
				awscognito.OAuthScope_Custom(jsii.String("weather-api/get")),
			},
		},
		AuthFlows:                  &awscognito.AuthFlow{UserSrp: jsii.Bool(false)},
		SupportedIdentityProviders: &[]awscognito.UserPoolClientIdentityProvider{},
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		AccessTokenValidity:        awscdk.Duration_Minutes(jsii.Number(60)),
	})
	client.Node().AddDependency(resourceServer)

	logGroup := awslogs.NewLogGroup(stack, jsii.String("AccessLog"), &awslogs.LogGroupProps{
		Retention:     awslogs.RetentionDays_THREE_MONTHS,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	api := awsapigateway.NewRestApi(stack, jsii.String("RestApi"), &awsapigateway.RestApiProps{
		RestApiName:    jsii.String("Weather Events REST API"),
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: jsii.Bool(false),
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String("weather"),
			ThrottlingRateLimit:  jsii.Number(100),
			ThrottlingBurstLimit: jsii.Number(200),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logGroup),
			AccessLogFormat: awsapigateway.AccessLogFormat_Custom(jsii.String(`{"userAgent":"$context.identity.userAgent",` +
				`"requestTime":"$context.requestTime","requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId",` +
				`"clientId":"$context.authorizer.claims.client_id","scope":"$context.authorizer.claims.scope",` +
				`"sourceIp":"$context.identity.sourceIp","method":"$context.httpMethod","resourcePath":"$context.resourcePath",` +
				`"status":"$context.status","responseLatency":"$context.responseLatency","responseLength":"$context.responseLength",` +
				`"integrationStatus":"$context.integration.status","integrationLatency":"$context.integration.latency",` +
				`"authorizerStatus":"$context.authorizer.status","authorizerError":"$context.authorizer.error",` +
				`"errorType":"$context.error.responseType","errorMessage":"$context.error.message"}`)),
		},
	})
	api.AddGatewayResponse(jsii.String("Unauthorized"), &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_UNAUTHORIZED(),
		StatusCode:      jsii.String("401"),
		ResponseHeaders: &map[string]*string{"WWW-Authenticate": jsii.String("'Bearer'")},
		Templates:       &map[string]*string{"application/json": jsii.String(`{"message":$context.error.messageString}`)},
	})
	api.AddGatewayResponse(jsii.String("BadRequestBody"), &awsapigateway.GatewayResponseOptions{
		Type:       awsapigateway.ResponseType_BAD_REQUEST_BODY(),
		StatusCode: jsii.String("400"),
		Templates: &map[string]*string{"application/json": jsii.String(`{"message":$context.error.messageString,` +
			`"detail":"a weather event is a JSON object with name (1 to 200 characters), dateStart and dateEnd (YYYY-MM-DD), and nothing else"}`)},
	})
	date := &awsapigateway.JsonSchema{
		Type:    awsapigateway.JsonSchemaType_STRING,
		Pattern: jsii.String(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`),
	}
	model := api.AddModel(jsii.String("WeatherEvent"), &awsapigateway.ModelOptions{
		ModelName:   jsii.String("WeatherEvent"),
		ContentType: jsii.String("application/json"),
		Schema: &awsapigateway.JsonSchema{
			Schema: awsapigateway.JsonSchemaVersion_DRAFT4,
			Title:  jsii.String("WeatherEvent"),
			Type:   awsapigateway.JsonSchemaType_OBJECT,
			Properties: &map[string]*awsapigateway.JsonSchema{
				"name": {
					Type: awsapigateway.JsonSchemaType_STRING, MinLength: jsii.Number(1), MaxLength: jsii.Number(200), Pattern: jsii.String(`\S`),
				},
				"dateStart": date,
				"dateEnd":   date,
			},
			Required:             jsii.Strings("name", "dateStart", "dateEnd"),
			AdditionalProperties: jsii.Bool(false),
		},
	})
	validator := api.AddRequestValidator(jsii.String("BodyValidator"), &awsapigateway.RequestValidatorOptions{
		ValidateRequestBody: jsii.Bool(true), ValidateRequestParameters: jsii.Bool(true),
	})
	authorizer := awsapigateway.NewCognitoUserPoolsAuthorizer(stack, jsii.String("Authorizer"), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{pool},
	})
	addMethod := func(name, scope, body string, models *map[string]awsapigateway.IModel, validator awsapigateway.IRequestValidator) {
		api.Root().AddMethod(jsii.String(name), awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
			PassthroughBehavior: awsapigateway.PassthroughBehavior_NEVER,
			RequestTemplates:    &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
			IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
				StatusCode:         jsii.String("200"),
				ResponseParameters: &map[string]*string{"method.response.header.Content-Type": jsii.String("'application/json'")},
				ResponseTemplates:  &map[string]*string{"application/json": jsii.String(body)},
			}},
		}), &awsapigateway.MethodOptions{
			AuthorizationType:   awsapigateway.AuthorizationType_COGNITO,
			Authorizer:          authorizer,
			AuthorizationScopes: jsii.Strings(scope),
			RequestModels:       models,
			RequestValidator:    validator,
			MethodResponses: &[]*awsapigateway.MethodResponse{{
				StatusCode:         jsii.String("200"),
				ResponseParameters: &map[string]*bool{"method.response.header.Content-Type": jsii.Bool(true)},
				ResponseModels:     &map[string]awsapigateway.IModel{"application/json": awsapigateway.Model_EMPTY_MODEL()},
			}},
		})
	}
	addMethod("GET", "weather-api/get", `{"events":[{"name":"Storms Dudley, Eunice and Franklin","dateStart":"2022-02-16","dateEnd":"2022-02-21"},{"name":"Storms Malik and Corrie","dateStart":"2022-01-29","dateEnd":"2022-01-31"}]}`, nil, nil)
	addMethod("POST", "weather-api/post", `{"message":"success"}`, &map[string]awsapigateway.IModel{"application/json": model}, validator)

	for name, value := range map[string]*string{
		"ApiUrl":     api.Url(),
		"TokenUrl":   jsii.String(*domain.BaseUrl(nil) + "/oauth2/token"),
		"UserPoolId": pool.UserPoolId(),
		"ClientId":   client.UserPoolClientId(),
		"Scopes":     jsii.String("weather-api/post weather-api/get"),
	} {
		awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value})
	}
}
