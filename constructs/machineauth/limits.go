package machineauth

import (
	"regexp"
	"time"

	"example.com/weather-events-api/internal/validation"
)

// Limits and naming rules of Amazon Cognito.
//
// Sources: "Quotas in Amazon Cognito", Amazon Cognito Developer Guide;
// CreateUserPoolDomain, CreateResourceServer and CreateUserPoolClient, Amazon
// Cognito user pools API reference.
const (
	maxScopesPerResourceServer = 100
	maxScopesPerClient         = 50
	maxQualifiedScope          = 256
	maxDomainPrefix            = 63

	minTokenValidity = 5 * time.Minute
	maxTokenValidity = 24 * time.Hour

	maxAuthorizerResultTtl = time.Hour

	maxGeneration = 999_999_999 // room for a date, 20260131
)

var (
	identifierRule = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`),
		Allowed: `printable ASCII without space, '"' and '\'`,
	}
	resourceServerNameRule = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`^[\w\s+=,.@-]+$`),
		Allowed: `ASCII letters, digits, spaces and _ + = , . @ -`,
	}
	scopeNameRule = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$`),
		Allowed: `printable ASCII without space, '"', '/' and '\'`,
	}
	scopeDescriptionRule = validation.StringRule{
		Min: 1, Max: 256,
		Pattern: regexp.MustCompile(`(?s)^.+$`),
		Allowed: `text`,
	}
	poolOrClientNameRule = validation.StringRule{
		Min: 1, Max: 128,
		Pattern: regexp.MustCompile(`^[\w\s+=,.@-]+$`),
		Allowed: `ASCII letters, digits, spaces and _ + = , . @ -`,
	}
	// Source: CreateSecret, AWS Secrets Manager API reference.
	secretNameRule = validation.StringRule{
		Min: 1, Max: 512,
		Pattern: regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]+$`),
		Allowed: `ASCII letters, digits and / _ + = . @ -`,
	}
	domainPrefixRule = validation.StringRule{
		Min: 1, Max: maxDomainPrefix,
		Pattern: regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$`),
		Allowed: `a-z, 0-9 and -, with no - at either end`,
	}
	tokenDomainRule = validation.StringRule{
		Min: 4, Max: 63,
		Pattern: regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$`),
		Allowed: `a-z, 0-9 and - in labels with a dot between, as auth.example.org`,
	}
	reservedInDomainPrefix = []string{"aws", "amazon", "cognito"}
)
