package local_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

// waiverOf is a waiver and the resource that needs it.
type waiverOf struct {
	name, waiver string
	edit         func(edit)
	by           string // what needs it
}

func waiversAndWhatNeedsThem() []waiverOf {
	type object = map[string]any
	body := func(e edit, extension string, value any) {
		e.properties(restAPI)["Body"] = object{"openapi": "3.0.1", "info": object{"title": "a"}, "paths": object{}, extension: value}
	}
	const api = "WeatherEventsRestApi4662D512"
	return []waiverOf{
		{"policy", "resource-policy", func(e edit) { e.properties(restAPI)["Policy"] = object{"Statement": []any{}} }, api + ".Properties.Policy"},
		{"policy of a document", "resource-policy", func(e edit) { body(e, "x-amazon-apigateway-policy", object{"Statement": []any{}}) },
			api + ".Properties.Body.x-amazon-apigateway-policy"},
		{"policy with an unknown name", "resource-policy", func(e edit) {
			e.add("Vpc", "AWS::EC2::VPC", object{})
			e.properties(restAPI)["Policy"] = object{"Statement": object{"Fn::GetAtt": []any{"Vpc", "Unknown"}}}
		}, api + ".Properties.Policy"},
		{"mutual TLS", "mutual-tls", func(e edit) {
			addDomain(e, "")
			e.of("Domain")["MutualTlsAuthentication"] = object{"TruststoreUri": "s3://b/k"}
			e.of("Domain")["OwnershipVerificationCertificateArn"] = "arn"
		}, "Domain.Properties.MutualTlsAuthentication"},
		{"private API", "private-endpoint", func(e edit) {
			e.properties(restAPI)["EndpointConfiguration"] = object{"Types": []any{"PRIVATE"}, "VpcEndpointIds": []any{"vpce-1"}}
		}, api + ".Properties.EndpointConfiguration"},
		{"private API by a parameter of the import", "private-endpoint", func(e edit) {
			e.properties(restAPI)["Parameters"] = object{"endpointConfigurationTypes": "PRIVATE"}
		}, api + ".Properties.Parameters"},
		{"private API of a document", "private-endpoint", func(e edit) {
			body(e, "x-amazon-apigateway-endpoint-configuration", object{"vpcEndpointIds": []any{"vpce-1"}})
		}, api + ".Properties.Body.x-amazon-apigateway-endpoint-configuration"},
		{"private domain", "private-endpoint", func(e edit) { e.add("Private", "AWS::ApiGateway::DomainNameV2", object{}) }, "Private"},
		{"cache", "cache", func(e edit) { e.properties(stage)["CacheClusterEnabled"] = true }, "WeatherEventsRestApiDeploymentStageweather16A4A093.Properties.CacheClusterEnabled"},
		{"canary", "canary", func(e edit) {
			e.properties(stage)["CanarySetting"] = object{"PercentTraffic": 0.1, "DeploymentId": object{"Fn::GetAtt": []any{"Vpc", "Unknown"}}}
			e.add("Vpc", "AWS::EC2::VPC", object{})
		}, "WeatherEventsRestApiDeploymentStageweather16A4A093.Properties.CanarySetting"},
		{"canary of a deployment", "canary", func(e edit) {
			e.add("Canary", "AWS::ApiGateway::Deployment", object{"RestApiId": object{"Ref": api}, "DeploymentCanarySettings": object{"PercentTraffic": "50"}})
		}, "Canary.Properties.DeploymentCanarySettings"},
		{"trigger", "pre-token-generation", func(e edit) {
			e.properties(userPool)["LambdaConfig"] = object{"PreTokenGenerationConfig": object{"LambdaArn": "arn", "LambdaVersion": "V3_0"}}
		}, "WeatherEventsAuthUserPoolBD1FDA30.Properties.LambdaConfig.PreTokenGenerationConfig"},
		{"WebSocket API", "http-api", func(e edit) { e.add("Chat", "AWS::ApiGatewayV2::Api", object{"ProtocolType": "WEBSOCKET"}) }, "Chat"},
		{"routing rules", "http-api", func(e edit) {
			addDomain(e, "")
			e.of("Domain")["RoutingMode"] = "ROUTING_RULE_THEN_BASE_PATH_MAPPING"
		}, "Domain.Properties.RoutingMode"},
		{"nested stack in S3", "nested-stack", func(e edit) {
			e.add("Nested", "AWS::CloudFormation::Stack", object{"TemplateURL": "https://s3.amazonaws.com/b/k"})
		}, "Nested"},
	}
}

func TestWaivers(t *testing.T) {
	for _, test := range waiversAndWhatNeedsThem() {
		t.Run(test.name, func(t *testing.T) {
			template := readTemplate(t)
			test.edit(template)
			_, err := local.New(template.source(t))
			if err == nil || strings.Count(err.Error(), test.by) != 1 || !strings.Contains(err.Error(), "with --without "+test.waiver+" (local.Without in Go), ") {
				t.Errorf("without the waiver: %v", err)
			}
			server := serveSource(t, template.source(t), local.Without(test.waiver))
			expect(t, call(t, "GET", server.APIs()[0].URL, "", ""), 401, unauthorized)
			waivers := server.Waivers()
			if len(waivers) != 1 || waivers[0].Name != test.waiver || waivers[0].Effect == "" || !slices.Equal(waivers[0].For, []string{test.by}) {
				t.Errorf("got %+v", waivers)
			}
			want := []any{map[string]any{"name": test.waiver, "effect": waivers[0].Effect}}
			if diff := cmp.Diff(want, document(t, server.OpenAPIs()[0]).Extensions["x-waivers"]); diff != "" {
				t.Errorf("the contract (-want +got):\n%s", diff)
			}
		})
	}
}

// A waiver covers nothing but its own subject.
func TestAWaiverIsForNothingElse(t *testing.T) {
	cases := waiversAndWhatNeedsThem()
	template := readTemplate(t)
	var names []string
	for _, test := range cases {
		if !slices.Contains(names, test.waiver) {
			names = append(names, test.waiver)
			test.edit(template)
		}
	}
	for _, name := range names {
		others := slices.DeleteFunc(slices.Clone(names), func(other string) bool { return other == name })
		_, err := local.New(template.source(t), local.Without(others...))
		if err == nil || strings.Count(err.Error(), "--without") != 1 || !strings.Contains(err.Error(), "--without "+name+" ") {
			t.Errorf("all waivers but %s: %v", name, err)
		}
	}
	system, err := local.Load(template.source(t), local.Without(names...))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(system.Waivers()); got != len(names) {
		t.Errorf("%d waivers, want %d", got, len(names))
	}
}

func TestNoWaiverIsNeeded(t *testing.T) {
	type object = map[string]any
	for name, edit := range map[string]func(edit){
		"canary at 0 %": func(e edit) {
			e.properties(stage)["CanarySetting"] = object{"PercentTraffic": 0, "UseStageCache": false, "StageVariableOverrides": object{"a": "b"}}
			e.add("Canary", "AWS::ApiGateway::Deployment", object{"RestApiId": object{"Ref": "WeatherEventsRestApi4662D512"},
				"DeploymentCanarySettings": object{"PercentTraffic": "0.0"}, "StageName": "v2", "StageDescription": object{"CanarySetting": object{}}})
		},
		"canary without a percentage": func(e edit) { e.properties(stage)["CanarySetting"] = object{"DeploymentId": "abc"} },
		"no cache cluster": func(e edit) {
			e.properties(stage)["CacheClusterEnabled"] = false
			e.properties(stage)["MethodSettings"] = []any{object{"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": true}}
		},
		"policy that is left out": func(e edit) {
			e["Conditions"] = object{"Never": object{"Fn::Equals": []any{"a", "b"}}}
			e.properties(restAPI)["Policy"] = object{"Fn::If": []any{"Never", object{"Statement": []any{}}, object{"Ref": "AWS::NoValue"}}}
		},
		"policy of the Serverless Framework": func(e edit) { e.properties(restAPI)["Policy"] = "" },
		"policy that lets everybody in": func(e edit) {
			e.properties(restAPI)["Policy"] = object{"Version": "2012-10-17", "Statement": []any{
				object{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/*"},
				object{"Sid": "all", "Effect": "Allow", "Principal": object{"AWS": []any{"*"}}, "Action": []any{"execute-api:Invoke"}, "Resource": []any{"execute-api:/*"}}}}
		},
		"policy as text": func(e edit) {
			e.properties(restAPI)["Policy"] = `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}`
		},
		"triggers that change no machine's token": func(e edit) {
			e.properties(userPool)["LambdaConfig"] = object{"PreTokenGeneration": "arn", "PostConfirmation": "arn",
				"PreTokenGenerationConfig": object{"LambdaArn": "arn", "LambdaVersion": "V2_0"}}
		},
		"resources beside an API": func(e edit) {
			e.add("Firewall", "AWS::WAFv2::WebACLAssociation", object{})
			e.add("Certificate", "AWS::ApiGateway::ClientCertificate", object{})
			e.properties(stage)["ClientCertificateId"] = object{"Ref": "Certificate"}
			e.properties(stage)["DocumentationVersion"] = "1"
		},
	} {
		template := readTemplate(t)
		edit(template)
		system, err := local.Load(template.source(t), local.Without("cache"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		waivers := system.Waivers()
		if len(waivers) != 1 || waivers[0].For == nil || len(waivers[0].For) != 0 {
			t.Errorf("%s: %+v, want one unneeded waiver", name, waivers)
		}
		if got := document(t, system.OpenAPIs()[0]).Extensions["x-waivers"]; got != nil {
			t.Errorf("%s: the contract says %v", name, got)
		}
	}
}

// A policy that opens something to everybody does not open everything.
func TestPoliciesThatAreNotOpen(t *testing.T) {
	const open = `"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"`
	for name, statements := range map[string]string{
		"a denial too":    `{` + open + `}, {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*/GET/admin"}`,
		"a condition":     `{` + open + `, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}`,
		"one principal":   `{` + strings.Replace(open, `"*"`, `{"AWS": "arn:aws:iam::123456789012:root"}`, 1) + `}`,
		"a service":       `{` + strings.Replace(open, `"*"`, `{"Service": "*"}`, 1) + `}`,
		"one method":      `{` + strings.Replace(open, "/*", "/*/GET/a", 1) + `}`,
		"one stage":       `{` + strings.Replace(open, "/*", "/v1/*", 1) + `}`,
		"another action":  `{` + strings.Replace(open, "Invoke", "InvalidateCache", 1) + `}`,
		"all but some":    `{` + strings.Replace(open, `"Resource"`, `"NotResource"`, 1) + `}`,
		"nothing":         ``,
		"another account": `{` + strings.Replace(open, "execute-api:/*", "arn:aws:execute-api:eu-west-1:111122223333:*", 1) + `}`,
	} {
		template := readTemplate(t)
		template.properties(restAPI)["Policy"] = `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
		if _, err := local.Load(template.source(t)); err == nil || !strings.Contains(err.Error(), "--without resource-policy") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The contract of an API names only that API's waivers.
func TestContractsOfOtherAPIsNameNoWaiver(t *testing.T) {
	template := readTemplate(t)
	template.properties(restAPI)["Policy"] = map[string]any{}
	addDomain(template, "")
	template.of("Domain")["MutualTlsAuthentication"] = map[string]any{}
	ref := map[string]any{"Ref": "Other"}
	template.add("Other", "AWS::ApiGateway::RestApi", map[string]any{"Name": "other"})
	template.add("Method", "AWS::ApiGateway::Method", map[string]any{"RestApiId": ref, "HttpMethod": "GET",
		"ResourceId": map[string]any{"Fn::GetAtt": "Other.RootResourceId"}, "Integration": map[string]any{"Type": "MOCK"}})
	template.add("OtherDeployment", "AWS::ApiGateway::Deployment", map[string]any{"RestApiId": ref, "StageName": "v1"})
	system, err := local.Load(template.source(t), local.Without("resource-policy", "mutual-tls"))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]int{"WeatherEventsRestApi4662D512": 2, "Other": 0} {
		named, _ := document(t, system.OpenAPI(key)).Extensions["x-waivers"].([]any)
		if len(named) != want {
			t.Errorf("%s: %v, want %d", key, named, want)
		}
	}
}

func TestWaiversThatThereAreNot(t *testing.T) {
	_, err := local.Load(local.FromTemplateFile(weather), local.Without("resouce-policy", "cache"), local.Without("", "everything"))
	for _, want := range []string{`without: 3 problems`, `"resouce-policy": is not a waiver: did you mean resource-policy? (there are resource-policy, mutual-tls, `, `"everything": is not a waiver (there are`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A document can disable the default endpoint too.
func TestADocumentDisablesTheEndpoint(t *testing.T) {
	template := readTemplate(t)
	template.properties(restAPI)["Body"] = map[string]any{"openapi": "3.0.1", "info": map[string]any{"title": "a"}, "paths": map[string]any{},
		"x-amazon-apigateway-endpoint-configuration": map[string]any{"disableExecuteApiEndpoint": true}}
	addDomain(template, "")
	system, err := local.Load(template.source(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := "http://127.0.0.1:8080/api.example.org/"; system.APIs()[0].URL != want {
		t.Errorf("got %s, want %s", system.APIs()[0].URL, want)
	}
}
