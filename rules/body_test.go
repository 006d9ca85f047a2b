package rules_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

const (
	info  = `info: {title: orders, version: "1"}`
	paths = `
paths:
  /orders:
    get:
      responses: {"200": {description: OK}}
      security: [{pool: [orders/read]}]
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: "https://orders.example.org/orders"}
    post:
      responses: {"200": {description: OK}}
      security: [{pool: [orders/write]}]
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: POST, uri: "https://orders.example.org/orders"}
    options:
      responses: {"204": {description: OK}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: "{\"statusCode\": 204}"}
        responses:
          default:
            statusCode: "204"
            responseParameters: {method.response.header.Access-Control-Allow-Origin: "'https://example.org'"}
            responseTemplates: {application/json: "{}\n"}
`
	pool = `{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools,
	x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: [!GetAtt Pool.Arn]}}`
)

// document moves a good template's API into a Body.
func document(head string) edit {
	return func(s *system) {
		without("Authorizer", "Order", "Validator", "Unauthorized", "Orders", "Get", "Post", "Preflight")(s)
		set("Api.Body", head+"\n"+info+paths)(s)
	}
}

var (
	openAPI = document("openapi: 3.0.1\ncomponents: {securitySchemes: {pool: " + pool + "}}")
	swagger = document("swagger: '2.0'\nsecurityDefinitions: {pool: " + pool + "}")
)

// scheme sets a security scheme or part of one.
func scheme(path, value string) edit {
	return func(s *system) {
		at, last := s.locate("Api.Body.swagger")
		if at.(tree)[last] != nil {
			set("Api.Body.securityDefinitions."+path, value)(s)
		} else {
			set("Api.Body.components.securitySchemes."+path, value)(s)
		}
	}
}

// operation sets part of an operation of /orders.
func operation(path, value string) edit { return set("Api.Body.paths./orders."+path, value) }

const (
	below   = `Api.Properties.Body.paths["/orders"].`
	openGet = "method-open " + below + "get: method GET /orders is open to anyone"
	lambda  = `{type: apiKey, name: X-Token, in: header, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {type: token, authorizerUri: x}}`
)

var documentCases = onBoth{
	{"good", nil, "", ""},
	{"no security", edits{remove("Api.Body.paths./orders.get.security")},
		"fatal " + openGet + ": name a cognito_user_pools scheme and a scope in the security of the operation",
		"error " + openGet + ", but other methods of the API require a scope: name a cognito_user_pools scheme and a scope in the security of the operation, or accept it with x-machineauth: {public: REASON} in the operation"},
	{"empty security", edits{operation("get.security", "[]")}, "fatal " + openGet, "error " + openGet},
	{"optional security alone", edits{operation("get.security", "[{}]")}, "fatal " + openGet, "error " + openGet},
	{"security of the document", edits{remove("Api.Body.paths./orders.get.security"), set("Api.Body.security", "[{pool: [orders/read]}]"),
		operation("options.security", "[]")}, "", ""},
	{"security of the document, and none of the operation", edits{operation("get.security", "[]"), set("Api.Body.security", "[{pool: [orders/read]}]")}, "fatal " + openGet, "error " + openGet},
	{"any method", edits{operation("x-amazon-apigateway-any-method", `{x-amazon-apigateway-integration: {type: http_proxy, uri: "https://x.example.org"}}`)},
		"fatal method-open " + below + "x-amazon-apigateway-any-method: method ANY /orders is open", "error method-open " + below + "x-amazon-apigateway-any-method"},
	{"every method", edits{operation("put", "{}"), operation("delete", "{}"), operation("head", "{}"), operation("patch", "{}"), operation("trace", "{}"), operation("parameters", "[]")},
		"fatal method-open " + below + "put\nfatal method-open " + below + "delete\nfatal method-open " + below + "head\nfatal method-open " + below + "patch",
		"error method-open " + below + "put\nerror method-open " + below + "delete\nerror method-open " + below + "head\nerror method-open " + below + "patch"},
	{"a scheme that is not there", edits{operation("get.security", "[{other: [orders/read]}]")}, "fatal " + openGet, "error " + openGet},
	{"OAuth as OpenAPI has it", edits{scheme("oauth", `{type: oauth2, flows: {clientCredentials: {tokenUrl: "https://example.org", scopes: {orders/read: Read}}}}`), operation("get.security", "[{oauth: [orders/read]}]")},
		"fatal " + openGet, "error " + openGet},
	{"an authtype without an authorizer", edits{scheme("oauth", `{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools}`), operation("get.security", "[{oauth: [orders/read]}]")},
		"fatal " + openGet, "error " + openGet},
	{"a scheme where the other version has it", edits{func(s *system) {
		root := s.templates[alone]["Resources"].(tree)["Api"].(tree)["Properties"].(tree)["Body"].(tree)
		if schemes, isOld := root["securityDefinitions"]; isOld {
			root["components"] = tree{"securitySchemes": tree{"old": schemes.(tree)["pool"]}}
		} else {
			root["securityDefinitions"] = tree{"old": root["components"].(tree)["securitySchemes"].(tree)["pool"]}
		}
	}, operation("get.security", "[{old: [orders/read]}]")}, "fatal " + openGet, "error " + openGet},
	{"an API key", edits{scheme("key", `{type: apiKey, name: x-api-key, in: header}`), operation("get.security", "[{key: []}]")},
		"fatal method-open " + below + "get: method GET /orders requires only an API key, which is not authorization", "error method-open " + below + "get: requires only an API key"},
	{"an API key beside a scope", edits{scheme("key", `{type: apiKey, name: x-api-key, in: header}`), operation("get.security", "[{key: [], pool: [orders/read]}]")}, "", ""},
	{"open by an extension", edits{operation("get.x-amazon-apigateway-auth", "{type: none}")}, "fatal " + openGet, "error " + openGet},
	{"IAM by an extension", edits{operation("get.security", "[]"), operation("get.x-amazon-apigateway-auth", "{type: AWS_IAM}")},
		"fatal method-authorization " + below + "get: method GET /orders has authorization type AWS_IAM, which accepts no token of the API's user pool: name a cognito_user_pools scheme and a scope in the security of the operation", ""},
	{"IAM by an extension, beside a scope", edits{operation("get.x-amazon-apigateway-auth", "{type: AWS_IAM}")}, "", ""},
	{"an unknown extension", edits{operation("get.security", "[]"), operation("get.x-amazon-apigateway-auth", "{type: whoever}")}, "fatal " + openGet, "error " + openGet},
	{"IAM by a scheme", edits{scheme("sigv4", "{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: AWSSigV4}"), operation("get.security", "[{sigv4: []}]")},
		"fatal method-authorization " + below + "get: has authorization type AWS_IAM", ""},
	{"a Lambda authorizer", edits{scheme("lambda", lambda), operation("get.security", "[{lambda: []}]")},
		"fatal method-authorization " + below + "get: has authorization type CUSTOM", ""},
	{"an authorizer without a type", edits{scheme("lambda", lambda), scheme("lambda.x-amazon-apigateway-authorizer", "{}"), operation("get.security", "[{lambda: []}]")},
		"fatal method-authorization " + below + "get: has authorization type CUSTOM", ""},
	{"several authorizers", edits{scheme("lambda", lambda), operation("get.security", "[{pool: [orders/read]}, {lambda: []}]")},
		"fatal method-authorization " + below + "get: method GET /orders names several authorizers, and AWS does not document which one API Gateway uses: name one authorizer with its scopes in the security of the operation", "error method-authorization " + below + "get: names several"},
	{"several authorizers at once", edits{scheme("lambda", lambda), operation("get.security", "[{pool: [orders/read], lambda: []}]")},
		"fatal method-authorization " + below + "get", "error method-authorization " + below + "get"},
	{"several authorizers, by name", edits{scheme("lambda", lambda), operation("get.security", "[{pool: [orders/read]}, {lambda: []}]"), operation("get.x-machineauth", "{otherAuthorization: a reason}")}, "", ""},
	{"an API key beside a scope, as SAM writes it", edits{scheme("key", `{type: apiKey, name: x-api-key, in: header}`), operation("get.security", "[{pool: [orders/read]}, {key: []}]")}, "", ""},
	{"a scheme that API Gateway passes over beside a scope", edits{scheme("oauth", "{type: oauth2}"), operation("get.security", "[{oauth: [orders/read]}, {pool: [orders/read]}]")}, "", ""},
	{"a scope or none", edits{operation("get.security", "[{pool: [orders/read]}, {pool: []}]")},
		"fatal method-authorization " + below + "get: names its authorizer both with and without scopes, and AWS does not document which API Gateway uses", "error method-authorization " + below + "get"},
	{"no scope or one", edits{operation("get.security", "[{pool: []}, {pool: [orders/read]}]")},
		"fatal method-without-scope " + below + "get\nfatal method-authorization " + below + "get", "error method-without-scope " + below + "get\nerror method-authorization " + below + "get"},
	{"a scope or nothing", edits{operation("get.security", "[{pool: [orders/read]}, {}]")}, "fatal " + openGet, "error " + openGet},
	{"one authorizer twice", edits{operation("get.security", "[{pool: [orders/read]}, {pool: [orders/write]}]")}, "", ""},
	{"no scope", edits{operation("get.security", "[{pool: []}]")},
		"fatal method-without-scope " + below + "get: has a Cognito authorizer but no scope", "error method-without-scope " + below + "get"},
	{"an undeclared scope", edits{operation("get.security", "[{pool: [orders/delete]}]")},
		`fatal scope-undeclared ` + below + `get: requires scope "orders/delete"`, "fatal scope-undeclared " + below + "get"},
	{"a scope of Cognito's own", edits{operation("get.security", "[{pool: [openid]}]")},
		"fatal method-authorization " + below + "get: accepts one of Cognito's own scopes", ""},
	{"public by name", edits{operation("get", `{x-machineauth: {public: a probe of the load balancer}}`)}, "", ""},
	{"public for a blank reason", edits{operation("get", `{x-machineauth: {public: " "}}`)},
		"fatal " + openGet, "error " + openGet},
	{"public, by a reason for something else", edits{operation("get", `{x-machineauth: {otherAuthorization: a reason}}`)}, "fatal " + openGet, "error " + openGet},
	{"no scope by name", edits{operation("get", `{security: [{pool: []}], x-machineauth: {otherAuthorization: "people, by their ID tokens"}}`)}, "", ""},
	{"IAM by name", edits{operation("get", `{x-amazon-apigateway-auth: {type: AWS_IAM}, x-machineauth: {otherAuthorization: "the batch job of the account"}}`)}, "", ""},
	{"a mark does not reach into a document", edits{operation("get.security", "[]"), ifMarked(set("Api.Metadata.machineauth.public", "a reason"))}, "fatal " + openGet, "error " + openGet},

	{"another pool", edits{add(otherPool), scheme("pool.x-amazon-apigateway-authorizer.providerARNs", "[!GetAtt OtherPool.Arn]")},
		"fatal authorizer-changed " + schemeAt + ": accepts tokens of user pool ${OtherPool}", "fatal scope-undeclared " + below + "get\nfatal scope-undeclared " + below + "post"},
	{"another header", edits{scheme("pool.name", "X-Token")},
		`fatal authorizer-changed ` + schemeAt + `: reads the token from "method.request.header.X-Token"`, ""},
	{"another identity source", edits{scheme("pool.x-amazon-apigateway-authorizer.identitySource", "method.request.querystring.token")},
		`fatal authorizer-changed ` + schemeAt + `: reads the token from "method.request.querystring.token"`, ""},
	{"the identity source in words", edits{scheme("pool.x-amazon-apigateway-authorizer.identitySource", "method.request.header.Authorization")}, "", ""},
	{"an expression", edits{scheme("pool.x-amazon-apigateway-authorizer.identityValidationExpression", ".+")},
		"fatal authorizer-changed " + schemeAt + ": identity validation expression", "fatal authorizer-changed " + schemeAt},
	{"an invalid ARN", edits{scheme("other", pool), scheme("other.x-amazon-apigateway-authorizer.providerARNs", "[eu-west-1_Ab129faBb]")},
		"fatal pool-region " + otherAt + ".x-amazon-apigateway-authorizer.providerARNs[0]", "fatal pool-region " + otherAt + ".x-amazon-apigateway-authorizer.providerARNs[0]"},

	{"a preflight with a body", edits{operation("options.x-amazon-apigateway-integration.responses.default.responseTemplates", `{application/json: '{"orders": []}'}`)},
		"fatal method-open " + below + "options", "error method-open " + below + "options"},
	{"a preflight with other headers", edits{operation("options.x-amazon-apigateway-integration.responses.default.responseParameters", `{method.response.header.X-Orders: "'1'"}`)},
		"fatal method-open " + below + "options", "error method-open " + below + "options"},
	{"a preflight by the backend", edits{operation("options.x-amazon-apigateway-integration", `{type: http_proxy, uri: "https://example.org"}`)},
		"fatal method-open " + below + "options", "error method-open " + below + "options"},
	{"a preflight by another method", edits{moveKey("Api.Body.paths./orders", "options", "head")}, "fatal method-open " + below + "head", "error method-open " + below + "head"},
}

const (
	schemeAt = "SCHEMES.pool"
	otherAt  = "SCHEMES.other"
)

// moveKey renames a key of an object.
func moveKey(path, from, to string) edit {
	return func(s *system) {
		at, last := s.locate(path)
		object := at.(tree)[last].(tree)
		object[to] = object[from]
		delete(object, from)
	}
}

func TestDocuments(t *testing.T) {
	t.Run("OpenAPI", func(t *testing.T) { documentCases.in(openAPI, "Api.Properties.Body.components.securitySchemes").run(t) })
	t.Run("Swagger", func(t *testing.T) { documentCases.in(swagger, "Api.Properties.Body.securityDefinitions").run(t) })
}

// in returns the cases for documents of this form, whose security schemes are at the path
// schemes.
func (cases onBoth) in(form edit, schemes string) (all onBoth) {
	at := func(lines string) string { return strings.ReplaceAll(lines, "SCHEMES", schemes) }
	for _, test := range cases {
		test.edits = append(edits{form}, test.edits...)
		test.marked, test.byHand = at(test.marked), at(test.byHand)
		all = append(all, test)
	}
	return all
}

const (
	unread = ": the rules cannot read the methods that this adds to the API: write the whole OpenAPI document into Body (ApiDefinition.FromInline), without a file in S3, a macro or a copy of another API"
	none   = ""
)

// An unreadable document is refused if constructs protect the API, and ignored otherwise.
func TestDocumentsThatCannotBeRead(t *testing.T) {
	onBoth{
		{"a file", edits{remove("Api.Body"), set("Api.BodyS3Location", "{Bucket: b, Key: k}")}, "fatal method-authorization Api.Properties.BodyS3Location" + unread,
			"warning template-unread Api.Properties.BodyS3Location" + ": the rules cannot read this part of the API's OpenAPI document: the methods that it adds were not checked: write the document into Body"},
		{"a file beside the document", edits{set("Api.BodyS3Location", "{Bucket: b, Key: k}")}, "fatal method-authorization Api.Properties.BodyS3Location",
			"warning template-unread Api.Properties.BodyS3Location"},
		{"a copy", edits{set("Api.CloneFrom", "abc123")}, "fatal method-authorization Api.Properties.CloneFrom",
			"warning template-unread Api.Properties.CloneFrom"},
		{"a macro", edits{set("Api.Body", "!Transform {Name: AWS::Include, Parameters: {Location: x}}")}, "fatal method-authorization Api.Properties.Body",
			"warning template-unread Api.Properties.Body"},
		{"a macro beside the document", edits{set("Api.Body.Fn::Transform", "{Name: AWS::Include, Parameters: {Location: x}}")}, "fatal method-authorization Api.Properties.Body",
			"warning template-unread Api.Properties.Body"},
		{"paths by a macro", edits{set("Api.Body.paths", "!Transform {Name: AWS::Include, Parameters: {Location: x}}")}, "fatal method-authorization Api.Properties.Body",
			"warning template-unread Api.Properties.Body"},
		{"a path by a macro", edits{set("Api.Body.paths./more", "!Transform {Name: AWS::Include, Parameters: {Location: x}}")}, `fatal method-authorization Api.Properties.Body.paths["/more"]`,
			`warning template-unread Api.Properties.Body.paths["/more"]`},
		{"a path elsewhere", edits{set("Api.Body.paths./more", `{$ref: "#/x-paths/more"}`)}, `fatal method-authorization Api.Properties.Body.paths["/more"]`,
			`warning template-unread Api.Properties.Body.paths["/more"]`},
		{"an operation by a macro", edits{operation("put", "!Transform {Name: AWS::Include, Parameters: {Location: x}}")}, "fatal method-authorization " + below + "put",
			"warning template-unread " + below + "put"},
		{"text that is not known", edits{set("Parameters.Document", "{Type: String}"), set("Api.Body", "!Ref Document")}, "fatal method-authorization Api.Properties.Body",
			"warning template-unread Api.Properties.Body"},
		{"text that is not JSON", edits{set("Api.Body", `"openapi: 3.0.1"`)}, "fatal method-authorization Api.Properties.Body",
			"warning template-unread Api.Properties.Body"},
		{"a list", edits{set("Api.Body", "[]")}, "fatal method-authorization Api.Properties.Body",
			"warning template-unread Api.Properties.Body"},
		{"security that is not a list", edits{operation("put", "{security: {pool: [orders/read]}}")}, "fatal method-authorization " + below + "put",
			"warning template-unread " + below + "put"},
		{"security that is a list of texts", edits{operation("put", "{security: [pool]}")}, "fatal method-authorization " + below + "put",
			"warning template-unread " + below + "put"},
		{"no paths", edits{remove("Api.Body.paths")}, none, none},
	}.in(openAPI, "").run(t)
}

func TestADocumentAsText(t *testing.T) {
	for name, write := range map[string]string{"Fn::Sub": `{"Fn::Sub": %s}`, "Fn::Join": `{"Fn::Join": ["", [%s]]}`, "Fn::ToJsonString": `{"Fn::ToJsonString": %s}`} {
		asText := func(s *system) {
			at, last := s.locate("Api.Body")
			data, err := json.Marshal(clone(at.(tree)[last]))
			if err != nil {
				s.t.Fatal(err)
			}
			text := strings.ReplaceAll(string(data), `{"Fn::GetAtt":["Pool","Arn"]}`, `"${Pool.Arn}"`)
			switch name {
			case "Fn::Sub":
				text = strconv.Quote(text)
			case "Fn::Join":
				before, after, _ := strings.Cut(text, "${Pool.Arn}")
				text = strconv.Quote(before) + `, {"Fn::GetAtt": ["Pool", "Arn"]}, ` + strconv.Quote(after)
			default:
				text = string(data)
			}
			at.(tree)[last] = readYAML(s.t, fmt.Sprintf(write, text))
		}
		t.Run(name, func(t *testing.T) {
			for _, form := range []edit{openAPI, swagger} {
				onBoth{
					{"good", edits{form, asText}, "", ""},
					{"open", edits{form, operation("get.security", "[]"), asText}, "fatal " + openGet, "error " + openGet},
					{"an unknown path", edits{form, set("Parameters.Version", "{Type: String}"), operation("get.security", "[]"), moveKey("Api.Body.paths", "/orders", "/${Version}/orders"), asText},
						`fatal method-open Api.Properties.Body.paths["/${Version}/orders"].get`, `error method-open Api.Properties.Body.paths["/${Version}/orders"].get`},
				}.run(t)
			}
		})
	}

	asText := func(s *system) {
		at, last := s.locate("Api.Body")
		data, err := json.Marshal(clone(at.(tree)[last]))
		if err != nil {
			s.t.Fatal(err)
		}
		at.(tree)[last] = string(data)
	}
	literal := scheme("pool.x-amazon-apigateway-authorizer.providerARNs", `["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]`)
	byHand(t).with(openAPI, literal, asText).mustFind("")
	byHand(t).with(openAPI, literal, operation("get.security", "[]"), asText).mustFind("error " + openGet)
}
