package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/internal/validation"
)

// authorizerID is the id of the authorizer within its API. Two APIs cannot share an
// authorizer.
const authorizerID = "MachineAuthorizer"

func (s *authorizationServer) newAuthorizer(scope constructs.Construct, id string, ttl awscdk.Duration) awsapigateway.CognitoUserPoolsAuthorizer {
	return awsapigateway.NewCognitoUserPoolsAuthorizer(scope, &id, &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{s.userPool},
		ResultsCacheTtl:  ttl,
	})
}

// options returns the options of a method that requires one of scopes.
func (s *authorizationServer) options(authorizer awsapigateway.IAuthorizer, scopes []Scope) *awsapigateway.MethodOptions {
	return &awsapigateway.MethodOptions{
		AuthorizationType:   awsapigateway.AuthorizationType_COGNITO,
		Authorizer:          authorizer,
		AuthorizationScopes: jsii.Strings(s.qualifiedNames(scopes)...),
	}
}

func (s *authorizationServer) validateRequired(problems *validation.Collector, scopes []Scope) {
	if len(scopes) == 0 {
		problems.Addf("scopes", "must have at least one: without a scope, API Gateway expects an ID token and rejects every machine client")
	}
	s.validateUsedScopes(problems, "scopes", scopes)
}

func (s *authorizationServer) SecurityScheme() map[string]any {
	return map[string]any{
		"type": "apiKey", "name": "Authorization", "in": "header",
		"x-amazon-apigateway-authtype":   "cognito_user_pools",
		"x-amazon-apigateway-authorizer": map[string]any{"type": "cognito_user_pools", "providerARNs": []any{s.poolARN()}},
	}
}

func (p *protectedApi) Require(scopes ...Scope) *awsapigateway.MethodOptions {
	var problems validation.Collector
	p.server.validateRequired(&problems, scopes)
	construction.PanicIfInvalid(p.api, "Require", &problems)
	return p.server.options(p.Authorizer(), scopes)
}

// Authorizer creates the authorizer on first use, so an API without scoped methods has
// none. For an imported API, the authorizer carries the mark.
func (p *protectedApi) Authorizer() awsapigateway.CognitoUserPoolsAuthorizer {
	if p.authorizer == nil {
		p.use(p.server.newAuthorizer(p.api.(constructs.Construct), authorizerID, p.ttl))
	}
	return p.authorizer
}

// use makes authorizer the API's authorizer.
func (p *protectedApi) use(authorizer awsapigateway.CognitoUserPoolsAuthorizer) {
	p.authorizer = authorizer
	if p.deployment != nil {
		p.deploymentNode.AddDependency(authorizer)
	} else {
		p.bind()
	}
	if p.isImported {
		setMark(p.cfnAuthorizer(), mark.ProtectedBy, p.server.poolARN())
	}
}

// bind sets the API of the authorizer. CDK does so in the first method that uses it,
// and fails if no method does. If the API deploys itself, addAwaited then calls bind.
func (p *protectedApi) bind() { p.cfnAuthorizer().SetRestApiId(p.api.RestApiId()) }

func (p *protectedApi) cfnAuthorizer() awsapigateway.CfnAuthorizer {
	return p.server.app.L1(p.authorizer).(awsapigateway.CfnAuthorizer)
}

// defaultOptions is the result of one call of DefaultMethodOptions.
type defaultOptions struct {
	authorizer awsapigateway.CognitoUserPoolsAuthorizer
	api        *protectedApi // the API with these options, once it is protected
}

func (s *authorizationServer) DefaultMethodOptions(scope constructs.Construct, id *string, scopes ...Scope) *awsapigateway.MethodOptions {
	construction.RequireScopeAndID("DefaultMethodOptions", scope, id)
	var problems validation.Collector
	s.validateRequired(&problems, scopes)
	construction.PanicIfInvalid(scope, *id, &problems)
	authorizer := s.newAuthorizer(scope, *id, nil)
	d := &defaultOptions{authorizer: authorizer}
	// Without an API, CDK would fail before it calls Validate.
	s.app.L1(authorizer).(awsapigateway.CfnAuthorizer).SetRestApiId(jsii.String("none"))
	authorizer.Node().AddValidation(d)
	s.defaults = append(s.defaults, d)
	return s.options(authorizer, scopes)
}

// Validate implements constructs.IValidation.
func (d *defaultOptions) Validate() *[]*string {
	if d.api != nil {
		return &[]*string{}
	}
	return jsii.Strings("no protected API uses these DefaultMethodOptions: pass them to an API as its DefaultMethodOptions and the API to Protect, or remove the call; below a resource, use Require of the ProtectedApi")
}

// defaultsOf returns the DefaultMethodOptions that api uses, or nil.
func (s *authorizationServer) defaultsOf(api awsapigateway.IRestApi) *defaultOptions {
	if len(s.defaults) == 0 {
		return nil
	}
	if options := api.Root().DefaultMethodOptions(); options != nil {
		for _, d := range s.defaults {
			if options.Authorizer == awsapigateway.IAuthorizer(d.authorizer) {
				return d
			}
		}
	}
	return nil
}

// validateFor reports why api cannot use the options.
func (d *defaultOptions) validateFor(problems *validation.Collector, api awsapigateway.IRestApi) {
	switch {
	case d.api != nil:
		problems.Addf("api", "has the DefaultMethodOptions %s of %s: an authorizer belongs to one API, call DefaultMethodOptions for each", *d.authorizer.Node().Path(), *d.api.api.Node().Path())
	case d.authorizer.Stack() != api.Stack():
		problems.Addf("api", "has the DefaultMethodOptions %s, which are in another stack: call DefaultMethodOptions with a scope in stack %s", *d.authorizer.Node().Path(), *api.Stack().Node().Path())
	}
}

// takeDefaults makes the authorizer of the API's default options the API's authorizer.
func (p *protectedApi) takeDefaults(d *defaultOptions) {
	d.api = p
	p.use(d.authorizer)
	p.bind()
	if p.ttl != nil {
		p.cfnAuthorizer().SetAuthorizerResultTtlInSeconds(p.ttl.ToSeconds(nil))
	}
}
