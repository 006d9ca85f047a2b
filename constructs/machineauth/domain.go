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

// UniqueDomainPrefix returns base, a hyphen, and the last group of the UUID in the id
// of scope's stack: a domain prefix that two stacks never share, and that never changes
// during the life of the stack. A domain prefix must be unique among all AWS accounts
// of a Region, so two authorization servers in one stack need two bases.
//
// base must not depend on anything that may change: see
// [AuthorizationServerProps].DomainPrefix.
//
// base has 1 to 50 characters of a-z, 0-9 and -, with no - at either end, and must not
// contain "aws", "amazon" or "cognito"; otherwise UniqueDomainPrefix panics with a
// *[ValidationError].
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
	// CloudFormation functions, because each CDK function would be a call to Node.
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

// defaultDomainPrefix returns the prefix of a server without DomainPrefix. It depends
// only on the server's place in its stack and on the stack's id, as the server's other
// resources do, because a pool has one prefix, and Cognito refuses a second while the
// first exists. It differs between the servers of one stack. It must never change.
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

// validateTokenDomain checks the token endpoint's existing domain, or its custom domain
// and certificate.
func validateTokenDomain(problems *validation.Collector, p *AuthorizationServerProps) {
	validateTokenURL(problems, p.TokenUrl, p.UserPoolDomain)
	problems.String("TokenDomainName", p.TokenDomainName, limits.TokenDomain)
	if p.TokenDomainName == nil {
		if p.TokenCertificate != nil {
			problems.Addf("TokenCertificate", "has no effect without TokenDomainName: set that too, or remove it")
		}
		return
	}
	if p.TokenCertificate == nil {
		problems.Addf("TokenCertificate", "is required with TokenDomainName: pass the domain's certificate from AWS Certificate Manager in us-east-1")
	} else {
		problems.Certificate("TokenCertificate", p.TokenCertificate.CertificateArn(), "us-east-1",
			"where CloudFront, which serves the domain, takes certificates from")
	}
	const ownDomain = "has no effect with TokenDomainName: remove one of the two"
	if p.DomainPrefix != nil {
		problems.Addf("DomainPrefix", ownDomain)
	}
	if p.UserPoolDomain != nil {
		problems.Addf("UserPoolDomain", ownDomain)
	}
}

// validateTokenURL checks the URL of the token endpoint behind an existing domain. The
// URL is required if the domain's name does not imply it.
func validateTokenURL(problems *validation.Collector, url *string, domain awscognito.IUserPoolDomain) {
	problems.String("TokenUrl", url, limits.TokenURL)
	switch {
	case url != nil && domain == nil:
		problems.Addf("TokenUrl", "belongs to an existing domain: set UserPoolDomain too, or remove it")
	case url == nil && domain != nil && !tellsTokenURL(domain):
		problems.Addf("TokenUrl", "is required with a UserPoolDomain whose name is a token, which may be a prefix or a custom domain: "+
			"use https://{prefix}.auth.{region}.amazoncognito.com/oauth2/token or https://{domain}/oauth2/token")
	}
}

// tellsTokenURL reports whether tokenURLOf can determine the endpoint behind domain.
func tellsTokenURL(domain awscognito.IUserPoolDomain) bool {
	_, made := domain.(awscognito.UserPoolDomain)
	return made || !validation.IsToken(*domain.DomainName())
}

// tokenURLOf returns the URL of the token endpoint (RFC 6749 section 3.2) behind
// domain, if tellsTokenURL is true. The Region is the user pool's.
func (s *authorizationServer) tokenURLOf(domain awscognito.IUserPoolDomain) *string {
	// CDK knows the kind of a domain that it creates, whatever its name.
	if made, ok := domain.(awscognito.UserPoolDomain); ok {
		return jsii.String(*made.BaseUrl(nil) + tokenPath)
	}
	name := *domain.DomainName()
	if strings.Contains(name, ".") { // only a custom domain has a dot
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
		// AWS::URLSuffix is different in China.
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

// region returns the user pool's Region.
func (s *authorizationServer) region() *string { return s.userPool.Env().Region }

func (s *authorizationServer) knowsTokenURL() bool {
	return s.noDomain || s.tokenURL != nil || s.domain != nil
}

func (s *authorizationServer) unknownTokenURL() string {
	return fmt.Sprintf("is unknown for %s: set DomainPrefix, DomainName, TokenUrl or NoDomain in its attributes", *s.Node().Path())
}
