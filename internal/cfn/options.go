package cfn

import (
	"cmp"
	"fmt"
	"strings"
)

// Options are what AWS would know about a stack. The zero value is valid for a
// template that needs none of it.
type Options struct {
	// Label is what places in messages begin with, before a slash. Default: nothing.
	Label string
	// Parameters are the values of the template's parameters by name. A list is
	// given with commas, as CloudFormation takes it. The value of an SSM
	// parameter type is given as it would be found in the parameter store.
	Parameters map[string]string
	// Pseudo are the values of pseudo parameters.
	Pseudo Pseudo
	// Imports are the values of exports of other stacks, by export name, for
	// Fn::ImportValue, and of SSM parameters, by ssm: and their name.
	Imports map[string]string
	// MissingImport returns the value of an export or an SSM parameter that is
	// neither given nor one of the stacks that are resolved together, and whether
	// there is one. Without it there is none.
	MissingImport func(name string) (string, bool)
	// MissingParameter is MissingImport for a parameter of a stack that is not
	// nested. For one of an SSM type it is called where something needs the value.
	MissingParameter func(p *Parameter) (string, bool)
	// Ref answers Ref for a resource, usually its physical id. It is called
	// at most once for a resource, when something first needs it, and may read
	// properties with the Resolver. Without it, every Ref of a resource fails.
	Ref func(resource *Resource) (any, error)
	// GetAtt answers Fn::GetAtt, at most once for an attribute. Both callbacks
	// return a string, json.Number, bool or []any of these, or a Secret.
	GetAtt func(resource *Resource, attribute string) (any, error)
	// Secret answers {{resolve:secretsmanager:…}}. Without it they all fail.
	Secret func(reference SecretReference) (string, error)
}

// Secret is a string that a callback returns for a value that no message may
// show, such as the ClientSecret of a user pool client.
type Secret string

// Pseudo are the values of CloudFormation's pseudo parameters.
type Pseudo struct {
	// AccountID is AWS::AccountId. Default: the account of the cloud assembly,
	// or 123456789012.
	AccountID string
	// Region is AWS::Region. Default: the Region of the cloud assembly, or us-east-1.
	Region string
	// StackName is AWS::StackName. Default: that of the cloud assembly, or local.
	StackName string
	// StackID is AWS::StackId. Default: an ARN made of the other values.
	StackID string
	// Partition is AWS::Partition. Default: that of the Region.
	Partition string
	// URLSuffix is AWS::URLSuffix. Default: that of the partition.
	URLSuffix string
	// NotificationARNs is AWS::NotificationARNs. Default: none.
	NotificationARNs []string
}

// withDefaults fills in what is empty.
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

// values returns what Ref answers for each pseudo parameter.
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

// noValue is what AWS::NoValue resolves to: its property or item is left out.
type noValue struct{}
