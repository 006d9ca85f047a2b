package construction

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// App is what constructs remember of the app that they are in: values that are
// the same wherever they are used, each of which would be a call to Node again.
type App struct {
	root  constructs.IConstruct
	has   map[constructs.IConstruct]bool
	made  map[string]any
	known map[property]any
}

// current is the app that is being made. The values of one before are of no use:
// the Node that made them may be gone.
var current = newApp(nil)

func newApp(root constructs.IConstruct) *App {
	return &App{root, map[constructs.IConstruct]bool{}, map[string]any{}, map[property]any{}}
}

// AppOf returns the app that scope is in.
func AppOf(scope constructs.IConstruct) *App {
	if current.has[scope] {
		return current
	}
	if root := NodeOf(scope).Root(); root != current.root {
		current = newApp(root)
	}
	current.has[scope] = true
	return current
}

// Root returns the root of the app's tree.
func (a *App) Root() constructs.IConstruct { return a.root }

// Holds notes that a construct is where scope is: in the app, and in the stack.
func (a *App) Holds(construct, scope constructs.IConstruct) {
	a.has[construct] = true
	a.known[property{construct, "Stack"}] = StackOf(scope)
}

// Once returns the value with a name, which make makes the first time.
func Once[T any](app *App, name string, make func() T) T {
	if value, ok := app.made[name].(T); ok {
		return value
	}
	value := make()
	app.made[name] = value
	return value
}

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
	return Known(construct, "L1", func() awscdk.CfnResource {
		l1 := Once(a, "L1", awscdk.ConstructSelector_CfnResource)
		for _, resource := range *l1.Select(construct) {
			return resource.(awscdk.CfnResource)
		}
		return nil
	})
}

// L1s returns the resources of some of CloudFormation's types at and below a
// construct, in the order in which they were made.
func (a *App) L1s(construct constructs.IConstruct, types ...string) []constructs.IConstruct {
	ofTypes := Once(a, "L1s "+strings.Join(types, " "), func() awscdk.IConstructSelector {
		return awscdk.ConstructSelector_ResourcesOfType(*jsii.Strings(types...)...)
	})
	return *ofTypes.Select(construct)
}

// First returns the first of some L1s that is a T, or nil.
func First[T any](l1s []constructs.IConstruct) T {
	var none T
	for _, l1 := range l1s {
		if found, ok := l1.(T); ok {
			return found
		}
	}
	return none
}
