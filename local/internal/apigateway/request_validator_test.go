package apigateway_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

const badRequestType = "BadRequestException"

func TestRequiredParameters(t *testing.T) {
	m := open("GET", "/orders/{id}", mock("ok"))
	m.RequestParameters = map[string]bool{
		"method.request.querystring.q": true, "method.request.header.X-Key": true, "method.request.path.id": true,
		"method.request.querystring.optional": false, "method.request.path.missing": true, "method.request.header.host": true,
	}
	m.ValidateRequestParameters = true
	unvalidated := open("GET", "/unvalidated", mock("ok"))
	unvalidated.RequestParameters = m.RequestParameters
	present := open("GET", "/present/{id}", mock("ok"))
	present.RequestParameters = map[string]bool{"method.request.querystring.q": true, "method.request.header.X-Key": true, "method.request.path.id": true}
	present.ValidateRequestParameters = true
	url := serve(t, config(m, unvalidated, present))
	const all = `{"message":"Missing required request parameters: [X-Key, missing, q]"}`
	tests := []struct {
		name, line string
		headers    []string
		want       string // "" for 200
	}{
		{"several", "GET /prod/orders/1", nil, all},
		{"blank", "GET /prod/orders/1?q=%20", []string{"X-Key:  "}, all},
		{"one", "GET /prod/present/1?q=1", nil, `{"message":"Missing required request parameters: [X-Key]"}`},
		{"none", "GET /prod/present/1?q=1", []string{"x-key: a"}, ""},
		{"without validator", "GET /prod/unvalidated", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := request{line: test.line, headers: test.headers}.send(t, url)
			if test.want == "" {
				got.check(t, 200, "ok", noType)
			} else {
				got.check(t, 400, test.want, badRequestType)
			}
		})
	}
}

// bodies is an API whose POST / validates bodies against a model.
func bodies(schema string, models map[string]string) apigateway.Config {
	m := open("POST", "/", mock("ok"))
	m.ValidateRequestBody = true
	m.RequestModels = models
	c := config(m)
	c.Models = []apigateway.Model{
		{Label: "Order", Name: "Order", Schema: schema},
		{Label: "List", Name: "List", Schema: `{"type":"array","items":{"$ref":"https://apigateway.amazonaws.com/restapis/abc123/models/Order"}}`},
	}
	return c
}

func TestRequestBody(t *testing.T) {
	const order = `{"type":"object","required":["id"],"properties":{"id":{"type":"integer","minimum":1},"kind":{"enum":["a","b"]},"n":{"multipleOf":0.01}}}`
	js := map[string]string{"application/json": "Order"}
	tests := []struct {
		name    string
		models  map[string]string
		headers []string
		body    string
		valid   bool
	}{
		{"valid", js, nil, `{"id": 1}`, true},
		{"valid with the type", js, []string{"Content-Type: application/json"}, `{"id": 1, "kind": "b"}`, true},
		{"wrong type", js, nil, `{"id": "1"}`, false},
		{"missing property", js, nil, `{}`, false},
		{"empty is {}", js, nil, ``, false},
		{"empty is {} for the model that every API has", map[string]string{"application/json": "Empty"}, nil, ``, true},
		{"not JSON", js, nil, `{"id": 1`, false},
		{"more after JSON", js, nil, `{"id": 1} {}`, false},
		{"charset", js, []string{"Content-Type: application/json; charset=utf-8"}, `{}`, false},
		{"another type is not validated", js, []string{"Content-Type: text/plain"}, `nonsense`, true},
		{"$default is for any type", map[string]string{"$default": "Order"}, []string{"Content-Type: text/plain"}, `nonsense`, false},
		{"exact type before $default", map[string]string{"$default": "Order", "text/plain": "Empty"}, []string{"Content-Type: text/plain"}, `{}`, true},
		{"reference to another model", map[string]string{"application/json": "List"}, nil, `[{"id": 1}]`, true},
		{"reference to another model, invalid", map[string]string{"application/json": "List"}, nil, `[{"id": 0}]`, false},
		{"number in another notation", js, nil, `{"id": 1e2}`, true},
		{"exponent beyond reason", js, nil, `{"id": 1e999999}`, false},
		{"exponent that no parser takes", js, nil, `{"id": 1, "n": 1e99999999999999999999}`, false},
		{"negative exponent beyond reason", js, nil, `{"id": 1, "x": [-1E-999999]}`, false},
		{"digits beyond reason", js, nil, `{"id": ` + strings.Repeat("1", 100000) + `}`, false},
		{"nested", js, nil, `{"id": 1, "x": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, true},
		{"the largest exponents", js, nil, `{"id": 1, "x": [1e400, 1e-400]}`, true},
		{"an exponent too large", js, nil, `{"id": 1, "x": 1e401}`, false},
		{"an exponent too small", js, nil, `{"id": 1, "x": 1e-401}`, false},
		{"the longest number", js, nil, `{"id": 1, "x": ` + strings.Repeat("1", 100) + `}`, true},
		{"a number too long", js, nil, `{"id": 1, "x": ` + strings.Repeat("1", 101) + `}`, false},
		{"nested beyond reason", js, nil, `{"id": 1, "x": ` + strings.Repeat("[", 101) + strings.Repeat("]", 101) + `}`, false},
		{"nested beyond what a decoder takes", js, nil, strings.Repeat("[", 20000) + strings.Repeat("]", 20000), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bodies(order, test.models)
			c.Methods[0].Integration.RequestTemplates["$default"] = `{"statusCode": 200}`
			got := request{"POST /prod/", test.headers, test.body}.send(t, serve(t, c))
			if test.valid {
				got.check(t, 200, "ok", noType)
			} else {
				got.check(t, 400, `{"message":"Invalid request body"}`, badRequestType)
			}
		})
	}
}

func TestBodyIsNotValidatedWithoutValidator(t *testing.T) {
	c := bodies(`{"type":"object","required":["id"]}`, map[string]string{"application/json": "Order"})
	c.Methods[0].ValidateRequestBody = false
	request{line: "POST /prod/", body: "{}"}.send(t, serve(t, c)).check(t, 200, "ok", noType)
}

func TestValidationErrorString(t *testing.T) {
	c := bodies(`{"type":"object","required":["id"]}`, map[string]string{"application/json": "Order"})
	c.GatewayResponses = []apigateway.GatewayResponse{{
		ResponseType:      "BAD_REQUEST_BODY",
		ResponseTemplates: map[string]string{"application/json": `$context.error.messageString $context.error.validationErrorString`},
	}}
	url := serve(t, c)
	got := request{line: "POST /prod/", body: "{}"}.send(t, url)
	if want := `"Invalid request body" [`; !strings.HasPrefix(got.body, want) || !strings.Contains(got.body, "id") {
		t.Errorf("got %q, want it to begin with %q and to name id", got.body, want)
	}
	got = request{line: "POST /prod/", body: "{"}.send(t, url)
	if want := `"Invalid request body" [the body is not JSON]`; got.body != want {
		t.Errorf("got %q, want %q", got.body, want)
	}
}

// uniqueItems does not compare every pair of elements.
func TestUniqueItemsOfALongList(t *testing.T) {
	c := bodies(`{"type":"array","uniqueItems":true}`, map[string]string{"application/json": "Order"})
	body := []byte("[0")
	for i := range 50000 {
		body = fmt.Appendf(body, `,[%d]`, i)
	}
	body = append(body, ']')
	request{line: "POST /prod/", body: string(body)}.send(t, serve(t, c)).check(t, 200, "ok", noType)
}
