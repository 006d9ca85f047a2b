// Package cdktest holds what tests of constructs share: one jsii kernel per
// test binary, synthesized templates that are read by construct path, and
// assertions on what a constructor panics with.
package cdktest

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// Main runs the tests of a package and closes the kernel that they share:
//
//	func TestMain(m *testing.M) { cdktest.Main(m) }
//
// CDK's own template validation costs two seconds the first time; it is off
// unless the environment sets CDK_VALIDATION to true.
//
// Under the race detector Main runs no test: jsii-runtime-go races within itself,
// between the goroutines that wait for its Node process, which would fail tests of
// code that has no goroutine. What the constructs build on is tested with it.
func Main(m *testing.M) {
	if underRaceDetector() {
		fmt.Println("no test is run: jsii races within itself")
		return
	}
	if os.Getenv("CDK_VALIDATION") == "" {
		os.Setenv("CDK_VALIDATION", "false")
	}
	// On an old Node.js, jsii's banner would be in the middle of what an app
	// prints. The value is a list of major versions.
	os.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20")
	// The kernel was given its environment when the packages were initialized;
	// the next call makes one with the environment of now.
	jsii.Close()
	status := m.Run()
	jsii.Close()
	os.Exit(status)
}

func underRaceDetector() bool {
	build, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(build.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
