package walkthrough

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/validation"
)

var (
	// Source: RFC 6749, appendix A.1 and A.2: *VSCHAR.
	credentialPattern = regexp.MustCompile(`^[\x20-\x7E]+$`)
	// Source: RFC 6749, appendix A.4: scope-token.
	scopePattern  = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)
	methodPattern = regexp.MustCompile(`^[A-Z]+$`)
	pathPattern   = regexp.MustCompile(`^/[^?#]*$`)
)

// Validate returns an error that names every missing or malformed field, or nil.
// It sends nothing. The error never holds the client secret or the API key.
func (t Target) Validate() error {
	var problems validation.Collector
	validateURL(&problems, "APIURL", t.APIURL, "https://abc123.execute-api.eu-west-1.amazonaws.com/weather")
	validateURL(&problems, "TokenURL", t.TokenURL, "https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token")
	validateOperation(&problems, "TokenOperation", t.TokenOperation)
	validateCredential(&problems, "ClientID", t.ClientID)
	validateCredential(&problems, "ClientSecret", t.ClientSecret)
	if t.APIKey != "" && !credentialPattern.MatchString(t.APIKey) {
		problems.Addf("APIKey", "must be printable ASCII characters, got %d bytes with others among them; look for a line break", len(t.APIKey))
	}
	validateScopes(&problems, t.withDefaults())
	validateMethods(&problems, t.withDefaults())
	if t.Timeout < 0 {
		problems.Addf("Timeout", "must not be negative, got %v; leave it 0 for %v", t.Timeout, DefaultTimeout)
	}
	return problems.Err("walk-through target")
}

func validateURL(problems *validation.Collector, field, value, example string) {
	if value == "" {
		problems.Addf(field, "is required: a URL such as %s", example)
		return
	}
	parsed, err := url.Parse(value)
	if err != nil {
		// The value is left out, and the error that quotes it: what cannot be
		// taken apart cannot be cleared of a password either.
		problems.Addf(field, "must be a URL such as %s, got one that cannot be parsed", example)
		return
	}
	got := validation.Quote(parsed.Redacted())
	switch {
	case parsed.Scheme != "https" && parsed.Scheme != "http":
		problems.Addf(field, "must begin with https:// (http:// for a loopback host), got %s", got)
	case parsed.Hostname() == "":
		problems.Addf(field, "must name a host, such as %s, got %s", example, got)
	case parsed.Scheme == "http" && !loopback.Host(parsed.Host):
		problems.Addf(field, "must begin with https://, as %s is not a loopback host and secrets would cross the network in clear text, got %s", parsed.Hostname(), got)
	case parsed.User != nil:
		problems.Addf(field, "must not hold a user or password: set ClientID and ClientSecret, got %s", got)
	case parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "":
		problems.Addf(field, "must end with its path, without a query or fragment, got %s", got)
	}
}

func validateOperation(problems *validation.Collector, field, value string) {
	if !clienttoken.Known(value) {
		problems.Addf(field, "must be %s, or empty for a token endpoint, got %s", clienttoken.Operation, validation.Quote(value))
	}
}

// validateCredential never shows the value: the two are easily swapped.
func validateCredential(problems *validation.Collector, field, value string) {
	switch {
	case value == "":
		problems.Addf(field, "is required: it is in the user pool's app client")
	case !credentialPattern.MatchString(value):
		problems.Addf(field, "must be printable ASCII characters (RFC 6749, appendix A), got %d bytes with others among them; look for a line break", len(value))
	}
}

func validateScope(problems *validation.Collector, field, value string) {
	if !scopePattern.MatchString(value) {
		problems.Addf(field, `must be one scope, printable ASCII characters without space, " and \ (RFC 6749, appendix A.4), got %s`, validation.Quote(value))
	}
}

func validateScopes(problems *validation.Collector, t Target) {
	for _, scope := range []struct{ field, value string }{{"GetScope", t.GetScope}, {"PostScope", t.PostScope}} {
		validateScope(problems, scope.field, scope.value)
		if scope.value == t.DeniedScope {
			problems.Addf("DeniedScope", "must differ from %s, got %s for both", scope.field, validation.Quote(scope.value))
		}
	}
	validateScope(problems, "DeniedScope", t.DeniedScope)
}

// validateMethods checks what is tried, and where the secrets of other clients go.
func validateMethods(problems *validation.Collector, t Target) {
	path := func(field, value string) {
		if !pathPattern.MatchString(value) {
			problems.Addf(field, "must begin with / and have no query or fragment, got %s", validation.Quote(value))
		}
	}
	path("GetPath", t.GetPath)
	path("PostPath", t.PostPath)
	for i, method := range t.Methods {
		at := fmt.Sprintf("Methods[%d].", i)
		if !methodPattern.MatchString(method.HTTPMethod) {
			problems.Addf(at+"HTTPMethod", "must be one of HTTP such as GET, got %s", validation.Quote(method.HTTPMethod))
		}
		path(at+"Path", method.Path)
		if refused := method.Refused; refused != t.grant(refused.Scope) {
			validateURL(problems, at+"Refused.TokenURL", refused.TokenURL, "https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token")
			validateOperation(problems, at+"Refused.TokenOperation", refused.TokenOperation)
			validateCredential(problems, at+"Refused.ClientID", refused.ClientID)
			validateCredential(problems, at+"Refused.ClientSecret", refused.ClientSecret)
		}
		for scope := range strings.FieldsSeq(method.Refused.Scope) {
			validateScope(problems, at+"Refused.Scope", scope)
		}
	}
}
