package edge

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// WebAclProps configures a [WebAcl]. Every field is optional.
type WebAclProps struct {
	// RateLimit is the number of requests that one IP address may send in 5 minutes, a
	// whole number from 10 to 2,000,000,000. Further requests get 403. The default is
	// about 7 per second: raise it for services that call more often, or that share an
	// address.
	//
	// Source: RateBasedStatement, AWS WAF API reference.
	//
	// Default: 2000.
	RateLimit *float64
}

// Validate returns nil, or a *[ValidationError] that lists every problem.
func (p *WebAclProps) Validate() error {
	var problems validation.Collector
	if p != nil {
		problems.Number("RateLimit", p.RateLimit, validation.NumberRule{Min: 10, Max: 2e9, Whole: true})
	}
	return problems.Err("WebAclProps")
}

// WebAcl is a regional AWS WAF web ACL with a rate limit for each IP address, and with
// AWS's managed rule groups for malicious addresses, known bad inputs and common attacks.
// AWS charges for a web ACL, its rules and the requests that it inspects.
//
// The common rules refuse requests without User-Agent, and bodies over 8 KB.
type WebAcl interface {
	constructs.Construct

	// Arn returns the web ACL's ARN, for [AssociateWebAcl] and [AssociateStage].
	Arn() *string
}

type webAcl = jsiiProxy_webAcl // see construction.New

type jsiiProxy_webAcl struct {
	constructs.Construct
	acl awswafv2.CfnWebACL
}

// managedRuleGroups are AWS's rule groups, in the order of their evaluation.
//
// Source: "AWS Managed Rules rule groups list", AWS WAF Developer Guide.
var managedRuleGroups = []string{
	"AWSManagedRulesAmazonIpReputationList",
	"AWSManagedRulesKnownBadInputsRuleSet",
	"AWSManagedRulesCommonRuleSet",
}

// NewWebAcl creates a [WebAcl] in scope. Nil props mean the defaults. If props are
// invalid, it creates nothing and panics with a *[ValidationError].
func NewWebAcl(scope constructs.Construct, id *string, props *WebAclProps) WebAcl {
	construction.RequireScopeAndID("NewWebAcl", scope, id)
	var problems validation.Collector
	problems.Merge(props.Validate())
	construction.PanicIfInvalid(scope, *id, &problems)

	limit := 2000.0
	if props != nil && props.RateLimit != nil {
		limit = *props.RateLimit
	}
	rules := []any{rule("RateLimit", 0, &awswafv2.CfnWebACL_StatementProperty{
		RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
			AggregateKeyType: jsii.String("IP"), Limit: jsii.Number(limit), EvaluationWindowSec: jsii.Number(300),
		},
	})}
	for i, group := range managedRuleGroups {
		rules = append(rules, rule(group, i+1, &awswafv2.CfnWebACL_StatementProperty{
			ManagedRuleGroupStatement: &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{
				VendorName: jsii.String("AWS"), Name: jsii.String(group),
			},
		}))
	}
	w := &webAcl{}
	construction.New(w, scope, id)
	w.acl = awswafv2.NewCfnWebACL(w, jsii.String("Resource"), &awswafv2.CfnWebACLProps{
		Scope:            jsii.String("REGIONAL"),
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}},
		Rules:            &rules,
		VisibilityConfig: visibility("WebAcl"),
	})
	return w
}

// rule blocks requests that match a statement. A rule group keeps its own actions.
func rule(name string, priority int, statement *awswafv2.CfnWebACL_StatementProperty) *awswafv2.CfnWebACL_RuleProperty {
	r := &awswafv2.CfnWebACL_RuleProperty{
		Name: jsii.String(name), Priority: jsii.Number(priority), Statement: statement, VisibilityConfig: visibility(name),
	}
	if statement.ManagedRuleGroupStatement != nil {
		r.OverrideAction = &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}}
	} else {
		r.Action = &awswafv2.CfnWebACL_RuleActionProperty{Block: map[string]any{}}
	}
	return r
}

func visibility(name string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		CloudWatchMetricsEnabled: jsii.Bool(true), SampledRequestsEnabled: jsii.Bool(true), MetricName: jsii.String(name),
	}
}

func (w *webAcl) Arn() *string { return w.acl.AttrArn() }
