package cfn

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Replacements for the ends of a symbol in JSON, which only contains UTF-8.
const jsonOpen, jsonClose = "\U000F0000", "\U000F0001"

var (
	intoJSON = strings.NewReplacer(symbolOpen, jsonOpen, symbolClose, jsonClose)
	outOf    = strings.NewReplacer(jsonOpen, symbolOpen, jsonClose, symbolClose)
)

// DecodeJSON decodes a resolved text as JSON, into values as [Resolver.Value] returns
// them, and reports whether the text is JSON. Symbols in its strings are kept.
func DecodeJSON(text string) (value any, isJSON bool) {
	if forgesSymbol(text) {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(intoJSON.Replace(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return nil, false
	}
	return eachText(value, outOf.Replace), true
}

// toJSON evaluates Fn::ToJsonString, an extension of the AWS::LanguageExtensions macro.
func (e evaluator) toJSON(at *place, argument any) (any, error) {
	resolved, err := e.resolve(at, argument)
	if err != nil {
		return nil, err
	}
	switch resolved.(type) {
	case []any, map[string]any:
	default:
		return nil, at.errorf("must be an object or a list, got %s", e.describe(resolved))
	}
	forges := false
	value := eachText(resolved, func(text string) string {
		forges = forges || forgesSymbol(text)
		return intoJSON.Replace(text)
	})
	if forges {
		return nil, at.errorf("the characters U+F0000 and U+F0001 are not supported")
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, at.errorf("%v", err)
	}
	return e.made(at, outOf.Replace(strings.TrimSuffix(text.String(), "\n")))
}

// forgesSymbol reports whether a text contains the replacement for a symbol.
func forgesSymbol(text string) bool {
	return strings.Contains(text, jsonOpen) || strings.Contains(text, jsonClose)
}

// eachText returns a copy of a value with replace applied to all texts and names in it.
func eachText(value any, replace func(string) string) any {
	switch v := value.(type) {
	case string:
		return replace(v)
	case []any:
		replaced := make([]any, 0, len(v))
		for _, item := range v {
			replaced = append(replaced, eachText(item, replace))
		}
		return replaced
	case map[string]any:
		replaced := make(map[string]any, len(v))
		for name, item := range v {
			replaced[replace(name)] = eachText(item, replace)
		}
		return replaced
	}
	return value
}
