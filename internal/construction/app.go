package construction

import "github.com/aws/constructs-go/constructs/v10"

// App is what constructs remember of the app that they are in: values that are
// the same wherever they are used, each of which would be a call to Node again.
type App struct {
	root  constructs.IConstruct
	scope constructs.IConstruct // is in the app, and was seen last
	made  map[string]any
}

// current is the app that is being made. The values of one before are of no use:
// the Node that made them may be gone.
var current = &App{}

// AppOf returns the app that scope is in.
func AppOf(scope constructs.IConstruct) *App {
	if scope == current.scope {
		return current
	}
	if root := scope.Node().Root(); root != current.root {
		current = &App{root: root, made: map[string]any{}}
	}
	current.scope = scope
	return current
}

// Holds notes that scope is in the app, too, so that AppOf need not ask.
func (a *App) Holds(scope constructs.IConstruct) { a.scope = scope }

// Root returns the root of the app's tree.
func (a *App) Root() constructs.IConstruct { return a.root }

// Once returns the value with a name, which make makes the first time.
func Once[T any](app *App, name string, make func() T) T {
	if value, ok := app.made[name].(T); ok {
		return value
	}
	value := make()
	app.made[name] = value
	return value
}
