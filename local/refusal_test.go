package local_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// edit is a template that a test changes.
type edit map[string]any

func readTemplate(t testing.TB) edit {
	t.Helper()
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	var template edit
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	return template
}

// properties returns those of the one resource of a type whose id has a part.
func (e edit) properties(part string) map[string]any {
	for id, resource := range e["Resources"].(map[string]any) {
		if strings.Contains(id, part) {
			return resource.(map[string]any)["Properties"].(map[string]any)
		}
	}
	panic("no resource " + part)
}

func (e edit) add(id, resourceType string, properties map[string]any) {
	e["Resources"].(map[string]any)[id] = map[string]any{"Type": resourceType, "Properties": properties}
}

func (e edit) source(t testing.TB) local.Source {
	t.Helper()
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return local.FromTemplate("edited", data)
}

const (
	userPool       = "AuthUserPool"
	resourceServer = "ResourceServer"
	userPoolClient = "ServiceClient"
	restAPI        = "RestApi4662"
	getMethod      = "GETDF14"
	authorizer     = "MachineAuthorizer"
	stage          = "DeploymentStage"
)

func TestRefusesToServeWhatItWouldIgnore(t *testing.T) {
	type object = map[string]any
	for _, test := range []struct {
		name string
		edit func(edit)
		want string
	}{
		{"unknown property of a pool", func(e edit) { e.properties(userPool)["Quantum"] = true },
			"WeatherEventsAuthUserPoolBD1FDA30.Properties.Quantum: this property of AWS::Cognito::UserPool is not supported"},
		{"trigger of a pool", func(e edit) {
			e.properties(userPool)["LambdaConfig"] = object{"PreTokenGeneration": "arn"}
		}, "UserPoolBD1FDA30.Properties.LambdaConfig.PreTokenGeneration: is not supported: a trigger changes the claims of a token"},
		{"newer trigger of a pool", func(e edit) {
			e.properties(userPool)["LambdaConfig"] = object{"PreTokenGenerationConfig": object{"LambdaArn": "arn", "LambdaVersion": "V3_0"}}
		}, "UserPoolBD1FDA30.Properties.LambdaConfig.PreTokenGenerationConfig: is not supported: a trigger changes the claims of a token"},
		{"issuer of a pool", func(e edit) { e.properties(userPool)["IssuerConfiguration"] = object{"Type": "MULTI_REGION"} },
			"UserPoolBD1FDA30.Properties.IssuerConfiguration: is not supported: only the default issuer is served"},
		{"client of a pool elsewhere", func(e edit) { e.properties(userPoolClient)["UserPoolId"] = "eu-west-1_Elsewhere" },
			`Properties.UserPoolId: user pool "eu-west-1_Elsewhere" is not in the template`},
		{"client without secret", func(e edit) { delete(e.properties(userPoolClient), "GenerateSecret") },
			"Properties.GenerateSecret: must be true for the flow client_credentials: Cognito refuses to create the client"},
		{"client with two flows", func(e edit) {
			e.properties(userPoolClient)["AllowedOAuthFlows"] = []any{"client_credentials", "code"}
		}, "Properties.AllowedOAuthFlows: client_credentials may not be combined with code: Cognito refuses to create the client"},
		{"client scope that does not exist", func(e edit) { e.properties(userPoolClient)["AllowedOAuthScopes"] = []any{"weather-api/put"} },
			`Properties.AllowedOAuthScopes: no resource server of WeatherEventsAuthUserPoolBD1FDA30 declares "weather-api/put": Cognito refuses to create the client`},
		{"token validity", func(e edit) { e.properties(userPoolClient)["AccessTokenValidity"] = 4 },
			"Properties.AccessTokenValidity: must be 5 minutes to 1 day, got 4m0s: Cognito refuses to create the client"},
		{"token validity's unit", func(e edit) { e.properties(userPoolClient)["TokenValidityUnits"] = object{"AccessToken": "years"} },
			"Properties.TokenValidityUnits.AccessToken"},
		{"unknown property of a scope", func(e edit) {
			e.properties(resourceServer)["Scopes"].([]any)[0].(object)["Color"] = "red"
		}, "Properties.Scopes[0].Color: this property of AWS::Cognito::UserPoolResourceServer is not supported"},

		{"unknown property of an API", func(e edit) { e.properties(restAPI)["Quantum"] = true },
			"WeatherEventsRestApi4662D512.Properties.Quantum: this property of AWS::ApiGateway::RestApi is not supported"},
		{"policy of an API", func(e edit) { e.properties(restAPI)["Policy"] = object{"Statement": []any{}} },
			"RestApi4662D512.Properties.Policy: is not supported: resource policies are not evaluated"},
		{"API in S3", func(e edit) { e.properties(restAPI)["BodyS3Location"] = object{"Bucket": "b"} },
			"Properties.BodyS3Location: is not supported: the document is in S3; give it in Body"},
		{"cloned API", func(e edit) { e.properties(restAPI)["CloneFrom"] = "abc" }, "Properties.CloneFrom: is not supported"},
		{"disabled endpoint", func(e edit) { e.properties(restAPI)["DisableExecuteApiEndpoint"] = true },
			"Properties.DisableExecuteApiEndpoint: must be false: no base path mapping leads to the stage weather"},
		{"mapping of a domain elsewhere", func(e edit) {
			e.add("Mapping", "AWS::ApiGateway::BasePathMapping", object{"DomainName": "api.example.org", "RestApiId": object{"Ref": "WeatherEventsRestApi4662D512"}, "Stage": "weather"})
		}, `Mapping.Properties.DomainName: domain "api.example.org" is not in the template`},
		{"mapping of another stage alone", func(e edit) {
			e.properties(restAPI)["DisableExecuteApiEndpoint"] = true
			addDomain(e, "")
			e.properties("Mapping")["Stage"] = "v2"
		}, "DisableExecuteApiEndpoint: must be false: no base path mapping leads to the stage weather"},
		{"client certificates", func(e edit) {
			e.add("Domain", "AWS::ApiGateway::DomainName", object{"DomainName": "api.example.org", "MutualTlsAuthentication": object{"TruststoreUri": "s3://b/k"}})
		}, "Domain.Properties.MutualTlsAuthentication: is not supported: client certificates are not checked"},
		{"Swagger", func(e edit) {
			e.properties(restAPI)["Body"] = object{"swagger": "2.0", "info": object{"title": "a"}, "paths": object{}}
		},
			"Properties.Body.swagger: this property of AWS::ApiGateway::RestApi is not supported"},
		{"binary media types", func(e edit) { e.properties(restAPI)["BinaryMediaTypes"] = []any{"image/png"} }, "BinaryMediaTypes"},

		{"unknown property of a method", func(e edit) { e.properties(getMethod)["Quantum"] = true },
			"WeatherEventsRestApiGETDF14E192.Properties.Quantum: this property of AWS::ApiGateway::Method is not supported"},
		{"API key", func(e edit) { e.properties(getMethod)["ApiKeyRequired"] = true }, "GETDF14E192.Properties.ApiKeyRequired"},
		{"IAM", func(e edit) {
			e.properties(getMethod)["AuthorizationType"] = "AWS_IAM"
			delete(e.properties(getMethod), "AuthorizerId")
		}, "GETDF14E192.Properties.AuthorizationType"},
		{"authorizer elsewhere", func(e edit) { e.properties(getMethod)["AuthorizerId"] = "abc123" },
			`Properties.AuthorizerId: authorizer "abc123" is not one of API WeatherEventsRestApi4662D512`},
		{"resource elsewhere", func(e edit) { e.properties(getMethod)["ResourceId"] = "abc123" },
			`Properties.ResourceId: resource "abc123" is not one of API WeatherEventsRestApi4662D512`},
		{"request validator elsewhere", func(e edit) { e.properties(getMethod)["RequestValidatorId"] = "abc123" },
			`Properties.RequestValidatorId: request validator "abc123" is not one of API`},
		{"API elsewhere", func(e edit) { e.properties(getMethod)["RestApiId"] = "abc123" },
			`Properties.RestApiId: API "abc123" is not in the template: only APIs of the same template are served`},
		{"other integration", func(e edit) { e.properties(getMethod)["Integration"].(object)["Type"] = "HTTP_PROXY" },
			"GETDF14E192.Properties.Integration.Type"},
		{"unknown property of an integration", func(e edit) { e.properties(getMethod)["Integration"].(object)["Quantum"] = 1 },
			"Properties.Integration.Quantum: this property of AWS::ApiGateway::Method is not supported"},
		{"mapping template", func(e edit) {
			e.properties(getMethod)["Integration"].(object)["RequestTemplates"] = object{"application/json": "$util.quantum()"}
		}, "GETDF14E192.Properties.Integration.RequestTemplates"},
		{"resource without parent", func(e edit) {
			e.add("Lost", "AWS::ApiGateway::Resource", object{"RestApiId": object{"Ref": "WeatherEventsRestApi4662D512"}, "ParentId": "abc123", "PathPart": "a"})
		}, `Lost.Properties.ParentId: resource "abc123" is not one of API WeatherEventsRestApi4662D512`},

		{"pool of an authorizer elsewhere", func(e edit) {
			e.properties(authorizer)["ProviderARNs"] = []any{"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Elsewhere"}
		}, "Properties.ProviderARNs: user pool \"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Elsewhere\" is not in the template"},
		{"Lambda authorizer", func(e edit) { e.properties(authorizer)["Type"] = "TOKEN" }, "MachineAuthorizer52D0D58E.Properties.Type"},
		{"cache of a stage", func(e edit) { e.properties(stage)["CacheClusterEnabled"] = true },
			"Properties.CacheClusterEnabled: must be false: answers are not cached"},
		{"canary of a stage", func(e edit) { e.properties(stage)["CanarySetting"] = object{"PercentTraffic": 1} },
			"Properties.CanarySetting: is not supported"},
		{"two APIs' domains", func(e edit) {
			e.add("Twin", "AWS::Cognito::UserPoolDomain", object{
				"UserPoolId": object{"Ref": "WeatherEventsAuthUserPoolBD1FDA30"},
				"Domain":     object{"Ref": "WeatherEventsAuthDomain9B963EB8"},
			})
		}, "give each domain its own prefix"},
		{"secret that is made up", func(e edit) { e.add("Made", "AWS::SecretsManager::Secret", object{"GenerateSecretString": object{}}) },
			"Made.Properties.GenerateSecretString: is not supported"},
		{"nothing to serve", func(e edit) {
			e["Outputs"] = object{}
			e["Resources"] = object{"Logs": object{"Type": "AWS::Logs::LogGroup"}}
		}, "Resources: there is no stage of a REST API and no user pool client: nothing to serve"},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := readTemplate(t)
			test.edit(template)
			server, err := local.New(template.source(t))
			if err == nil {
				server.Close()
				t.Fatalf("it is served, want an error with %q", test.want)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	template := readTemplate(t)
	template.properties(userPool)["Quantum"] = true
	template.properties(userPoolClient)["GenerateSecret"] = false
	template.properties(restAPI)["Policy"] = map[string]any{}
	template.properties(getMethod)["Quantum"] = true
	_, err := local.New(template.source(t))
	if err == nil || !strings.HasPrefix(err.Error(), "edited: 4 problems:\n   1. ") {
		t.Errorf("got %v", err)
	}
}

func TestASecretIsInNoMessage(t *testing.T) {
	client := serve(t, weather).Client("ServiceClient")
	template := readTemplate(t)
	template.properties(getMethod)["ResourceId"] = map[string]any{"Fn::GetAtt": []any{client.LogicalID, "ClientSecret"}}
	_, err := local.New(template.source(t))
	if err == nil || strings.Contains(err.Error(), client.Secret) || !strings.Contains(err.Error(), "the client secret of "+client.LogicalID) {
		t.Errorf("got %v", err)
	}
}
