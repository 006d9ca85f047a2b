// Package properties_test checks what has to hold for any props: that they give
// either a clear error, or a template that keeps the rules of protection and
// works. The props are random, most of them valid; a failing example is shrunk
// to the props that matter.
//
// An example is a stack, several of which are synthesized as one app. With
// CDK_VALIDATION=true, CDK's own rules have to find nothing in any template;
// that takes a few seconds more.
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
	// A check is an app of several stacks. The examples are the same in every run,
	// so that what breaks the test is a change; make properties tries others.
	flag.Set("rapid.checks", "5")
	flag.Set("rapid.seed", "1")
	cdktest.Main(m)
}
