package apigateway

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// iamAuthorization asks for a signature with credentials of AWS. Nobody here has
// any, so it lets nobody pass, and says what API Gateway says to credentials that it
// does not know.
type iamAuthorization struct{}

// signatureAlgorithm is what the header of a signature begins with, Signature
// Version 4.
const signatureAlgorithm = "AWS4-HMAC-SHA256"

func (iamAuthorization) authorize(x *exchange) *refusal {
	values := x.request.Header["Authorization"]
	query := x.query()
	switch {
	case query.Get("X-Amz-Algorithm") == signatureAlgorithm && query.Get("X-Amz-Signature") != "" && query.Get("X-Amz-Credential") != "":
		return errUnknownCredentials
	case len(values) == 0 || values[0] == "":
		return errNotSigned
	}
	date := x.request.Header.Get("X-Amz-Date") + x.request.Header.Get("Date")
	if message := incompleteSignature(values[0], date); message != "" {
		return &refusal{
			responseType: typeMissingAuthenticationToken, errorType: "IncompleteSignatureException", message: message,
			reason: "the method asks for a signature with credentials of AWS (AWS_IAM), and the Authorization header is none",
		}
	}
	return errUnknownCredentials
}

func (iamAuthorization) inspect(string) (opens bool, reason string) {
	return false, "the method asks for a signature with credentials of AWS (AWS_IAM), which no token is"
}

// Both texts are documented. Which gateway response the second belongs to is not; its
// error type is what other services of AWS give.
var (
	errNotSigned = &refusal{
		responseType: typeMissingAuthenticationToken, message: "Missing Authentication Token",
		reason: "the request is not signed, and the method asks for a signature with credentials of AWS (AWS_IAM)",
	}
	errUnknownCredentials = &refusal{
		responseType: typeInvalidSignature, errorType: "UnrecognizedClientException", message: "The security token included in the request is invalid.",
		reason: "the method asks for a signature with credentials of AWS (AWS_IAM), and nobody here has any",
	}
)

// signatureParameters are those of the header of a signature.
var signatureParameters = []string{"Credential", "Signature", "SignedHeaders"}

// incompleteSignature returns what API Gateway says of an Authorization header that
// is no signature, "" if it may be one. The header is never repeated: it may be a
// token. Which part of it API Gateway hashes is not documented; that it is the one
// that is wrong is an assumption.
func incompleteSignature(header, date string) string {
	given := map[string]bool{}
	if _, parameters, found := strings.Cut(header, " "); found {
		for parameter := range strings.SplitSeq(parameters, ",") {
			name, _, isPair := strings.Cut(strings.TrimSpace(parameter), "=")
			if !isPair {
				return "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '" +
					hashed(parameter) + "'."
			}
			given[name] = true
		}
	}
	var missing []string
	for _, name := range signatureParameters {
		if !given[name] {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	if date == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if len(missing) == 0 {
		return ""
	}
	return strings.Join(missing, " ") + " (Hashed with SHA-256 and encoded with Base64) Authorization=" + hashed(header)
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}
