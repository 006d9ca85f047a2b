package properties_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cdktest"
)

// brokenRules returns the rules of protection that a template breaks. It shares no code
// with the constructs.
func brokenRules(template *cdktest.Template, allowed built) (broken []string) {
	report := func(resource *cdktest.Resource, format string, args ...any) {
		broken = append(broken, resource.Path+": "+fmt.Sprintf(format, args...))
	}
	for _, method := range template.OfType("AWS::ApiGateway::Method") {
		if !allowed.public[method.Path] {
			checkMethod(template, method, report)
		} else if method.Get("AuthorizationType") != "NONE" {
			report(method, "is not public, but it was made so")
		}
	}
	for _, client := range template.OfType("AWS::Cognito::UserPoolClient") {
		checkClient(template, client, report)
	}
	for _, resource := range template.Resources {
		switch {
		case strings.HasPrefix(resource.Type, "Custom::"), resource.Type == "AWS::CloudFormation::CustomResource", resource.Type == "AWS::Lambda::Function":
			report(resource, "is a %s", resource.Type)
		case resource.Type == "AWS::ApiGateway::Account" && !allowed.accountRole:
			report(resource, "sets the account's role")
		}
		if resource.Type == "AWS::SecretsManager::Secret" {
			properties := withoutKey(resource.Attributes["Properties"].(map[string]any), "SecretString")
			if readsSecret(properties) {
				report(resource, "shows a client secret beside its SecretString")
			}
		} else if readsSecret(resource.Attributes) {
			report(resource, "shows a client secret")
		}
	}
	for name, value := range template.Outputs {
		if readsSecret(value) {
			broken = append(broken, "output "+name+": shows a client secret")
		}
	}
	return broken
}

type reporter func(resource *cdktest.Resource, format string, args ...any)

func checkMethod(template *cdktest.Template, method *cdktest.Resource, report reporter) {
	if method.Get("AuthorizationType") != "COGNITO_USER_POOLS" {
		report(method, "has authorization type %v", method.Get("AuthorizationType"))
		return
	}
	authorizer := referred(template, method.Get("AuthorizerId"), "AWS::ApiGateway::Authorizer")
	if authorizer == nil || !same(authorizer.Get("RestApiId"), method.Get("RestApiId")) || authorizer.Get("Type") != "COGNITO_USER_POOLS" {
		report(method, "has an authorizer that is not its API's: %v", method.Get("AuthorizerId"))
		return
	}
	pools, _ := authorizer.Get("ProviderARNs").([]any)
	if len(pools) != 1 {
		report(authorizer, "takes the tokens of %d user pools", len(pools))
		return
	}
	scopes, _ := method.Get("AuthorizationScopes").([]any)
	if len(scopes) == 0 {
		report(method, "requires no scope")
	}
	declared := declaredScopes(template, func(pool any) bool { return isPoolArn(pools[0], pool) })
	for _, scope := range scopes {
		if !slices.Contains(declared, text(scope)) {
			report(method, "requires %s, declared are %v", text(scope), declared)
		}
	}
}

// explicitFlows returns the expected flows of a client. None lets anybody sign in:
// ALLOW_CLIENT_TOKEN_AUTH issues tokens if the user pool has no domain.
func explicitFlows(template *cdktest.Template, client *cdktest.Resource) string {
	const operation = `["ALLOW_CLIENT_TOKEN_AUTH"]`
	hasDomain := slices.ContainsFunc(template.OfType("AWS::Cognito::UserPoolDomain"), func(domain *cdktest.Resource) bool {
		return text(domain.Get("UserPoolId")) == text(client.Get("UserPoolId"))
	})
	if !hasDomain && text(client.Get("ExplicitAuthFlows")) == operation {
		return operation
	}
	return `["ALLOW_REFRESH_TOKEN_AUTH"]`
}

func checkClient(template *cdktest.Template, client *cdktest.Resource, report reporter) {
	for property, want := range map[string]string{
		"AllowedOAuthFlows":               `["client_credentials"]`,
		"AllowedOAuthFlowsUserPoolClient": `true`,
		"GenerateSecret":                  `true`,
		"ExplicitAuthFlows":               explicitFlows(template, client),
		"CallbackURLs":                    `null`,
	} {
		if got := text(client.Get(property)); got != want {
			report(client, "%s is %s, want %s", property, got, want)
		}
	}
	ofPool := func(pool any) bool { return same(pool, client.Get("UserPoolId")) }
	scopes, _ := client.Get("AllowedOAuthScopes").([]any)
	if len(scopes) == 0 {
		report(client, "may request no scope")
	}
	declared := declaredScopes(template, ofPool)
	for _, scope := range scopes {
		if !slices.Contains(declared, text(scope)) {
			report(client, "may request %s, declared are %v", text(scope), declared)
		}
	}
	if !slices.ContainsFunc(client.DependsOn, func(id string) bool {
		resource := template.Resources[id]
		return resource != nil && resource.Type == "AWS::Cognito::UserPoolResourceServer" && ofPool(resource.Get("UserPoolId"))
	}) {
		report(client, "does not depend on the resource server")
	}
}

// declaredScopes returns the qualified scopes of a user pool's resource servers.
func declaredScopes(template *cdktest.Template, ofPool func(pool any) bool) (names []string) {
	for _, server := range template.OfType("AWS::Cognito::UserPoolResourceServer") {
		if !ofPool(server.Get("UserPoolId")) {
			continue
		}
		scopes, _ := server.Get("Scopes").([]any)
		for _, scope := range scopes {
			name := scope.(map[string]any)["ScopeName"].(string)
			if identifier, ok := server.Get("Identifier").(string); ok {
				names = append(names, text(identifier+"/"+name))
			} else {
				names = append(names, text(map[string]any{"Fn::Join": []any{"", []any{server.Get("Identifier"), "/" + name}}}))
			}
		}
	}
	return names
}

// isPoolArn reports whether arn belongs to the user pool with the id: a reference to it,
// or an ARN that CDK composed for an imported pool.
func isPoolArn(arn, id any) bool {
	if reference, ok := id.(map[string]any); ok {
		return same(arn, map[string]any{"Fn::GetAtt": []any{reference["Ref"], "Arn"}})
	}
	return strings.Contains(text(arn), ":userpool/"+id.(string))
}

var secretInSub = regexp.MustCompile(`\$\{[^}]*\.ClientSecret\}`)

// readsSecret reports whether a part of a template reads a ClientSecret.
func readsSecret(part any) bool {
	encoded := text(part)
	return strings.Contains(encoded, `"ClientSecret"`) || secretInSub.MatchString(encoded)
}

func referred(template *cdktest.Template, reference any, resourceType string) *cdktest.Resource {
	reference, _ = reference.(map[string]any)["Ref"]
	id, _ := reference.(string)
	if resource := template.Resources[id]; resource != nil && resource.Type == resourceType {
		return resource
	}
	return nil
}

func same(a, b any) bool { return text(a) == text(b) }

// text returns a part of a template as JSON with sorted keys.
func text(part any) string {
	encoded, err := json.Marshal(part)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// texts returns the elements of a template's list as JSON.
func texts(part any) (elements []string) {
	list, _ := part.([]any)
	for _, element := range list {
		elements = append(elements, text(element))
	}
	return elements
}

func withoutKey(properties map[string]any, name string) map[string]any {
	without := map[string]any{}
	for key, value := range properties {
		if key != name {
			without[key] = value
		}
	}
	return without
}
