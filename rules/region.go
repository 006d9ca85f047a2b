package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
)

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
