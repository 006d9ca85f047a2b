//go:build !race

// Package cdktest holds what tests of constructs share: one jsii kernel per
// test binary, synthesized templates that are read by construct path, and
// assertions on what a constructor panics with.
package cdktest

import (
	"os"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// Main runs the tests of a package and closes the kernel that they share:
//
//	func TestMain(m *testing.M) { cdktest.Main(m) }
//
// CDK's own template validation costs two seconds the first time; it is off
// unless the environment sets CDK_VALIDATION to true.
func Main(m *testing.M) {
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
