package local

import "example.com/weather-events-api/local/internal/apigateway"

// UserPool is one Cognito user pool.
type UserPool struct {
	// Key and Stack are as for an [API].
	Key   string `json:"key"`
	Stack string `json:"stack"`
	// LogicalID is the logical id of the UserPool.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	// MadeUp reports whether the pool is a stand-in for a user pool that no stack
	// declares, and that an authorizer or a client names. ARN is then the ARN or the id
	// they name. A stand-in has the scopes that methods require and a client that holds
	// all of them, but no stack and no logical id. See [WithUserPool].
	MadeUp bool   `json:"madeUp,omitempty"`
	ID     string `json:"id"`
	ARN    string `json:"arn"`
	// Issuer is the iss claim of the pool's tokens.
	Issuer          string           `json:"issuer"`
	ResourceServers []ResourceServer `json:"resourceServers"`
}

// ResourceServer is one resource server of a user pool.
type ResourceServer struct {
	Identifier string `json:"identifier"`
	Name       string `json:"name"`
	// Scopes are in the order of the template.
	Scopes []Scope `json:"scopes"`
}

// Scope is one scope of a resource server.
type Scope struct {
	// Name is the name in tokens: IDENTIFIER/SCOPE, with the identifier of the resource
	// server.
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Method is one method of a REST API, and who may call it.
type Method struct {
	// HTTPMethod is an HTTP method or ANY.
	HTTPMethod string `json:"httpMethod"`
	// Path is the path of the resource below the stage, such as /orders/{id}.
	Path string `json:"path"`
	// Authorization is NONE: anyone may call; COGNITO_USER_POOLS: the request needs a
	// token of one of UserPools; CUSTOM: a Lambda function decides; or AWS_IAM: the
	// request needs a signature, which nobody can make here without AWS credentials.
	Authorization string `json:"authorization"`
	// Authorizer is the key of the authorizer, or the name of the security scheme in an
	// OpenAPI document. It is empty for NONE and AWS_IAM.
	Authorizer string `json:"authorizer,omitempty"`
	// IdentitySource is where the authorizer finds the token, such as
	// method.request.header.Authorization, for COGNITO_USER_POOLS.
	IdentitySource string `json:"identitySource,omitempty"`
	// IdentityValidationExpression is the pattern that the audience of a token must
	// match. An access token has no audience, so with a pattern no machine may call.
	IdentityValidationExpression string `json:"identityValidationExpression,omitempty"`
	// Scopes are the accepted scopes; a token needs one of them. A method with user
	// pools and no scopes accepts only ID tokens, which no client gets here.
	Scopes []string `json:"scopes"`
	// UserPools are the keys of the user pools whose tokens are accepted, for
	// COGNITO_USER_POOLS.
	UserPools []string `json:"userPools"`
	// APIKeyRequired reports whether a request also needs an API key of the stage: see
	// [System.APIKeys].
	APIKeyRequired bool `json:"apiKeyRequired"`
	// APIKeyFromAuthorizer reports whether the API takes the key from the
	// usageIdentifierKey of a Lambda authorizer and not from the request. Then only
	// CUSTOM methods can be called.
	APIKeyFromAuthorizer bool `json:"apiKeyFromAuthorizer,omitempty"`
	// Public is the reason that the template gives for letting anyone call, as
	// AllowUnauthenticated of package machineauth writes it. It is empty without one.
	Public string `json:"public,omitempty"`
	// Template, LogicalID and Property are where the method is declared, as findings of
	// package rules name it: the file, the Method, or the RestApi and the Property that
	// holds the operation in its Body. Property is empty for a Method.
	Template  string `json:"-"`
	LogicalID string `json:"-"`
	Property  string `json:"-"`
}

// place is where a template declares a method.
type place struct{ template, logicalID, property string }

// Verdict says whether one method of an API accepts a token.
type Verdict struct {
	// API is the key of the API.
	API        string `json:"api"`
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"`
	// Opens reports whether a request with the token, and with an API key if the method
	// requires one, reaches the backend.
	Opens bool `json:"opens"`
	// Reason is a sentence for people that says why, or why not.
	Reason string `json:"reason"`
}

// UserPools returns every user pool, in template order.
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

// Methods returns the methods of the API with the key, in template order. It returns
// nil if there is no such API.
func (s *System) Methods(key string) []Method {
	for _, api := range s.restAPIs {
		if api.resource.key() == key {
			return s.methods(api)
		}
	}
	return nil
}

// Inspect returns a verdict on a token for every method of every API. The token may
// begin with "Bearer ". The methods' authorizers verify it, by the clock of
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

// methods returns the methods of an API.
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
