package apigateway

import (
	"maps"
	"slices"
	"strings"
)

const (
	jsonType     = "application/json"
	defaultTypes = "$default"
)

// mediaType returns a Content-Type without parameters, in lower case. That
// application/json; charset=utf-8 is taken for application/json is a working
// choice: API Gateway's documentation does not say.
func mediaType(contentType string) string {
	name, _, _ := strings.Cut(contentType, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return jsonType
	}
	return name
}

// byContentType holds values for the content type of a request.
type byContentType[T any] map[string]T

// choose returns the value of a Content-Type as it is, of its media type, or of
// $default.
func (values byContentType[T]) choose(contentType string) (T, bool) {
	value, ok := values[contentType]
	if !ok {
		value, ok = values[mediaType(contentType)]
	}
	if !ok {
		value, ok = values[defaultTypes]
	}
	return value, ok
}

// byAccept holds values for what a client accepts.
type byAccept[T any] struct {
	values   map[string]T
	fallback T
}

// newByAccept needs at least one value. The fallback is application/json, or the
// first: which that is API Gateway does not document, and the first by name is a
// working choice.
func newByAccept[T any](values map[string]T) *byAccept[T] {
	fallback, ok := values[jsonType]
	if !ok {
		fallback = values[slices.Min(slices.Collect(maps.Keys(values)))]
	}
	return &byAccept[T]{values, fallback}
}

// choose looks for one exact media type: */* and lists are not understood. Of
// several headers the last counts.
func (b *byAccept[T]) choose(accept []string) T {
	if len(accept) > 0 {
		if value, ok := b.values[accept[len(accept)-1]]; ok {
			return value
		}
	}
	return b.fallback
}
