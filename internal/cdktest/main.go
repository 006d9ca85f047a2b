// Package cdktest has the helpers of construct tests: one jsii kernel for each test
// binary, synthesized templates by construct path, and assertions on panics.
package cdktest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// Main runs the tests of a package and closes their shared kernel:
//
//	func TestMain(m *testing.M) { cdktest.Main(m) }
//
// CDK's own template validation takes two seconds the first time. It is off unless
// the environment sets CDK_VALIDATION to true.
//
// Under the race detector Main runs no test: jsii-runtime-go itself has races
// between the goroutines that wait for its Node process. They would fail tests of
// code without goroutines. The packages that the constructs build on are tested with
// the race detector.
func Main(m *testing.M) {
	if underRaceDetector() {
		fmt.Println("no test is run: jsii races within itself")
		return
	}
	if os.Getenv("CDK_VALIDATION") == "" {
		os.Setenv("CDK_VALIDATION", "false")
	}
	preferPinnedNode()
	// On an old Node.js, jsii's banner would appear in the middle of an app's output.
	// The value is a list of major versions.
	os.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20")
	// The kernel got its environment when the packages were initialized; the next call
	// starts one with the current environment.
	jsii.Close()
	status := m.Run()
	jsii.Close()
	os.Exit(status)
}

// preferPinnedNode has jsii start the Node.js of "make tools", as make does, where it
// is installed: a newer one is faster.
func preferPinnedNode() {
	for dir, _ := os.Getwd(); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		bin := filepath.Join(dir, "node_modules", ".bin")
		if _, err := os.Stat(filepath.Join(bin, "node")); err == nil {
			os.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
			return
		}
	}
}

func underRaceDetector() bool {
	build, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(build.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
