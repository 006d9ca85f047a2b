package local

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/validation"
)

// resourceType is a CloudFormation type that is served: how a resource of it is
// read, and what references to it answer.
type resourceType struct {
	name string
	// service is what a Uri calls the service that resources of it are in, "" where
	// none is called for them.
	service string
	// read turns the properties into what answers requests, after the resources of
	// the types further up were read. Every property that it does not read is refused.
	// Nil: it is left out, and listed with what no request depends on.
	read func(*System, resource, *cfn.Properties)
	// ref answers Ref. Default: the property that Ref stands for, or an id.
	ref func(resource) string
	// attributes answer Fn::GetAtt, beside those that answer what Ref does.
	attributes map[string]func(resource) any
}

const (
	typeUserPool       = "AWS::Cognito::UserPool"
	typeUserPoolClient = "AWS::Cognito::UserPoolClient"
	typeRestAPI        = "AWS::ApiGateway::RestApi"
	typeSecret         = "AWS::SecretsManager::Secret"
	typeStack          = "AWS::CloudFormation::Stack"
)

// types are all types that are served, in the order in which they are read.
//
// Source of the attributes: "Return values" of each type, AWS CloudFormation
// template reference.
var types = []resourceType{
	{
		name: typeStack,
		read: (*System).nestedStack,
		ref:  func(r resource) string { return r.stack.ids.arn("cloudformation", "stack/"+r.LogicalID+"/"+r.id()) },
	},
	{
		name: "AWS::CloudFormation::StackSet",
		read: (*System).nestedStack,
	},
	{name: typeSecret, read: (*System).secret, ref: resource.secretARN},
	{
		name: typeUserPool,
		read: (*System).userPool,
		ref:  resource.userPoolID,
		attributes: map[string]func(resource) any{
			"Arn": func(r resource) any { return r.userPoolARN() },
			"ProviderName": func(r resource) any {
				return fmt.Sprintf("cognito-idp.%s.amazonaws.com/%s", r.stack.ids.pseudo.Region, r.userPoolID())
			},
			"ProviderURL": func(r resource) any { return r.of.url + "/" + r.userPoolID() },
		},
	},
	{
		name: typeFunction,
		read: (*System).function,
		ref:  resource.functionName,
		attributes: map[string]func(resource) any{
			"Arn": func(r resource) any { return r.functionARN() },
		},
	},
	{
		name: "AWS::Lambda::Alias",
		read: leaveOut,
		ref:  resource.aliasARN,
		attributes: map[string]func(resource) any{
			"AliasArn": func(r resource) any { return r.aliasARN() },
		},
	},
	{
		name: "AWS::Lambda::Version",
		read: leaveOut,
		ref:  resource.versionARN,
		attributes: map[string]func(resource) any{
			"FunctionArn": func(r resource) any { return r.versionARN() },
			"Version":     func(resource) any { return firstVersion },
		},
	},
	{
		name: "AWS::IAM::Role", // which integrations name
		read: leaveOut,
		ref:  resource.roleName,
		attributes: map[string]func(resource) any{
			"Arn": func(r resource) any {
				return fmt.Sprintf("arn:aws:iam::%s:role/%s", r.stack.ids.pseudo.AccountID, r.roleName())
			},
		},
	},
	{name: "AWS::Lambda::Permission", read: (*System).lambdaPermission},
	{name: "AWS::Cognito::UserPoolResourceServer", read: (*System).resourceServer},
	{
		name: "AWS::Cognito::UserPoolDomain",
		read: (*System).userPoolDomain,
		attributes: map[string]func(resource) any{
			"CloudFrontDistribution": func(r resource) any { return r.id() + ".cloudfront.net" },
		},
	},
	{
		name: typeUserPoolClient,
		read: (*System).userPoolClient,
		ref:  resource.clientID,
		attributes: map[string]func(resource) any{
			"ClientSecret": func(r resource) any { return cfn.Secret(r.clientSecret()) },
			"Name":         func(r resource) any { return r.properties().String("ClientName", r.LogicalID) },
		},
	},
	{
		name: typeRestAPI,
		read: (*System).restAPI,
		ref:  resource.apiID,
		attributes: map[string]func(resource) any{
			"RootResourceId": func(r resource) any { return r.rootResourceID() },
		},
	},
	{name: "AWS::ApiGateway::Resource", read: (*System).apiResource},
	{name: "AWS::ApiGateway::Authorizer", read: (*System).authorizer},
	{
		name: "AWS::ApiGateway::Model",
		read: (*System).model,
		ref:  func(r resource) string { return r.properties().String("Name", r.id()) },
	},
	{name: "AWS::ApiGateway::RequestValidator", read: (*System).requestValidator},
	{name: "AWS::ApiGateway::GatewayResponse", read: (*System).gatewayResponse},
	{name: "AWS::ApiGateway::Method", read: (*System).method},
	{name: "AWS::ApiGateway::Deployment", read: (*System).apiDeployment},
	{name: "AWS::ApiGateway::Stage", read: (*System).stage, ref: resource.stageName},
	{
		name:       typeAPIKey,
		read:       (*System).apiKey,
		attributes: map[string]func(resource) any{"APIKeyId": func(r resource) any { return r.id() }},
	},
	{
		name:       "AWS::ApiGateway::UsagePlan",
		read:       (*System).usagePlan,
		attributes: map[string]func(resource) any{"Id": func(r resource) any { return r.id() }},
	},
	{name: "AWS::ApiGateway::UsagePlanKey", read: (*System).usagePlanKey},
	{
		name: "AWS::ApiGateway::DomainName",
		read: (*System).domainName,
		attributes: map[string]func(resource) any{
			"RegionalDomainName":     endpointName,
			"DistributionDomainName": endpointName,
		},
	},
	{name: "AWS::ApiGateway::BasePathMapping", read: (*System).basePathMapping},
}

// leaveOut reads a resource of which only references matter.
func leaveOut(_ *System, _ resource, p *cfn.Properties) { p.Ignore(p.Names()...) }

func endpointName(r resource) any {
	return fmt.Sprintf("d-%s.execute-api.%s.amazonaws.com", r.id(), r.stack.ids.pseudo.Region)
}

// harmless are the types of the services that are served on which no request
// depends.
var harmless = map[string]bool{
	"AWS::ApiGateway::Account":                          true,
	"AWS::ApiGateway::ClientCertificate":                true,
	"AWS::ApiGateway::DocumentationPart":                true,
	"AWS::ApiGateway::DocumentationVersion":             true,
	"AWS::ApiGateway::VpcLink":                          true, // where it leads, the integrations that use it say
	"AWS::ApiGatewayV2::VpcLink":                        true,
	"AWS::Cognito::IdentityPool":                        true,
	"AWS::Cognito::IdentityPoolPrincipalTag":            true,
	"AWS::Cognito::IdentityPoolRoleAttachment":          true,
	"AWS::Cognito::LogDeliveryConfiguration":            true,
	"AWS::Cognito::ManagedLoginBranding":                true,
	"AWS::Cognito::Terms":                               true,
	"AWS::Cognito::UserPoolGroup":                       true,
	"AWS::Cognito::UserPoolIdentityProvider":            true,
	"AWS::Cognito::UserPoolReplica":                     true,
	"AWS::Cognito::UserPoolRiskConfigurationAttachment": true,
	"AWS::Cognito::UserPoolUICustomizationAttachment":   true,
	"AWS::Cognito::UserPoolUser":                        true,
	"AWS::Cognito::UserPoolUserToGroupAttachment":       true,
}

// unlisted are types of which nobody has to know that they are left out.
var unlisted = map[string]bool{
	"AWS::CDK::Metadata":              true,
	"Custom::CrossRegionExportReader": true, // what they carry is resolved
	"Custom::CrossRegionExportWriter": true,
}

// private are the types of domain names that lead to private APIs.
var private = map[string]bool{
	"AWS::ApiGateway::BasePathMappingV2":           true,
	"AWS::ApiGateway::DomainNameAccessAssociation": true,
	"AWS::ApiGateway::DomainNameV2":                true,
}

// refusal returns why a resource of a type that is not served must not be left
// out, or "", and the waiver that leaves it out all the same, or "".
func refusal(name string) (reason, waiver string) {
	service := serviceOf(name)
	switch {
	case harmless[name], likeOurs[service]:
	case name == "AWS::Cognito::UserPoolRegionalConfigurationAttachment":
		return "is not served", withoutTokenTrigger
	case private[name]:
		return "is not served", withoutPrivateEndpoint
	case service == "ApiGatewayV2":
		return "is not served", withoutHTTPAPI
	case strings.HasPrefix(name, "AWS::ApiGateway::"), strings.HasPrefix(name, "AWS::Cognito::"):
		return "is not served" + validation.DidYouMean(name, knownNames()), ""
	case validation.DidYouMean(service, []string{"ApiGateway", "Cognito"}) != "":
		return "is not a type that CloudFormation has" + validation.DidYouMean(name, knownNames()), ""
	}
	return "", ""
}

// serviceOf returns the service of a type, however many colons are missing.
func serviceOf(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == ':' })
	if len(parts) > 1 && strings.EqualFold(parts[0], "AWS") {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return ""
	}
	return parts[0]
}

// likeOurs are services whose names are nearly those of the ones that are served.
var likeOurs = map[string]bool{"BackupGateway": true, "Rekognition": true, "StorageGateway": true}

// knownNames are the types that a misspelt one may stand for: those served first.
func knownNames() []string {
	var names []string
	for _, t := range types {
		names = append(names, t.name)
	}
	return slices.Concat(names, slices.Sorted(maps.Keys(harmless)), slices.Sorted(maps.Keys(private)))
}
