package mapping

import (
	"fmt"
	"strings"
	"testing"
)

// Each limit is what is still allowed: one more is refused.
func TestLimitsAreInclusive(t *testing.T) {
	decode := func(document string) error { _, err := decodeJSON([]byte(document)); return err }
	path := func(source string) error { _, err := compilePath(source); return err }
	template := func(source string) error { _, err := Compile(source); return err }
	visits := func(allowed int) error {
		path, err := compilePath("$.a")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = path.find(nil, &allowed)
		return err
	}
	array := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	object := func(levels int) string { return strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels) }
	filter := func(terms int) string {
		return "$[?(" + strings.Repeat("!", terms-1) + "@.a)]"
	}
	many := func(terms int) string { return "$[?(" + strings.Repeat("@.a || ", terms-1) + "@.a)]" }
	tests := []struct {
		name    string
		allowed error
		refused error
	}{
		{"levels of arrays", decode(array(maxJSONDepth + 1)), decode(array(maxJSONDepth + 2))},
		{"levels of objects", decode(object(maxJSONDepth)), decode(object(maxJSONDepth + 1))},
		{"digits", decode(strings.Repeat("1", maxNumberBytes)), decode(strings.Repeat("1", maxNumberBytes+1))},
		{"bytes of a path", path(strings.Repeat("a", maxPathBytes)), path(strings.Repeat("a", maxPathBytes+1))},
		{"segments", path("$" + strings.Repeat(".a", maxPathSegments)), path("$" + strings.Repeat(".a", maxPathSegments+1))},
		{"levels of a filter", path(filter(maxFilterDepth)), path(filter(maxFilterDepth + 1))},
		{"terms side by side are not levels", path(many(maxFilterDepth + 1)), nil},
		{"visits", visits(1), visits(0)},
		{"bytes of a template", template(strings.Repeat("a", maxTemplateBytes)), template(strings.Repeat("a", maxTemplateBytes+1))},
	}
	for _, tt := range tests {
		if tt.allowed != nil {
			t.Errorf("%s: at the limit: %v", tt.name, tt.allowed)
		}
		if tt.refused == nil && !strings.HasSuffix(tt.name, "not levels") {
			t.Errorf("%s: one more is not refused", tt.name)
		}
	}
}

// The first and the last letter and digit are as good as the others.
func TestNamesOfEveryCharacter(t *testing.T) {
	const name = "azAZ_09"
	template, err := Compile(fmt.Sprintf(`$input.json('$.%s') $input.json("$.list[?(@.%[1]s < 2)]")`, name))
	if err != nil {
		t.Fatal(err)
	}
	got, err := template.Render(&Request{Body: []byte(`{"azAZ_09":1,"list":[{"azAZ_09":1},{"azAZ_09":2}]}`)})
	if want := `1 [{"azAZ_09":1}]`; err != nil || got.Body != want {
		t.Errorf("got %s, %v; want %s", got.Body, err, want)
	}

	gateway, err := CompileGateway("$stageVariables." + name + "{")
	if err != nil {
		t.Fatal(err)
	}
	text, err := gateway.Render(&Request{StageVariables: map[string]string{name: "value"}})
	if err != nil || text != "value{" {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestNamesEndBeforeOtherCharacters(t *testing.T) {
	for _, path := range []string{"$.a b", "$.a\x7f", "$.a{", "$.a`"} {
		if _, err := compilePath(path); err == nil {
			t.Errorf("%q compiles", path)
		}
	}
}

func TestStatusOverridesFrom100To599(t *testing.T) {
	for status, allowed := range map[int]bool{99: false, 100: true, 599: true, 600: false} {
		template, err := Compile(fmt.Sprintf(`#set($context.responseOverride.status = %d)`, status))
		if err != nil {
			t.Fatal(err)
		}
		got, err := template.Render(&Request{})
		if (err == nil) != allowed || allowed && got.Overrides.Response.Status != status {
			t.Errorf("%d: got %+v, %v; allowed: %t", status, got, err, allowed)
		}
	}
}
