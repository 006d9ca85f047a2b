package apigateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// decides sends a request to an API whose authorizer answers with the statements.
func decides(t *testing.T, statements, line string) answer {
	t.Helper()
	a := authorize(t, always(`{"policyDocument":{"Version":"2012-10-17","Statement":`+statements+`}}`), nil,
		decided("ANY", "/", lambdaAuthorizer("TOKEN"), mock("ok")), decided("ANY", "/{path+}", lambdaAuthorizer("TOKEN"), mock("ok")))
	return request{line: line, headers: []string{"Authorization: a"}}.send(t, a.url)
}

func TestPolicies(t *testing.T) {
	const (
		allowed  = `ok`
		explicit = explicitDeny
		implicit = implicitDeny
	)
	allow := func(resource string) string {
		return fmt.Sprintf(`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":%q}`, resource)
	}
	deny := func(resource string) string {
		return fmt.Sprintf(`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":%q}`, resource)
	}
	for _, test := range []struct {
		name, statements, line, want string
	}{
		{"this method", "[" + allow(methodARNs+"GET/a") + "]", "GET /prod/a", allowed},
		{"one statement alone", allow(methodARNs + "GET/a"), "GET /prod/a", allowed},
		{"another method", "[" + allow(methodARNs+"GET/a") + "]", "PUT /prod/a", implicit},
		{"another path", "[" + allow(methodARNs+"GET/a") + "]", "GET /prod/a/b", implicit},
		{"a path in other letters", "[" + allow(methodARNs+"GET/a") + "]", "GET /prod/A", implicit},
		{"the end of another path", "[" + allow(methodARNs+"GET/a") + "]", "GET /prod/xGET/a", implicit},
		{"a list of resources", `[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["` + methodARNs + `GET/b","` + methodARNs + `GET/a"]}]`, "GET /prod/a", allowed},
		{"a star", "[" + allow(methodARNs+"GET/*") + "]", "GET /prod/a/b/c", allowed},
		{"a star for nothing", "[" + allow(methodARNs+"GET/*") + "]", "GET /prod/", allowed},
		{"a star within", "[" + allow(methodARNs+"*/a/*/c") + "]", "PUT /prod/a/b/c", allowed},
		{"a star within, elsewhere", "[" + allow(methodARNs+"*/a/*/c") + "]", "PUT /prod/a/b/d", implicit},
		{"a question mark", "[" + allow(methodARNs+"GET/?") + "]", "GET /prod/a", allowed},
		{"a question mark for nothing", "[" + allow(methodARNs+"GET/?") + "]", "GET /prod/", implicit},
		{"any Region and account", "[" + allow("arn:aws:execute-api:*:*:abc123/prod/GET/a") + "]", "GET /prod/a", allowed},
		{"everything of the service", "[" + allow("arn:aws:execute-api:*") + "]", "GET /prod/a", allowed},
		{"a star for several parts", "[" + allow("arn:aws:execute-api:*:abc123/*") + "]", "GET /prod/a", implicit},
		{"another API", "[" + allow("arn:aws:execute-api:eu-west-1:123456789012:abc124/prod/GET/a") + "]", "GET /prod/a", implicit},
		{"another stage", "[" + allow("arn:aws:execute-api:eu-west-1:123456789012:abc123/test/GET/a") + "]", "GET /prod/a", implicit},
		{"another account", "[" + allow("arn:aws:execute-api:eu-west-1:123456789013:abc123/*") + "]", "GET /prod/a", implicit},
		{"another service", "[" + allow("arn:aws:lambda:eu-west-1:123456789012:*") + "]", "GET /prod/a", implicit},

		{"an explicit denial wins", "[" + allow("*") + "," + deny(methodARNs+"GET/a") + "]", "GET /prod/a", explicit},
		{"whatever its place", "[" + deny(methodARNs+"GET/a") + "," + allow("*") + "]", "GET /prod/a", explicit},
		{"not elsewhere", "[" + allow("*") + "," + deny(methodARNs+"GET/a") + "]", "GET /prod/b", allowed},
		{"also with a slash at the end", "[" + allow("*") + "," + deny(methodARNs+"GET/a") + "]", "GET /prod/a/", explicit},
		{"an encoded path", "[" + allow("*") + "," + deny(methodARNs+"GET/a/1") + "]", "GET /prod/a/%31", explicit},
		{"also with an encoded slash", "[" + allow("*") + "," + deny(methodARNs+"GET/a/*") + "]", "GET /prod/a%2F1", explicit},
		{"but nothing is allowed because it is encoded", "[" + allow(methodARNs+"GET/a/1") + "]", "GET /prod/a/%31", implicit},
		{"a star in the request is a plain character", "[" + allow(methodARNs+"GET/a%2A") + "]", "GET /prod/a*", allowed},

		{"an action in other letters", `[{"Effect":"Allow","Action":"EXECUTE-API:invoke","Resource":"*"}]`, "GET /prod/a", allowed},
		{"every action of the service", `[{"Effect":"Allow","Action":"execute-api:*","Resource":"*"}]`, "GET /prod/a", allowed},
		{"every action", `[{"Effect":"Allow","Action":["*"],"Resource":"*"}]`, "GET /prod/a", allowed},
		{"part of the action", `[{"Effect":"Allow","Action":"*:Inv*e","Resource":"*"}]`, "GET /prod/a", allowed},
		{"another action", `[{"Effect":"Allow","Action":["execute-api:ManageConnections","lambda:*"],"Resource":"*"}]`, "GET /prod/a", implicit},
		{"an action without the service", `[{"Effect":"Allow","Action":"Invoke","Resource":"*"}]`, "GET /prod/a", implicit},
		{"the denial of another action", `[` + allow("*") + `,{"Effect":"Deny","Action":"execute-api:InvalidateCache","Resource":"*"}]`, "GET /prod/a", allowed},
		{"all but another action", `[{"Effect":"Allow","NotAction":"lambda:*","Resource":"*"}]`, "GET /prod/a", allowed},
		{"all but this action", `[{"Effect":"Allow","NotAction":["execute-api:*"],"Resource":"*"}]`, "GET /prod/a", implicit},
		{"all but this resource", `[{"Effect":"Allow","Action":"*","NotResource":"` + methodARNs + `GET/a"}]`, "GET /prod/a", implicit},
		{"all but another resource", `[{"Effect":"Allow","Action":"*","NotResource":"` + methodARNs + `GET/b"}]`, "GET /prod/a", allowed},
		{"a denial of all but this", `[` + allow("*") + `,{"Effect":"Deny","Action":"*","NotResource":"` + methodARNs + `GET/a"}]`, "GET /prod/a", allowed},
		{"a denial of all but another", `[` + allow("*") + `,{"Effect":"Deny","Action":"*","NotResource":"` + methodARNs + `GET/b"}]`, "GET /prod/a", explicit},

		{"no condition", `[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}]`, "GET /prod/a", allowed},
		{"a null condition", `[{"Effect":"Allow","Action":"*","Resource":"*","Condition":null}]`, "GET /prod/a", allowed},
		{"a condition never allows", `[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}}]`, "GET /prod/a", implicit},
		{"an unknown condition neither", `[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Quantum":{}}}]`, "GET /prod/a", implicit},
		{"beside one without", `[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}},` + allow("*") + `]`, "GET /prod/a", allowed},
		{"a condition denies", `[` + allow("*") + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]`, "GET /prod/a", explicit},
		{"but not elsewhere", `[` + allow("*") + `,{"Effect":"Deny","Action":"*","Resource":"` + methodARNs + `GET/b","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]`, "GET /prod/a", allowed},
		{"a variable never allows", "[" + allow(methodARNs+"GET/${*}") + "]", "GET /prod/a", implicit},
		{"a variable denies", "[" + allow("*") + "," + deny(methodARNs+"GET/${aws:username}") + "]", "GET /prod/a", explicit},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := decides(t, test.statements, test.line); got.body != test.want {
				t.Errorf("got %d %s, want %s", got.status, got.body, test.want)
			}
		})
	}
}

// A policy cannot keep the server busy, with many statements or with patterns that make
// a simple matcher try every way.
func TestPoliciesAreBounded(t *testing.T) {
	statements := func(n int, resource string) string {
		var all []string
		for range n {
			all = append(all, fmt.Sprintf(`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":%q}`, resource))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	line := "GET /prod/" + strings.Repeat("a", 1000)
	for _, test := range []struct {
		name, statements, want string
	}{
		{"thousands of statements", strings.TrimSuffix(statements(4000, methodARNs+"GET/b"), "]") + "," + strings.TrimPrefix(statements(1, "*"), "["), "ok"},
		{"catastrophic wildcards", statements(100, methodARNs+"GET/"+strings.Repeat("*a", 1000)+"*b"), implicitDeny},
		{"question marks", statements(100, methodARNs+"GET/*"+strings.Repeat("?", 500)+"b"), implicitDeny},
		{"too large", statements(6000, methodARNs+"GET/b"), noMessage},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			if got := decides(t, test.statements, line); got.body != test.want {
				t.Errorf("got %d %s, want %s", got.status, got.body, test.want)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
