package apigateway

import (
	"encoding/json"
	"net/http"
)

// stubHeader is on every answer that no backend gave.
const stubHeader = "X-Stub"

// stubAnswer is what a missing backend would have been called with.
type stubAnswer struct {
	Stub     string   `json:"stub"`
	Method   string   `json:"method"`
	Path     string   `json:"path"`
	Resource string   `json:"resource"`
	ClientID string   `json:"clientId"`
	Scopes   []string `json:"scopes"`
}

// stub answers in place of an integration that must not be called.
type stub struct{}

func (stub) answer(x *exchange) (int, *refusal) {
	return x.answerStub("no backend is called: a stub answers for all of them")
}

// answerStub answers for a backend that is missing, for the reason given.
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
