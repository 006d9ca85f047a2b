package apigateway

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// mockIntegration is a compiled integration of type MOCK.
type mockIntegration struct {
	mappedRequest
	mappedResponse
}

// compileMock compiles a mock integration of a method with declared responses.
func compileMock(config *Integration, declared map[string]*declaredResponse, at place) *mockIntegration {
	i := &mockIntegration{}
	i.mappedRequest = compileRequest(config, at)
	i.mappedResponse = compileResponses(config, declared, at.in("IntegrationResponses"))
	for contentType, t := range i.templates {
		if t.template == nil {
			t.response, t.refused = i.selectResponse(string(t.constant))
			i.templates[contentType] = t
		}
	}
	return i
}

func (i *mockIntegration) answer(x *exchange) (int, *refusal) {
	response, refused := i.invoke(x)
	if refused != nil {
		return 0, refused
	}
	return response.respond(x, &backendAnswer{})
}

// invoke returns the response for a request.
func (i *mockIntegration) invoke(x *exchange) (*integrationResponse, *refusal) {
	body, refused := i.render(x)
	if refused != nil {
		return nil, refused
	}
	if t, ok := i.templates.choose(x.request.Header.Get("Content-Type")); ok && t.template == nil {
		return t.response, t.refused
	}
	return i.selectResponse(string(body))
}

// selectResponse returns the response for a rendered request.
func (i *mockIntegration) selectResponse(sent string) (*integrationResponse, *refusal) {
	status, ok := mockStatusCode(sent)
	if !ok {
		return nil, errStatusCode
	}
	return i.choose(strconv.Itoa(status))
}

// mockStatusCode reads the statusCode of a rendered request: an integer in an object. API
// Gateway is lenient about the rest: names may be unquoted, quotes single, and other
// members anything, so that {statusCode: 200, foo}: [ba r]} is valid.
func mockStatusCode(text string) (int, bool) {
	text = strings.Trim(text, " \t\r\n")
	if !strings.HasPrefix(text, "{") || !strings.HasSuffix(text, "}") {
		return 0, false
	}
	var value string
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) == nil {
		value = string(object["statusCode"])
	} else {
		for _, member := range members(text[1 : len(text)-1]) {
			if match := lenientStatus.FindStringSubmatch(member); match != nil {
				value = match[1] // of two, the last counts, as in JSON
			}
		}
	}
	status, err := strconv.Atoi(value)
	return status, err == nil
}

var lenientStatus = regexp.MustCompile(`^\s*(?:statusCode|"statusCode"|'statusCode')\s*:\s*(-?(?:0|[1-9][0-9]*))\s*$`)

// members splits the inside of an object at its commas, except those in strings and nested
// values.
func members(text string) []string {
	var found []string
	start, depth := 0, 0
	var quote byte // of the current string
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			switch c {
			case '\\':
				i++
			case quote:
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth = max(0, depth-1)
		case c == ',' && depth == 0:
			found = append(found, text[start:i])
			start = i + 1
		}
	}
	return append(found, text[start:])
}

// stubHeader marks every response of a stub.
const stubHeader = "X-Stub"

// stubAnswer is what a missing backend would have received.
type stubAnswer struct {
	Stub     string   `json:"stub"`
	Method   string   `json:"method"`
	Path     string   `json:"path"`
	Resource string   `json:"resource"`
	ClientID string   `json:"clientId"`
	Scopes   []string `json:"scopes"`
}

// stub replaces an integration whose backend must not be called.
type stub struct{}

func (stub) answer(x *exchange) (int, *refusal) {
	return x.answerStub("no backend is called: a stub answers for all of them")
}

// answerStub responds in place of a backend, for the given reason.
func (x *exchange) answerStub(reason string) (int, *refusal) {
	body, _ := json.Marshal(stubAnswer{ // of strings: cannot fail
		Stub: reason, Method: x.request.Method, Path: x.pathBelowStage(), Resource: x.method.path,
		ClientID: x.caller.token.ClientID, Scopes: append([]string{}, x.caller.token.Scopes...),
	})
	header := x.writer.Header()
	header[stubHeader] = []string{"true"}
	finish(header, http.StatusOK, string(body))
	x.send(http.StatusOK, string(body))
	return http.StatusOK, nil
}
