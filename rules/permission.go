package rules

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/pattern"
)

// secretOperations are the Cognito operations whose answer contains a client secret.
// ListUserPoolClientSecrets is not one: it returns ids and dates.
//
// Source: Amazon Cognito user pools API reference.
var secretOperations = []string{"DescribeUserPoolClient", "CreateUserPoolClient", "UpdateUserPoolClient", "AddUserPoolClientSecret"}

// awsManaged lists AWS managed policies that allow one of these operations. The value
// reports whether the policy allows nearly everything else too.
var awsManaged = map[string]bool{
	"AmazonCognitoPowerUser": false, "AmazonCognitoReadOnly": false,
	"AdministratorAccess": true, "PowerUserAccess": true, "ReadOnlyAccess": true,
}

// nameProperty is the property with the name that a policy or a ServiceToken can refer
// to.
var nameProperty = map[string]string{typeRole: "RoleName", typeManagedPolicy: "ManagedPolicyName", typeFunction: "FunctionName"}

// permission allows a role to read the secret of a client.
type permission struct {
	operation string // with its service
	on        string
	ours      bool // whether our constructs made what keeps the secret
	broad     bool // whether the role may do nearly everything, not just Cognito
}

// permissions finds the roles that may read a client secret.
type permissions struct {
	*checker
	byName     map[string][]*item // resources by the name that the author chose
	statements map[*item][]map[string]any
	managed    map[*item][]string // names of AWS managed policies
}

func (c *checker) newPermissions() *permissions {
	p := &permissions{c, map[string][]*item{}, map[*item][]map[string]any{}, map[*item][]string{}}
	for _, it := range c.items {
		if name := it.text(nameProperty[it.Type]); name != "" {
			p.byName[name] = append(p.byName[name], it)
		}
	}
	for _, it := range c.items {
		switch it.Type {
		case typeRole:
			p.addRole(it)
		case typePolicy, typeManagedPolicy:
			p.attach(it, it.value("Roles"))
		case typeRolePolicy:
			p.attach(it, it.value("RoleName"))
		}
	}
	return p
}

func (p *permissions) addRole(role *item) {
	inline, _ := role.value("Policies").([]any)
	for _, policy := range inline {
		p.add(role, field(policy, "PolicyDocument", "Statement"))
	}
	arns, _ := role.texts("ManagedPolicyArns")
	for _, arn := range arns {
		if _, name, isAWS := strings.Cut(arn, ":iam::aws:policy/"); isAWS {
			p.managed[role] = append(p.managed[role], name)
		}
		for _, policy := range p.named(arn, typeManagedPolicy) {
			p.add(role, field(policy.value("PolicyDocument"), "Statement"))
		}
	}
}

// attach adds a policy's statements to the roles in its list.
func (p *permissions) attach(policy *item, roles any) {
	for _, role := range p.named(roles, typeRole) {
		p.add(role, field(policy.value("PolicyDocument"), "Statement"))
	}
}

func (p *permissions) add(role *item, statements any) {
	for _, statement := range oneOrMore(statements) {
		p.statements[role] = append(p.statements[role], object(statement))
	}
}

// named returns the resources of the given types that a value refers to.
func (p *permissions) named(value any, types ...string) (named []*item) {
	for _, source := range p.world.Sources(value) {
		for stack, items := range p.byID {
			if it := items[source.LogicalID]; stack.ID == source.StackID && it != nil {
				named = append(named, it)
			}
		}
	}
	for _, entry := range oneOrMore(value) {
		text := textOf(entry)
		named = append(named, p.byName[text[strings.LastIndexAny(text, ":/")+1:]]...)
	}
	return slices.DeleteFunc(named, func(it *item) bool { return !slices.Contains(types, it.Type) })
}

// providers returns the Lambda functions behind a custom resource: the function in its
// ServiceToken, directly or through an alias, a version or a topic, the functions in
// that function's environment, as CDK's Provider has them, and the function that CDK's
// Trigger runs.
func (p *permissions) providers(custom *item) (functions []*item) {
	types := []string{typeFunction, typeAlias, typeVersion, typeTopic}
	waiting := append(p.named(custom.value("ServiceToken"), types...), p.named(custom.value("HandlerArn"), types...)...)
	for seen := map[*item]bool{}; len(waiting) > 0; {
		it := waiting[0]
		waiting = waiting[1:]
		if seen[it] {
			continue
		}
		seen[it] = true
		switch it.Type {
		case typeFunction:
			functions = append(functions, it)
			for _, value := range object(field(it.value("Environment"), "Variables")) {
				waiting = append(waiting, p.named(value, typeFunction)...)
			}
		case typeAlias, typeVersion:
			waiting = append(waiting, p.named(it.value("FunctionName"), typeFunction)...)
		case typeTopic:
			for _, subscription := range oneOrMore(it.value("Subscription")) {
				waiting = append(waiting, p.named(field(subscription, "Endpoint"), types...)...)
			}
			p.each(typeSubscription, func(subscription *item) {
				if slices.Contains(p.named(subscription.value("TopicArn"), typeTopic), it) {
					waiting = append(waiting, p.named(subscription.value("Endpoint"), types...)...)
				}
			})
		}
	}
	return functions
}

// reads returns the permission with which a function may read a client secret, or nil.
func (p *permissions) reads(function *item) *permission {
	for _, role := range p.named(function.value("Role"), typeRole) {
		for _, pool := range p.pools {
			if !pool.hasSecret() {
				continue
			}
			if broad, operation := p.allows(role, pool); operation != "" {
				return &permission{"cognito-idp:" + operation, "user pool " + p.world.Show(pool.id), p.isOurs(pool), broad}
			}
		}
		if secret := p.readsStored(role); secret != nil {
			ours := slices.ContainsFunc(p.pools, p.isOurs)
			return &permission{getSecretValue, "secret " + secret.LogicalID, ours, false}
		}
	}
	return nil
}

const getSecretValue = "secretsmanager:GetSecretValue"

// readsStored returns a secret of a client that a role may read, by a statement
// that names it, or nil.
func (p *permissions) readsStored(role *item) *item {
	for _, s := range p.statements[role] {
		if textOf(s["Effect"]) != "Allow" || !isAbout(s, getSecretValue) {
			continue
		}
		named := p.named(s["Resource"], typeSecret)
		if i := slices.IndexFunc(named, p.keepsClientSecret); i >= 0 {
			return named[i]
		}
	}
	return nil
}

// hasSecret reports whether a client of the pool has a secret.
func (p *pool) hasSecret() bool {
	return slices.ContainsFunc(p.clients, func(c *client) bool { return isTrue(c.value("GenerateSecret")) })
}

// allows returns the operation with which a role may read a secret of the pool, or "".
// broad reports whether it may do nearly everything else too.
func (p *permissions) allows(role *item, of *pool) (broad bool, operation string) {
	for _, operation := range secretOperations {
		allowed, narrow, denied := false, false, false
		for _, s := range p.statements[role] {
			if !isAbout(s, "cognito-idp:"+operation) || !covers(s, of) {
				continue
			}
			switch textOf(s["Effect"]) {
			case "Deny":
				denied = denied || s["Condition"] == nil
			case "Allow":
				allowed = true
				narrow = narrow || s["NotAction"] == nil && !slices.Contains(known(s["Action"]), "*")
			}
		}
		for _, name := range p.managed[role] {
			isBroad, reads := awsManaged[name]
			allowed, narrow = allowed || reads, narrow || reads && !isBroad
		}
		if allowed && !denied {
			return !narrow, operation
		}
	}
	return false, ""
}

// isAbout reports whether a policy statement applies to an action.
func isAbout(statement map[string]any, action string) bool {
	names := func(named string) bool {
		return pattern.MatchWildcards(strings.ToLower(named), strings.ToLower(action))
	}
	if not := statement["NotAction"]; not != nil {
		return !slices.ContainsFunc(known(not), names)
	}
	return slices.ContainsFunc(known(statement["Action"]), names)
}

// covers reports whether a policy statement applies to a pool.
func covers(statement map[string]any, of *pool) bool {
	names := func(named any) bool {
		parts := strings.SplitN(textOf(named), ":", 6)
		return parts[0] == "*" || len(parts) == 6 && pattern.MatchWildcards(parts[2], "cognito-idp") && pattern.MatchWildcards(parts[5], "userpool/"+of.id)
	}
	if not := statement["NotResource"]; not != nil {
		return !slices.ContainsFunc(oneOrMore(not), names)
	}
	return slices.ContainsFunc(oneOrMore(statement["Resource"]), names)
}
