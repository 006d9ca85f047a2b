package contract

import (
	"encoding/json"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"
)

// What is written as YAML reads as the same document.
func TestYAMLIsTheSameDocument(t *testing.T) {
	strings := []string{
		"", " ", "a", "a b", " a", "a ", "a: b", "a:b", "a:", "a #b", "#a", "- a", "-", "?", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "'a'", `"a"`, `a\b`,
		"true", "Yes", "no", "ON", "null", "~", "y", "N", "1", "-1", "1.0", "1e3", "0x1F", "017", "0o17", ".inf", ".nan", "1_000", "12:30:45", "2022-02-16", "3.1.1", "10.20.30",
		"{a}", "[a]", "{", "a, b", "/{id}", "/a/{proxy}", "<<", "=", "a\nb", "a\n", "\ta", "a\tb", "é", "日本", "\u2028", "\u0085", "\x7f", "\u0080", "\ufeff", "\uffff", "\U0001F600", "<b>&", "$ref", "https://a.b/c?d=e",
	}
	values := map[string]any{"list": strings, "nested": []any{[]any{1, []any{}}, []any{map[string]any{"a": []any{}, "b": map[string]any{}}}, map[string]any{"c": nil, "d": true}}}
	for _, text := range strings {
		values["key "+text] = text
		values[text] = 1
	}
	values["numbers"] = []any{json.Number("12"), json.Number("1.50"), json.Number("-0.5"), json.Number("1e3"), json.Number("1.5E-7"), json.Number("9007199254740993")}
	document := &Document{Components: Components{Schemas: map[string]schema{"Any": values}}}

	asJSON, err := document.JSON()
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := document.YAML()
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(asJSON, &want); err != nil {
		t.Fatal(err)
	}
	var read any
	if err := yaml.Unmarshal(asYAML, &read); err != nil {
		t.Fatalf("%v\n%s", err, asYAML)
	}
	again, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &got); err != nil {
		t.Fatal(err)
	}
	if got := scalar(json.Number("1e3")); got != "1.0e+3" { // 1e3 is a string to YAML 1.1
		t.Errorf("got %s", got)
	}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("got\n%s\nwant\n%s\nYAML\n%s", again, asJSON, asYAML)
	}
}
