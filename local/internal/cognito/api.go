package cognito

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"example.com/weather-events-api/internal/clienttoken"
)

// The types of errors that the user pools API answers. The first three are those
// of every API of AWS that speaks JSON.
const (
	unknownOperation = "UnknownOperationException"
	serialization    = "SerializationException"
	requestTooLarge  = "RequestEntityTooLargeException"
	invalidParameter = "InvalidParameterException"
	notAuthorized    = "NotAuthorizedException"
	internalError    = "InternalErrorException"
)

// api is the user pools API of a Region.
type api struct {
	poolOf  map[string]*Pool // by client id
	observe tokenObserver
}

// APIHandler serves the one operation of the user pools API that issues tokens of
// machines, for the clients of all pools: GetClientToken, at whatever path it is
// mounted. It takes signed requests and unsigned ones, as no IAM policy counts.
// A request that names no client of the pools is told to observe.
func APIHandler(pools []*Pool, observe func(context.Context, TokenEvent)) http.Handler {
	a := &api{poolOf: map[string]*Pool{}, observe: observe}
	for _, pool := range pools {
		for id := range pool.clients {
			a.poolOf[id] = pool
		}
	}
	return a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", clienttoken.ContentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header()["x-amzn-RequestId"] = []string{newTokenID()} // as AWS spells it
	observe := a.observe
	event := TokenEvent{}
	client, token, refused := a.getClientToken(w, r)
	if client != nil {
		observe = a.poolOf[client.id].observe
		event.ClientID, event.ClientName = client.id, client.name
	}
	if refused != nil {
		event.Error, event.Reason = refused.code, refused.reason
		observe(r.Context(), event)
		writeException(w, refused)
		return
	}
	event.Scopes = token.scopes
	observe(r.Context(), event)
	writeJSON(w, http.StatusOK, clienttoken.Answer{Result: clienttoken.Result{
		AccessToken: token.text, ExpiresIn: int64(client.validity / time.Second), TokenType: "Bearer",
	}})
}

// issued is an access token.
type issued struct {
	text   string
	scopes []string
}

// getClientToken decides on a request. The client is the one that it names, if
// there is one, also when it is refused.
func (a *api) getClientToken(w http.ResponseWriter, r *http.Request) (*appClient, issued, *refusal) {
	request, refused := parseClientTokenRequest(w, r)
	if refused != nil {
		return nil, issued{}, refused
	}
	pool := a.poolOf[request.ClientID]
	var client *appClient
	if pool != nil {
		client = pool.clients[request.ClientID]
	}
	if reason := client.authenticate(request.Secret); reason != "" {
		return client, issued{}, refuse(notAuthorized, reason)
	}
	if !slices.Contains(client.authFlows, clienttoken.AuthFlow) {
		// Which error it is, is an assumption: that of a flow of people that a
		// client does not have.
		return client, issued{}, refuse(invalidParameter, clienttoken.AuthFlow+" is not enabled for the client")
	}
	scopes, refused := client.scopes.grant(request.Scopes)
	if refused != nil {
		// An assumption, as for the token endpoint.
		return client, issued{}, refuse(invalidParameter, refused.reason)
	}
	text, err := pool.issue(client, scopes)
	if err != nil {
		return client, issued{}, refuse(internalError, err.Error())
	}
	return client, issued{text, slices.Clone(scopes)}, nil
}

// writeException answers with an error as AWS JSON 1.1 has it. The message of a
// wrong secret was seen on AWS. That an unknown client is answered the same is an
// assumption: nobody learns which clients there are.
func writeException(w http.ResponseWriter, refused *refusal) {
	status, message := http.StatusBadRequest, refused.reason
	switch refused.code {
	case notAuthorized:
		message = "Invalid client or secret"
	case requestTooLarge:
		status = http.StatusRequestEntityTooLarge
	case internalError:
		status, message = http.StatusInternalServerError, "Internal error"
	}
	w.Header()[clienttoken.ErrorHeader] = []string{refused.code}
	writeJSON(w, status, clienttoken.Error{Type: refused.code, Message: message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // an error is one of the connection
}

// missing is the error of a member that a request needs.
func missing(member string) *refusal {
	return refuse(invalidParameter, fmt.Sprintf("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must not be null", member))
}

// parseClientTokenRequest reads a GetClientToken request. The names of members
// are case-sensitive, and those that the operation does not have are ignored, as
// by all of AWS. What is answered to another media type is an assumption.
func parseClientTokenRequest(w http.ResponseWriter, r *http.Request) (clienttoken.Request, *refusal) {
	var request clienttoken.Request
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get(clienttoken.TargetHeader) != clienttoken.Target:
		return request, refuse(unknownOperation, "the only operation served is "+clienttoken.Target+", which the header "+clienttoken.TargetHeader+" has to name")
	case err != nil || mediaType != clienttoken.ContentType:
		return request, refuse(unknownOperation, "the content type is not "+clienttoken.ContentType)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return request, refuse(requestTooLarge, "the body is larger than 64 KiB")
	}
	var members map[string]json.RawMessage
	if err != nil || json.Unmarshal(body, &members) != nil {
		return request, refuse(serialization, "the body is not a JSON object")
	}
	var metadata map[string]string
	for _, member := range []struct {
		name   string
		target any
	}{
		{"ClientId", &request.ClientID}, {"Secret", &request.Secret}, {"Scopes", &request.Scopes}, {"ClientMetadata", &metadata},
	} {
		if value, given := members[member.name]; given && json.Unmarshal(value, member.target) != nil {
			return request, refuse(serialization, member.name+" has the wrong type")
		}
	}
	switch {
	case request.ClientID == "":
		return request, missing("clientId")
	case request.Secret == "":
		return request, missing("secret")
	case request.Scopes != nil && len(request.Scopes) == 0:
		// Whether an empty list counts as left out is not documented. An assumption.
		return request, refuse(invalidParameter, "Scopes is empty: leave it out for all of the client's")
	}
	return request, nil
}
