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
	// Api is the API to serve. It must deploy itself, which is the default, or have a
	// stage from SetDeploymentStage.
	//
	// Required.
	Api awsapigateway.RestApi
	// DomainName is the API's custom domain, such as api.example.org: 4 to 253
	// characters of a-z, 0-9 and -, in labels separated by dots. A token is not
	// checked.
	//
	// Required.
	DomainName *string
	// Certificate is the certificate for DomainName. It must be from AWS Certificate
	// Manager in the stack's Region, because the domain is regional.
	//
	// Required.
	Certificate awscertificatemanager.ICertificate
	// BasePath is the path segment below which the API is served: 1 to 300 letters,
	// digits and $-_.+!*'(), without a slash.
	//
	// Default: none, the API is at the root of the domain.
	BasePath *string
	// SecurityPolicy sets the minimum TLS version and the ciphers: TLS_1_2, or a policy
	// that starts with TLS13, which also sets the endpoint access mode STRICT. TLS_1_0
	// and policies for edge-optimized domains are refused. The policy is also set on
	// the API, because AWS documents that clients negotiate the API's policy.
	//
	// Source: "Choose a security policy for your custom domain in API Gateway", API
	// Gateway Developer Guide.
	//
	// Default: TLS_1_2 for the domain; the API keeps its policy.
	SecurityPolicy awsapigateway.SecurityPolicy
	// KeepDefaultEndpoint keeps the API's execute-api endpoint on.
	//
	// Default: false, the API answers at DomainName only.
	KeepDefaultEndpoint *bool
}

var (
	domainNameRule = validation.StringRule{
		Min: 4, Max: 253,
		Pattern: regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$`),
		Allowed: "a-z, 0-9 and - in labels separated by dots, such as api.example.org",
	}
	basePathRule = validation.StringRule{
		Min: 1, Max: 300,
		Pattern: regexp.MustCompile(`^[A-Za-z0-9$_.+!*'()-]+$`),
		Allowed: "letters, digits and $-_.+!*'(), without a slash",
	}
)

// securityPolicies are the members of awsapigateway.SecurityPolicy for regional domains.
var securityPolicies = []string{
	"TLS_1_2", "TLS13_1_2_PQ_2025_09", "TLS13_1_2_PFS_PQ_2025_09", "TLS13_1_3_2025_09", "TLS13_1_3_FIPS_2025_09",
}

// Validate returns nil, or a *[ValidationError] that lists every problem. [NewApiDomain]
// also checks that the certificate is in the stack's Region.
func (p *ApiDomainProps) Validate() error {
	if p == nil {
		p = &ApiDomainProps{}
	}
	var problems validation.Collector
	if p.Api == nil {
		problems.Addf("Api", "is required: pass the RestApi to serve")
	} else if deploymentStage(p.Api) == nil {
		problems.Addf("Api", "%s has no stage to serve: do not set Deploy to false, or call SetDeploymentStage", *p.Api.Node().Path())
	}
	if p.DomainName == nil {
		problems.Addf("DomainName", "is required: pass the API's custom domain, such as \"api.example.org\"")
	}
	problems.String("DomainName", p.DomainName, domainNameRule)
	if p.Certificate == nil {
		problems.Addf("Certificate", "is required: pass the domain's certificate from AWS Certificate Manager in the stack's Region")
	}
	problems.String("BasePath", p.BasePath, basePathRule)
	switch policy := string(p.SecurityPolicy); {
	case p.SecurityPolicy == awsapigateway.SecurityPolicy_TLS_1_0:
		problems.Addf("SecurityPolicy", "must be TLS_1_2 or stricter, got TLS_1_0, which allows the deprecated TLS 1.0 and 1.1 (RFC 8996)")
	case strings.HasSuffix(policy, "_EDGE"):
		problems.Addf("SecurityPolicy", "must be a policy for regional domains, got %s, which is for edge-optimized domains", policy)
	default:
		problems.OneOf("SecurityPolicy", policy, securityPolicies...)
	}
	return problems.Err("ApiDomainProps")
}

// ApiDomain is a custom regional domain of an API. Point a DNS alias record for the
// domain at AliasTarget.
type ApiDomain interface {
	constructs.Construct

	// DomainName returns CDK's domain name.
	DomainName() awsapigateway.DomainName
	// Url returns the API's URL at the domain, with a trailing slash.
	Url() *string
	// AliasTarget returns the target of the domain's DNS alias record.
	AliasTarget() *string
}

type apiDomain = jsiiProxy_apiDomain // see construction.New

type jsiiProxy_apiDomain struct {
	constructs.Construct
	domainName awsapigateway.DomainName
	url        string
}

// NewApiDomain creates an [ApiDomain] in scope and, without KeepDefaultEndpoint, turns
// the API's default endpoint off. If props are invalid, it creates nothing and panics
// with a *[ValidationError].
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

// setSecurityPolicy sets the policy on the L1, because CDK's RestApi has no prop for it.
func setSecurityPolicy(api awsapigateway.CfnRestApi, policy awsapigateway.SecurityPolicy, mode awsapigateway.EndpointAccessMode) {
	name := string(policy)
	if mode != "" {
		name = "SecurityPolicy_" + name // CDK's names lack this prefix
		api.SetEndpointAccessMode(jsii.String(string(mode)))
	}
	api.SetSecurityPolicy(jsii.String(name))
}

// RegionalCertificate says, in error messages, which Region a certificate must be in
// and why.
const RegionalCertificate = "the stack's Region, as the domain is regional"

func (d *apiDomain) DomainName() awsapigateway.DomainName { return d.domainName }
func (d *apiDomain) Url() *string                         { return jsii.String(d.url) }
func (d *apiDomain) AliasTarget() *string                 { return d.domainName.DomainNameAliasDomainName() }
