package machineauth

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/internal/validation"
)

// ProtectOptions configures [AuthorizationServer.Protect].
type ProtectOptions struct {
	// AuthorizerResultTtl is how long API Gateway caches the authorizer's result for a
	// token, 0 to 1 hour in whole seconds. 0 turns the cache off.
	//
	// Source: CreateAuthorizer, API Gateway API reference.
	//
	// Default: API Gateway's default, 5 minutes.
	AuthorizerResultTtl awscdk.Duration
	// AllowAccountCloudWatchRole accepts an API that sets the account's API Gateway
	// CloudWatch role (AWS::ApiGateway::Account). All APIs in the account and Region
	// share that role, and deleting the stack removes it for all of them.
	//
	// Source: AWS::ApiGateway::Account, CloudFormation template reference.
	//
	// Default: false, the rules refuse such an API.
	AllowAccountCloudWatchRole *bool
}

// Validate returns nil, or a *[ValidationError] that lists every problem.
func (o *ProtectOptions) Validate() error {
	var problems validation.Collector
	if o != nil {
		validateWholeUnits(&problems, "AuthorizerResultTtl", o.AuthorizerResultTtl, 0, limits.MaxAuthorizerResultTtl, time.Second)
	}
	return problems.Err("ProtectOptions")
}

// ProtectedApi is a REST API behind an [AuthorizationServer]. The rules refuse any
// method of the API that does not use the authorizer with at least one declared scope,
// wherever and whenever it was added. Any change to what the API enforces creates a new
// deployment, so its stage never stays behind.
type ProtectedApi interface {
	// Require returns the options of a method that requires a token with at least one
	// of scopes. You may set other fields of the result. It panics with a
	// *[ValidationError] without scopes, or if the authorization server does not
	// declare one of them.
	Require(scopes ...Scope) *awsapigateway.MethodOptions
	// AllowUnauthenticated makes one method public: anyone on the network can call it
	// without a token. reason is required; reviewers find it in the template. The
	// method's authorization type must be NONE: the rules warn about an exception that
	// is not needed. It panics with a *[ValidationError] if method is nil, belongs to
	// another API or already has an exception, or if reason is empty.
	AllowUnauthenticated(method awsapigateway.Method, reason *string)
	// AllowOtherAuthorization accepts one method with an authorization other than a
	// scope of the authorization server: IAM, a Lambda authorizer, people's ID tokens,
	// or one of Cognito's own scopes. It panics as AllowUnauthenticated does.
	AllowOtherAuthorization(method awsapigateway.Method, reason *string)
	// Follow makes your own deployment follow the API as the RestApi's own deployment
	// does: any change creates a new one, which depends on everything in the API. The
	// rules refuse a stage with any other deployment. An API that does not deploy
	// itself (Deploy false, or imported) needs Follow for each deployment. It panics
	// with a *[ValidationError] if deployment is nil or belongs to another API.
	Follow(deployment awsapigateway.Deployment)
	// Authorizer returns the API's Cognito authorizer.
	Authorizer() awsapigateway.CognitoUserPoolsAuthorizer
	// RestApi returns the API.
	RestApi() awsapigateway.IRestApi
}

type protectedApi struct {
	server         *authorizationServer
	api            awsapigateway.IRestApi
	stack          awscdk.Stack             // of the API
	deployment     awsapigateway.Deployment // the API's own deployment, or nil
	deploymentNode constructs.Node
	deployed       awscdk.IResolvable
	ttl            awscdk.Duration
	authorizer     awsapigateway.CognitoUserPoolsAuthorizer // nil until a method needs it
	isImported     bool
	allowed        map[awsapigateway.Method]string // function that accepted each method
}

func (s *authorizationServer) Protect(api awsapigateway.IRestApi, options *ProtectOptions) ProtectedApi {
	var problems validation.Collector
	if api == nil {
		problems.Addf("api", "is nil: pass the API to protect")
		construction.PanicIfInvalid(s, "Protect", &problems)
	}
	protected := construction.Once(s.app, "protected APIs", func() map[awsapigateway.IRestApi]*protectedApi {
		return map[awsapigateway.IRestApi]*protectedApi{}
	})
	if p := protected[api]; p != nil {
		switch {
		case p.server != s:
			problems.Addf("api", "%s is already protected by another authorization server: protect each API with one", *api.Node().Path())
		case options != nil:
			problems.Addf("options", "%s is already protected, with the options of the first call: pass nil to get its ProtectedApi", *api.Node().Path())
		}
		construction.PanicIfInvalid(s, "Protect", &problems)
		return p
	}
	if options == nil {
		options = &ProtectOptions{}
	}
	problems.Merge(options.Validate())
	l1s := s.app.L1s(api, "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment")
	resource := construction.First[awsapigateway.CfnRestApi](l1s)
	isOwn := resource != nil
	var defaults *defaultOptions
	if isOwn {
		if defaults = s.defaultsOf(api); defaults != nil {
			defaults.validateFor(&problems, api)
		}
	}
	construction.PanicIfInvalid(s, "Protect", &problems)

	p := &protectedApi{server: s, api: api, stack: construction.StackOf(api), ttl: options.AuthorizerResultTtl, allowed: map[awsapigateway.Method]string{}}
	protected[api] = p
	s.protected = append(s.protected, p)
	if pool := s.poolIn(p.stack); isOwn {
		setMark(resource, mark.ProtectedBy, pool)
	} else {
		p.isImported = true // its authorizer carries the mark
	}
	if isTrue(options.AllowAccountCloudWatchRole) {
		if account, ok := api.Node().TryFindChild(jsii.String("Account")).(awscdk.CfnResource); ok {
			setMark(account, mark.AccountRole, true)
		}
	}
	p.deployed = awscdk.Lazy_Any(&deployed{p}, nil)
	if deployment := api.LatestDeployment(); deployment != nil { // the first below a RestApi
		p.deployment, p.deploymentNode = deployment, deployment.Node()
		deployment.AddToLogicalId(p.deployed)
		setMark(construction.First[awsapigateway.CfnDeployment](l1s), mark.Deploys, p.deployed)
	}
	switch {
	case defaults != nil:
		p.takeDefaults(defaults)
	case p.isImported:
		p.Authorizer()
	}
	return p
}

func (p *protectedApi) RestApi() awsapigateway.IRestApi { return p.api }

func (p *protectedApi) AllowUnauthenticated(method awsapigateway.Method, reason *string) {
	p.allow("AllowUnauthenticated", method, mark.Public, reason, "why anyone may call the method without a token")
}

func (p *protectedApi) AllowOtherAuthorization(method awsapigateway.Method, reason *string) {
	p.allow("AllowOtherAuthorization", method, mark.OtherAuthorization, reason, "what opens the method, and why it is not a scope")
}

func (p *protectedApi) allow(function string, method awsapigateway.Method, field string, reason *string, of string) {
	var problems validation.Collector
	if method == nil {
		problems.Addf("method", "is nil: pass the method to allow")
	} else if method.Api() != p.api {
		problems.Addf("method", "%s is not a method of %s: pass a method of that API", *method.Node().Path(), *p.api.Node().Path())
	} else if by, ok := p.allowed[method]; ok {
		problems.Addf("method", "%s is already accepted by %s: call one of the two, once", *method.Node().Path(), by)
	}
	requireReason(&problems, reason, of)
	construction.PanicIfInvalid(p.api, function, &problems)
	p.allowed[method] = function
	setMark(p.server.app.L1(method), field, reason)
}
