// Package mark defines what the constructs write to the Metadata of resources and
// the rules read: which API is protected, and what was allowed explicitly and why.
// Reviewers of the template and linters in other repositories see it too.
package mark

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Key is the key in the Metadata of a resource. Its value is an object with some of
// these fields.
const Key = "machineauth"

// The fields of a mark.
const (
	// ProtectedBy is on a RestApi, or on an Authorizer of an API outside the template:
	// the user pool that protects the API, as a logical id in the same stack, otherwise
	// as an ARN. It is not a reference, because a reference would make CloudFormation
	// create the pool before the API, which a trigger of the pool may depend on.
	ProtectedBy = "protectedBy"
	// Public is on a Method that anyone may call: the reason.
	Public = "public"
	// OtherAuthorization is on a Method that is protected by something other than a
	// scope of the authorization server: the reason.
	OtherAuthorization = "otherAuthorization"
	// AccountRole is on an AWS::ApiGateway::Account that was requested explicitly:
	// true.
	AccountRole = "accountRole"
	// AuthorizationServer is on the UserPoolResourceServer of an authorization
	// server: true.
	AuthorizationServer = "authorizationServer"
	// Machine is on a UserPoolClient of an authorization server: the id of the
	// server's user pool.
	Machine = "machine"
	// People is on a UserPoolClient that signs people in: the reason.
	People = "people"
	// Deploys is on a Deployment: the fingerprints, by logical id, of the resources
	// that its own logical id depends on.
	Deploys = "deploys"
)

// enforced are the properties of a method that control access on a stage. For the
// other types, all properties count. The integration of a method does not count:
// changing it opens nothing.
var enforced = map[string][]string{
	"AWS::ApiGateway::Method": {
		"ApiKeyRequired", "AuthorizationScopes", "AuthorizationType", "AuthorizerId", "HttpMethod",
		"RequestModels", "RequestParameters", "RequestValidatorId", "ResourceId", "RestApiId",
	},
	"AWS::ApiGateway::Authorizer":       nil,
	"AWS::ApiGateway::GatewayResponse":  nil,
	"AWS::ApiGateway::Model":            nil,
	"AWS::ApiGateway::RequestValidator": nil,
}

// IsDeployed reports whether a deployment of an API copies resources of this type.
func IsDeployed(resourceType string) bool {
	_, deployed := enforced[resourceType]
	return deployed
}

// Fingerprint returns a short hash of the properties that a stage enforces, as they
// stand in the template, with functions.
func Fingerprint(resourceType string, properties map[string]any) string {
	considered := properties
	if names := enforced[resourceType]; names != nil {
		considered = map[string]any{}
		for _, name := range names {
			if value, found := properties[name]; found {
				considered[name] = value
			}
		}
	}
	encoded, _ := json.Marshal(considered) // cannot fail for decoded JSON; sorts keys
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:8])
}
