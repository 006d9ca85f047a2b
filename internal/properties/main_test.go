// Package properties_test checks that any props give either a clear error, or a template
// that keeps the rules of protection and works. The props are random, most of them valid;
// a failing example shrinks to the props that matter.
//
// An example is a stack, and one app synthesizes several. With CDK_VALIDATION=true, CDK's
// own rules must find nothing in any template; that takes a few seconds more.
package properties_test

import (
	"flag"
	"os"
	"testing"

	"example.com/weather-events-api/internal/cdktest"
)

// cdkValidation reports whether CDK's own rules are on.
var cdkValidation = os.Getenv("CDK_VALIDATION") == "true"

func TestMain(m *testing.M) {
	// A check is an app of several stacks. Every run tries the same examples, so a
	// failure means a change broke something; make properties tries other examples.
	flag.Set("rapid.checks", "5")
	flag.Set("rapid.seed", "1")
	cdktest.Main(m)
}
