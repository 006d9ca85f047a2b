package apigateway_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// doubling is a chain of n schemas that each refer to the next one twice. It ends with
// last. twice has two places for a reference.
func doubling(n int, twice, last string) string {
	var definitions strings.Builder
	for i := range n {
		reference := fmt.Sprintf(`{"$ref":"#/definitions/d%d"}`, i+1)
		fmt.Fprintf(&definitions, `"d%d":%s,`, i, strings.ReplaceAll(twice, "REF", reference))
	}
	return fmt.Sprintf(`{"definitions":{%s"d%d":%s},"allOf":[{"$ref":"#/definitions/d0"}]}`, definitions.String(), n, last)
}

func nested(levels int, before, inside, after string) string {
	return strings.Repeat(before, levels) + inside + strings.Repeat(after, levels)
}

func numbers(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }

// A small model and an allowed body can be more work than a machine does in a year.
func TestTheWorkOfValidatingABodyIsBounded(t *testing.T) {
	const budget = 100_000 // a tenth of the real budget
	const inPlaceTwice = `{"allOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}]}`
	deepObject := nested(60, `{"a":`, "1", "}")
	deepArray := nested(60, "[", "", "]")
	enum := "[0"
	for i := range 2_000 {
		enum += fmt.Sprintf(",%d", -i-1)
	}
	enum += "]"
	for _, test := range []struct{ name, schema, body string }{
		{"all of two", doubling(30, `{"allOf":[REF,REF]}`, `{"type":"object"}`), `{}`},
		{"all of two, and wrong", doubling(30, `{"allOf":[REF,REF]}`, `{"type":"string"}`), `{}`},
		{"any of two", doubling(30, `{"anyOf":[REF,REF]}`, `{"type":"string"}`), `{}`},
		{"one of two", doubling(30, `{"oneOf":[REF,REF]}`, `{"type":"string"}`), `{}`},
		{"not and not", doubling(30, `{"not":REF,"allOf":[{"not":REF}]}`, `{"type":"string"}`), `{}`},
		{"dependencies", doubling(30, `{"dependencies":{"a":REF,"b":REF}}`, `{"type":"object"}`), `{"a":1,"b":1}`},
		{"properties of two schemas", inPlaceTwice, deepObject},
		{"properties by two patterns", `{"patternProperties":{"a":{"$ref":"#"},"^a":{"$ref":"#"}}}`, deepObject},
		{"other properties of two schemas", strings.ReplaceAll(inPlaceTwice, `"properties":{"a":{"$ref":"#"}}`, `"additionalProperties":{"$ref":"#"}`), deepObject},
		{"items of two schemas", `{"allOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]}`, deepArray},
		{"other items of two schemas", `{"allOf":[{"items":[{}],"additionalItems":{"$ref":"#"}},{"items":[{}],"additionalItems":{"$ref":"#"}}]}`, nested(60, "[0,", "1", "]")},
		{"one item of two schemas", `{"allOf":[{"items":[{"$ref":"#"}]},{"items":[{"$ref":"#"}]}]}`, deepArray},
		{"many values of the wrong type", `{"items":{"type":"string"}}`, numbers(150_000)},
		{"many values and a long enum", `{"items":{"enum":` + enum + `}}`, numbers(2_000)},
		{"many values, a long enum, and a reference", `{"definitions":{"a":{"enum":` + enum + `}},"items":{"$ref":"#/definitions/a"}}`, numbers(2_000)},
		{"a large pattern and a long string", `{"items":{"pattern":"(?:a?){1000}a{1000}b"}}`, `["` + strings.Repeat("a", 1<<17) + `"]`},
		{"a large pattern and many names", `{"patternProperties":{"(?:a?){1000}a{1000}b":{}}}`, `{"` + strings.Repeat("a", 1<<17) + `":1}`},
		{"many patterns as values", `{"items":{"format":"regex"}}`, "[" + strings.TrimSuffix(strings.Repeat(`"(?:abc){900}",`, 10_000), ",") + "]"},
		{"unique items, of several schemas", `{"allOf":[` + strings.TrimSuffix(strings.Repeat(`{"uniqueItems":true},`, 1000), ",") + `]}`, "[" + numbers(10_000) + "," + numbers(10_001) + "]"},
		{"long strings, of several schemas", `{"items":{"allOf":[` + strings.TrimSuffix(strings.Repeat(`{"maxLength":1},`, 1000), ",") + `]}}`, `["` + strings.Repeat("é", 1<<17) + `"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			steps, err := apigateway.Work(test.schema, test.body, budget)
			if err == nil || err.Error() != tooMuchWork {
				t.Errorf("got %v, want %s", err, tooMuchWork)
			}
			if steps > 2*budget {
				t.Errorf("at least %d steps", steps)
			}
		})
	}
}

const tooMuchWork = "the model needs more than the allowed 1000000 steps for the body"

func TestABodyThatIsTooMuchWork(t *testing.T) {
	c := bodies(doubling(30, `{"allOf":[REF,REF]}`, `{"type":"object"}`), map[string]string{"application/json": "Order"})
	var event apigateway.RequestEvent
	c.OnRequest = func(_ context.Context, e apigateway.RequestEvent) { event = e }
	got := request{line: "POST /prod/", body: "{}"}.send(t, serve(t, c))
	got.check(t, 500, `{"message":"Internal server error"}`, "InternalServerErrorException")
	if event.Reason != tooMuchWork {
		t.Errorf("reason %q, want %q", event.Reason, tooMuchWork)
	}
}

// The bodies of real services stay far below the bound.
func TestLargeBodiesAreValidated(t *testing.T) {
	const event = `{"type":"object","required":["name","tags"],"properties":{
		"name":{"type":"string","pattern":"^[\\w ]{1,100}$"},"tags":{"type":"array","uniqueItems":true,"items":{"enum":["a","b","c"]}},
		"at":{"anyOf":[{"type":"null"},{"type":"object","properties":{"lat":{"type":"number","minimum":-90},"lon":{"type":"number"}}}]}}}`
	c := bodies(`{"type":"array","items":`+event+`}`, map[string]string{"application/json": "Order"})
	url := serve(t, c)
	body := func(n int, last string) string {
		return "[" + strings.Repeat(`{"name":"Storm Eunice","tags":["a","b"],"at":{"lat":51.5,"lon":-0.1}},`, n) + last + "]"
	}
	request{line: "POST /prod/", body: body(5000, `{"name":"last","tags":[]}`)}.send(t, url).check(t, 200, "ok", noType)
	request{line: "POST /prod/", body: body(5000, `{"name":"last"}`)}.send(t, url).check(t, 400, `{"message":"Invalid request body"}`, badRequestType)
	long := `{"name":"a","tags":["` + strings.Repeat("a", 5<<20) + `"]}`
	request{line: "POST /prod/", body: "[" + long + "]"}.send(t, url).check(t, 400, `{"message":"Invalid request body"}`, badRequestType)
}

// The error text shows only a few of the invalid values.
func TestTheTextOfAnInvalidBodyIsBounded(t *testing.T) {
	c := bodies(`{"items":{"type":"string"}}`, map[string]string{"application/json": "Order"})
	c.GatewayResponses = []apigateway.GatewayResponse{{
		ResponseType:      "BAD_REQUEST_BODY",
		ResponseTemplates: map[string]string{"application/json": `$context.error.validationErrorString`},
	}}
	url := serve(t, c)
	few := request{line: "POST /prod/", body: "[1,2]"}.send(t, url).body
	if !strings.Contains(few, "at '/0': got number, want string - at '/1': got number, want string]") {
		t.Errorf("got %s", few)
	}
	many := request{line: "POST /prod/", body: numbers(100_000)}.send(t, url).body
	if len(many) > 10_000 || !strings.HasPrefix(many, few[:60]) {
		t.Errorf("got %d bytes: %.200s", len(many), many)
	}
}

// A model that the validator must not run is a problem of the template.
func TestModelsThatAreRefused(t *testing.T) {
	chain := doubling(200, `REF`, `{"type":"string"}`)
	for _, test := range []struct{ name, schema, want string }{
		{"a circle", `{"definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}},"items":{"$ref":"#/definitions/a"}}`, "leads to itself without going into the value"},
		{"a circle by choice", `{"anyOf":[{"type":"string"},{"$ref":"#"}]}`, "leads to itself without going into the value"},
		{"a long chain", chain, "leads through more than 100 schemas without going into the value"},
		{"a number", `{"minimum":1e999999}`, "has a number with too many digits or too large an exponent"},
		{"nested", nested(60, `{"not":`, "{}", "}") + "", ""},
		{"nested too deep", nested(101, `{"not":`, "{}", "}"), "is nested more than 100 levels deep"},
		{"too many schemas", `{"allOf":[` + strings.TrimSuffix(strings.Repeat("{},", 10_001), ",") + `]}`, "those of all models of the API may have 10000 objects"},
		{"a large pattern", `{"pattern":"(?:aaaaaaaaaaaaaaaaaaaa){1000}"}`, "it is too large"},
		{"a later draft inside", `{"definitions":{"a":{"$id":"https://example.org/a","$schema":"http://json-schema.org/draft-07/schema#","if":{}}},"items":{"$ref":"#/definitions/a"}}`, "has a $schema that is not the one of draft 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := apigateway.New(bodies(test.schema, nil))
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), "Order.Schema: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
