// Package mark is what the constructs write into the Metadata of resources and
// the rules read there: which API is protected, and what was allowed by name
// and why. A reviewer of the template and a linter in another repository see
// the same.
package mark

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Key is the key in the Metadata of a resource. Its value is an object with
// some of the fields below.
const Key = "machineauth"

// Fields of a mark.
const (
	// ProtectedBy is on a RestApi, or on an Authorizer of an API that the
	// template does not hold: the user pool that protects the API, by its logical
	// id if it is in the same stack, else by its ARN. A reference would have
	// CloudFormation create the pool before the API, of which a trigger of the pool
	// may know.
	ProtectedBy = "protectedBy"
	// Public is on a Method that anybody may call: the reason.
	Public = "public"
	// OtherAuthorization is on a Method that is not opened by a scope of the
	// authorization server: the reason.
	OtherAuthorization = "otherAuthorization"
	// AccountRole is on an AWS::ApiGateway::Account that was asked for: true.
	AccountRole = "accountRole"
	// AuthorizationServer is on the UserPoolResourceServer of an authorization
	// server: true.
	AuthorizationServer = "authorizationServer"
	// Machine is on a UserPoolClient of an authorization server: the id of the
	// server's user pool.
	Machine = "machine"
	// People is on a UserPoolClient that signs people in: the reason.
	People = "people"
	// Deploys is on a Deployment: the fingerprints of the resources that its
	// logical id follows, by their logical ids.
	Deploys = "deploys"
)

// enforced are the properties of a method by which a stage lets requests in. Of
// the other types in the table, all properties count. How a method reaches its
// backend is left out: it can be changed without opening anything.
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

// IsDeployed reports whether resources of a type are part of what a deployment
// of an API takes a copy of.
func IsDeployed(resourceType string) bool {
	_, deployed := enforced[resourceType]
	return deployed
}

// Fingerprint returns a short hash of what a stage enforces of a resource. The
// properties are as they stand in the template, functions included.
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
	encoded, _ := json.Marshal(considered) // of what was read from JSON: cannot fail, and sorts keys
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:8])
}
