package mapping

import (
	"fmt"
	"strings"
	"testing"
)

// A value at the limit is allowed. One more is refused.
func TestLimitsAreInclusive(t *testing.T) {
	decode := func(document string) error { _, err := decodeJSON([]byte(document)); return err }
	path := func(source string) error { _, err := compilePath(source); return err }
	template := func(source string) error { _, err := Compile(source); return err }
	gateway := func(source string) error { _, err := CompileGateway(source); return err }
	visits := func(allowed int) error {
		path, err := compilePath("$.a")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = path.find(nil, &allowed)
		return err
	}
	looks := func(source, document string, allowed int) error {
		path, err := compilePath(source)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := decodeJSON([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = path.find(decoded, &allowed)
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
		{"visits of an index that is given often", looks("$[0,0,0]", "[1]", 3), looks("$[0,0,0]", "[1]", 2)},
		{"visits of a name that is given often", looks("$['a','a'][0]", `{"a":[1]}`, 4), looks("$['a','a'][0]", `{"a":[1]}`, 3)},
		{"visits of names as one object", looks("$['a','b']", `{}`, 2), looks("$['a','b']", `{}`, 1)},
		{"visits of the terms of a filter", looks("$[?(!@ || !@ || @)]", `[1,1]`, 9), looks("$[?(!@ || !@ || @)]", `[1,1]`, 8)},
		{"visits of long texts in a filter", looks("$[?(@ == 'a')]", `["`+strings.Repeat("a", 640)+`"]`, 14), looks("$[?(@ == 'a')]", `["`+strings.Repeat("a", 640)+`"]`, 13)},
		{"bytes of a template", template(strings.Repeat("a", maxTemplateBytes)), template(strings.Repeat("a", maxTemplateBytes+1))},
		{"bytes of a gateway template", gateway(strings.Repeat("a", maxTemplateBytes)), gateway(strings.Repeat("a", maxTemplateBytes+1))},
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

// Names may use the first and the last letter and digit.
func TestNamesOfEveryCharacter(t *testing.T) {
	const name = "azAZ_09"
	template, err := Compile(fmt.Sprintf(`$input.json('$.%s') $input.json("$.list[?(@.%[1]s < 2)]")`, name))
	if err != nil {
		t.Fatal(err)
	}
	got, err := template.Render(&Request{Body: []byte(`{"azAZ_09":1,"list":[{"azAZ_09":1},{"azAZ_09":2}]}`)})
	if want := `1 [{"azAZ_09":1}]`; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
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
		request := &Request{Overrides: NewOverrides()}
		if _, err = template.Render(request); err != nil {
			t.Fatal(err)
		}
		if got := request.Overrides.Response().Status; (got == status) != allowed {
			t.Errorf("%d: got %d; allowed: %t", status, got, allowed)
		}
	}
}

// A short path that repeats an index finds a value exponentially often.
func TestAPathDoesNotMultiplyWhatItFinds(t *testing.T) {
	indexes := "[0" + strings.Repeat(",0", 109) + "]"
	template, err := Compile("$input.path('$" + strings.Repeat(indexes, 4) + "').size()")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := template.Render(&Request{Body: []byte("[[[[1]]]]")}); err == nil || !strings.Contains(err.Error(), "visit more than 3000000 values") {
		t.Errorf("got %s, %v", got, err)
	}
}

// A path built while rendering is compiled each time.
func TestCompilingPathsIsBounded(t *testing.T) {
	template, err := Compile(`#set($path = '$` + strings.Repeat(".a", 49) + `')#foreach($i in [1..300])#foreach($j in [1..300])#set($x = $input.path("$path"))#end#end`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := template.Render(&Request{}); err == nil || !strings.Contains(err.Error(), "visit more than 3000000 values") {
		t.Errorf("got %v", err)
	}
}

func TestAGatewayResponseIsNoLargerThanAPayload(t *testing.T) {
	template, err := CompileGateway(strings.Repeat("$method.request.header.a ", 2000))
	if err != nil {
		t.Fatal(err)
	}
	header := map[string][]string{"A": {strings.Repeat("a", 10_000)}}
	if got, err := template.Render(&Request{Header: header}); err == nil || !strings.Contains(err.Error(), "OutputBytes of 10485760") {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
