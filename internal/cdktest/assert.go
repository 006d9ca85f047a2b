//go:build !race

package cdktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"
)

// Equal fails the test unless got is want; what names the value.
func Equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}

// MustPanic runs f, which has to panic with a message that holds every one of
// want, and returns what it panicked with.
func MustPanic(t testing.TB, f func(), want ...string) (failure any) {
	t.Helper()
	defer func() {
		t.Helper()
		failure = recover()
		if failure == nil {
			t.Fatalf("no panic, want one with %q", want)
		}
		for _, part := range want {
			if message := fmt.Sprint(failure); !strings.Contains(message, part) {
				t.Errorf("panic does not hold the wanted text\nwant %s\ngot  %s", part, message)
			}
		}
	}()
	f()
	return nil
}

// MustFailSynth synthesizes the app of stack, which has to fail with a message
// that holds every one of want.
func MustFailSynth(t testing.TB, stack awscdk.Stack, want ...string) {
	t.Helper()
	MustPanic(t, func() { awscdk.Stage_Of(stack).Synth(nil) }, want...)
}

// Warnings synthesizes the app of stack and returns the texts of its warnings
// that are not acknowledged, as the CDK CLI would print them.
func Warnings(t testing.TB, stack awscdk.Stack) []string {
	t.Helper()
	assembly := awscdk.Stage_Of(stack).Synth(nil)
	data, err := os.ReadFile(filepath.Join(*assembly.Directory(), *stack.ArtifactId()+".metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var metadata map[string][]struct {
		Type string
		Data any
	}
	if err := json.Unmarshal(data, &metadata); err != nil {
		t.Fatal(err)
	}
	var warnings []string
	for _, path := range slices.Sorted(maps.Keys(metadata)) {
		for _, entry := range metadata[path] {
			if entry.Type == "aws:cdk:warning" {
				warnings = append(warnings, fmt.Sprint(entry.Data))
			}
		}
	}
	return warnings
}

// Findings synthesizes app and returns what its validation reports, one entry
// per finding, without the "[Construct] " in front. It is empty if synthesis
// succeeds.
func Findings(t testing.TB, app awscdk.Stage) (findings []string) {
	t.Helper()
	defer func() {
		t.Helper()
		failure := recover()
		if failure == nil {
			return
		}
		for line := range strings.Lines(fmt.Sprint(failure)) {
			if _, finding, ok := strings.Cut(strings.TrimSpace(line), "] "); ok && strings.HasPrefix(line, "  [") {
				findings = append(findings, finding)
			}
		}
		if len(findings) == 0 {
			t.Fatalf("synthesis failed, but not by validation: %v", failure)
		}
	}()
	app.Synth(nil)
	return nil
}
