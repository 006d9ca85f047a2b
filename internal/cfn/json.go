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
// them, and reports whether the text is JSON. Symbols in its strings are kept. A text is
// decoded once for all worlds.
func (w *World) DecodeJSON(text string) (value any, isJSON bool) {
	if value, found := w.decoded[text]; found {
		return value, value != nil
	}
	value = decodeJSON(text)
	w.decoded[text] = value
	return value, value != nil
}

// decodeJSON returns nil for a text that is not JSON.
func decodeJSON(text string) (value any) {
	hasSymbols := !IsKnown(text)
	if hasSymbols && forgesSymbol(text) {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(intoJSON.Replace(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return nil
	}
	if hasSymbols {
		value = eachText(value, outOf.Replace)
	}
	return value
}

// toJSON evaluates Fn::ToJsonString, an extension of the AWS::LanguageExtensions macro.
func (e evaluator) toJSON(at *place, argument any) (any, error) {
	value, err := e.resolve(at, argument)
	if err != nil {
		return nil, err
	}
	switch value.(type) {
	case []any, map[string]any:
	default:
		return nil, at.errorf("must be an object or a list, got %s", e.describe(value))
	}
	hasSymbols, forges := e.world != nil && e.world.symbols.any(value, func(*symbol) bool { return true }), false
	if hasSymbols {
		value = eachText(value, func(text string) string {
			forges = forges || forgesSymbol(text)
			return intoJSON.Replace(text)
		})
	}
	if forges {
		return nil, at.errorf("the characters U+F0000 and U+F0001 are not supported here")
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, at.errorf("%v", err)
	}
	made := strings.TrimSuffix(text.String(), "\n")
	if hasSymbols {
		made = outOf.Replace(made)
	}
	return e.made(at, made)
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
