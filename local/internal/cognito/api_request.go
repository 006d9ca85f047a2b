package cognito

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"example.com/weather-events-api/internal/clienttoken"
)

// parseClientTokenRequest reads a GetClientToken request. The names of members
// are case-sensitive, and those that the operation does not have are ignored, as
// by all of AWS. What is answered to another media type is a working choice.
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
		// Whether an empty list counts as left out is not documented. A working choice.
		return request, refuse(invalidParameter, "Scopes is empty: leave it out for all of the client's")
	}
	return request, nil
}
