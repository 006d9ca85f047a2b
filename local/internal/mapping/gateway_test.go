package mapping

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGatewayRender(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"default body", `{"message":$context.error.messageString}`, `{"message":"a \"quoted\" <error>"}`},
		{"error", `$context.error.message|$context.error.responseType|$context.error.validationErrorString|`, `a "quoted" <error>|UNAUTHORIZED|[bad]|`},
		{"context", `"$context.stage" $context.identity.sourceIp $context.requestTimeEpoch [$context.identity.caller]`, `"prod" 192.0.2.1 1700000000000 []`},
		{"claim", `$context.authorizer.claims.sub`, "client-1"},
		{"authorizer", `$context.authorizer.principalId|$context.authorizer.nope`, "user-1|"},
		{"stage variable", `$stageVariables.url/$stageVariables.nope.`, "https://example.com/."},
		{"method request", `$method.request.path.id $method.request.querystring.q $method.request.header.x-trace`, "from-path last t1"},
		{"everything else is text", `#if(true) $ $5 $$ \$$context.stage $`, `#if(true) $ $5 $$ \$prod $`},
		{"a dot or hyphen at the end is text", `$context.stage. $context.stage.5`, "prod. prod.5"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := CompileGateway(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			request := testRequest()
			request.Context.Error = Error{`a "quoted" <error>`, "UNAUTHORIZED", "[bad]"}
			got, err := template.Render(request)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompileGatewayRefuses(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"unknown context variable", "{\n \"a\": $context.foo}", "2:7: $context.foo is not supported"},
		{"claims as a whole", "$context.authorizer.claims", "1:1: $context.authorizer.claims is not supported"},
		{"group", "$context.identity", "1:1: $context.identity is not supported"},
		{"override", "$context.responseOverride.status", "$context.responseOverride.status is not supported"},
		{"unknown root", "x $input.body", "1:3: $input.body is not supported"},
		{"root alone", "$context", "$context is not supported"},
		{"unknown parameter location", "$method.request.body.x", "$method.request.body.x is not supported"},
		{"parameter location alone", "$method.request.header", "$method.request.header is not supported"},
		{"formal reference", "a ${context.stage}", "1:3: ${...} is not supported"},
		{"index", "$context.authorizer.claims['sub']", "$context.authorizer.claims"},
		{"index of a variable", "$stageVariables.a['sub']", "an index is not supported"},
		{"longer name", "$context.stage-x", "$context.stage-x is not supported"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := CompileGateway(tt.source)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("CompileGateway(%q): %v; want %q", tt.source, err, tt.want)
			}
		})
	}
}

// A failed Lambda authorizer gives no message.
func TestNoMessageIsNull(t *testing.T) {
	template, err := CompileGateway(`{"message":$context.error.messageString}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := template.Render(&Request{}); err != nil || got != `{"message":null}` {
		t.Errorf("got %q, %v", got, err)
	}
}
