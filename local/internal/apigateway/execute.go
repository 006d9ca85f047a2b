package apigateway

import "net/http"

// execute answers a request whose method is known.
func (x *exchange) execute() RequestEvent {
	m := x.method
	if m.authorization != nil {
		if refused := m.authorization.authorize(x); refused != nil {
			return x.refuse(refused)
		}
	}
	if m.needsKey {
		if refused := x.checkAPIKey(); refused != nil {
			return x.refuse(refused)
		}
	}
	if refused := m.validator.validate(x); refused != nil {
		return x.refuse(refused)
	}
	status, refused := m.integration.answer(x)
	if refused != nil {
		return x.refuse(refused)
	}
	return RequestEvent{Status: status, ClientID: x.caller.token.ClientID, Reason: x.broken, breaksOff: x.broken != ""}
}

// refuseStage answers for a stage that does not exist. No gateway response is
// customized without one. What API Gateway answers is not documented; this is a
// working choice.
func (x *exchange) refuseStage() RequestEvent {
	const body = `{"message":"Forbidden"}`
	header := x.writer.Header()
	header[errorTypeHeader] = []string{"ForbiddenException"}
	finish(header, http.StatusForbidden, body)
	x.send(http.StatusForbidden, body)
	return RequestEvent{Status: http.StatusForbidden, Reason: "no stage has this name"}
}
