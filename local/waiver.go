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

// Waiver is a part of what AWS does that is left out by name, where it would
// otherwise be refused: see [Without].
type Waiver struct {
	// Name is what [Without] calls it.
	Name string `json:"name"`
	// Effect says what is not as on AWS.
	Effect string `json:"effect"`
	// For are the properties and resources that it was needed for. None: nothing
	// that is served needs it.
	For []string `json:"for"`
}

// The waivers that there are.
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

// waiver is one there is. Reason is why something is refused without it.
type waiver struct{ name, reason, effect string }

var waivers = []waiver{
	{withoutResourcePolicy, "resource policies are not evaluated", "callers whom a resource policy refuses get in"},
	{withoutMutualTLS, "client certificates are not checked", "callers without a client certificate get in"},
	{withoutPrivateEndpoint, "nothing here is in a VPC", "private APIs answer whoever reaches the server"},
	{withoutCache, "answers are not cached", "no answer comes from a cache"},
	{withoutCanary, "there is no canary here", "no request gets a canary"},
	{withoutTokenTrigger, "triggers are not run", "tokens keep the scopes and claims that a trigger would change"},
	{withoutHTTPAPI, "only REST APIs (AWS::ApiGateway) and their own domain names and mappings are", "HTTP and WebSocket APIs, and the mappings and routing rules of AWS::ApiGatewayV2, are left out"},
	{withoutNestedStack, "the template of the nested stack is neither an asset of a cloud assembly nor a file beside the template: " +
		"give the assembly that cdk synth writes, or the template that aws cloudformation package starts from",
		"nested stacks whose templates are not there are left out, with every method in them"},
}

// Without waives refusals by name, so that a template is served in spite of what
// AWS does and this package does not:
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
// Whoever AWS would refuse for one of these may get an answer then: [System.Waivers]
// and the [OpenAPI] of an API say so. A name that nothing needs has no effect, and
// one that there is not is an error. Default: nothing is waived.
func Without(names ...string) Option {
	return func(o *options) { o.without = append(o.without, names...) }
}

// Waivers returns what [Without] names, each once and in the order of its
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

// checkWaivers returns an error for names that are none.
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
	// of is the *restAPI or *domainName that it is about. Nil: all.
	of any
}

// refuseUnlessWaived refuses a property for what a waiver leaves out, of an API
// or a domain.
func (s *System) refuseUnlessWaived(p *cfn.Properties, property, waiver string, of any) {
	if s.isWaived(waiver, p.Path(property), of) {
		p.Ignore(property)
	} else {
		p.Problemf(property, "is not supported: %s", refusedFor(waiver))
	}
}

// isWaived reports whether a waiver was named, and notes what it was needed for.
func (s *System) isWaived(waiver, by string, of any) bool {
	if !slices.Contains(s.options.without, waiver) {
		return false
	}
	s.waived = append(s.waived, waived{waiver, by, of})
	return true
}

// refusedFor says why something is refused, and what serves it in spite of that.
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

// everyResource matches what stands for all methods of all stages of an API in its
// policy.
var everyResource = regexp.MustCompile(`^(\*|execute-api:/(\*/)*\*|arn:[^:]*:execute-api:\*:\*:\*)$`)

// isOpenPolicy reports whether a resource policy lets everybody call every method,
// so that an API with it is as one without.
func isOpenPolicy(policy any) bool {
	if text, isText := policy.(string); isText {
		if text == "" {
			return true // no policy, as the Serverless Framework writes it
		}
		policy = nil
		_ = json.Unmarshal([]byte(text), &policy) // what is not JSON is not open
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

// listed returns the values of a list, or the one value that is none.
func listed(value any) []any {
	if list, isList := value.([]any); isList {
		return list
	}
	return []any{value}
}
