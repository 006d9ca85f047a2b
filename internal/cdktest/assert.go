//go:build !race

package cdktest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/cxapi"
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
// that are not acknowledged.
func Warnings(t testing.TB, stack awscdk.Stack) []string {
	t.Helper()
	assembly := awscdk.Stage_Of(stack).Synth(nil)
	var warnings []string
	for _, message := range *assembly.GetStackArtifact(stack.ArtifactId()).Messages() {
		if message.Level == cxapi.SynthesisMessageLevel_WARNING {
			warnings = append(warnings, fmt.Sprint(message.Entry.Data))
		}
	}
	return warnings
}
