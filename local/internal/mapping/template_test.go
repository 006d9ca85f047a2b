package mapping

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testRequest is the request of the table tests.
func testRequest() *Request {
	return &Request{
		Body: []byte(`{"b":1.10,"a":[{"id":1,"name":"x"},{"id":2,"name":"y"}],"big":12345678901234567890,` +
			`"s":"it's \"é\"/","nested":{"list":[{"c":5}],"n":null},"t":true,"e":1e3}`),
		Path:           map[string]string{"id": "from-path", "only": "p"},
		Query:          map[string][]string{"id": {"from-query"}, "q": {"first", "last"}, "none": {}},
		Header:         map[string][]string{"Id": {"from-header"}, "X-Trace": {"t1"}},
		StageVariables: map[string]string{"url": "https://example.com", "a-b": "hyphen"},
		Context: Context{
			AccountID: "123456789012", APIID: "abc123", Stage: "prod", HTTPMethod: "POST",
			ResourcePath: "/events/{id}", RequestTimeEpoch: 1700000000000,
			Identity: Identity{SourceIP: "192.0.2.1", UserAgent: "test/1"},
			Claims:   map[string]string{"sub": "client-1", "cognito:username": "u", "scope": "a b"},
			// From a Lambda authorizer; "claims.forged" and "claims" are not claims.
			Authorizer: map[string]string{"principalId": "user-1", "key": "value", "claims": "c", "claims.forged": "f", "forged": "f"},
		},
	}
}

func TestRender(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"json keeps the order of keys and the text of numbers", `$input.json('$')`, `{"b":1.10,"a":[{"id":1,"name":"x"},{"id":2,"name":"y"}],"big":12345678901234567890,"s":"it's \"é\"/","nested":{"list":[{"c":5}],"n":null},"t":true,"e":1e3}`},
		{"json of scalars", `$input.json('$.s') $input.json("$.t") $input.json('$.nested.n')`, `"it's \"é\"/" true null`},
		{"json of nothing", `$input.json('$.missing.x')`, `""`},
		{"path gives values", `$input.path('$.a[1].name') $input.path('$.a').size() $input.path('$').a[0].id`, "y 2 1"},
		{"path gives Java numbers", `$input.path('$.b') $input.path('$.e') $input.path('$.big')`, "1.1 1000.0 12345678901234567890"},
		{"path of nothing", `[$input.path('$.missing')][$!input.path('$.nested.n')]#if($input.path('$.missing') == "")null#end`, "[][]null"},
		{"maps print as Java's and lists as JSON", `$input.path('$.nested') $input.path('$.a')`, `{list=[{"c":5}], n=null} [{"id":1,"name":"x"},{"id":2,"name":"y"}]`},
		{"path made while rendering", `#foreach($i in [0..1])$input.path("$.a[$i].name")#end#set($p = '$.t')$input.json($p)`, "xytrue"},
		{"body", `$input.body.length()`, "155"},
		{"foreach over a path", `#foreach($item in $input.path('$.a'))$item.name#if($foreach.hasNext),#end#end`, "x,y"},
		{"params searches path, query string and header", `$input.params('id') $input.params('q') $input.params('X-Trace') [$input.params('nope')]`, "from-path last t1 []"},
		{"header names in any case", `$input.params('x-trace') $input.params().header.get('x-TRACE') $input.params().header.Id`, "t1 t1 from-header"},
		{"query names in their case only", `[$input.params('Q')]`, "[]"},
		{"params groups", `$input.params().keySet() $input.params().path $input.params().querystring $input.params().get('header').size()`, "[path, querystring, header] {id=from-path, only=p} {id=from-query, q=last} 2"},
		{"escapeJavaScript", `$util.escapeJavaScript($input.path('$.s'))`, `it\'s \"\u00E9\"/`},
		{"escapeJavaScript, quotes put back", `$util.escapeJavaScript($input.path('$.s')).replaceAll("\\'", "'")`, `it's \"\u00E9\"/`},
		{"escapeJavaScript of controls and pairs", `$util.escapeJavaScript($util.parseJson('"\n\r\t\b\f\u0001😀"'))`, `\n\r\t\b\f\u0001\uD83D\uDE00`},
		{"parseJson", `#set($o = $util.parseJson('{"k": {"arr": [1, 2.50]}}'))$o.k.arr[1] $o`, `2.5 {k={arr=[1,2.5]}}`},
		{"parseJson of a list prints JSON", `$util.parseJson('[{"val": 0}]')`, `[{"val":0}]`},
		{"urlEncode and urlDecode", `$util.urlEncode("a b&c=d*~é") $util.urlDecode("a+b%26")`, "a+b%26c%3Dd*%7E%C3%A9 a b&"},
		{"base64", `$util.base64Encode("é?") $util.base64Decode("w6k/") $util.base64Decode("YQ")`, "w6k/ é? a"},
		{"util of null and of a number", `[$util.urlEncode($undefined)] $util.base64Encode(1)`, "[] MQ=="},
		{"stage variables", `$stageVariables.url $stageVariables['a-b'] ${stageVariables['url']} [$stageVariables.nope] $stageVariables.keySet()`, "https://example.com hyphen https://example.com [] [a-b, url]"},
		{"context", `$context.apiId $context.stage $context['httpMethod'] $context.resourcePath $context.requestTimeEpoch $context.identity.sourceIp $context.identity['userAgent']`, "abc123 prod POST /events/{id} 1700000000000 192.0.2.1 test/1"},
		{"context without a value", `[$context.identity.caller][$context.authorizer.nope][$context.webaclArn][$context.path]`, "[][][][]"},
		{"authorizer", `$context.authorizer.principalId $context.authorizer['key'] #set($k = "key")$context.authorizer[$k] [$context.authorizer.nope] $context.authorizer.key.length()`, "user-1 valuevalue [] 5"},
		{"authorizer's claims are not those of a token", `[$context.authorizer.claims.forged]`, "[]"},
		{"claims", `$context.authorizer.claims.sub $context.authorizer.claims['cognito:username'] [$context.authorizer.claims.nope] $context.authorizer.claims.scope.split(" ").size()`, "client-1 u [] 2"},
		{"claim by a variable", `#set($c = "sub")$context.authorizer.claims[$c]`, "client-1"},
		{"claim absent is null", `#if($context.authorizer.claims.email == "")no#end`, "no"},
		{"mock integration", `{"statusCode": #if($input.params('q') == "last")200#{else}404#end}`, `{"statusCode": 200}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Compile(tt.source)
			if err != nil {
				t.Fatalf("Compile(%q): %v", tt.source, err)
			}
			got, err := template.Render(testRequest())
			if err != nil {
				t.Fatalf("Render(%q): %v", tt.source, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Render(%q) (-want +got):\n%s", tt.source, diff)
			}
		})
	}
}

func TestRenderBodies(t *testing.T) {
	tests := []struct{ name, body, source, want string }{
		{"empty is an empty object", "", `$input.body $input.json('$') $input.path('$') [$input.path('$.a')]`, `{} {} {} []`},
		{"a form is one string", "a=1&b=%20x", `$input.path('$') $input.json('$') #foreach($p in $input.body.split("&"))$p.split("=")[0]#end`, `a=1&b=%20x "a=1&b=%20x" ab`},
		{"an array", `[1,2]`, `$input.path('$').size()$input.path('$[-1]')`, "22"},
		{"a scalar", `"x"`, `$input.path('$')$input.json('$') [$input.path('$.a')]`, `x"x" []`},
		{"a duplicate key counts once, by its last value", `{"a":1,"b":2,"a":3}`, `$input.json('$')`, `{"a":3,"b":2}`},
		{"an object that ends early, as text", `{a`, `$input.body`, `{a`},
		{"a text with a brace", `a{b`, `$input.json('$')`, `"a{b"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Compile(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := template.Render(&Request{Body: []byte(tt.body)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOverrides(t *testing.T) {
	type overrides struct {
		Request  RequestOverride
		Response ResponseOverride
	}
	tests := []struct {
		name, source string
		want         overrides
	}{
		{"none", `$context.responseOverride.status$context.responseOverride.header.X`, overrides{}},
		{"status", `#set($context.responseOverride.status = 404)`, overrides{Response: ResponseOverride{Status: 404}}},
		{"status as text", `#set($context.responseOverride.status = "404")`, overrides{Response: ResponseOverride{Status: 404}}},
		{"response headers", `#set($context.responseOverride.header.X = "a$context.stage")#set($context.responseOverride.header['y-z'] = 1)`,
			overrides{Response: ResponseOverride{Header: map[string][]string{"X": {"aprod"}, "y-z": {"1"}}}}},
		{"a name that is a variable, and put", `#set($n = "X")#set($context.responseOverride.header[$n] = "a")$context.responseOverride.header.put("Y", "b")`,
			overrides{Response: ResponseOverride{Header: map[string][]string{"X": {"a"}, "Y": {"b"}}}}},
		{"request parameters", `#set($context.requestOverride.header.H = ["1", "2"])#set($context.requestOverride.path.p = "v")#set($context.requestOverride.querystring.q = true)`,
			overrides{Request: RequestOverride{
				Header: map[string][]string{"H": {"1", "2"}}, QueryString: map[string][]string{"q": {"true"}}, Path: map[string]string{"p": "v"}}}},
		{"a number that is not a status overrides nothing", `#set($context.responseOverride.status = 42)`, overrides{}},
		{"null overrides nothing", `#set($context.responseOverride.status = $undefined)`, overrides{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Compile(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			request := testRequest()
			request.Overrides = NewOverrides()
			if _, err := template.Render(request); err != nil {
				t.Fatal(err)
			}
			got := overrides{request.Overrides.Request(), request.Overrides.Response()}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("an override can be read back", func(t *testing.T) {
		template, err := Compile(`#set($context.responseOverride.status = 201)#set($context.responseOverride.header.X = ["a", "b"])$context.responseOverride.status $context.responseOverride.header.X`)
		if err != nil {
			t.Fatal(err)
		}
		got, err := template.Render(testRequest())
		if err != nil || got != "201 a,b" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestCompileRefuses(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"directive", "a\n#define($x)#end", "2:1: #define is not supported"},
		{"util method", "{\n  $util.toJson($x)", "2:3: $util.toJson() is not supported; $util has escapeJavaScript,"},
		{"util method in a string", `#set($a = "x $util.dynamodb.toJson($x)")`, "1:14: $util.dynamodb is not supported"},
		{"util arguments", "$util.urlEncode()", "1:1: $util.urlEncode got 0 arguments; allowed is 1"},
		{"util as a whole", "#set($u = $util)", "1:11: $util as a whole is not supported"},
		{"input method", "$input.foo('$')", "1:1: $input.foo() is not supported; $input has body, path(), json() and params()"},
		{"input property", "$input.path", "$input.path is not supported"},
		{"input index", "$input[$x]", "is not supported"},
		{"input as a whole", "$input", "$input as a whole is not supported"},
		{"input arguments", "$input.json()", "$input.json got 0 arguments; allowed is 1, a JSONPath"},
		{"params arguments", "$input.params('a', 'b')", "$input.params got 2 arguments"},
		{"params group by itself", "$input.params().cookie", "$input.params().cookie does not exist; allowed are path, querystring and header"},
		{"params group", "$input.params().headers.x", "$input.params().headers does not exist; allowed are path, querystring and header"},
		{"params method", "$input.params().entries()", "the method entries() is not supported"},
		{"path that is not a string", "$input.path(1)", "$input.path got 1; allowed is a JSONPath in quotes"},
		{"JSONPath function", "$input.path('$.a.length()')", `$input.path: the JSONPath "$.a.length()" is not supported: functions such as length() are not supported`},
		{"method that no value has", "$input.body.getBytes()", "the method getBytes() is not supported"},
		{"method of a plain variable", "#set($a = 1)$a.foo()", "1:13: the method foo() is not supported"},
		{"method of a JSONPath result", "$input.path('$.a').count()", "the method count() is not supported"},
		{"context variable", "$context.foo", "$context.foo is not supported"},
		{"context variable of access logs", "$context.status", "$context.status is not supported"},
		{"context variable in a group", "$context.identity.foo", "$context.identity.foo is not supported"},
		{"authorizer as a whole", "$context.authorizer", "$context.authorizer as a whole is not supported"},
		{"method of the authorizer", "$context.authorizer.keySet()", "$context has no methods"},
		{"context by a variable", "$context[$x]", "an index of $context. is not a string"},
		{"context as a whole", "$context", "$context as a whole is not supported"},
		{"group as a whole", "#set($m = $context.identity)", "$context.identity as a whole is not supported"},
		{"claims as a whole", "$context.authorizer.claims", "$context.authorizer.claims is null on API Gateway; read one claim, such as $context.authorizer.claims.sub"},
		{"method of a group", "$context.identity.keySet()", "$context.identity.keySet(): $context has no methods"},
		{"method of claims", "$context.authorizer.claims.keySet()", "$context has no methods"},
		{"gateway response variable", "$context.error.message", "$context.error.message is for gateway responses only"},
		{"set of a context variable", "#set($context.stage = 1)", "$context cannot be set; only the overrides"},
		{"set of a claim", "#set($context.authorizer.claims.sub = 1)", "$context cannot be set"},
		{"set of part of an override", "#set($context.responseOverride.status.x = 1)", "$context cannot be set"},
		{"set of input", "#set($input = 1)", "$input as a whole is not supported"},
		{"set of the body", "#set($input.body = 1)", "$input cannot be set"},
		{"set of a stage variable", "#set($stageVariables.x = 1)", "$stageVariables cannot be set"},
		{"loop variable of the host", "#foreach($util in $x)#end", "$util as a whole is not supported"},
		{"loop variable of stage variables", "#foreach($stageVariables in $x)#end", "$stageVariables cannot be set"},
		{"size", strings.Repeat("x", 300<<10+1), "the mapping template has 307201 bytes; allowed are 307200"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile(tt.source)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Compile: %v; want %q", err, tt.want)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"JSONPath made while rendering", `#set($p = "$.a.length()")$input.path($p)`, "1:32: the JSONPath \"$.a.length()\" is not supported"},
		{"JSONPath that is not a string", `#set($p = 1)$input.json($p)`, "$input.json got a value that is not a string"},
		{"parseJson", `$util.parseJson("{")`, "$util.parseJson: the argument is not JSON"},
		{"urlDecode", `$util.urlDecode("%zz")`, "$util.urlDecode"},
		{"base64Decode", `$util.base64Decode("?")`, "$util.base64Decode"},
		{"override twice", `#set($context.responseOverride.status = 200)#set($context.responseOverride.status = 201)`, "$context.responseOverride.status is overridden twice"},
		{"header override twice", `#set($context.responseOverride.header.X = 1)#set($context.responseOverride.header.X = 2)`, "$context.responseOverride.header.X is overridden twice"},
		{"status that is not a number", `#set($context.responseOverride.status = "OK")`, `status is "OK"; allowed is an integer from 100 to 599`},
		{"long loop", `#foreach($i in [0..1000])#end`, "more than the allowed ForeachIterations of 1000"},
		{"deep JSON", `$util.parseJson("` + strings.Repeat("[", 200) + `")`, "nested more than 90 levels deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Compile(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			out, err := template.Render(testRequest())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Render = %q, %v; want %q", out, err, tt.want)
			}
		})
	}
}

func TestRenderRefusesBody(t *testing.T) {
	template, err := Compile(`$input.path('$.a')`)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"nested more than 90 levels deep": strings.Repeat("[", 200) + strings.Repeat("]", 200),
		"more than 1000 characters":       strings.Repeat("1", 2000),
	} {
		if _, err := template.Render(&Request{Body: []byte(body)}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Render: %v; want %q", err, name)
		}
	}
}

func TestABodyThatIsNoObject(t *testing.T) {
	for _, source := range []string{"$input.path('$')", "$input.json('$.a')"} {
		template, err := Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{"{a", " \n[1", "{} {}"} {
			if got, err := template.Render(&Request{Body: []byte(body)}); !errors.Is(err, ErrPayload) {
				t.Errorf("%s of %q: %q, %v", source, body, got, err)
			}
		}
	}
}

func TestRenderConcurrently(t *testing.T) {
	template, err := Compile(`#set($r = $input.path('$.a').add(1))$input.path('$.a').size() $input.json('$.b')`)
	if err != nil {
		t.Fatal(err)
	}
	request := testRequest()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := template.Render(request); err != nil || got != "3 1.10" {
				t.Errorf("Render = %q, %v", got, err)
			}
		})
	}
	group.Wait()
}
