package properties_test

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"example.com/weather-events-api/constructs/machineauth"
)

// weatherFields are the props of a WeatherEventsApi. weatherSettings draws values that
// conflict with other props.
var weatherFields = fields{
	"AuthorizationServer": oneOf(value{text: "given", build: func(g *given) any { return g.authorizationServer() }}),
	"GetScope":            mostly(16, scopeOfGiven(0), scopeOfNobody().wrong()),
	"PostScope":           mostly(16, scopeOfGiven(1), scopeOfNobody().wrong()),
	"UserPool": oneOf(
		value{text: "given", build: func(g *given) any { return g.pool() }},
		value{text: "imported", build: func(g *given) any {
			// Each stack has its own pool: a pool has one domain, and an identifier only
			// once.
			return awscognito.UserPool_FromUserPoolId(g.scope, g.id(), jsii.String("eu-west-1_"+*awscdk.Stack_Of(g.scope).StackName()))
		}}.unserve()),
	"UserPoolDomain": oneOf(
		value{text: "given", build: func(g *given) any {
			return g.pool().AddDomain(g.id(), &awscognito.UserPoolDomainOptions{CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: jsii.String("existing")}})
		}},
		value{text: "imported", build: func(g *given) any {
			return awscognito.UserPoolDomain_FromDomainName(g.scope, g.id(), jsii.String("existing"))
		}}.unserve()),
	"TokenUrl":            mostly(16, oneOf(str("https://auth.example.org/oauth2/token").unserve(), textToken("https://auth.example.org/oauth2/token").unserve()), str("http://auth.example.org/oauth2/token").wrong(), str("auth.example.org").wrong()),
	"UserPoolName":        poolOrClientName(),
	"RemovalPolicy":       removalPolicy(),
	"DomainPrefix":        domainPrefix(),
	"AccessTokenValidity": tokenValidity(),
	"ServiceClient":       rapid.Custom(serviceClient),
	"AuthorizerResultTtl": resultTtl(),
	"RestApiName":         mostly(16, letters("aZ0 -_é"), str(strings.Repeat("n", 255)), textToken("api"), str("").wrong(), str(strings.Repeat("n", 256)).wrong()),
	"StageName":           mostly(16, letters("aZ09_-"), str(strings.Repeat("s", 128)), str("").wrong(), textToken("v1").wrong(), str("a b").wrong(), str("a/b").wrong(), str(strings.Repeat("s", 129)).wrong()),
	"GetIntegration":      integration(),
	"PostIntegration":     integration(),
	"OutputPrefix":        mostly(16, rapid.Map(rapid.StringMatching(`[A-Za-z][A-Za-z0-9]{0,9}`), str), str(strings.Repeat("o", 64)), str("").wrong(), str("1a").wrong(), str("a-b").wrong(), str(strings.Repeat("o", 65)).wrong(), textToken("Prefix").wrong()),
	"ValidatePost":        boolean(),

	"AccessLogs":            boolean(),
	"AccessLogRetention":    oneOf(constant("ONE_DAY", awslogs.RetentionDays_ONE_DAY), constant("TEN_YEARS", awslogs.RetentionDays_TEN_YEARS), constant("INFINITE", awslogs.RetentionDays_INFINITE)),
	"AccountCloudWatchRole": boolean(),
	"Tracing":               boolean(),
	"DetailedMetrics":       boolean(),
	"AlarmTopic": oneOf(
		value{text: "given", build: func(g *given) any { return awssns.NewTopic(g.scope, g.id(), nil) }},
		value{text: "imported", build: func(g *given) any {
			return awssns.Topic_FromTopicArn(g.scope, g.id(), jsii.String("arn:aws:sns:eu-west-1:123456789012:topic"))
		}}),
	"Dashboard": boolean(),

	"ThrottlingRateLimit":      rateLimit(),
	"ThrottlingBurstLimit":     burstLimit(),
	"GetThrottlingRateLimit":   rateLimit(),
	"GetThrottlingBurstLimit":  burstLimit(),
	"PostThrottlingRateLimit":  rateLimit(),
	"PostThrottlingBurstLimit": burstLimit(),
	"WebAclArn": mostly(16, oneOf(str("arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id"), str("arn:aws-us-gov:wafv2:eu-west-1:123456789012:regional/webacl/n/i")),
		textToken("arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id"),
		str("").wrong(), str("arn:aws:wafv2:us-east-1:123456789012:global/webacl/name/id").wrong(),
		str("arn:aws:wafv2:us-west-2:123456789012:regional/webacl/name/id").wrong()),
	"ManagedWebAcl":   boolean(),
	"WebAclRateLimit": mostly(16, whole(10, 5000), num(10), num(2e9), numberToken(2000), num(9).wrong(), num(2e9+1).wrong(), num(10.5).wrong()),

	"ApiDomainName": mostly(16, rapid.Map(rapid.StringMatching(`[a-z]{1,8}\.example\.org`), str), str("a.bc"), textToken("api.example.org"),
		str("").wrong(), str("localhost").wrong(), str("Api.example.org").wrong(), str("-a.example.org").wrong()),
	"ApiCertificate": certificateIn("eu-west-1", "us-west-2"),
	"ApiBasePath":    mostly(16, letters("aZ09$_.+!*'()-"), textToken("v1"), str("").wrong(), str("a/b").wrong(), str(strings.Repeat("p", 301)).wrong()),
	"SecurityPolicy": mostly(16, oneOf(constant("TLS_1_2", awsapigateway.SecurityPolicy_TLS_1_2), constant("TLS13_1_3_2025_09", awsapigateway.SecurityPolicy_TLS13_1_3_2025_09)),
		constant("TLS_1_0", awsapigateway.SecurityPolicy_TLS_1_0).wrong(), constant("TLS13_2025_EDGE", awsapigateway.SecurityPolicy_TLS13_2025_EDGE).wrong()),
	"TokenDomainName":  tokenDomainName(),
	"TokenCertificate": certificateIn("us-east-1", "eu-west-1"),
	"ResourcePolicy": mostly(16, oneOf(
		value{text: "allow", build: func(*given) any { return policy(awsiam.Effect_ALLOW) }}.unserve(),
		value{text: "deny", build: func(*given) any { return policy(awsiam.Effect_DENY) }}.unserve()),
		value{text: "empty", build: func(*given) any { return awsiam.NewPolicyDocument(nil) }}.wrong()),
}

// weatherSettings are matching props of a WeatherEventsApi.
func weatherSettings(t *rapid.T) (s settings) {
	s.maybe(t, weatherFields, "AuthorizerResultTtl", "RestApiName", "StageName", "GetIntegration", "PostIntegration", "OutputPrefix", "ValidatePost",
		"Tracing", "DetailedMetrics", "AlarmTopic", "Dashboard",
		"ThrottlingRateLimit", "ThrottlingBurstLimit", "GetThrottlingRateLimit", "GetThrottlingBurstLimit", "PostThrottlingRateLimit", "PostThrottlingBurstLimit")
	switch rapid.SampledFrom([]string{"new", "new", "new", "pool", "server"}).Draw(t, "authorization server") {
	case "new":
		s.maybe(t, weatherFields, "UserPoolName", "RemovalPolicy")
		s.maybe(t, weatherFields, rapid.SampledFrom([]string{"AccessTokenValidity", "ServiceClient"}).Draw(t, "client"))
		s.tokenDomain(t, weatherFields, false)
	case "pool":
		s.set(t, weatherFields, "UserPool")
		s.maybe(t, weatherFields, "AccessTokenValidity")
		s.tokenDomain(t, weatherFields, true)
	case "server":
		s.set(t, weatherFields, "AuthorizationServer", "GetScope", "PostScope")
	}
	if oneIn(t, 5) {
		s = append(s, setting{"AccessLogs", constant("false", jsii.Bool(false))})
	} else {
		s.maybe(t, weatherFields, "AccessLogRetention", "AccountCloudWatchRole")
	}
	if oneIn(t, 5) {
		s = append(s, setting{"ManagedWebAcl", constant("true", jsii.Bool(true))})
		s.maybe(t, weatherFields, "WebAclRateLimit")
	} else {
		s.maybe(t, weatherFields, "WebAclArn")
	}
	if oneIn(t, 4) {
		s.set(t, weatherFields, "ApiDomainName", "ApiCertificate")
		s.maybe(t, weatherFields, "ApiBasePath", "SecurityPolicy")
	}
	if oneIn(t, 8) {
		s.set(t, weatherFields, "ResourcePolicy")
	}
	return s
}

// tokenDomain is the domain of the token endpoint: a default, or one of three.
func (s *settings) tokenDomain(t *rapid.T, from fields, givenPool bool) {
	choices := []string{"default", "DomainPrefix", "TokenDomainName"}
	if givenPool {
		choices = append(choices, "UserPoolDomain")
	}
	switch choice := rapid.SampledFrom(choices).Draw(t, "domain"); choice {
	case "default":
	case "TokenDomainName":
		s.set(t, from, "TokenDomainName", "TokenCertificate")
	case "UserPoolDomain":
		s.set(t, from, "UserPoolDomain")
		s.maybe(t, from, "TokenUrl")
	default:
		s.set(t, from, choice)
	}
}

func removalPolicy() *rapid.Generator[value] {
	return mostly(16, oneOf(constant("RETAIN", awscdk.RemovalPolicy_RETAIN), constant("DESTROY", awscdk.RemovalPolicy_DESTROY),
		constant("RETAIN_ON_UPDATE_OR_DELETE", awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE)),
		constant("SNAPSHOT", awscdk.RemovalPolicy_SNAPSHOT).wrong())
}

func domainPrefix() *rapid.Generator[value] {
	return mostly(16, letters(lower), str(strings.Repeat("d", 63)), str("a-0-b"), textToken("prefix"),
		str("").wrong(), str("-a").wrong(), str("a-").wrong(), str("A").wrong(), str("my-aws").wrong(), str("cognito").wrong(), str(strings.Repeat("d", 64)).wrong())
}

func tokenDomainName() *rapid.Generator[value] {
	return mostly(16, rapid.Map(rapid.StringMatching(`[a-z]{1,8}\.auth\.org`), str), str("a.bc"), textToken("auth.example.org"),
		str("").wrong(), str("localhost").wrong(), str("A.example.org").wrong(), str(strings.Repeat("a", 60)+".org").wrong())
}

// resultTtl ranges from 0 to 1 hour.
func resultTtl() *rapid.Generator[value] {
	valid := rapid.Map(rapid.IntRange(0, 3600), func(n int) value { return seconds(float64(n)) })
	return mostly(16, valid, seconds(0), seconds(3600), minutes(60), seconds(3601).wrong(), minutes(61).wrong())
}

func rateLimit() *rapid.Generator[value] {
	return mostly(16, whole(1, 10_000), num(0.5), num(10_000), numberToken(100), num(0).wrong(), num(-1).wrong(), num(10_001).wrong())
}

func burstLimit() *rapid.Generator[value] {
	return mostly(16, whole(1, 5000), num(1), num(5000), numberToken(200), num(0).wrong(), num(1.5).wrong(), num(5001).wrong())
}

func integration() *rapid.Generator[value] {
	return mostly(16, oneOf(value{text: "mock", build: func(*given) any { return mock() }}),
		value{text: "HTTP", build: func(*given) any {
			return awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/"), nil)
		}}.unserve())
}

func serviceClient(t *rapid.T) value {
	s := clientSettings(t)
	return value{text: s.GoString(), nested: s, build: func(g *given) any {
		props := &machineauth.ClientProps{}
		s.apply(props, g)
		return props
	}}
}

// certificateIn gives certificates in region, and seldom a certificate in another Region
// or of another service.
func certificateIn(region, elsewhere string) *rapid.Generator[value] {
	imported := func(arn string) value {
		return value{text: arn, build: func(g *given) any {
			return awscertificatemanager.Certificate_FromCertificateArn(g.scope, g.id(), &arn)
		}}
	}
	return mostly(16, oneOf(
		imported("arn:aws:acm:"+region+":123456789012:certificate/abc"),
		value{text: "new", build: func(g *given) any {
			return awscertificatemanager.NewCertificate(g.scope, g.id(), &awscertificatemanager.CertificateProps{
				DomainName: jsii.String("example.org"), Validation: awscertificatemanager.CertificateValidation_FromDns(nil),
			})
		}}),
		imported("arn:aws:iam::123456789012:server-certificate/abc").wrong(),
		imported("arn:aws:acm:"+elsewhere+":123456789012:certificate/abc").wrong())
}

func policy(effect awsiam.Effect) awsiam.PolicyDocument {
	return awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Effect: effect, Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
			Actions: jsii.Strings("execute-api:Invoke"), Resources: jsii.Strings("execute-api:/*"),
		}),
	}})
}

func scopeOfGiven(i int) *rapid.Generator[value] {
	return oneOf(value{text: "given", build: func(g *given) any {
		g.authorizationServer()
		return g.scopes[i]
	}})
}

func scopeOfNobody() value {
	return value{text: "another", build: func(*given) any { return machineauth.NewScope("read", "Read") }}
}
