package construction

import "github.com/aws/constructs-go/constructs/v10"

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
