package openapi

import (
	"strings"

	"example.com/weather-events-api/local/internal/apigateway"
)

// The parts of a request that a Lambda authorizer may need from a caller.
const (
	headerSource = "method.request.header."
	querySource  = "method.request.querystring."
)

// apiKey and sigv4 are written as API Gateway exports them: OpenAPI has no signatures,
// so that they stand as a header too.
var (
	apiKey = SecurityScheme{Type: "apiKey", In: "header", Name: "x-api-key",
		Description: "An API key of a usage plan that has the stage. It is no authorization: it tells callers apart."}
	sigv4 = SecurityScheme{Type: "apiKey", In: "header", Name: "Authorization", AuthType: "awsSigv4",
		Description: "A signature with credentials of AWS that may call the operation: AWS Signature Version 4 for the service execute-api."}
)

// other returns the name of a scheme of no user pool, which it adds if it is new.
func (b *builder) other(name string, described SecurityScheme) string {
	s := scheme{other: described}
	if known, found := b.schemes[s]; found {
		return known
	}
	return b.add(s, name, described)
}

// custom returns the requirement of a Lambda authorizer: all that a caller has to send
// for it to be asked. Without any, it decides by the request as it is, which API Gateway
// exports as a header that nobody has to send.
func (b *builder) custom(a *apigateway.Authorizer) map[string][]string {
	requirement := map[string][]string{}
	describe := func(in, name, description string) {
		described := SecurityScheme{Type: "apiKey", In: in, Name: name, AuthType: "custom", Description: description}
		requirement[b.other("custom", described)] = []string{}
	}
	const decides = "The Lambda authorizer of the API decides by it"
	for source := range strings.SplitSeq(a.IdentitySource, ",") {
		source = strings.TrimSpace(source)
		if name, found := strings.CutPrefix(source, headerSource); found {
			description := decides + "."
			if a.Type == "TOKEN" && a.IdentityValidationExpression != "" {
				description = decides + ". It has to match " + a.IdentityValidationExpression + "."
			}
			describe("header", name, description)
		} else if name, found := strings.CutPrefix(source, querySource); found {
			describe("query", name, decides+".")
		}
	}
	if len(requirement) == 0 {
		describe("header", "Unused", "The Lambda authorizer of the API decides by the request as it is: nothing has to be sent for it.")
	}
	return requirement
}
