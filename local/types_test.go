package local_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// allTypes are the resource types of the services that a request may depend on. Each is
// read, left out as harmless, or left out with a waiver.
//
// Source: AWS CloudFormation template reference.
var allTypes = map[string]string{
	"AWS::ApiGateway::Account":                              "harmless",
	"AWS::ApiGateway::ApiKey":                               "read",
	"AWS::ApiGateway::Authorizer":                           "read",
	"AWS::ApiGateway::BasePathMapping":                      "read",
	"AWS::ApiGateway::BasePathMappingV2":                    "private-endpoint",
	"AWS::ApiGateway::ClientCertificate":                    "harmless",
	"AWS::ApiGateway::Deployment":                           "read",
	"AWS::ApiGateway::DocumentationPart":                    "harmless",
	"AWS::ApiGateway::DocumentationVersion":                 "harmless",
	"AWS::ApiGateway::DomainName":                           "read",
	"AWS::ApiGateway::DomainNameAccessAssociation":          "private-endpoint",
	"AWS::ApiGateway::DomainNameV2":                         "private-endpoint",
	"AWS::ApiGateway::GatewayResponse":                      "read",
	"AWS::ApiGateway::Method":                               "read",
	"AWS::ApiGateway::Model":                                "read",
	"AWS::ApiGateway::RequestValidator":                     "read",
	"AWS::ApiGateway::Resource":                             "read",
	"AWS::ApiGateway::RestApi":                              "read",
	"AWS::ApiGateway::Stage":                                "read",
	"AWS::ApiGateway::UsagePlan":                            "read",
	"AWS::ApiGateway::UsagePlanKey":                         "read",
	"AWS::ApiGateway::VpcLink":                              "harmless",
	"AWS::ApiGatewayV2::Api":                                "http-api",
	"AWS::ApiGatewayV2::ApiGatewayManagedOverrides":         "http-api",
	"AWS::ApiGatewayV2::ApiMapping":                         "http-api",
	"AWS::ApiGatewayV2::Authorizer":                         "http-api",
	"AWS::ApiGatewayV2::Deployment":                         "http-api",
	"AWS::ApiGatewayV2::DomainName":                         "http-api",
	"AWS::ApiGatewayV2::Integration":                        "http-api",
	"AWS::ApiGatewayV2::IntegrationResponse":                "http-api",
	"AWS::ApiGatewayV2::Model":                              "http-api",
	"AWS::ApiGatewayV2::PortalProduct":                      "http-api",
	"AWS::ApiGatewayV2::Route":                              "http-api",
	"AWS::ApiGatewayV2::RouteResponse":                      "http-api",
	"AWS::ApiGatewayV2::RoutingRule":                        "http-api",
	"AWS::ApiGatewayV2::Stage":                              "http-api",
	"AWS::ApiGatewayV2::VpcLink":                            "harmless",
	"AWS::Cognito::IdentityPool":                            "harmless",
	"AWS::Cognito::IdentityPoolPrincipalTag":                "harmless",
	"AWS::Cognito::IdentityPoolRoleAttachment":              "harmless",
	"AWS::Cognito::LogDeliveryConfiguration":                "harmless",
	"AWS::Cognito::ManagedLoginBranding":                    "harmless",
	"AWS::Cognito::Terms":                                   "harmless",
	"AWS::Cognito::UserPool":                                "read",
	"AWS::Cognito::UserPoolClient":                          "read",
	"AWS::Cognito::UserPoolDomain":                          "read",
	"AWS::Cognito::UserPoolGroup":                           "harmless",
	"AWS::Cognito::UserPoolIdentityProvider":                "harmless",
	"AWS::Cognito::UserPoolRegionalConfigurationAttachment": "pre-token-generation",
	"AWS::Cognito::UserPoolReplica":                         "harmless",
	"AWS::Cognito::UserPoolResourceServer":                  "read",
	"AWS::Cognito::UserPoolRiskConfigurationAttachment":     "harmless",
	"AWS::Cognito::UserPoolUICustomizationAttachment":       "harmless",
	"AWS::Cognito::UserPoolUser":                            "harmless",
	"AWS::Cognito::UserPoolUserToGroupAttachment":           "harmless",
	"AWS::BackupGateway::Hypervisor":                        "harmless",
	"AWS::Rekognition::Collection":                          "harmless",
	"AWS::StorageGateway::Volume":                           "harmless",
	"Custom::ApiGatewayAccount":                             "harmless",
	"AWS::WAFv2::WebACLAssociation":                         "harmless",
	"AWS::CloudFormation::Stack":                            "nested-stack",
	"AWS::CloudFormation::StackSet":                         "nested-stack",
}

// Every type is read, known to be harmless, or refused until it is waived.
func TestEveryType(t *testing.T) {
	for name, becomes := range allTypes {
		template := readTemplate(t)
		template.add("Tried", name, map[string]any{"Untold": "x"})
		_, err := local.Load(template.source(t))
		switch becomes {
		case "read":
			if err == nil || !strings.Contains(err.Error(), "Tried.Properties.") {
				t.Errorf("%s: %v, want a problem with its properties", name, err)
			}
			continue
		case "harmless":
		default:
			if err == nil || strings.Count(err.Error(), "Tried") != 1 || !strings.Contains(err.Error(), "with --without "+becomes+" ") {
				t.Errorf("%s: %v, want --without %s", name, err, becomes)
			}
		}
		var waive []local.Option
		if becomes != "harmless" {
			waive = append(waive, local.Without(becomes))
		}
		system, err := local.Load(template.source(t), waive...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if listed := fmt.Sprint(system.Unserved()); !strings.Contains(listed, "Tried ("+name+")") {
			t.Errorf("%s is not among %s", name, listed)
		}
	}
}

func TestMisspeltTypes(t *testing.T) {
	for slip, meant := range map[string]string{
		"AWS::ApiGateway::RestAPI":            "AWS::ApiGateway::RestApi",
		"AWS::ApiGateway::Methods":            "AWS::ApiGateway::Method",
		"AWS::ApiGateway::UsagePlanKeys":      "AWS::ApiGateway::UsagePlanKey",
		"AWS::ApiGateway::ClientCertficate":   "AWS::ApiGateway::ClientCertificate",
		"AWS::Cognito::UserPoolResouceServer": "AWS::Cognito::UserPoolResourceServer",
		"AWS::Cognito::UserPoolGroups":        "AWS::Cognito::UserPoolGroup",
		"AWS::APIGateway::RestApi":            "AWS::ApiGateway::RestApi",
		"AWS::Cogntio::UserPool":              "AWS::Cognito::UserPool",
		"AWS::Cognito:UserPool":               "AWS::Cognito::UserPool",
		"AWS:ApiGateway:Stage":                "AWS::ApiGateway::Stage",
		"aws::apigateway::method":             "AWS::ApiGateway::Method",
		"ApiGateway::Method":                  "AWS::ApiGateway::Method",
		"AWS::CognitoIdp::UserPoolClient":     "AWS::Cognito::UserPoolClient",
	} {
		template := readTemplate(t)
		template.add("Tried", slip, map[string]any{})
		if _, err := local.Load(template.source(t)); err == nil || !strings.HasSuffix(err.Error(), "did you mean "+meant+"?") {
			t.Errorf("%s: %v, want %s", slip, err, meant)
		}
	}
}
