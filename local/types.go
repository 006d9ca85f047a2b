package local

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/validation"
)

// resourceType is a supported CloudFormation type: how to read a resource and how to
// resolve references to it.
type resourceType struct {
	name string
	// service is the name of the type's service in a Uri, "" if integrations do not call
	// it.
	service string
	// read reads the properties, after the resources of the types above it in the table.
	// A property that it does not read is refused. If read is nil, the resource is listed
	// as not served.
	read func(*System, resource, *cfn.Properties)
	// ref resolves Ref. Default: the property that Ref returns, or an id.
	ref func(resource) string
	// attributes resolve Fn::GetAtt, except attributes that equal Ref.
	attributes map[string]func(resource) any
}

const (
	typeUserPool       = "AWS::Cognito::UserPool"
	typeUserPoolClient = "AWS::Cognito::UserPoolClient"
	typeRestAPI        = "AWS::ApiGateway::RestApi"
	typeSecret         = "AWS::SecretsManager::Secret"
	typeStack          = "AWS::CloudFormation::Stack"
)

// types are the supported types, in the order in which they are read.
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
		name: "AWS::IAM::Role", // the Credentials of integrations
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

// leaveOut reads a resource that matters only for references.
func leaveOut(_ *System, _ resource, p *cfn.Properties) { p.Ignore(p.Names()...) }

func endpointName(r resource) any {
	return fmt.Sprintf("d-%s.execute-api.%s.amazonaws.com", r.id(), r.stack.ids.pseudo.Region)
}

// harmless are the types of the supported services that affect no request.
var harmless = map[string]bool{
	"AWS::ApiGateway::Account":                          true,
	"AWS::ApiGateway::ClientCertificate":                true,
	"AWS::ApiGateway::DocumentationPart":                true,
	"AWS::ApiGateway::DocumentationVersion":             true,
	"AWS::ApiGateway::VpcLink":                          true, // integrations name the endpoint
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

// unlisted are types that have no effect here and are not worth listing.
var unlisted = map[string]bool{
	"AWS::CDK::Metadata":              true,
	"Custom::CrossRegionExportReader": true, // their values are resolved
	"Custom::CrossRegionExportWriter": true,
}

// private are the types for domain names of private APIs.
var private = map[string]bool{
	"AWS::ApiGateway::BasePathMappingV2":           true,
	"AWS::ApiGateway::DomainNameAccessAssociation": true,
	"AWS::ApiGateway::DomainNameV2":                true,
}

// refusal returns why a resource of an unsupported type must not be left out, or "", and
// the waiver that leaves it out anyway, or "".
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

// serviceOf returns the service in the name of a type, even with colons missing.
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

// likeOurs are services whose names resemble those of the supported ones.
var likeOurs = map[string]bool{"BackupGateway": true, "Rekognition": true, "StorageGateway": true}

// knownNames returns the types to suggest for a misspelt one, supported types first.
func knownNames() []string {
	var names []string
	for _, t := range types {
		names = append(names, t.name)
	}
	return slices.Concat(names, slices.Sorted(maps.Keys(harmless)), slices.Sorted(maps.Keys(private)))
}
