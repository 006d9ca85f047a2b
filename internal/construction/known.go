package construction

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
)

// property is one of a construct that never changes.
type property struct {
	of   constructs.IConstruct
	name string
}

// Known returns a property that never changes, which get asks CDK for once.
func Known[T any](construct constructs.IConstruct, name string, get func() T) T {
	key := property{construct, name}
	if value, ok := current.known[key].(T); ok {
		return value
	}
	value := get()
	current.known[key] = value
	return value
}

// NodeOf returns the node of a construct.
func NodeOf(construct constructs.IConstruct) constructs.Node {
	return Known(construct, "Node", construct.Node)
}

// StackOf returns the stack that a construct is in, or that it is.
func StackOf(construct constructs.IConstruct) awscdk.Stack {
	if stack, ok := construct.(awscdk.Stack); ok {
		return stack
	}
	return Known(construct, "Stack", func() awscdk.Stack { return awscdk.Stack_Of(construct) })
}

// UserPoolID returns the id of a user pool.
func UserPoolID(pool awscognito.IUserPool) *string {
	return Known(pool, "UserPoolId", pool.UserPoolId)
}

// L1 returns the resource that a construct of CDK's stands for, or nil if it was
// imported.
func (a *App) L1(construct constructs.IConstruct) awscdk.CfnResource {
	l1 := Once(a, "L1", awscdk.ConstructSelector_CfnResource)
	for _, resource := range *l1.Select(construct) {
		return resource.(awscdk.CfnResource)
	}
	return nil
}
