package cfn

import (
	"cmp"
	"fmt"
	"strings"
)

// Options are what AWS would know about a stack. The zero value is valid for a template
// that needs none of it.
type Options struct {
	// Label is put before places in messages, followed by a slash. Default: none.
	Label string
	// Parameters are the values of the template's parameters, by name. A list is
	// separated by commas, as for CloudFormation. For an SSM parameter type, the value
	// is the value in the parameter store.
	Parameters map[string]string
	// Pseudo are the values of pseudo parameters.
	Pseudo Pseudo
	// Imports are the values of other stacks' exports for Fn::ImportValue, by export
	// name, and of SSM parameters, by "ssm:" and their name.
	Imports map[string]string
	// MissingImport returns the value of an export or SSM parameter that is neither in
	// Imports nor in any of the stacks, and whether there is one. Default: there is
	// none.
	MissingImport func(name string) (string, bool)
	// MissingParameter does the same for a parameter of a stack that is not nested. For
	// an SSM parameter type, it is called when something needs the value.
	MissingParameter func(p *Parameter) (string, bool)
	// Ref returns the value of Ref for a resource, usually its physical id. It is
	// called at most once for each resource, when something first needs it, and may
	// read properties with the Resolver. Without it, every Ref of a resource fails.
	Ref func(resource *Resource) (any, error)
	// GetAtt returns the value of Fn::GetAtt, at most once for each attribute. Both
	// callbacks return a string, json.Number, bool, a []any of these, or a Secret.
	GetAtt func(resource *Resource, attribute string) (any, error)
	// Secret returns the value of {{resolve:secretsmanager:…}}. Without it, all of them
	// fail.
	Secret func(reference SecretReference) (string, error)
}

// Secret is a string that no message may show, such as the ClientSecret of a user pool
// client. Callbacks return it.
type Secret string

// Pseudo are the values of CloudFormation's pseudo parameters.
type Pseudo struct {
	// AccountID is AWS::AccountId. Default: the cloud assembly's account, or
	// 123456789012.
	AccountID string
	// Region is AWS::Region. Default: the cloud assembly's Region, or us-east-1.
	Region string
	// StackName is AWS::StackName. Default: the cloud assembly's stack name, or local.
	StackName string
	// StackID is AWS::StackId. Default: an ARN built from the other values.
	StackID string
	// Partition is AWS::Partition. Default: the Region's partition.
	Partition string
	// URLSuffix is AWS::URLSuffix. Default: the partition's suffix.
	URLSuffix string
	// NotificationARNs is AWS::NotificationARNs. Default: none.
	NotificationARNs []string
}

// withDefaults returns p with defaults for empty fields.
func (p Pseudo) withDefaults(environment Environment) Pseudo {
	p.AccountID = cmp.Or(p.AccountID, environment.AccountID, "123456789012")
	p.Region = cmp.Or(p.Region, environment.Region, "us-east-1")
	p.StackName = cmp.Or(p.StackName, environment.StackName, "local")
	partition, suffix := "aws", "amazonaws.com"
	switch {
	case strings.HasPrefix(p.Region, "cn-"):
		partition, suffix = "aws-cn", "amazonaws.com.cn"
	case strings.HasPrefix(p.Region, "us-gov-"):
		partition = "aws-us-gov"
	}
	p.Partition = cmp.Or(p.Partition, partition)
	p.URLSuffix = cmp.Or(p.URLSuffix, suffix)
	p.StackID = cmp.Or(p.StackID, fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/00000000-0000-0000-0000-000000000000",
		p.Partition, p.Region, p.AccountID, p.StackName))
	return p
}

// values returns the value of Ref for each pseudo parameter.
func (p Pseudo) values() map[string]any {
	notifications := []any{}
	for _, arn := range p.NotificationARNs {
		notifications = append(notifications, arn)
	}
	return map[string]any{
		"AWS::AccountId":        p.AccountID,
		"AWS::NoValue":          noValue{},
		"AWS::NotificationARNs": notifications,
		"AWS::Partition":        p.Partition,
		"AWS::Region":           p.Region,
		"AWS::StackId":          p.StackID,
		"AWS::StackName":        p.StackName,
		"AWS::URLSuffix":        p.URLSuffix,
	}
}

// noValue is the value of AWS::NoValue: its property or item is left out.
type noValue struct{}
