package apigateway_test

import (
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

const (
	serverErrorBody = `{"message":"Internal server error"}`
	serverErrorType = "InternalServerErrorException"
	mediaTypeBody   = `{"message":"Unsupported Media Type"}`
)

// sends is a mock integration with one request template.
func sends(template string) *apigateway.Integration {
	i := mock("ok")
	i.RequestTemplates = map[string]string{"application/json": template}
	return i
}

func TestPassthroughBehavior(t *testing.T) {
	behaviors := []string{"", "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"}
	tests := []struct {
		name      string
		templates map[string]string
		headers   []string
		body      string
		want      map[string]int // by behavior
	}{
		{
			"template matches", map[string]string{"application/json": `{"statusCode": 200}`}, []string{"Content-Type: application/json"}, "",
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 200, "NEVER": 200},
		},
		{
			"a missing header counts as application/json", map[string]string{"application/json": `{"statusCode": 200}`}, nil, "",
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 200, "NEVER": 200},
		},
		{
			"parameters and case of the type", map[string]string{"application/json": `{"statusCode": 200}`}, []string{"Content-Type: Application/JSON; charset=utf-8"}, "",
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 200, "NEVER": 200},
		},
		{
			"$default", map[string]string{"$default": `{"statusCode": 200}`}, []string{"Content-Type: text/csv"}, "",
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 200, "NEVER": 200},
		},
		{
			"a template for the type with its parameters", map[string]string{"application/json; v=1": `{"statusCode": 200}`, "application/json": ""}, []string{"Content-Type: application/json; v=1"}, "",
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 200, "NEVER": 200},
		},
		{
			"templates but none matches", map[string]string{"application/json": `{"statusCode": 200}`}, []string{"Content-Type: text/csv"}, `{"statusCode": 200}`,
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 415, "NEVER": 415},
		},
		{
			"no header and a template for another type", map[string]string{"text/csv": `{"statusCode": 200}`}, nil, `{"statusCode": 200}`,
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 415, "NEVER": 415},
		},
		{
			"no templates", nil, []string{"Content-Type: text/csv"}, `{"statusCode": 200}`,
			map[string]int{"": 200, "WHEN_NO_MATCH": 200, "WHEN_NO_TEMPLATES": 200, "NEVER": 415},
		},
		{
			"a mock cannot use an empty body that is passed through", nil, nil, "",
			map[string]int{"": 500, "WHEN_NO_MATCH": 500, "WHEN_NO_TEMPLATES": 500, "NEVER": 415},
		},
		{
			"nor one that has no statusCode", nil, nil, "a,b",
			map[string]int{"": 500, "WHEN_NO_MATCH": 500, "WHEN_NO_TEMPLATES": 500, "NEVER": 415},
		},
	}
	for _, test := range tests {
		for _, behavior := range behaviors {
			t.Run(test.name+"/"+behavior, func(t *testing.T) {
				i := mock("ok")
				i.RequestTemplates, i.PassthroughBehavior = test.templates, behavior
				got := request{"POST /prod/", test.headers, test.body}.send(t, serve(t, config(open("POST", "/", i))))
				switch want := test.want[behavior]; want {
				case 200:
					got.check(t, 200, "ok", noType)
				case 415:
					got.check(t, 415, mediaTypeBody, "BadRequestException")
				default:
					got.check(t, want, serverErrorBody, serverErrorType)
				}
			})
		}
	}
}

func TestMockStatusCode(t *testing.T) {
	tests := []struct {
		template string
		ok       bool
	}{
		{`{"statusCode": 200}`, true},
		{`{statusCode: 200}`, true},
		{`{'statusCode': 200}`, true},
		{"\n{ \"a\" : [1, {b: 'x'}, []], statusCode\t:\n200 , c: {} }\n", true},
		{`{"statusCode": 500, "statusCode": 200}`, true},
		{`{"message": "an \" escaped quote", "statusCode": 200}`, true},
		{`{"message": "}", 'other': 'it\'s', "statusCode": 200, "last": null}`, true},
		{`#set($code = 200){"statusCode": $code}`, true},
		{`{"statusCode": "200"}`, false},
		{`{"statusCode": 200.0}`, false},
		{`{"statusCode": 2e2}`, false},
		{`{"statusCode": 0200}`, false},
		{`{"statusCode": +200}`, false},
		{`{"statusCode": null}`, false},
		{`{"statusCode": 200`, false},
		{`{"statusCode": 200},`, false},
		{`{"statusCode": 200}}`, false},
		{`{"statusCode": 200, }`, true},
		{`{"statusCode" 200}`, false},
		{`{"statusCode": 99999999999999999999}`, false},
		{`{"StatusCode": 200}`, false},
		{`{"nested": {"statusCode": 200}}`, false},
		{`{"'statusCode'": 200}`, false},
		{`{"statusCode": 200, "nested": {"statusCode": 500}}`, true},
		{`{"a": 'x\\', statusCode: 200}`, true},
		{`{"a": 'x\', statusCode: 200}`, false},
		{`[{"statusCode": 200}]`, false},
		{`"statusCode": 200`, false},
		{`{"a": "unterminated, "statusCode": 200}`, false},
		{`{"a": x, "statusCode": 200}`, true},
		{`{"a": [1, "statusCode": 200}`, false},
		{`{"a": ` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `, "statusCode": 200}`, true},
		{`{}`, false},
		{`200`, false},
		{``, false},
	}
	for _, test := range tests {
		t.Run(test.template, func(t *testing.T) {
			got := request{line: "GET /prod/"}.send(t, serve(t, config(open("GET", "/", sends(test.template)))))
			if test.ok {
				got.check(t, 200, "ok", noType)
			} else {
				got.check(t, 500, serverErrorBody, serverErrorType)
			}
		})
	}
}

func TestSelectionPattern(t *testing.T) {
	tests := []struct {
		name     string
		sent     string
		patterns map[string]string // by status code
		want     int
	}{
		{"empty is the default", "503", map[string]string{"200": ""}, 200},
		{"match before the default", "503", map[string]string{"200": "", "502": "5\\d{2}"}, 502},
		{"no match, default", "404", map[string]string{"200": "", "502": "5\\d{2}"}, 200},
		{"no match, no default", "404", map[string]string{"200": "200", "502": "5\\d{2}"}, 500},
		{"whole match, not a part", "2000", map[string]string{"201": "200"}, 500},
		{"whole match, not the end", "1200", map[string]string{"201": "200"}, 500},
		{"alternatives are a whole", "4000", map[string]string{"201": "400|200"}, 500},
		{"second alternative", "200", map[string]string{"201": "400|200"}, 201},
		{"the client's status is the response's", "200", map[string]string{"418": "200"}, 418},
		{"a status outside HTTP selects too", "7", map[string]string{"201": "\\d"}, 201},
		{"negative", "-1", map[string]string{"201": "-1"}, 201},
		{"no responses", "200", nil, 500},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := sends(`{"statusCode": ` + test.sent + `}`)
			i.IntegrationResponses = nil
			m := open("GET", "/", i)
			m.MethodResponses = nil
			for status, pattern := range test.patterns {
				m.MethodResponses = append(m.MethodResponses, apigateway.MethodResponse{StatusCode: status})
				i.IntegrationResponses = append(i.IntegrationResponses, apigateway.IntegrationResponse{StatusCode: status, SelectionPattern: pattern})
			}
			got := request{line: "GET /prod/"}.send(t, serve(t, config(m)))
			if test.want == 500 {
				got.check(t, 500, serverErrorBody, serverErrorType)
			} else {
				got.check(t, test.want, "", noType)
				got.checkHeader(t, "Content-Type", "application/json")
				got.checkHeader(t, "Content-Length", "0")
			}
		})
	}
}

func TestTemplatesThatFailToRender(t *testing.T) {
	const fails = `#foreach($i in [1..2000])$i#end`
	url := serve(t, config(open("GET", "/request", sends(fails)), open("GET", "/response", mock(fails))))
	request{line: "GET /prod/request"}.send(t, url).check(t, 500, serverErrorBody, serverErrorType)
	request{line: "GET /prod/response"}.send(t, url).check(t, 500, serverErrorBody, serverErrorType)
}

func TestRequestTemplateSeesTheRequest(t *testing.T) {
	i := sends(`#if($input.path('$.fail') == true)#set($s = 500)#else#set($s = 200)#end{"statusCode": $s}`)
	i.IntegrationResponses = append(i.IntegrationResponses, apigateway.IntegrationResponse{StatusCode: "502", SelectionPattern: "5.."})
	m := open("POST", "/", i)
	m.MethodResponses = append(m.MethodResponses, apigateway.MethodResponse{StatusCode: "502"})
	url := serve(t, config(m))
	request{line: "POST /prod/", body: `{"fail": true}`}.send(t, url).check(t, 502, "", noType)
	request{line: "POST /prod/", body: `{}`}.send(t, url).check(t, 200, "ok", noType)
}
