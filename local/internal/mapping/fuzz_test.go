package mapping

import (
	"encoding/json"
	"testing"

	"example.com/weather-events-api/local/internal/velocity"
)

// FuzzCompileRender checks that no template and no body make Compile or Render panic or
// hang.
func FuzzCompileRender(f *testing.F) {
	f.Add(`$input.json('$')$input.path("$.a").size()#foreach($p in $input.params().keySet())$p#end`, `{"a":[1,2]}`)
	f.Add(`$util.escapeJavaScript($input.body).replaceAll("\\'", "'")$util.parseJson($input.body)`, `["x", 1.5, null]`)
	f.Add(`#set($context.responseOverride.status = 404)$context.authorizer.claims['sub']$stageVariables.url`, ``)
	f.Add(`$util.urlDecode($util.urlEncode($input.params('id')))$util.base64Decode("YQ==")`, `a=b`)
	f.Add(`$input.path('$..a[?(@.x == 1)]')$context.identity.sourceIp`, `{"a":{"x":1}}`)
	f.Fuzz(func(t *testing.T, source, body string) {
		template, err := Compile(source)
		if err != nil {
			return
		}
		request := testRequest()
		request.Body = []byte(body)
		_, _ = template.Render(request)
	})
}

// FuzzJSONPath checks that no path makes compiling or finding panic or hang, and that
// every found value is valid JSON.
func FuzzJSONPath(f *testing.F) {
	for _, seed := range []string{
		"$", "$.a.b", "$['a']['b','c']", "$[0,-1]", "$[1:3]", "$..a[*]", "$..*..*",
		"$.a[?(@.x == 'y' && !(@.z < 1.5) || @.w)]", "a.b", `$["a\"b"]`,
	} {
		f.Add(seed, storeJSON)
	}
	f.Fuzz(func(t *testing.T, source, body string) {
		path, err := compilePath(source)
		if err != nil {
			return
		}
		document, err := decodeJSON([]byte(body))
		if err != nil {
			return
		}
		visits := 10_000
		value, found, err := path.find(document, &visits)
		if err != nil {
			return
		}
		if !found && value != nil {
			t.Fatalf("found nothing, but got the value %v", value)
		}
		text, err := velocity.JSON(value, 1<<20)
		if err == nil && !json.Valid([]byte(text)) {
			t.Fatalf("not JSON: %s", text)
		}
	})
}

// FuzzGateway checks that no template makes compiling or rendering panic, and that a
// template without a $ stays unchanged.
func FuzzGateway(f *testing.F) {
	f.Add(`{"message":$context.error.messageString}`)
	f.Add(`$5 $stageVariables.a. $method.request.header.x-y`)
	f.Fuzz(func(t *testing.T, source string) {
		template, err := CompileGateway(source)
		if err != nil {
			return
		}
		if _, err := template.Render(testRequest()); err != nil {
			t.Fatal(err)
		}
	})
}
