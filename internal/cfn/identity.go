package cfn

import "slices"

// identity is what a resource of a type is known by.
//
// Source: "Return values" of each type, AWS CloudFormation template reference.
type identity struct {
	// property is what Ref stands for. Without one, Ref is an id that AWS makes up.
	property string
	// attributes are those that answer what Ref does.
	attributes []string
	// word says that an id that AWS makes up is one word of letters, digits, - and _.
	word bool
}

var identities = map[string]identity{
	"AWS::ApiGateway::Authorizer":                 {attributes: []string{"AuthorizerId"}, word: true},
	"AWS::ApiGateway::Deployment":                 {attributes: []string{"DeploymentId"}, word: true},
	"AWS::ApiGateway::DomainName":                 {property: "DomainName"},
	"AWS::ApiGateway::GatewayResponse":            {attributes: []string{"Id"}},
	"AWS::ApiGateway::Model":                      {property: "Name"},
	"AWS::ApiGateway::RequestValidator":           {attributes: []string{"RequestValidatorId"}, word: true},
	"AWS::ApiGateway::Resource":                   {attributes: []string{"ResourceId"}, word: true},
	"AWS::ApiGateway::RestApi":                    {attributes: []string{"RestApiId"}, word: true},
	"AWS::ApiGateway::Stage":                      {property: "StageName"},
	"AWS::Cognito::UserPool":                      {attributes: []string{"UserPoolId"}, word: true},
	"AWS::Cognito::UserPoolClient":                {attributes: []string{"ClientId"}, word: true},
	"AWS::Cognito::UserPoolDomain":                {property: "Domain", attributes: []string{"Id"}},
	"AWS::Cognito::UserPoolResourceServer":        {property: "Identifier"},
	"AWS::SSM::Parameter":                         {property: "Name"},
	"AWS::SecretsManager::Secret":                 {attributes: []string{"Id"}},
	"AWS::SecretsManager::SecretTargetAttachment": {property: "SecretId"},
}

// RefProperty returns the property that Ref of the resource stands for, or "".
func (r *Resource) RefProperty() string { return identities[r.Type].property }

// IsID reports whether Fn::GetAtt of an attribute answers what Ref does.
func (r *Resource) IsID(attribute string) bool {
	return slices.Contains(identities[r.Type].attributes, attribute)
}
