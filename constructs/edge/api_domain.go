package edge

import (
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// ApiDomainProps configures an [ApiDomain].
type ApiDomainProps struct {
	// Api is the API to serve. It has to deploy itself, as it does by default, or
	// to be told its stage with SetDeploymentStage.
	//
	// Required.
	Api awsapigateway.RestApi
	// DomainName is the API's own domain, such as api.example.org, in lower case.
	//
	// Required.
	DomainName *string
	// Certificate is the certificate for DomainName, of AWS Certificate Manager
	// in the stack's Region: the domain is regional.
	//
	// Required.
	Certificate awscertificatemanager.ICertificate
	// BasePath is the one path segment below which the API is served, of letters,
	// digits and $-_.+!*'()
	//
	// Default: none, the API is served at the root of the domain.
	BasePath *string
	// SecurityPolicy is the lowest TLS version and the ciphers: TLS_1_2 or one of
	// the policies that start with TLS13, which come with the endpoint access mode
	// STRICT. It is set on the API as well, whose policy the documentation says is
	// the one that is negotiated.
	//
	// Source: "Choose a security policy for your custom domain in API Gateway",
	// API Gateway Developer Guide.
	//
	// Default: TLS_1_2 for the domain; the API keeps the policy it has.
	SecurityPolicy awsapigateway.SecurityPolicy
	// KeepDefaultEndpoint leaves the API's execute-api endpoint on, too.
	//
	// Default: false, the API answers at DomainName only.
	KeepDefaultEndpoint *bool
}

var (
	domainNameRule = validation.StringRule{
		Min: 4, Max: 253,
		Pattern: regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$`),
		Allowed: "a-z, 0-9 and - in labels with a dot between, as api.example.org",
	}
	basePathRule = validation.StringRule{
		Min: 1, Max: 300,
		Pattern: regexp.MustCompile(`^[A-Za-z0-9$_.+!*'()-]+$`),
		Allowed: "letters, digits and $-_.+!*'(), without a slash",
	}
)

// Validate returns nil, or a *[ValidationError] that lists every problem. That
// the certificate is in the stack's Region is left to [NewApiDomain].
func (p *ApiDomainProps) Validate() error {
	if p == nil {
		p = &ApiDomainProps{}
	}
	var problems validation.Collector
	if p.Api == nil {
		problems.Addf("Api", "is required: give the RestApi to serve")
	} else if deploymentStage(p.Api) == nil {
		problems.Addf("Api", "%s has no stage of its own to serve: leave Deploy unset, or set its DeploymentStage", *p.Api.Node().Path())
	}
	if p.DomainName == nil {
		problems.Addf("DomainName", "is required: the API's own domain, such as \"api.example.org\"")
	}
	problems.String("DomainName", p.DomainName, domainNameRule)
	if p.Certificate == nil {
		problems.Addf("Certificate", "is required: give the certificate for the domain, of AWS Certificate Manager in the stack's Region")
	}
	problems.String("BasePath", p.BasePath, basePathRule)
	if p.SecurityPolicy == awsapigateway.SecurityPolicy_TLS_1_0 {
		problems.Addf("SecurityPolicy", "must be TLS_1_2 or stricter, got TLS_1_0, whose TLS versions 1.0 and 1.1 are deprecated (RFC 8996)")
	}
	if strings.HasSuffix(string(p.SecurityPolicy), "_EDGE") {
		problems.Addf("SecurityPolicy", "must be a policy of regional domains, got %s, which is for edge-optimized ones", p.SecurityPolicy)
	}
	return problems.Err("ApiDomainProps")
}

// ApiDomain is a regional domain name of an API. It needs a DNS alias record
// that leads to AliasTarget.
type ApiDomain interface {
	constructs.Construct

	// DomainName returns CDK's domain name.
	DomainName() awsapigateway.DomainName
	// Url returns the API's URL at the domain, with a slash at the end.
	Url() *string
	// AliasTarget returns the name that the DNS record of the domain leads to.
	AliasTarget() *string
}

type apiDomain = jsiiProxy_apiDomain // see construction.New

type jsiiProxy_apiDomain struct {
	constructs.Construct
	domainName awsapigateway.DomainName
	url        string
}

// NewApiDomain creates an [ApiDomain] in scope and, unless told otherwise, turns
// the API's default endpoint off. It panics with a *[ValidationError] if props
// are invalid; nothing has been created then.
func NewApiDomain(scope constructs.Construct, id *string, props *ApiDomainProps) ApiDomain {
	construction.RequireScopeAndID("NewApiDomain", scope, id)
	var problems validation.Collector
	problems.Merge(props.Validate())
	if props != nil && props.Certificate != nil {
		problems.Certificate("Certificate", props.Certificate.CertificateArn(), *awscdk.Stack_Of(scope).Region(), RegionalCertificate)
	}
	construction.PanicIfInvalid(scope, *id, &problems)

	policy := props.SecurityPolicy
	if policy == "" {
		policy = awsapigateway.SecurityPolicy_TLS_1_2
	}
	var mode awsapigateway.EndpointAccessMode
	if policy != awsapigateway.SecurityPolicy_TLS_1_2 {
		mode = awsapigateway.EndpointAccessMode_STRICT
	}
	api := props.Api.Node().DefaultChild().(awsapigateway.CfnRestApi)
	if props.SecurityPolicy != "" {
		setSecurityPolicy(api, policy, mode)
	}
	d := &apiDomain{url: "https://" + *props.DomainName + "/"}
	construction.New(d, scope, id)
	d.domainName = awsapigateway.NewDomainName(d, jsii.String("DomainName"), &awsapigateway.DomainNameProps{
		DomainName:         props.DomainName,
		Certificate:        props.Certificate,
		EndpointType:       awsapigateway.EndpointType_REGIONAL,
		SecurityPolicy:     policy,
		EndpointAccessMode: mode,
	})
	awsapigateway.NewBasePathMapping(d, jsii.String("BasePathMapping"), &awsapigateway.BasePathMappingProps{
		DomainName: d.domainName,
		RestApi:    props.Api,
		Stage:      props.Api.DeploymentStage(),
		BasePath:   props.BasePath,
	})
	if props.BasePath != nil {
		d.url += *props.BasePath + "/"
	}
	if keep := props.KeepDefaultEndpoint; keep == nil || !*keep {
		api.SetDisableExecuteApiEndpoint(jsii.Bool(true))
	}
	return d
}

// setSecurityPolicy sets on an API what CDK's RestApi has no property for.
func setSecurityPolicy(api awsapigateway.CfnRestApi, policy awsapigateway.SecurityPolicy, mode awsapigateway.EndpointAccessMode) {
	name := string(policy)
	if mode != "" {
		name = "SecurityPolicy_" + name // CDK's names of these leave it out
		api.SetEndpointAccessMode(jsii.String(string(mode)))
	}
	api.SetSecurityPolicy(jsii.String(name))
}

// RegionalCertificate is why a certificate has to be in the stack's Region.
const RegionalCertificate = "the stack's Region, as the domain is regional"

func (d *apiDomain) DomainName() awsapigateway.DomainName { return d.domainName }
func (d *apiDomain) Url() *string                         { return jsii.String(d.url) }
func (d *apiDomain) AliasTarget() *string                 { return d.domainName.DomainNameAliasDomainName() }
