package openapi

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// scalars are texts that a YAML reader may misread or reject.
var scalars = []string{
	"", " ", "a", "a b", " a", "a ", "a: b", "a:b", "a:", "a #b", "#a", "- a", "-", "?", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "'a'", `"a"`, `a\b`,
	"true", "Yes", "no", "ON", "null", "~", "y", "N", "1", "-1", "1.0", "1e3", "0x1F", "017", "0o17", ".inf", ".nan", "1_000", "12:30:45", "2022-02-16", "3.1.1", "10.20.30",
	"{a}", "[a]", "{", "a, b", "/{id}", "/a/{proxy}", "<<", "=", "a\nb", "a\n", "\ta", "a\tb", "é", "日本", "<b>&", "$ref", "https://a.b/c?d=e", "---", "...", "a\r\nb", "\x00", "\x1b[31m",
	"\x7f", "\u0080", "\u0085", "a\u0085b", "\u009b31m", "\u00a0", "\u00ad", "\u2028", "a\u2029b", "\u202e", "\u2066", "\ud7ff", "\ue000", "\ufdd0", "\ufeff", "a\ufeff", "\ufffd", "\ufffe", "\uffff",
	"\U0001F600", "\U0001FFFE", "\U000E0001", "\U0010FFFF",
}

// The YAML reads as the same document.
func TestYAMLIsTheSameDocument(t *testing.T) {
	values := map[string]any{"list": scalars, "nested": []any{[]any{1, []any{}}, []any{map[string]any{"a": []any{}, "b": map[string]any{}}}, map[string]any{"c": nil, "d": true}}}
	for _, text := range scalars {
		values["key "+text] = text
		values[text] = 1
	}
	values["numbers"] = []any{json.Number("12"), json.Number("1.50"), json.Number("-0.5"), json.Number("1e3"), json.Number("1.5E-7"), json.Number("9007199254740993")}
	document := &Document{Components: components{Schemas: map[string]schema{"Any": values}}}

	asJSON, err := document.JSON()
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := document.YAML()
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(asJSON, &want); err != nil {
		t.Fatal(err)
	}
	var read, got any
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
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s\n%s", diff, asYAML)
	}
	for name, text := range map[string][]byte{"JSON": asJSON, "YAML": asYAML} {
		for _, r := range string(text) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s has an unescaped %U, which a terminal may obey", name, r)
			}
		}
	}
}

// FuzzYAML checks that any text reads back unchanged, as a key and as a value.
func FuzzYAML(f *testing.F) {
	for _, text := range scalars {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		key, value = strings.ToValidUTF8(key, "?"), strings.ToValidUTF8(value, "?")
		document := &Document{Info: info{Title: value}, Components: components{Schemas: map[string]schema{"Any": {key: value}}}}
		text, err := document.YAML()
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Info       struct{ Title string }
			Components struct {
				Schemas map[string]map[string]string
			}
		}
		if err := yaml.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if read, found := got.Components.Schemas["Any"][key]; got.Info.Title != value || !found || read != value {
			t.Errorf("got %q, %q for %q, %q\n%s", got.Info.Title, read, key, value, text)
		}
	})
}

// YAML 1.1 reads 1e3 as a string.
func TestANumberIsOneToEveryReader(t *testing.T) {
	for number, want := range map[string]string{"1e3": "1.0e+3", "1.5E-7": "1.5e-7", "12": "12"} {
		document := &Document{Components: components{Schemas: map[string]schema{"Any": {"number": json.Number(number)}}}}
		if text, err := document.YAML(); err != nil || !strings.Contains(string(text), "number: "+want+"\n") {
			t.Errorf("%s: %v\n%s", number, err, text)
		}
	}
}
