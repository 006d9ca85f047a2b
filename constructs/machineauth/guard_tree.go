package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// stackTree is a stack with everything in it, read with as few calls to CDK as
// there are resources.
type stackTree struct {
	stack      awscdk.Stack
	nodes      []constructs.IConstruct
	properties map[awscdk.CfnResource]map[string]any
}

func newStackTree(stack awscdk.Stack) *stackTree {
	return &stackTree{
		stack:      stack,
		nodes:      *stack.Node().FindAll(constructs.ConstructOrder_PREORDER),
		properties: map[awscdk.CfnResource]map[string]any{},
	}
}

// propertiesOf returns the properties of a resource as its construct has them:
// names in lower camel case, values that may hold tokens.
func (t *stackTree) propertiesOf(resource awscdk.CfnResource) map[string]any {
	if read, done := t.properties[resource]; done {
		return read
	}
	read := *resource.CfnProperties()
	t.properties[resource] = read
	return read
}

// resolve returns values as they will stand in the template, all in one call.
func (t *stackTree) resolve(values []any) []any {
	if len(values) == 0 {
		return nil
	}
	return t.stack.Resolve(values).([]any)
}

// text returns a property that is a string, or "".
func text(properties map[string]any, name string) string {
	value, _ := properties[name].(string)
	return value
}

// texts returns a property that is a list of strings; one that is left out is empty.
func texts(properties map[string]any, name string) []string {
	values := []string{}
	list, _ := properties[name].([]any)
	for _, value := range list {
		if s, ok := value.(string); ok {
			values = append(values, s)
		}
	}
	return values
}
