package machineauth

import (
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// stackSuffixLength is the length of the last group of a UUID.
const stackSuffixLength = 12

// UniqueDomainPrefix returns base, a hyphen, and the last group of the UUID in
// the id of scope's stack: a domain prefix that two stacks never share, and
// that stays the same for the life of the stack. A domain prefix has to be
// unique among all AWS accounts of a Region.
//
// base has 1 to 50 characters of a-z, 0-9 and -, with no - at either end, and
// must not contain "aws", "amazon" or "cognito"; UniqueDomainPrefix panics with
// a [ValidationError] otherwise.
func UniqueDomainPrefix(scope constructs.Construct, base string) *string {
	construction.RequireScope("UniqueDomainPrefix", scope)
	var problems validation.Collector
	rule := limits.Prefix
	rule.Max = limits.DomainPrefix - stackSuffixLength - len("-")
	validateDomainPrefix(&problems, "base", &base, rule)
	construction.PanicIfInvalid(scope, "UniqueDomainPrefix", &problems)

	// arn:aws:cloudformation:region:account:stack/name/8-4-4-4-12. Written as
	// CloudFormation has it, as each function of CDK's would be a call to Node.
	part := func(separator string, index int, of any) any {
		return map[string]any{"Fn::Select": []any{index, map[string]any{"Fn::Split": []any{separator, of}}}}
	}
	stackUUID := part("/", 2, map[string]any{"Ref": "AWS::StackId"})
	return awscdk.Token_AsString(map[string]any{
		"Fn::Join": []any{"-", []any{base, part("-", 4, stackUUID)}},
	}, nil)
}

func validateDomainPrefix(problems *validation.Collector, property string, prefix *string, rule validation.StringRule) {
	problems.String(property, prefix, rule)
	if reserved := limits.ReservedWord(deref(prefix)); reserved != "" && !validation.IsToken(*prefix) {
		problems.Addf(property, "must not contain %q, which Cognito reserves, got %s", reserved, validation.Quote(*prefix))
	}
}

var notInDomainPrefix = regexp.MustCompile(`[^a-z0-9]+`)

// domainPrefixBase derives the base of a generated prefix from the identifier
// of a resource server.
func domainPrefixBase(identifier string) string {
	const neutral = "machine-auth"
	if validation.IsToken(identifier) {
		return neutral
	}
	base := notInDomainPrefix.ReplaceAllString(strings.ToLower(identifier), "-")
	if longest := limits.DomainPrefix - stackSuffixLength - len("-"); len(base) > longest {
		base = base[:longest]
	}
	base = strings.Trim(base, "-")
	if base == "" || limits.ReservedWord(base) != "" {
		return neutral
	}
	return base
}

// newDomain creates the domain of the token endpoint: a custom one, or a prefix.
func newDomain(server *authorizationServer, props *AuthorizationServerProps) awscognito.UserPoolDomain {
	domain := &awscognito.UserPoolDomainProps{UserPool: server.userPool}
	if props.TokenDomainName != nil {
		domain.CustomDomain = &awscognito.CustomDomainOptions{
			DomainName:  props.TokenDomainName,
			Certificate: props.TokenCertificate,
		}
	} else {
		prefix := props.DomainPrefix
		if prefix == nil {
			prefix = UniqueDomainPrefix(server, domainPrefixBase(server.identifier))
		}
		domain.CognitoDomain = &awscognito.CognitoDomainOptions{DomainPrefix: prefix}
	}
	return awscognito.NewUserPoolDomain(server, jsii.String(domainID), domain)
}

// validateTokenDomain checks a domain of its own and its certificate.
func validateTokenDomain(problems *validation.Collector, p *AuthorizationServerProps) {
	problems.String("TokenDomainName", p.TokenDomainName, limits.TokenDomain)
	if p.TokenDomainName == nil {
		if p.TokenCertificate != nil {
			problems.Addf("TokenCertificate", "has no effect without TokenDomainName: give that too, or leave it out")
		}
		return
	}
	if p.TokenCertificate == nil {
		problems.Addf("TokenCertificate", "is required with TokenDomainName: give the certificate for the domain, of AWS Certificate Manager in us-east-1")
	} else {
		problems.Certificate("TokenCertificate", p.TokenCertificate.CertificateArn(), "us-east-1",
			"where CloudFront, which serves the domain, takes certificates from")
	}
	const ownDomain = "has no effect with TokenDomainName: leave one of the two out"
	if p.DomainPrefix != nil {
		problems.Addf("DomainPrefix", ownDomain)
	}
	if p.UserPoolDomain != nil {
		problems.Addf("UserPoolDomain", ownDomain)
	}
}

// tokenPath is the path of the token endpoint of a domain.
const tokenPath = "/oauth2/token"

// tokenURL returns the URL of the token endpoint (RFC 6749 section 3.2) behind domain.
func tokenURL(scope constructs.Construct, domain awscognito.IUserPoolDomain) *string {
	if own, ok := domain.(awscognito.UserPoolDomain); ok {
		return jsii.String(*own.BaseUrl(nil) + tokenPath)
	}
	name := *domain.DomainName()
	if strings.Contains(name, ".") && !validation.IsToken(name) { // a prefix has no dot, a custom domain has
		return jsii.String("https://" + name + tokenPath)
	}
	return jsii.String("https://" + name + ".auth." + *awscdk.Stack_Of(scope).Region() + ".amazoncognito.com" + tokenPath)
}
