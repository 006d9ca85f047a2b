// Package construction holds what every constructor of this module does before
// it creates anything.
package construction

import (
	"fmt"

	"github.com/aws/constructs-go/constructs/v10"

	"example.com/weather-events-api/internal/validation"
)

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
