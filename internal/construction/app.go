package construction

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// App caches values that are the same everywhere in a CDK app and cost a call to
// Node each time.
type App struct {
	root  constructs.IConstruct
	has   map[constructs.IConstruct]bool
	made  map[string]any
	known map[property]any
}

// current is the app that is being constructed. The values of an earlier app are
// useless: its Node process may have ended.
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

// Holds records that construct is in the same app and stack as scope.
func (a *App) Holds(construct, scope constructs.IConstruct) {
	a.has[construct] = true
	a.known[property{construct, "Stack"}] = StackOf(scope)
}

// Once returns the named value, and calls make for it the first time.
func Once[T any](app *App, name string, make func() T) T {
	if value, ok := app.made[name].(T); ok {
		return value
	}
	value := make()
	app.made[name] = value
	return value
}

// property is an immutable property of a construct.
type property struct {
	of   constructs.IConstruct
	name string
}

// Known returns an immutable property, and calls get for it the first time.
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

// L1 returns the L1 resource of a CDK construct, or nil if the construct is
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

// L1s returns the L1 resources of some types at and below a construct, in order of
// creation.
func (a *App) L1s(construct constructs.IConstruct, types ...string) []constructs.IConstruct {
	ofTypes := Once(a, "L1s "+strings.Join(types, " "), func() awscdk.IConstructSelector {
		return awscdk.ConstructSelector_ResourcesOfType(*jsii.Strings(types...)...)
	})
	return *ofTypes.Select(construct)
}

// First returns the first L1 of type T, or nil.
func First[T any](l1s []constructs.IConstruct) T {
	var none T
	for _, l1 := range l1s {
		if found, ok := l1.(T); ok {
			return found
		}
	}
	return none
}
