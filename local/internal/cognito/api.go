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

// The error types of the user pools API. The first three are common to all AWS JSON
// APIs.
const (
	unknownOperation = "UnknownOperationException"
	serialization    = "SerializationException"
	requestTooLarge  = "RequestEntityTooLargeException"
	invalidParameter = "InvalidParameterException"
	notAuthorized    = "NotAuthorizedException"
	internalError    = "InternalErrorException"
)

// api serves the user pools API of a Region.
type api struct {
	poolOf  map[string]*Pool // by client id
	observe tokenObserver
}

// APIHandler serves GetClientToken, the operation of the user pools API that issues
// tokens to machines, for the clients of all pools and at any path. It accepts
// signed and unsigned requests, because no IAM policy applies. observe is called for
// requests that name no client of the pools.
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

// getClientToken decides on a request. It returns the client that the request names,
// if it exists, even when it refuses.
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
		// AWS does not document which error this is; we assume the one for a sign-in flow
		// that a client does not have.
		return client, issued{}, refuse(invalidParameter, clienttoken.AuthFlow+" is not enabled for the client")
	}
	scopes, refused := client.scopes.grant(request.Scopes)
	if refused != nil {
		// AWS does not document this error; we assume it, as in the token endpoint.
		return client, issued{}, refuse(invalidParameter, refused.reason)
	}
	text, err := pool.issue(client, scopes)
	if err != nil {
		return client, issued{}, refuse(internalError, err.Error())
	}
	return client, issued{text, slices.Clone(scopes)}, nil
}

// writeException writes an error in AWS JSON 1.1. The message for a wrong secret was
// seen on AWS. AWS does not document the message for an unknown client; we assume
// the same, which does not reveal which clients exist.
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
	json.NewEncoder(w).Encode(body) // only the connection can fail
}

// missing is the error for a required member that is missing.
func missing(member string) *refusal {
	return refuse(invalidParameter, fmt.Sprintf("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must not be null", member))
}

// parseClientTokenRequest reads a GetClientToken request. As in all AWS APIs, member
// names are case-sensitive and unknown members are ignored. AWS does not document
// the answer to another media type; we assume UnknownOperationException.
func parseClientTokenRequest(w http.ResponseWriter, r *http.Request) (clienttoken.Request, *refusal) {
	var request clienttoken.Request
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get(clienttoken.TargetHeader) != clienttoken.Target:
		return request, refuse(unknownOperation, "the only operation served is "+clienttoken.Target+": set the header "+clienttoken.TargetHeader)
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
		// AWS does not document this; we assume that an empty list is an error.
		return request, refuse(invalidParameter, "Scopes is empty: leave it out for all scopes of the client")
	}
	return request, nil
}
