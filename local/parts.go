package local

import (
	"example.com/weather-events-api/local/internal/apigateway"
)

// UserPool is one Cognito user pool of the template.
type UserPool struct {
	// Key tells it from all others, as that of an [API], and Stack is its stack.
	Key   string `json:"key"`
	Stack string `json:"stack"`
	// LogicalID is that of the UserPool in the template, Name its name.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	// MadeUp says that none of the stacks has the user pool: it stands for one that
	// an authorizer or a client names, whose ARN or id ARN is. It has the scopes
	// that methods require, a client with all of them, and neither stack nor logical
	// id. See [WithUserPool].
	MadeUp bool   `json:"madeUp,omitempty"`
	ID     string `json:"id"`
	ARN    string `json:"arn"`
	// Issuer is the claim iss of the pool's tokens.
	Issuer          string           `json:"issuer"`
	ResourceServers []ResourceServer `json:"resourceServers"`
}

// ResourceServer declares scopes of a user pool.
type ResourceServer struct {
	Identifier string `json:"identifier"`
	Name       string `json:"name"`
	// Scopes are in the order of the template.
	Scopes []Scope `json:"scopes"`
}

// Scope is one scope of a resource server.
type Scope struct {
	// Name is that in tokens: the identifier of the resource server, a slash and
	// the name that the template gives.
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Method is one method of a REST API, and who may call it.
type Method struct {
	// HTTPMethod may be ANY.
	HTTPMethod string `json:"httpMethod"`
	// Path is that of the resource below the stage, such as /orders/{id}.
	Path string `json:"path"`
	// Authorization is NONE, where everybody may call; COGNITO_USER_POOLS, where a
	// token of one of UserPools is needed; CUSTOM, where a Lambda function decides;
	// or AWS_IAM, where a request has to be signed: nobody can, as nobody here has
	// credentials of AWS.
	Authorization string `json:"authorization"`
	// Authorizer is the key of the authorizer, or the name of the security scheme
	// of a document. "" for NONE and AWS_IAM.
	Authorizer string `json:"authorizer,omitempty"`
	// IdentitySource is where the authorizer finds the token, such as
	// method.request.header.Authorization, for COGNITO_USER_POOLS.
	IdentitySource string `json:"identitySource,omitempty"`
	// IdentityValidationExpression is what the authorizer matches the audience of a
	// token against. An access token has none, so that with one no machine may call.
	IdentityValidationExpression string `json:"identityValidationExpression,omitempty"`
	// Scopes are those of which a token must have one. A method that has user
	// pools and no scopes opens with an ID token only, which no client here gets.
	Scopes []string `json:"scopes"`
	// UserPools are the keys of those whose tokens are accepted, for
	// COGNITO_USER_POOLS.
	UserPools []string `json:"userPools"`
	// APIKeyRequired says that a call needs an API key of the stage besides: see
	// [System.APIKeys].
	APIKeyRequired bool `json:"apiKeyRequired"`
	// APIKeyFromAuthorizer says that the key is the usageIdentifierKey of a Lambda
	// authorizer, and that none is taken from a request: but for CUSTOM, nobody may
	// call then.
	APIKeyFromAuthorizer bool `json:"apiKeyFromAuthorizer,omitempty"`
	// Public is the reason that the template gives for letting everybody call, as
	// AllowUnauthenticated of package machineauth writes it. "" if it gives none.
	Public string `json:"public,omitempty"`
	// Template, LogicalID and Property are where the method is declared, as findings of
	// package rules name it: in the file Template, by the Method, or by a Property of
	// the RestApi whose Body has the operation. Property is "" for a Method.
	Template  string `json:"-"`
	LogicalID string `json:"-"`
	Property  string `json:"-"`
}

// place is where a template declares a method.
type place struct{ template, logicalID, property string }

// Verdict is what one method of an API makes of a token.
type Verdict struct {
	// API is the key of the API.
	API        string `json:"api"`
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"`
	// Opens reports whether a request with the token, and with an API key if the
	// method asks for one, reaches the backend.
	Opens bool `json:"opens"`
	// Reason says why, or why not, for people.
	Reason string `json:"reason"`
}

// UserPools returns every user pool, in the order of the template.
func (s *System) UserPools() []UserPool {
	var pools []UserPool
	for _, pool := range s.pools {
		one := UserPool{
			Key:             pool.key(),
			LogicalID:       pool.logicalID(),
			Name:            pool.name,
			MadeUp:          pool.madeUp,
			ID:              pool.config.ID,
			ARN:             pool.arn,
			Issuer:          pool.config.Issuer,
			ResourceServers: append([]ResourceServer{}, pool.servers...),
		}
		if !pool.madeUp {
			one.Stack = pool.resource.stack.name
		}
		pools = append(pools, one)
	}
	return pools
}

// Methods returns the methods of the API with that key, in the order of the
// template, and none if there is no such API.
func (s *System) Methods(key string) []Method {
	for _, api := range s.restAPIs {
		if api.resource.key() == key {
			return s.methods(api)
		}
	}
	return nil
}

// Inspect returns what every method of every API makes of a token, given with or
// without "Bearer ": the methods' own authorizers verify it, by the clock of
// [WithClock].
func (s *System) Inspect(token string) []Verdict {
	var verdicts []Verdict
	for _, api := range s.restAPIs {
		for _, v := range api.started.Inspect(token) {
			verdicts = append(verdicts, Verdict{api.resource.key(), v.HTTPMethod, v.Path, v.Opens, v.Reason})
		}
	}
	return verdicts
}

// methods returns those of an API.
func (s *System) methods(api *restAPI) []Method {
	var methods []Method
	for i, m := range api.config.Methods {
		method := Method{
			HTTPMethod: m.HTTPMethod, Path: m.Path, Authorization: string(m.AuthorizationType),
			Scopes: append([]string{}, m.AuthorizationScopes...), UserPools: []string{}, APIKeyRequired: m.APIKeyRequired, Public: m.Public,
			APIKeyFromAuthorizer: m.APIKeyRequired && api.config.APIKeySource == apigateway.AuthorizerKeySource,
			Template:             api.places[i].template, LogicalID: api.places[i].logicalID, Property: api.places[i].property,
		}
		if m.Authorizer != nil {
			method.Authorizer = m.Authorizer.Name
			method.IdentitySource, method.IdentityValidationExpression = m.Authorizer.IdentitySource, m.Authorizer.IdentityValidationExpression
			for _, verifier := range m.Authorizer.Verifiers {
				method.UserPools = append(method.UserPools, verifier.(poolVerifier).pool.key())
			}
		}
		methods = append(methods, method)
	}
	return methods
}
