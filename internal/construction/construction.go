// Package construction has what every constructor of this module does before it
// creates anything, and a cache of the values that it gets from CDK.
package construction

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"

	"example.com/weather-events-api/internal/validation"
)

// proxyPrefix begins the names of CDK's own Go types.
const proxyPrefix = "jsiiProxy_"

// New creates a construct of a Go type below scope. The name of the type must begin
// with jsiiProxy_, like CDK's own: for any other name jsii compares the methods with
// those of thousands of CDK interfaces for each construct, and has Node call back
// for accidental matches.
func New(construct, scope constructs.Construct, id *string) {
	if name := reflect.TypeOf(construct).Elem().Name(); !strings.HasPrefix(name, proxyPrefix) {
		panic(fmt.Errorf("type %s: its name must begin with %s", name, proxyPrefix))
	}
	constructs.NewConstruct_Override(construct, scope, id)
}

// RequireScopeAndID panics unless both are set. jsii checks only constructs that are
// not written in Go.
func RequireScopeAndID(function string, scope constructs.Construct, id *string) {
	RequireScope(function, scope)
	if id == nil || *id == "" {
		panic(fmt.Errorf("%s: id is empty: pass an id that is unique within its scope", function))
	}
	if validation.IsToken(*id) {
		panic(fmt.Errorf("%s: id contains a token, which only CloudFormation resolves: pass plain text", function))
	}
}

// RequireScope panics unless scope is set.
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
