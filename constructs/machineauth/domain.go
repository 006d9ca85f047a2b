package machineauth

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// stackSuffixLength is the length of the last group of a UUID.
const stackSuffixLength = 12

// UniqueDomainPrefix returns base, a hyphen, and the last group of the UUID in
// the id of scope's stack: a domain prefix that two stacks never share, and
// that stays the same for the life of the stack. A domain prefix has to be
// unique among all AWS accounts of a Region, so two authorization servers of one
// stack need two bases.
//
// base must not follow from anything that may change: see
// [AuthorizationServerProps].DomainPrefix.
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

	prefix := construction.Once(construction.AppOf(scope), "domain prefix "+base, func() *string { return uniqueDomainPrefix(base) })
	return jsii.String(*prefix)
}

func uniqueDomainPrefix(base string) *string {
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

// defaultDomainPrefix is the prefix of a server that was given none. It follows
// from where the server stands in its stack and from the stack's id, which is
// what its other resources follow from too, and from nothing else: a pool has one
// prefix, and Cognito refuses a second while the first exists. It tells the
// servers of one stack apart. It must never change.
func defaultDomainPrefix(server constructs.Construct) *string {
	stack := *awscdk.Stack_Of(server).Node().Path()
	place := strings.TrimPrefix(strings.TrimPrefix(*server.Node().Path(), stack), "/")
	hash := sha256.Sum256([]byte(place))
	return UniqueDomainPrefix(server, "machine-auth-"+hex.EncodeToString(hash[:4]))
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
			prefix = defaultDomainPrefix(server)
		}
		domain.CognitoDomain = &awscognito.CognitoDomainOptions{DomainPrefix: prefix}
	}
	return awscognito.NewUserPoolDomain(server, jsii.String(domainID), domain)
}

// validateTokenDomain checks where the token endpoint is: an existing domain, or
// one of its own and its certificate.
func validateTokenDomain(problems *validation.Collector, p *AuthorizationServerProps) {
	validateTokenURL(problems, p.TokenUrl, p.UserPoolDomain)
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

// validateTokenURL checks the URL of the token endpoint behind an existing
// domain, which has to be given where the domain's name does not tell it.
func validateTokenURL(problems *validation.Collector, url *string, domain awscognito.IUserPoolDomain) {
	problems.String("TokenUrl", url, limits.TokenURL)
	switch {
	case url != nil && domain == nil:
		problems.Addf("TokenUrl", "is that of an existing domain: give UserPoolDomain too, or leave it out")
	case url == nil && domain != nil && !tellsTokenURL(domain):
		problems.Addf("TokenUrl", "is required with a UserPoolDomain whose name is a token, as nothing tells a prefix from a domain of its own: "+
			"give https://{prefix}.auth.{region}.amazoncognito.com/oauth2/token or https://{domain}/oauth2/token")
	}
}

// tellsTokenURL reports whether tokenURLOf knows the endpoint behind domain.
func tellsTokenURL(domain awscognito.IUserPoolDomain) bool {
	_, made := domain.(awscognito.UserPoolDomain)
	return made || !validation.IsToken(*domain.DomainName())
}

// tokenURLOf returns the URL of the token endpoint (RFC 6749 section 3.2) behind
// domain, if tellsTokenURL reports so. The region is that of the user pool.
func (s *authorizationServer) tokenURLOf(domain awscognito.IUserPoolDomain) *string {
	// CDK knows of the domains that it makes which kind they are, whatever the name.
	if made, ok := domain.(awscognito.UserPoolDomain); ok {
		return jsii.String(*made.BaseUrl(nil) + tokenPath)
	}
	name := *domain.DomainName()
	if strings.Contains(name, ".") { // a prefix has none, a domain of its own has
		return tokenURLOfDomain(name)
	}
	return tokenURLOfPrefix(name, *s.region())
}

// tokenPath is the path of the token endpoint of a domain.
const tokenPath = "/oauth2/token"

func tokenURLOfDomain(name string) *string { return jsii.String("https://" + name + tokenPath) }

func tokenURLOfPrefix(prefix, region string) *string {
	return tokenURLOfDomain(prefix + ".auth." + region + ".amazoncognito.com")
}

func (s *authorizationServer) TokenUrl() *string {
	switch {
	case s.noDomain:
		// Written as CloudFormation has it: the suffix is another one in China.
		return awscdk.Token_AsString(map[string]any{"Fn::Join": []any{"", []any{
			"https://cognito-idp.", s.region(), ".", map[string]any{"Ref": "AWS::URLSuffix"}, "/",
		}}}, nil)
	case s.tokenURL != nil:
		return s.tokenURL
	case s.domain != nil:
		return s.tokenURLOf(s.domain)
	}
	var problems validation.Collector
	problems.Addf("TokenUrl", "%s", s.unknownTokenURL())
	construction.PanicIfInvalid(s, "TokenUrl", &problems)
	return nil
}

func (s *authorizationServer) TokenOperation() *string {
	if s.noDomain {
		return jsii.String(clienttoken.Operation)
	}
	return nil
}

// region returns that of the user pool.
func (s *authorizationServer) region() *string { return s.userPool.Env().Region }

func (s *authorizationServer) knowsTokenURL() bool {
	return s.noDomain || s.tokenURL != nil || s.domain != nil
}

func (s *authorizationServer) unknownTokenURL() string {
	return fmt.Sprintf("is not known of %s: give its attributes DomainPrefix, DomainName, TokenUrl or NoDomain", *s.Node().Path())
}
