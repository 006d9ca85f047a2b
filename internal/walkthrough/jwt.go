package walkthrough

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Decode returns the header and the claims of a JSON Web Token in its compact
// form. It does not verify the signature: whoever accepts the token does.
//
// It is strict: three segments, base64url without padding, and one JSON object
// in each of the first two (RFC 7515, section 7.1; RFC 7519, section 7.2).
// Numbers are [json.Number]. The error never holds the token.
func Decode(token string) (header, claims map[string]any, err error) {
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return nil, nil, fmt.Errorf("a JWT has 3 segments separated by dots, got %d", len(segments))
	}
	decoded := make([][]byte, len(segments))
	for i, name := range []string{"header", "payload", "signature"} {
		if decoded[i], err = decodeSegment(segments[i]); err != nil {
			return nil, nil, fmt.Errorf("the %s of the JWT %w", name, err)
		}
	}
	if header, err = decodeObject(decoded[0]); err != nil {
		return nil, nil, fmt.Errorf("the header of the JWT %w", err)
	}
	if claims, err = decodeObject(decoded[1]); err != nil {
		return nil, nil, fmt.Errorf("the payload of the JWT %w", err)
	}
	return header, claims, nil
}

func decodeSegment(segment string) ([]byte, error) {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	// The decoder skips line breaks, which base64url has none of.
	if err != nil || strings.ContainsAny(segment, "\r\n") {
		return nil, errors.New("is not base64url without padding")
	}
	return decoded, nil
}

// decodeObject decodes data, which has to be one JSON object and nothing else.
func decodeObject(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var object map[string]any
	err := decoder.Decode(&object)
	if err == nil {
		_, err = decoder.Token()
	}
	// After the object, the end is all that may come; null decodes to no object.
	if err != io.EOF || object == nil || !utf8.Valid(data) {
		return nil, errors.New("is not a JSON object")
	}
	return object, nil
}
