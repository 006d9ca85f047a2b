package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
)

// servesMachines reports whether the pool has clients and all of them are machines.
func (p *pool) servesMachines() bool {
	return len(p.clients) > 0 && !slices.ContainsFunc(p.clients, func(other *client) bool {
		return !other.isMachine() || len(filter(other.flows, isOtherFlow)) > 0
	})
}

func checkSignUp(c *checker) {
	for _, p := range c.pools {
		if p.item == nil {
			continue
		}
		allowed := field(p.item.value("AdminCreateUserConfig"), "AllowAdminCreateUserOnly")
		if isTrue(allowed) {
			continue
		}
		f := finding{
			message: "anyone can sign up to the user pool, but its clients are machines",
			remedy:  "set AdminCreateUserConfig.AllowAdminCreateUserOnly to true (SelfSignUpEnabled: false in CDK)",
		}
		if !c.isOurs(p) {
			if !p.servesMachines() || !cfn.IsKnown(textOf(allowed)) {
				continue
			}
			f.severity = Warning
		}
		c.report(p.item.at(), f)
	}
}

func checkTriggers(c *checker) {
	for _, p := range c.pools {
		if p.item == nil {
			continue
		}
		config := object(p.item.value("LambdaConfig"))
		if config["PreTokenGeneration"] == nil && config["PreTokenGenerationConfig"] == nil {
			continue
		}
		// Version 1 only changes ID tokens, and no method with scopes accepts those.
		version := textOf(field(config["PreTokenGenerationConfig"], "LambdaVersion"))
		if !c.isOurs(p) && (len(c.requires(p)) == 0 || version == "" || version == "V1_0") {
			continue
		}
		c.report(p.item.at("Properties", "LambdaConfig"), finding{
			message: "a pre token generation trigger can add scopes to tokens, and the rules cannot see which",
			remedy:  "check that the function adds no scope that a method requires, or remove the trigger",
		})
	}
}

func checkDomains(c *checker) {
	for _, p := range c.pools {
		if p.id == "" {
			continue // no UserPoolId: CloudFormation refuses the domain
		}
		first := map[bool]*item{}
		for _, domain := range p.domains {
			custom := domain.value("CustomDomainConfig") != nil
			if other := first[custom]; other != nil {
				c.report(domain.at(), finding{
					message: fmt.Sprintf("the user pool already has %s %s: Cognito refuses a second one", domainKind(custom), other.LogicalID),
					remedy:  "remove one of the two; in a CDK app, pass the pool's existing domain to the authorization server as UserPoolDomain",
				})
				continue
			}
			first[custom] = domain
		}
	}
}

func domainKind(custom bool) string {
	if custom {
		return "custom domain"
	}
	return "prefix domain"
}

func checkServers(c *checker) {
	for _, p := range c.pools {
		first := map[string]*server{}
		for _, s := range p.servers {
			if other := first[s.identifier]; other != nil && s.identifier != "" {
				c.report(s.at("Properties", "Identifier"), finding{
					message: fmt.Sprintf("the user pool already has a resource server with identifier %s, %s: Cognito refuses a second one", c.quote(s.identifier), other.LogicalID),
					remedy:  "declare all scopes of an identifier in one resource server",
				})
				continue
			}
			first[s.identifier] = s
		}
	}
}

// checkNamesTwice reports names that must be unique in an account and Region.
func checkNamesTwice(c *checker) {
	c.checkUnique(typeDomain, "Domain", "domain", func(it *item) bool { return it.value("CustomDomainConfig") == nil })
	c.checkUnique(typeSecret, "Name", "secret", func(it *item) bool { return c.world.HoldsSecret(it.value("SecretString")) })
}

func (c *checker) checkUnique(resourceType, property, what string, counts func(*item) bool) {
	earlier := map[string][]*item{}
	c.each(resourceType, func(it *item) {
		name := it.text(property)
		if name == "" || !counts(it) {
			return
		}
		for _, other := range earlier[name] {
			if c.checkSameName(it, other, property, what) {
				break
			}
		}
		earlier[name] = append(earlier[name], it)
	})
}

// checkSameName reports two resources with the same name, unless they are in different
// Regions or, for secrets, in different accounts.
func (c *checker) checkSameName(it, other *item, property, what string) (reported bool) {
	mine, its := it.stack.Environment, other.stack.Environment
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	if differ(mine.AccountID, its.AccountID) && it.Type == typeSecret || differ(mine.Region, its.Region) {
		return false
	}
	f := finding{remedy: "choose different names"}
	where, condition := "", ""
	if it.stack != other.stack {
		where = " of " + other.stack.Name
	}
	if outermost(it.stack) != outermost(other.stack) && (mine.AccountID == "" || mine.Region == "" || its.Region == "" || its.AccountID == "") {
		f.severity, condition = Warning, ", if both stacks are deployed to the same one"
	}
	f.message = fmt.Sprintf("the %s %s%s has the same name, %s, which is unique in an account and Region%s", what, other.LogicalID, where, c.quote(it.text(property)), condition)
	c.report(it.at("Properties", property), f)
	return true
}

// units are the values of TokenValidityUnits.
var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

func checkValidity(c *checker) {
	c.each(typeClient, func(it *item) {
		refresh := c.checkTokenValidity(it, "RefreshToken", "days", limits.MinRefreshTokenValidity, limits.MaxRefreshTokenValidity, "1 hour to 10 years")
		for _, token := range []string{"AccessToken", "IdToken"} {
			valid := c.checkTokenValidity(it, token, "hours", limits.MinAccessTokenValidity, limits.MaxAccessTokenValidity, "5 minutes to 1 day")
			if refresh > 0 && valid > refresh {
				c.report(it.at("Properties", token+"Validity"), finding{
					message: fmt.Sprintf("%sValidity is longer than RefreshTokenValidity: Cognito refuses the client", token),
					remedy:  "let the refresh token be valid as long at least, or leave RefreshTokenValidity out",
				})
			}
		}
	})
}

// checkTokenValidity returns how long a token is valid, 0 if that is unknown or invalid.
func (c *checker) checkTokenValidity(it *item, token, unit string, least, most time.Duration, allowed string) time.Duration {
	property := token + "Validity"
	text := textOf(it.value(property))
	if given := textOf(field(it.value("TokenValidityUnits"), token)); given != "" {
		unit = given
	}
	if text == "" || text == "0" && token == "RefreshToken" || !cfn.IsKnown(text) || !cfn.IsKnown(unit) {
		return 0 // which means the default, for refresh tokens only
	}
	if units[unit] == 0 {
		c.report(it.at("Properties", "TokenValidityUnits"), finding{
			message: c.quote(unit) + " is not a unit that Cognito knows",
			remedy:  "use seconds, minutes, hours or days",
		})
		return 0
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number != float64(int64(number)) || number < float64(least)/float64(units[unit]) || number > float64(most)/float64(units[unit]) {
		c.report(it.at("Properties", property), finding{
			message: fmt.Sprintf("%s of %s %s is not %s: Cognito refuses the client", property, text, unit, allowed),
			remedy:  "set it to a whole number of TokenValidityUnits." + token + " (" + unit + ") from " + allowed,
		})
		return 0
	}
	return time.Duration(number) * units[unit]
}

// isPlaceholder reports whether the value at a place depends on a parameter of the
// deployed stack, because the parameter's default may be a placeholder.
func (c *checker) isPlaceholder(at place) bool {
	if !at.resolver.NamesParameter(append([]any{"Resources", at.LogicalID}, at.below...)...) {
		return false
	}
	around := c.outer(at.item)
	return around == nil || c.isPlaceholder(around.at("Properties", "Parameters"))
}

// checkRegions checks the pool ids and ARNs in Cognito authorizers, clients, resource
// servers and domains.
func checkRegions(c *checker) {
	for _, a := range c.apis {
		for _, authorizer := range a.authorizers {
			path, said := []any{"Properties", "ProviderARNs"}, []any{"Properties", "ProviderARNs"}
			if len(authorizer.below) > 0 {
				path, said = append(slices.Clone(authorizer.below), "x-amazon-apigateway-authorizer", "providerARNs"), authorizer.below
			}
			if authorizer.kind != cognito || c.isWrong(authorizer.at(said...)) { // authorizer-changed says that it is another pool
				continue
			}
			for i, arn := range authorizer.pools {
				c.checkPoolARN(authorizer.at(append(slices.Clone(path), i)...), arn)
			}
		}
	}
	for _, it := range c.items {
		switch it.Type {
		case typeClient, typeResourceServer, typeDomain:
			if at := it.at("Properties", "UserPoolId"); !c.isWrong(at) { // client-elsewhere reports another pool
				c.checkPoolID(at, it.text("UserPoolId"))
			}
		}
	}
}

func (c *checker) checkPoolARN(at place, arn string) {
	parts := strings.SplitN(arn, ":", 6)
	isID := c.poolsByID[arn] != nil && c.poolsByID[arn].item != nil
	if len(parts) < 6 && !cfn.IsKnown(arn) && !isID || c.isPlaceholder(at) {
		return // an unknown value
	}
	id, isPool := "", false
	if len(parts) == 6 {
		id, isPool = strings.CutPrefix(parts[5], "userpool/")
	}
	if !isPool || strings.Contains(id, "/") || !isPoolARN(parts) {
		c.report(at, finding{message: c.quote(arn) + " is not the ARN of a user pool", remedy: "use arn:PARTITION:cognito-idp:REGION:ACCOUNT:userpool/ID, or Fn::GetAtt Arn of the pool"})
		return
	}
	region, _, isID := strings.Cut(id, "_")
	switch {
	case !isID || !cfn.IsKnown(id):
		c.checkPoolRegion(at, parts[3])
	case cfn.IsKnown(parts[3]) && region != parts[3] && limits.PoolID.Allows(id):
		c.report(at, finding{
			message: fmt.Sprintf("%s contains Region %s, but the pool's id is from Region %s: there is no such pool", c.quote(arn), parts[3], region),
			remedy:  "copy the ARN from the Cognito console, or use Fn::GetAtt Arn of the pool",
		})
		return
	}
	if cfn.IsKnown(id) {
		c.checkPoolID(at, id)
	}
}

// arnForms match the parts of a pool's ARN before its id.
var arnForms = []*regexp.Regexp{
	regexp.MustCompile(`^arn$`), regexp.MustCompile(`^aws(?:-[a-z]+)*$`), regexp.MustCompile(`^cognito-idp$`),
	regexp.MustCompile(`^[a-z]+(?:-[a-z]+)+-\d+$`), regexp.MustCompile(`^\d{12}$`),
}

// partitions maps each partition whose Regions have a prefix of their own to that prefix.
//
// Source: "Amazon Resource Names (ARNs)", IAM User Guide.
var partitions = map[string]string{"aws-cn": "cn-", "aws-us-gov": "us-gov-"}

// isPoolARN reports whether the parts may belong to the ARN of a pool.
func isPoolARN(parts []string) bool {
	for i, form := range arnForms {
		if cfn.IsKnown(parts[i]) && !form.MatchString(parts[i]) {
			return false
		}
	}
	for partition, prefix := range partitions {
		if cfn.IsKnown(parts[1]) && cfn.IsKnown(parts[3]) && (parts[1] == partition) != strings.HasPrefix(parts[3], prefix) {
			return false
		}
	}
	return true
}

func (c *checker) checkPoolID(at place, id string) {
	if id == "" || !cfn.IsKnown(id) && !strings.Contains(id, ":") || c.isPlaceholder(at) {
		return
	}
	region, _, _ := strings.Cut(id, "_")
	if !limits.PoolID.Allows(id) {
		c.report(at, finding{message: c.quote(id) + " is not a user pool id", remedy: "use an id such as eu-west-1_Ab129faBb, or Ref of the pool"})
		return
	}
	c.checkPoolRegion(at, region)
}

func (c *checker) checkPoolRegion(at place, region string) {
	here := at.stack.Environment.Region
	if here != "" && cfn.IsKnown(region) && region != here {
		c.report(at, finding{
			message: fmt.Sprintf("the user pool is in Region %s, but the stack is in %s: API Gateway and CloudFormation only find pools in their own Region", region, here),
			remedy:  "use a user pool of the same Region",
		})
	}
}
