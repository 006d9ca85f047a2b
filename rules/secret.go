package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
)

func checkSecrets(c *checker) {
	tags := map[string]bool{} // already reported
	c.world.Secrets(func(stack *cfn.Stack, path []any, value any) {
		if c.keepsSecret(stack, path, value) {
			return
		}
		if tag := c.tag(stack, path); tag != "" {
			if tags[tag] {
				return // CDK adds a construct's tag to every resource below it
			}
			tags[tag] = true
		}
		c.reportPath(stack, path, finding{
			message: "shows a client secret in plain text in " + placeName(path),
			remedy:  "put it into the SecretString of a Secrets Manager secret, and give readers that secret's ARN",
		})
	})
}

// tag returns the name of the tag whose value is at a path, or "".
func (c *checker) tag(stack *cfn.Stack, path []any) string {
	if len(path) < 5 || path[0] != "Resources" || path[2] != "Properties" || !strings.HasSuffix(textOf(path[3]), "Tags") {
		return ""
	}
	if name, isMap := path[4].(string); isMap {
		return name
	}
	tags, _ := c.byID[stack][textOf(path[1])].value(textOf(path[3])).([]any)
	if i, isIndex := path[4].(int); isIndex && i < len(tags) {
		return textOf(object(tags[i])["Key"])
	}
	return ""
}

// secretInput is a property that AWS never shows again once it is written.
type secretInput struct {
	resourceType, property string
	last                   string // last name in the path, "" for any
}

// secretInputs may contain a dynamic reference to a client secret in Secrets Manager.
//
// Source: reference of each type in the AWS CloudFormation template reference.
var secretInputs = []secretInput{
	{"AWS::Events::Connection", "AuthParameters", ""},                                    // stored in Secrets Manager
	{"AWS::AppFlow::ConnectorProfile", "ConnectorProfileConfig", ""},                     // stored in Secrets Manager
	{"AWS::BedrockAgentCore::OAuth2CredentialProvider", "Oauth2ProviderConfigInput", ""}, // stored in Secrets Manager
	{"AWS::ElasticLoadBalancingV2::Listener", "DefaultActions", "ClientSecret"},
	{"AWS::ElasticLoadBalancingV2::ListenerRule", "Actions", "ClientSecret"},
}

// keepsSecret reports whether a value is part of a Secrets Manager secret's value, or is
// read from a secret into a property that AWS never shows again.
func (c *checker) keepsSecret(stack *cfn.Stack, path []any, value any) bool {
	if len(path) < 4 || path[0] != "Resources" || path[2] != "Properties" {
		return false
	}
	it := c.byID[stack][textOf(path[1])]
	switch {
	case it == nil:
		return false
	case it.Type == "Custom::CrossRegionExportReader": // the resource that passes the secret on has the finding
		return true
	case it.Type == typeSecret:
		return path[3] == "SecretString" || len(path) > 4 && path[3] == "GenerateSecretString" && path[4] == "SecretStringTemplate"
	}
	return c.world.OnlyReadsSecrets(value) && slices.ContainsFunc(secretInputs, func(input secretInput) bool {
		return input.resourceType == it.Type && input.property == path[3] && (input.last == "" || input.last == path[len(path)-1])
	})
}

func placeName(path []any) string {
	if path[0] == "Outputs" {
		return "output " + textOf(path[1])
	}
	if path[0] == "Resources" {
		path = path[2:]
	}
	return cfn.Path(path...)
}

// readsSecret matches Cognito operations whose answer contains a client secret, in the
// spellings of the SDKs and the CLI.
var readsSecret = regexp.MustCompile(`(?i)\b(?:(?:describe|create|update)[-_]?User[-_]?Pool[-_]?Client|add[-_]?User[-_]?Pool[-_]?Client[-_]?Secret)(?:Command)?\b`)

// readsStored matches Secrets Manager operations whose answer contains a secret.
var readsStored = regexp.MustCompile(`(?i)\b(?:batch[-_]?)?get[-_]?Secret[-_]?Value(?:Command)?\b`)

// checkCustomResources checks custom resources: the operations in their properties and
// in the code of the functions behind them, and the permissions of these.
func checkCustomResources(c *checker) {
	allowed := c.newPermissions()
	told := map[*item]bool{} // functions already reported
	var others []*item
	for _, it := range c.items {
		if !strings.HasPrefix(it.Type, "Custom::") && it.Type != "AWS::CloudFormation::CustomResource" {
			continue
		}
		operation := allowed.calls(it)
		if operation == "" {
			others = append(others, it)
			continue
		}
		for _, function := range allowed.providers(it) {
			told[function] = true
		}
		c.reportCall(it, operation)
	}
	for _, it := range others {
		for _, function := range allowed.providers(it) {
			operation := readsSecret.FindString(textOf(field(function.value("Code"), "ZipFile")))
			reads := allowed.reads(function)
			switch {
			case told[function]:
			case operation != "" && slices.ContainsFunc(c.pools, (*pool).hasSecret):
				c.reportCall(it, operation)
			case reads != nil:
				c.reportPermission(it, function, reads)
			}
			told[function] = true
		}
	}
}

// calls returns the operation in the properties of a custom resource that reads a
// client secret, or "".
func (p *permissions) calls(custom *item) string {
	text, stored := strings.TrimPrefix(custom.Type, "Custom::"), false
	for _, name := range custom.Properties.Names() {
		value := custom.value(name)
		text += " " + fmt.Sprint(value)
		stored = stored || slices.ContainsFunc(p.named(value, typeSecret), p.keepsClientSecret)
	}
	if operation := readsSecret.FindString(text); operation != "" || !stored {
		return operation
	}
	return readsStored.FindString(text)
}

// keepsClientSecret reports whether a Secrets Manager secret holds a client secret.
func (c *checker) keepsClientSecret(secret *item) bool {
	return c.world.HoldsSecret(secret.value("SecretString")) || c.world.HoldsSecret(secret.value("GenerateSecretString"))
}

func (c *checker) reportCall(custom *item, operation string) {
	f := finding{
		message: fmt.Sprintf("the custom resource calls %s: its Lambda function sees the client secret, and may log it", operation),
		remedy:  "read the secret with Fn::GetAtt ClientSecret of the client, which needs no function; in CDK, do not use userPoolClientSecret of UserPoolClient",
	}
	if readsStored.MatchString(operation) {
		f.remedy = "remove the call: have the service read the secret from Secrets Manager when it runs"
	}
	c.report(custom.at(), f)
}

// reportPermission reports a function that may read a secret. The templates do not show
// whether it does, so the author may acknowledge the finding.
func (c *checker) reportPermission(custom, function *item, reads *permission) {
	f := finding{
		severity: Error,
		message: fmt.Sprintf("function %s behind the custom resource may call %s on %s, whose answer contains a client secret",
			function.LogicalID, reads.operation, reads.on),
		remedy: "allow its role only the operations that it needs, and none of " + strings.Join(secretOperations, ", "),
	}
	if reads.operation == getSecretValue {
		f.remedy = "take this operation on the secret from its role"
	}
	if !reads.ours || reads.broad {
		f.severity = Warning
	} else {
		f.remedy += ", or acknowledge this on the custom resource with a reason"
	}
	c.report(custom.at("Properties", "ServiceToken"), f)
}

// checkAccountRole reports an AWS::ApiGateway::Account beside a protected API, unless CDK
// created it for an unprotected one.
func checkAccountRole(c *checker) {
	protected := slices.ContainsFunc(c.apis, (*api).isProtected)
	marked := slices.ContainsFunc(c.apis, (*api).isMarked)
	c.each(typeAccount, func(it *item) {
		if !protected || isTrue(it.mark[mark.AccountRole]) || c.isOfUnprotected(it) {
			return
		}
		f := finding{
			message: "sets the API Gateway CloudWatch role of the whole account and Region, and takes it from every API when the stack is deleted",
			remedy:  "remove AWS::ApiGateway::Account, and set the role once for the account (CloudWatchRole: false of a RestApi in CDK)",
		}
		if marked {
			f.remedy = "create the RestApi with CloudWatchRole: false, or accept it with ProtectOptions.AllowAccountCloudWatchRole"
		} else {
			f.severity = Warning
		}
		c.report(it.at(), f)
	})
}

// isOfUnprotected reports whether CDK created a resource for an unprotected API.
func (c *checker) isOfUnprotected(it *item) bool {
	return slices.ContainsFunc(c.apis, func(a *api) bool {
		if a.item == nil || a.isProtected() {
			return false
		}
		home := strings.TrimSuffix(a.item.stack.ConstructPath(a.item.Resource), "Resource")
		return strings.HasSuffix(home, "/") && strings.HasPrefix(it.stack.ConstructPath(it.Resource), home)
	})
}
