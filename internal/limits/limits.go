// Package limits has the limits of Amazon Cognito, API Gateway and Secrets Manager
// for the constructs, the rules and the local server.
//
// Sources: "Quotas in Amazon Cognito", Amazon Cognito Developer Guide;
// CreateUserPoolDomain, CreateResourceServer and CreateUserPoolClient, Amazon
// Cognito user pools API reference; CreateSecret, AWS Secrets Manager API
// reference; "Quotas in Amazon API Gateway", API Gateway Developer Guide;
// CreateDomainName, CreateBasePathMapping and CreateApiKey, API Gateway API reference;
// AssociateWebACL, AWS WAF API reference.
package limits

import (
	"regexp"
	"strings"
	"time"

	"example.com/weather-events-api/internal/validation"
)

// Numbers.
const (
	ScopesPerResourceServer = 100
	ScopesPerClient         = 50
	// QualifiedScope is the maximum length of "identifier/scope".
	QualifiedScope = 256
	DomainPrefix   = 63
	// MaxResourceServersPerPool is the most that AWS raises the quota of 25 to.
	MaxResourceServersPerPool = 300

	MinAccessTokenValidity  = 5 * time.Minute
	MaxAccessTokenValidity  = 24 * time.Hour
	MinRefreshTokenValidity = time.Hour
	MaxRefreshTokenValidity = 10 * 365 * 24 * time.Hour

	MaxAuthorizerResultTtl = time.Hour

	// AWS raises these on request.
	AuthorizersPerAPI = 10
	ResourcesPerAPI   = 300
	StagesPerAPI      = 10
	ResourcePolicy    = 8192 // characters
	// StageVariables is the maximum number of variables of a stage.
	StageVariables = 100

	// MinAPIKey and MaxAPIKey bound the length of an API key's value.
	MinAPIKey = 20
	MaxAPIKey = 128
)

// Names and other texts.
var (
	Identifier = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`),
		Allowed: `printable ASCII without space, '"' and '\'`,
	}
	ResourceServerName = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`^[\w\s+=,.@-]+$`),
		Allowed: `ASCII letters, digits, spaces and _ + = , . @ -`,
	}
	ScopeName = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$`),
		Allowed: `printable ASCII without space, '"', '/' and '\'`,
	}
	ScopeDescription = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`(?s)^.+$`),
		Allowed: `text`,
	}
	PoolID = validation.StringRule{
		Min: 1, Max: 55,
		Pattern: regexp.MustCompile(`^[\w-]+_[0-9a-zA-Z]+$`),
		Form:    `the id of a user pool, such as eu-west-1_Ab129faBb`,
	}
	PoolARN = validation.StringRule{
		Min: 1, Max: 2048,
		Pattern: regexp.MustCompile(`^arn:aws[\w-]*:cognito-idp:[\w-]+:[0-9]{12}:userpool/[\w-]+_[0-9a-zA-Z]+$`),
		Form:    `the ARN of a user pool, such as arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb`,
	}
	PoolOrClientName = validation.StringRule{
		Min: 1, Max: 128,
		Pattern: regexp.MustCompile(`^[\w\s+=,.@-]+$`),
		Allowed: `ASCII letters, digits, spaces and _ + = , . @ -`,
	}
	SecretName = validation.StringRule{
		Min: 1, Max: 512,
		Pattern: regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]+$`),
		Allowed: `ASCII letters, digits and / _ + = . @ -`,
	}
	Prefix = validation.StringRule{
		Min: 1, Max: DomainPrefix,
		Pattern: regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$`),
		Allowed: `a-z, 0-9 and -, with no - at either end`,
	}
	TokenDomain = validation.StringRule{
		Min: 4, Max: 63,
		Pattern: regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$`),
		Allowed: `a-z, 0-9 and - in labels separated by dots, such as auth.example.org`,
	}
	// TokenURL is the URL of a token endpoint (RFC 6749 section 3.2).
	TokenURL = validation.StringRule{
		Min: 12, Max: 2048,
		Pattern: regexp.MustCompile(`^https://[A-Za-z0-9.-]+(?::[0-9]+)?/[!$%&'()*+,./0-9:;=@A-Z_a-z~-]*$`),
		Form:    `a URL with https, a path and no query, such as https://auth.example.org/oauth2/token`,
	}
	APIDomain = validation.StringRule{
		Min: 4, Max: 253,
		Pattern: regexp.MustCompile(`(?i)^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$`),
		Allowed: `ASCII letters, digits and - in labels separated by dots, such as api.example.org`,
	}
	StageName = validation.StringRule{
		Min: 1, Max: 128,
		Pattern: regexp.MustCompile(`^[\w-]+$`),
		Allowed: `a-z, A-Z, 0-9, _ and -`,
	}
	// BasePath is the base path of a custom domain's mapping. It may be empty.
	BasePath = validation.StringRule{
		Min: 0, Max: 300,
		Pattern: regexp.MustCompile("^[A-Za-z0-9$_.+!*'()-]*$"),
		Allowed: `ASCII letters, digits and $ - _ . + ! * ' ( )`,
	}
	// WebAclArn is the ARN of a regional AWS WAF web ACL (not WAF Classic).
	WebAclArn = validation.StringRule{
		Min: 20, Max: 2048,
		Pattern: regexp.MustCompile(`^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[^/]+/[^/]+$`),
		Form:    "the ARN of a regional web ACL, such as arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id",
	}
)

// reservedInPrefix are words that a domain prefix must not contain.
var reservedInPrefix = []string{"aws", "amazon", "cognito"}

// ReservedWord returns the first word of reservedInPrefix in prefix, or "".
func ReservedWord(prefix string) string {
	for _, word := range reservedInPrefix {
		if strings.Contains(prefix, word) {
			return word
		}
	}
	return ""
}

// CognitoScopes are the standard scopes of every user pool. They belong to no
// resource server, and only people get them.
var CognitoScopes = []string{"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"}

// WebAclRegion adds a problem if arn, which satisfies WebAclArn, is known to be in a
// Region other than the stack's.
func WebAclRegion(problems *validation.Collector, property, arn, region string) {
	if validation.IsToken(arn) || validation.IsToken(region) || !WebAclArn.Matches(arn) {
		return
	}
	if given := strings.Split(arn, ":")[3]; given != region {
		problems.Addf(property, "must be in %s, the stack's Region, got one in %s", region, given)
	}
}
