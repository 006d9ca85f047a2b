package matrix

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/weather-events-api/internal/printable"
)

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string // the beginning
}

// refusals are the types of error with which API Gateway says that a caller may not
// call. A gateway response keeps its type, whatever status and body it is given.
//
// Source: "API Gateway REST API gateway response types" and "Common errors", API
// Gateway Developer Guide.
var refusals = map[string]bool{
	"UnauthorizedException": true, "AccessDeniedException": true, "ExpiredTokenException": true,
}

// unsigned are the types of error for a request whose signature is missing, or is none.
// Where no method is, API Gateway asks for one too: a token is none.
var unsigned = map[string]bool{
	"MissingAuthenticationTokenException": true, "IncompleteSignatureException": true, "InvalidSignatureException": true, "UnrecognizedClientException": true,
}

const (
	errorTypeHeader = "X-Amzn-Errortype"
	remappedHeader  = "X-Amzn-Remapped-"
)

// errorType returns the type of error with which API Gateway itself answers, "" if
// a backend answered. The headers that API Gateway renames are those of a backend.
func (a answer) errorType() string {
	for name := range a.header {
		if strings.HasPrefix(name, remappedHeader) {
			return ""
		}
	}
	name, _, _ := strings.Cut(a.header.Get(errorTypeHeader), ":")
	return name[strings.LastIndex(name, "#")+1:]
}

// isThrottled reports whether the request has to be made again later.
func (a answer) isThrottled() bool {
	switch a.errorType() {
	case "TooManyRequestsException", "LimitExceededException", "ThrottlingException":
		return true
	}
	return a.status == http.StatusTooManyRequests && a.errorType() != ""
}

// judge says what an answer tells of the caller, and why it tells nothing.
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

// String shows an answer on one line.
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
