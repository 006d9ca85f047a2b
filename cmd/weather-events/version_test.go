package main

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	release := &debug.BuildInfo{
		GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "0123abc"}},
	}
	if got, want := version(release, true), "v1.2.3 (0123abc, go1.26.8)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := version(nil, false); !strings.HasPrefix(got, "unknown") {
		t.Errorf("without build information: %s", got)
	}
}

// It needs no command beside it, and the arguments that follow do not matter.
func TestVersionFlag(t *testing.T) {
	for _, arguments := range [][]string{{"--version"}, {"--version", "serve"}} {
		got := runCommand(t, arguments...)
		if got.status != statusPassed || got.err != "" || !strings.HasPrefix(got.out, "weather-events ") || !strings.HasSuffix(got.out, runtime.Version()+")\n") {
			t.Errorf("%v: %+v", arguments, got)
		}
	}
}
