// Package construction holds what every constructor of this module does before
// it creates anything.
package construction

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"

	"example.com/weather-events-api/internal/validation"
)

// proxyPrefix is what the names of CDK's own types in Go start with.
const proxyPrefix = "jsiiProxy_"

// New makes a construct whose type is written in Go, below scope. The name of the
// type has to start with jsiiProxy_, as those of CDK's own do: of any other jsii
// compares the methods with those of all of CDK's interfaces, thousands, for each
// construct, and has Node call back where they match by chance.
func New(construct, scope constructs.Construct, id *string) {
	if name := reflect.TypeOf(construct).Elem().Name(); !strings.HasPrefix(name, proxyPrefix) {
		panic(fmt.Errorf("type %s: its name has to start with %s", name, proxyPrefix))
	}
	constructs.NewConstruct_Override(construct, scope, id)
}

// RequireScopeAndID panics unless both are given. jsii checks this itself for
// constructs that are not written in Go.
func RequireScopeAndID(function string, scope constructs.Construct, id *string) {
	RequireScope(function, scope)
	if id == nil || *id == "" {
		panic(fmt.Errorf("%s: id is empty: pass an id that is unique within its scope", function))
	}
	if validation.IsToken(*id) {
		panic(fmt.Errorf("%s: id has a token in it, which CloudFormation alone resolves: pass plain text", function))
	}
}

// RequireScope panics unless scope is given.
func RequireScope(function string, scope constructs.Construct) {
	if scope == nil {
		panic(fmt.Errorf("%s: scope is nil: pass a stack or construct", function))
	}
}

// PanicIfInvalid panics with a *validation.Error at the construct path scope/id
// if there are problems.
func PanicIfInvalid(scope constructs.IConstruct, id string, problems *validation.Collector) {
	if len(problems.Problems) == 0 {
		return
	}
	path := id
	if parent := *scope.Node().Path(); parent != "" {
		path = parent + "/" + id
	}
	panic(problems.Err(path))
}
