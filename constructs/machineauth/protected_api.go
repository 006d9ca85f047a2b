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
	// AuthorizerResultTtl is how long API Gateway caches the result for a token,
	// 0 to 1 hour in whole seconds. 0 turns the cache off.
	//
	// Default: API Gateway's own default, 5 minutes.
	AuthorizerResultTtl awscdk.Duration
	// AllowAccountCloudWatchRole accepts an API that sets the account's API
	// Gateway CloudWatch role (AWS::ApiGateway::Account). It is shared by every
	// API in the account and Region, and deleting the stack takes it from all.
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

// ProtectedApi is a REST API behind an [AuthorizationServer]. The rules refuse
// a method of the API, whenever and wherever it was added, that does not use the
// authorizer with at least one declared scope. Any change of what the API asks
// for makes a new deployment, so that its stage never stays behind.
type ProtectedApi interface {
	// Require returns the options of a method that may be called with a token
	// that holds at least one of scopes. Set other fields of the result as
	// needed. It panics with a *[ValidationError] without scopes, or if the
	// authorization server does not declare one of them.
	Require(scopes ...Scope) *awsapigateway.MethodOptions
	// AllowUnauthenticated makes one method public: anyone on the network can
	// call it without a token. The reason has to be given: it stands in the
	// template, for whoever reviews it. The method's authorization type has to be
	// NONE: the rules warn of an allowance that is not needed. It panics with a
	// *[ValidationError] for a method of another API.
	AllowUnauthenticated(method awsapigateway.Method, reason *string)
	// AllowOtherAuthorization accepts one method that something else than a scope
	// of the authorization server opens: IAM, a Lambda authorizer, the ID token of
	// people, or a scope of Cognito's own. The reason has to be given, as for
	// AllowUnauthenticated.
	AllowOtherAuthorization(method awsapigateway.Method, reason *string)
	// Follow makes a deployment of one's own follow the API as the one of the
	// RestApi does: any change makes a new one, which waits for all that the API
	// has. The rules refuse a stage with another deployment. An API that does not
	// deploy itself (Deploy false, or imported) needs it for each deployment. It
	// panics with a *[ValidationError] for a deployment of another API.
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
	deployment     awsapigateway.Deployment // that the API makes itself, or nil
	deploymentNode constructs.Node
	deployed       awscdk.IResolvable
	ttl            awscdk.Duration
	authorizer     awsapigateway.CognitoUserPoolsAuthorizer // nil until a method needs it
	isImported     bool
	allowed        map[awsapigateway.Method]string // what allowed it
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
			problems.Addf("api", "%s is protected by another authorization server already: protect each API with one", *api.Node().Path())
		case options != nil:
			problems.Addf("options", "%s is protected already, with the options of the first call: pass nil to get its ProtectedApi", *api.Node().Path())
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
		p.isImported = true // its authorizer has the mark
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
	p.allow("AllowOtherAuthorization", method, mark.OtherAuthorization, reason, "what opens the method, and why it is no scope")
}

func (p *protectedApi) allow(function string, method awsapigateway.Method, field string, reason *string, of string) {
	var problems validation.Collector
	if method == nil {
		problems.Addf("method", "is nil: pass the method to allow")
	} else if method.Api() != p.api {
		problems.Addf("method", "%s is not a method of %s: pass one that is", *method.Node().Path(), *p.api.Node().Path())
	} else if by, ok := p.allowed[method]; ok {
		problems.Addf("method", "%s was allowed by %s already: call one of the two, once", *method.Node().Path(), by)
	}
	requireReason(&problems, reason, of)
	construction.PanicIfInvalid(p.api, function, &problems)
	p.allowed[method] = function
	setMark(p.server.app.L1(method), field, reason)
}
