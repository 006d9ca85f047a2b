package cognito

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

const (
	formMediaType  = "application/x-www-form-urlencoded"
	maxRequestBody = 64 << 10
)

// tokenRequest is a well-formed client credentials request.
type tokenRequest struct {
	credentials credentials
	scopes      []string
}

// parseTokenRequest reads a request as RFC 6749 sections 3.2 and 4.4.2 define
// it. Parameters in the URL do not count. Which of two errors is answered to a
// request that has both is a working choice: the shape of the request comes
// before its client.
func parseTokenRequest(w http.ResponseWriter, r *http.Request) (tokenRequest, *refusal) {
	form, refused := parseForm(w, r)
	if refused != nil {
		return tokenRequest{}, refused
	}
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		return tokenRequest{}, refuse(invalidRequest, "the grant_type parameter is missing")
	default:
		return tokenRequest{}, refuse(unsupportedGrantType, "the grant_type is not client_credentials")
	}
	// Resource binding is not available for client credentials. That the
	// parameter is refused, not ignored, is a working choice.
	if form.Get("resource") != "" {
		return tokenRequest{}, refuse(invalidRequest, "the resource parameter is not available for client credentials")
	}
	// What Amazon Cognito answers to metadata that is no JSON object is not
	// documented: invalid_request is a working choice.
	if metadata := form.Get("aws_client_metadata"); metadata != "" && !isJSONObject(metadata) {
		return tokenRequest{}, refuse(invalidRequest, "aws_client_metadata is not a JSON object")
	}
	given, refused := parseCredentials(r.Header, form)
	if refused != nil {
		return tokenRequest{}, refused
	}
	request := tokenRequest{credentials: given}
	if scope := form.Get("scope"); scope != "" {
		request.scopes = strings.Split(scope, " ") // RFC 6749 section 3.3: by one space exactly
	}
	return request, nil
}

// parseForm returns the parameters of the body, each of which has one value.
// RFC 6749 section 3.2: a parameter must not be given twice, and one without
// value counts as left out.
func parseForm(w http.ResponseWriter, r *http.Request) (url.Values, *refusal) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != formMediaType {
		return nil, refuse(invalidRequest, "the content type is not "+formMediaType)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return nil, refuse(invalidRequest, "the body cannot be read or is larger than 64 KiB")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse(invalidRequest, "the body is not form-urlencoded")
	}
	for _, values := range form {
		// That a duplicate is answered at all, and how, is a working choice.
		if len(values) > 1 {
			return nil, refuse(invalidRequest, "a parameter is given more than once")
		}
	}
	return form, nil
}

func isJSONObject(s string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(s), &object) == nil && object != nil
}
