package machineauth

import (
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// ProtectOptions configures [AuthorizationServer.Protect].
type ProtectOptions struct {
	// AuthorizerResultTtl is how long API Gateway caches the result for a token,
	// 0 to 1 hour in whole seconds. 0 turns the cache off.
	//
	// Default: API Gateway's own default, 5 minutes.
	AuthorizerResultTtl awscdk.Duration
	// AllowAccountCloudWatchRole accepts an API that sets the account's API
	// Gateway CloudWatch role (AWS::ApiGateway::Account). It is shared by every
	// API in the account and Region, and deleting the stack takes it from all.
	//
	// Default: false, such an API is an error at synthesis.
	AllowAccountCloudWatchRole *bool
}

// Validate returns nil, or a *[ValidationError] that lists every problem.
func (o *ProtectOptions) Validate() error {
	var problems validation.Collector
	if o != nil {
		validateWholeUnits(&problems, "AuthorizerResultTtl", o.AuthorizerResultTtl, 0, maxAuthorizerResultTtl, time.Second)
	}
	return problems.Err("ProtectOptions")
}

// ProtectedApi is a REST API behind an [AuthorizationServer]. At synthesis,
// every method of the API, whenever and wherever it was added, has to use the
// authorizer with at least one declared scope.
type ProtectedApi interface {
	// Require returns the options of a method that may be called with a token
	// that holds at least one of scopes. Set other fields of the result as
	// needed. It panics with a *[ValidationError] without scopes, or if the
	// authorization server does not declare one of them.
	Require(scopes ...Scope) *awsapigateway.MethodOptions
	// AllowUnauthenticated makes one method public: anyone on the network can
	// call it without a token. The reason is for the reader of the code and has
	// to be given. The method's authorization type has to be NONE.
	AllowUnauthenticated(method awsapigateway.Method, reason *string)
	// Authorizer returns the API's Cognito authorizer.
	Authorizer() awsapigateway.CognitoUserPoolsAuthorizer
	// RestApi returns the API.
	RestApi() awsapigateway.RestApi
}

// authorizerID is the id of the authorizer within the API it belongs to: an API
// Gateway authorizer cannot be shared by two APIs.
const authorizerID = "MachineAuthorizer"

type protectedApi struct {
	server       *authorizationServer
	api          awsapigateway.RestApi
	deployment   awsapigateway.Deployment
	path         string
	apiID        string
	options      ProtectOptions
	authorizer   awsapigateway.CognitoUserPoolsAuthorizer // nil until a method needs it
	authorizerID string
	public       map[string]bool // by construct path of the method
}

func (s *authorizationServer) Protect(api awsapigateway.RestApi, options *ProtectOptions) ProtectedApi {
	if api == nil {
		var problems validation.Collector
		problems.Addf("api", "is nil: pass the RestApi to protect")
		construction.PanicIfInvalid(s, "Protect", &problems)
	}
	path := *api.Node().Path()
	var problems validation.Collector
	if p := s.protectedAt(path); p != nil {
		if options != nil {
			problems.Addf("options", "%s is protected already, with the options of the first call: pass nil to get its ProtectedApi", path)
			construction.PanicIfInvalid(s, "Protect", &problems)
		}
		return p
	}
	if options == nil {
		options = &ProtectOptions{}
	}
	problems.Merge(options.Validate())
	deployment := api.LatestDeployment()
	if deployment == nil {
		problems.Addf("api", "%s does not deploy itself, so a change of its authorizer would not reach the stage: leave Deploy unset", path)
	}
	for _, other := range s.guard.servers {
		if other.protectedAt(path) != nil {
			problems.Addf("api", "%s is protected by another authorization server already: protect each API with one", path)
		}
	}
	construction.PanicIfInvalid(s, "Protect", &problems)

	p := &protectedApi{
		server: s, api: api, deployment: deployment, path: path, apiID: *api.RestApiId(), options: *options, public: map[string]bool{},
	}
	s.protected = append(s.protected, p)
	s.guard.watch(api)
	return p
}

// protectedAt returns the protected API at a construct path, or nil.
func (s *authorizationServer) protectedAt(path string) *protectedApi {
	for _, p := range s.protected {
		if p.path == path {
			return p
		}
	}
	return nil
}

// Authorizer creates the authorizer on first use: CDK binds an authorizer to
// its API by a method that uses it, and fails on one that no method uses.
func (p *protectedApi) Authorizer() awsapigateway.CognitoUserPoolsAuthorizer {
	if p.authorizer != nil {
		return p.authorizer
	}
	p.authorizer = awsapigateway.NewCognitoUserPoolsAuthorizer(p.api, jsii.String(authorizerID), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{p.server.userPool},
		ResultsCacheTtl:  p.options.AuthorizerResultTtl,
	})
	p.authorizerID = *p.authorizer.AuthorizerId()
	// CDK does this only under the feature flag
	// @aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId. Without it, a
	// stage would keep checking tokens against the pool it was deployed with.
	authorizer := map[string]any{"providerArns": []any{p.server.userPool.UserPoolArn()}}
	if ttl := p.options.AuthorizerResultTtl; ttl != nil {
		authorizer["resultTtl"] = ttl.ToSeconds(nil)
	}
	p.deployment.AddToLogicalId(map[string]any{"machineAuthorizer": authorizer})
	return p.authorizer
}

func (p *protectedApi) Require(scopes ...Scope) *awsapigateway.MethodOptions {
	var problems validation.Collector
	if len(scopes) == 0 {
		problems.Addf("scopes", "must have at least one: without a scope API Gateway takes the token for an ID token and turns every machine client away")
	}
	p.server.validateUsedScopes(&problems, "scopes", scopes)
	construction.PanicIfInvalid(p.api, "Require", &problems)
	return &awsapigateway.MethodOptions{
		AuthorizationType:   awsapigateway.AuthorizationType_COGNITO,
		Authorizer:          p.Authorizer(),
		AuthorizationScopes: jsii.Strings(p.server.qualifiedNames(scopes)...),
	}
}

func (p *protectedApi) AllowUnauthenticated(method awsapigateway.Method, reason *string) {
	var problems validation.Collector
	if method == nil {
		problems.Addf("method", "is nil: pass the method to make public")
	} else if *method.Api().Node().Path() != p.path {
		problems.Addf("method", "%s is not a method of %s: pass one that is", *method.Node().Path(), p.path)
	}
	if strings.TrimSpace(deref(reason)) == "" {
		problems.Addf("reason", "is required: say why anyone may call the method without a token")
	}
	construction.PanicIfInvalid(p.api, "AllowUnauthenticated", &problems)
	p.public[*method.Node().Path()] = true
}

func (p *protectedApi) RestApi() awsapigateway.RestApi { return p.api }
