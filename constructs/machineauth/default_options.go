package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// defaultOptions are what a call of DefaultMethodOptions made.
type defaultOptions struct {
	authorizer awsapigateway.CognitoUserPoolsAuthorizer
	cfn        awsapigateway.CfnAuthorizer
	api        *protectedApi // that has the options, once it is protected
}

func (s *authorizationServer) DefaultMethodOptions(scope constructs.Construct, id *string, scopes ...Scope) *awsapigateway.MethodOptions {
	construction.RequireScopeAndID("DefaultMethodOptions", scope, id)
	var problems validation.Collector
	s.validateRequired(&problems, scopes)
	construction.PanicIfInvalid(scope, *id, &problems)
	authorizer := s.newAuthorizer(scope, *id, nil)
	d := &defaultOptions{authorizer: authorizer, cfn: s.app.L1(authorizer).(awsapigateway.CfnAuthorizer)}
	// CDK would fail without an API, before it comes to Validate.
	d.cfn.SetRestApiId(jsii.String("none"))
	authorizer.Node().AddValidation(d)
	s.defaults = append(s.defaults, d)
	return s.options(authorizer, scopes)
}

// Validate implements constructs.IValidation.
func (d *defaultOptions) Validate() *[]*string {
	if d.api != nil {
		return &[]*string{}
	}
	return jsii.Strings("no protected API has these DefaultMethodOptions: pass them to an API as its DefaultMethodOptions and call Protect with it, or remove the call; below a resource use Require of the ProtectedApi")
}

// defaultsOf returns what api has of DefaultMethodOptions, or nil.
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

// validateFor reports why api cannot have the options.
func (d *defaultOptions) validateFor(problems *validation.Collector, api awsapigateway.IRestApi) {
	switch {
	case d.api != nil:
		problems.Addf("api", "has the DefaultMethodOptions %s of %s: an authorizer is for one API, call DefaultMethodOptions for each", *d.authorizer.Node().Path(), *d.api.api.Node().Path())
	case d.authorizer.Stack() != api.Stack():
		problems.Addf("api", "has the DefaultMethodOptions %s, which are in another stack: call DefaultMethodOptions with a scope in stack %s", *d.authorizer.Node().Path(), *api.Stack().Node().Path())
	}
}

// takeDefaults makes the authorizer of the API's default options its authorizer.
func (p *protectedApi) takeDefaults(d *defaultOptions) {
	d.api = p
	p.use(d.authorizer, d.cfn)
	if p.ttl != nil {
		p.cfnAuthorizer.SetAuthorizerResultTtlInSeconds(p.ttl.ToSeconds(nil))
	}
}
