// Package clienttoken is GetClientToken, the operation of the Amazon Cognito user
// pools API that issues what the client credentials grant does, and needs no
// domain of the user pool: its names and messages. It imports nothing, as constructs
// and rules need the names; package tokenrequest makes the request.
//
// Source: GetClientToken, Amazon Cognito user pools API reference; the protocol
// is AWS JSON 1.1, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html.
package clienttoken

import (
	"slices"
	"strings"
)

const (
	// Operation is the name, as credentials have it in token_operation.
	Operation = "GetClientToken"
	// AuthFlow is what ExplicitAuthFlows of an app client has to be for it, and
	// all that it may be.
	AuthFlow = "ALLOW_CLIENT_TOKEN_AUTH"
	// Target is the header that names the operation, and its value.
	TargetHeader = "X-Amz-Target"
	Target       = "AWSCognitoIdentityProviderService." + Operation
	// ContentType is that of the request, the answer and the errors.
	ContentType = "application/x-amz-json-1.1"
	// ErrorHeader holds the type of an error, as the body does.
	ErrorHeader = "x-amzn-ErrorType"
)

// Endpoint is the URL of the user pools API in a Region.
func Endpoint(region string) string {
	suffix := "amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		suffix += ".cn"
	}
	return "https://cognito-idp." + region + "." + suffix + "/"
}

// Request is the body of a request.
type Request struct {
	ClientID string   `json:"ClientId"`
	Secret   string   `json:"Secret"`
	Scopes   []string `json:"Scopes,omitempty"` // left out: all of the client's
}

// Answer is the body of an answer that has a token.
type Answer struct {
	Result Result `json:"ClientAuthenticationResult"`
}

// Result is a token and what goes with it.
type Result struct {
	AccessToken string `json:"AccessToken"`
	ExpiresIn   int64  `json:"ExpiresIn"` // seconds
	TokenType   string `json:"TokenType"`
}

// Error is the body of an answer that has none.
type Error struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

// Operations are what token_operation may be: the operation, or "" for the token
// request of RFC 6749.
var Operations = []string{"", Operation}

// Known reports whether operation is one of [Operations].
func Known(operation string) bool { return slices.Contains(Operations, operation) }
