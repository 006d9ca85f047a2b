package local_test

import (
	"os"
	"testing"
)

// TestMain lets the test binary be the program of a Lambda function.
func TestMain(m *testing.M) {
	if behave := behaviours[os.Getenv("BEHAVIOUR")]; behave != nil {
		behave()
		os.Exit(0)
	}
	os.Exit(m.Run())
}
