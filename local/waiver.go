package local

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/openapi"
)

// Waiver is a feature of AWS that [Without] leaves out. Without the waiver, a template
// with that feature is refused.
type Waiver struct {
	// Name is the name that [Without] takes.
	Name string `json:"name"`
	// Effect says what differs from AWS.
	Effect string `json:"effect"`
	// For lists the properties and resources that need the waiver. It is empty if none
	// does.
	For []string `json:"for"`
}

// The names of all waivers.
const (
	withoutResourcePolicy  = "resource-policy"
	withoutMutualTLS       = "mutual-tls"
	withoutPrivateEndpoint = "private-endpoint"
	withoutCache           = "cache"
	withoutCanary          = "canary"
	withoutTokenTrigger    = "pre-token-generation"
	withoutHTTPAPI         = "http-api"
	withoutNestedStack     = "nested-stack"
)

// waiver is one of the waivers; reason is why a template is refused without it.
type waiver struct{ name, reason, effect string }

var waivers = []waiver{
	{withoutResourcePolicy, "resource policies are not evaluated", "callers that a resource policy refuses are let in"},
	{withoutMutualTLS, "client certificates are not checked", "callers without a client certificate are let in"},
	{withoutPrivateEndpoint, "nothing here is in a VPC", "private APIs respond to anyone who reaches the server"},
	{withoutCache, "responses are not cached", "no response comes from a cache"},
	{withoutCanary, "canaries are not served", "no request goes to a canary"},
	{withoutTokenTrigger, "triggers are not run", "tokens keep the scopes and claims that a trigger would change"},
	{withoutHTTPAPI, "only REST APIs (AWS::ApiGateway) and their own domain names and mappings are", "HTTP and WebSocket APIs, and the mappings and routing rules of AWS::ApiGatewayV2, are left out"},
	{withoutNestedStack, "the template of the nested stack is neither an asset of a cloud assembly nor a file beside the template: " +
		"give the assembly that cdk synth writes, or the template that aws cloudformation package starts from",
		"nested stacks whose templates are not there are left out, with every method in them"},
}

// Without waives refusals by name, so that a template is served although this package
// does not do what AWS does:
//
//   - resource-policy: the Policy of an API
//   - mutual-tls: the MutualTlsAuthentication of a domain
//   - private-endpoint: an API or a domain with the endpoint type PRIVATE
//   - cache: a stage with a CacheClusterEnabled
//   - canary: a stage or deployment that sends a canary more than 0 % of requests
//   - pre-token-generation: a trigger of version V3_0, which changes machines' tokens
//   - http-api: resources of AWS::ApiGatewayV2, and a domain with a RoutingMode for them
//   - nested-stack: nested stacks whose templates are not there
//
// A waiver may let in a caller that AWS refuses: [System.Waivers] and the [OpenAPI]
// document of an API say so. A waiver that nothing needs has no effect. An unknown name
// is an error. Default: nothing is waived.
func Without(names ...string) Option {
	return func(o *options) { o.without = append(o.without, names...) }
}

// Waivers returns the waivers that [Without] names, each once, in the order of its
// documentation.
func (s *System) Waivers() []Waiver {
	named := []Waiver{}
	for _, waiver := range waivers {
		if !slices.Contains(s.options.without, waiver.name) {
			continue
		}
		one := Waiver{Name: waiver.name, Effect: waiver.effect, For: []string{}}
		for _, use := range s.waived {
			if use.waiver == waiver.name {
				one.For = append(one.For, use.by)
			}
		}
		named = append(named, one)
	}
	return named
}

// checkWaivers returns an error for every name that is not a waiver.
func (o *options) checkWaivers() error {
	var problems validation.Collector
	var known []string
	for _, waiver := range waivers {
		known = append(known, waiver.name)
	}
	for _, name := range o.without {
		if !slices.Contains(known, name) {
			problems.Addf(validation.Quote(name), "is not a waiver%s (there are %s)", validation.DidYouMean(name, known), strings.Join(known, ", "))
		}
	}
	return problems.Err("without")
}

// waived is one use of a waiver.
type waived struct {
	waiver, by string
	// of is the *restAPI or *domainName that the waiver applies to, nil for all.
	of any
}

// refuseUnlessWaived refuses a property of an API or a domain unless its waiver is named.
func (s *System) refuseUnlessWaived(p *cfn.Properties, property, waiver string, of any) {
	if s.isWaived(waiver, p.Path(property), of) {
		p.Ignore(property)
	} else {
		p.Problemf(property, "is not supported: %s", refusedFor(waiver))
	}
}

// isWaived reports whether a waiver was named, and notes what needs it.
func (s *System) isWaived(waiver, by string, of any) bool {
	if !slices.Contains(s.options.without, waiver) {
		return false
	}
	s.waived = append(s.waived, waived{waiver, by, of})
	return true
}

// refusedFor says why something is refused, and which waiver serves it anyway.
func refusedFor(name string) string {
	found := waivers[slices.IndexFunc(waivers, func(w waiver) bool { return w.name == name })]
	return fmt.Sprintf("%s; with --without %s (local.Without in Go), %s", found.reason, name, found.effect)
}

// waivedOf returns what is left out of an API, for its OpenAPI document.
func (s *System) waivedOf(api *restAPI) []openapi.Waiver {
	isOf := func(use waived) bool {
		return use.of == nil || use.of == api ||
			slices.ContainsFunc(api.mappings, func(m mapping) bool { return use.of == m.domain })
	}
	var of []openapi.Waiver
	for _, waiver := range waivers {
		if slices.ContainsFunc(s.waived, func(use waived) bool { return use.waiver == waiver.name && isOf(use) }) {
			of = append(of, openapi.Waiver{Name: waiver.name, Effect: waiver.effect})
		}
	}
	return of
}

// everyResource matches a Resource of a policy that covers all methods of all stages.
var everyResource = regexp.MustCompile(`^(\*|execute-api:/(\*/)*\*|arn:[^:]*:execute-api:\*:\*:\*)$`)

// isOpenPolicy reports whether a resource policy lets anyone call every method, and so
// has no effect.
func isOpenPolicy(policy any) bool {
	if text, isText := policy.(string); isText {
		if text == "" {
			return true // no policy, as the Serverless Framework writes it
		}
		policy = nil
		_ = json.Unmarshal([]byte(text), &policy) // invalid JSON leaves nil, which is not open
	}
	document, _ := policy.(map[string]any)
	lets := false
	for _, one := range listed(document["Statement"]) {
		statement, _ := one.(map[string]any)
		if statement["Effect"] != "Allow" {
			return false
		}
		lets = lets || letsEverybody(statement)
	}
	return lets
}

func letsEverybody(statement map[string]any) bool {
	for name := range statement {
		if !slices.Contains([]string{"Sid", "Effect", "Principal", "Action", "Resource"}, name) {
			return false
		}
	}
	principal := statement["Principal"]
	if kinds, isObject := principal.(map[string]any); isObject {
		principal = kinds["AWS"]
	}
	return slices.Contains(listed(principal), any("*")) &&
		slices.ContainsFunc(listed(statement["Action"]), func(action any) bool {
			return action == "execute-api:Invoke" || action == "execute-api:*" || action == "*"
		}) &&
		slices.ContainsFunc(listed(statement["Resource"]), func(resource any) bool {
			text, _ := resource.(string)
			return everyResource.MatchString(text)
		})
}

// listed returns a list as it is, and any other value as a list of one.
func listed(value any) []any {
	if list, isList := value.([]any); isList {
		return list
	}
	return []any{value}
}
