package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/weather-events-api/internal/validation"
)

// reader reads typed values from a context and collects problems.
type reader struct {
	context  map[string]any
	problems validation.Collector
}

// text returns nil if key is not set.
func (r *reader) text(key string) *string {
	value, set := r.context[key]
	if !set {
		return nil
	}
	text, ok := value.(string)
	switch {
	case !ok:
		r.problems.Addf(key, "must be a string, got %v", value)
		return nil
	case text == "":
		r.problems.Addf(key, "is empty: give a value, or leave the key out for the default")
		return nil
	}
	return &text
}

// boolean also accepts "true" and "false": -c always passes strings.
func (r *reader) boolean(key string) bool {
	if value, ok := r.context[key].(bool); ok {
		return value
	}
	return r.oneOf(key, "true", "false") == "true"
}

// number returns nil if key is not set. It also accepts strings: -c always passes
// strings.
func (r *reader) number(key string) *float64 {
	value, set := r.context[key]
	if !set {
		return nil
	}
	number, ok := value.(float64)
	if text, isText := value.(string); isText {
		parsed, err := strconv.ParseFloat(text, 64)
		number, ok = parsed, err == nil
	}
	if !ok {
		r.problems.Addf(key, "must be a number, got %v", value)
		return nil
	}
	return &number
}

// oneOf returns "" if key is not set.
func (r *reader) oneOf(key string, allowed ...string) string {
	value := r.text(key)
	if value == nil {
		return ""
	}
	if !slices.Contains(allowed, *value) {
		r.problems.Addf(key, "must be %s, got %s%s",
			strings.Join(allowed, " or "), validation.Quote(*value), validation.DidYouMean(*value, allowed))
	}
	return *value
}

// duration returns nil if key is not set.
func (r *reader) duration(key string) *time.Duration {
	value := r.text(key)
	if value == nil {
		return nil
	}
	duration, err := time.ParseDuration(*value)
	if err != nil {
		r.problems.Addf(key, "must be a duration with its unit, such as 90s, 60m or 1h30m, got %s", validation.Quote(*value))
		return nil
	}
	return &duration
}

// keysOfCDK are the context keys of the CDK toolkit without a colon.
var keysOfCDK = []string{"acknowledged-issue-numbers", "cdk-migrate"}

// rejectUnknownKeys reports keys without effect. CDK's other keys, feature flags and
// cached lookups, have a colon.
func (r *reader) rejectUnknownKeys() {
	var known []string
	for _, key := range Keys() {
		known = append(known, key.Name)
	}
	for _, key := range slices.Sorted(maps.Keys(r.context)) {
		if slices.Contains(known, key) || strings.Contains(key, ":") || slices.Contains(keysOfCDK, key) {
			continue
		}
		suggestion := validation.DidYouMean(key, known)
		if suggestion == "" {
			suggestion = ": allowed are " + strings.Join(known, ", ")
		}
		r.problems.Addf(key, "is not a context key of this app%s", suggestion)
	}
}
