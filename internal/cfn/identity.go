package cfn

import "slices"

// refProperties are the properties that Ref stands for, by resource type.
// Without an entry, Ref is an id or name that AWS makes up.
//
// Source: "Return values" of each type, AWS CloudFormation template reference.
var refProperties = map[string]string{
	"AWS::ApiGateway::DomainName":          "DomainName",
	"AWS::ApiGateway::Model":               "Name",
	"AWS::ApiGateway::Stage":               "StageName",
	"AWS::Cognito::UserPoolDomain":         "Domain",
	"AWS::Cognito::UserPoolResourceServer": "Identifier",
}

// idAttributes are the attributes that answer what Ref does, by resource type.
var idAttributes = map[string][]string{
	"AWS::ApiGateway::Authorizer":       {"AuthorizerId"},
	"AWS::ApiGateway::Deployment":       {"DeploymentId"},
	"AWS::ApiGateway::GatewayResponse":  {"Id"},
	"AWS::ApiGateway::RequestValidator": {"RequestValidatorId"},
	"AWS::ApiGateway::Resource":         {"ResourceId"},
	"AWS::ApiGateway::RestApi":          {"RestApiId"},
	"AWS::Cognito::UserPool":            {"UserPoolId"},
	"AWS::Cognito::UserPoolClient":      {"ClientId"},
	"AWS::Cognito::UserPoolDomain":      {"Id"},
	"AWS::SecretsManager::Secret":       {"Id"},
}

// RefProperty returns the property that Ref of the resource stands for, or "".
func (r *Resource) RefProperty() string { return refProperties[r.Type] }

// IsID reports whether Fn::GetAtt of an attribute answers what Ref does.
func (r *Resource) IsID(attribute string) bool {
	return slices.Contains(idAttributes[r.Type], attribute)
}
