package main

import (
	"fmt"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// versionFlag prints which build this is, and ends.
type versionFlag bool

// BeforeReset is called by kong when the flag is given, before anything is required.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, "weather-events", version(debug.ReadBuildInfo()))
	app.Exit(statusPassed)
	return nil
}

// version returns the version of the module, which Go takes from the tag that was
// built, with the commit and the toolchain.
func version(build *debug.BuildInfo, ok bool) string {
	if !ok {
		return "unknown: built without module support"
	}
	commit := "no commit"
	for _, setting := range build.Settings {
		if setting.Key == "vcs.revision" {
			commit = setting.Value
		}
	}
	return fmt.Sprintf("%s (%s, %s)", build.Main.Version, commit, build.GoVersion)
}
