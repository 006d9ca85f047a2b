package main

import (
	"fmt"
	"strings"

	"example.com/weather-events-api/local"
)

// backends are the flags that say what answers for integrations.
type backends struct {
	Stub bool `help:"Answer 200 with what it would have been called with, in place of each backend that is missing."`
}

// options are what the flags say.
func (b *backends) options() []local.Option {
	var options []local.Option
	if b.Stub {
		options = append(options, local.WithStub())
	}
	return options
}

// describe says of a backend what answers for it, or what to name.
func (b *backends) describe(one local.Backend) string {
	text := fmt.Sprintf("%s (%s): %s", one.Name, one.Kind, one.State)
	switch {
	case one.Answers() && one.Target != "":
		return fmt.Sprintf("%s to %s", text, one.Target)
	case one.Answers():
		return text
	}
	if one.Reason != "" {
		text += " (" + one.Reason + ")"
	}
	if b.Stub {
		return text + ", a stub answers"
	}
	remedy := strings.ReplaceAll(remedies[one.Kind], "NAME", one.Name)
	return fmt.Sprintf("%s, answers 500: %s--stub lets a stub answer", text, remedy)
}

// remedies say which flags give something that answers to a missing backend NAME,
// by its kind.
var remedies = map[string]string{}
