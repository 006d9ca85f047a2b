package matrix

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/weather-events-api/internal/printable"
)

// answer is the response to a request.
type answer struct {
	status int
	header http.Header
	body   string // the beginning
}

// refusals are the error types of API Gateway for a caller that may not call. A gateway
// response keeps its type, whatever status and body it is customized with.
//
// Source: "API Gateway REST API gateway response types" and "Common errors", API
// Gateway Developer Guide.
var refusals = map[string]bool{
	"UnauthorizedException": true, "AccessDeniedException": true, "ExpiredTokenException": true,
}

// unsigned are the error types for a missing or invalid signature. API Gateway also sends
// them where there is no method.
var unsigned = map[string]bool{
	"MissingAuthenticationTokenException": true, "IncompleteSignatureException": true, "InvalidSignatureException": true, "UnrecognizedClientException": true,
}

const (
	errorTypeHeader = "X-Amzn-Errortype"
	remappedHeader  = "X-Amzn-Remapped-"
)

// errorType returns the error type if API Gateway itself responded, "" if a backend did. A
// response with headers that API Gateway renamed is a backend's.
func (a answer) errorType() string {
	for name := range a.header {
		if strings.HasPrefix(name, remappedHeader) {
			return ""
		}
	}
	name, _, _ := strings.Cut(a.header.Get(errorTypeHeader), ":")
	return name[strings.LastIndex(name, "#")+1:]
}

// isThrottled reports whether to retry the request later.
func (a answer) isThrottled() bool {
	switch a.errorType() {
	case "TooManyRequestsException", "LimitExceededException", "ThrottlingException":
		return true
	}
	return a.status == http.StatusTooManyRequests && a.errorType() != ""
}

// judge returns what a response says about the caller; for Failed, why says why.
func (m Method) judge(a answer) (state State, why string) {
	kind := a.errorType()
	switch {
	case refusals[kind]:
		return Closed, ""
	case unsigned[kind] && m.Authorization == iam:
		return Closed, ""
	case unsigned[kind]:
		return Failed, "the stage has no such method: is it deployed?"
	case kind == "ForbiddenException" && m.APIKeyRequired:
		return Closed, ""
	case kind == "ForbiddenException":
		return Failed, "it was refused before it came to the method: by a web ACL, or as there is no such stage"
	case strings.HasPrefix(kind, "Authorizer"):
		return Failed, "the authorizer could not be asked"
	case a.isThrottled():
		return Failed, "it was throttled every time"
	case m.isPreflight() && a.status < 300 && strings.Trim(a.body, " \t\r\n{}") != "":
		return Failed, "it answers more than a preflight asks for"
	}
	return Open, ""
}

// String returns the response on one line.
func (a answer) String() string {
	text := fmt.Sprint(a.status)
	if kind := a.header.Get(errorTypeHeader); kind != "" {
		text += " " + kind
	}
	const most = 200
	body := strings.Join(strings.Fields(a.body), " ")
	if len(body) > most {
		body = strings.ToValidUTF8(body[:most], "") + "…"
	}
	return printable.Text(strings.TrimSpace(text + " " + body))
}
