// Package clienttoken has the names and messages of GetClientToken, the operation of
// the Amazon Cognito user pools API that issues the same tokens as the client
// credentials grant, but needs no domain of the user pool. It imports no other
// package, because constructs and rules need the names; package tokenrequest makes
// the request.
//
// Source: GetClientToken, Amazon Cognito user pools API reference; the protocol is
// AWS JSON 1.1, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html.
package clienttoken

import (
	"slices"
	"strings"
)

const (
	// Operation is the name of the operation, and its value in token_operation.
	Operation = "GetClientToken"
	// AuthFlow must be the only value of an app client's ExplicitAuthFlows.
	AuthFlow = "ALLOW_CLIENT_TOKEN_AUTH"
	// TargetHeader names the operation with the value Target.
	TargetHeader = "X-Amz-Target"
	Target       = "AWSCognitoIdentityProviderService." + Operation
	// ContentType is the content type of requests, answers and errors.
	ContentType = "application/x-amz-json-1.1"
	// ErrorHeader holds the error type, as the body does.
	ErrorHeader = "x-amzn-ErrorType"
)

// Endpoint returns the URL of the user pools API in a Region.
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
	Scopes   []string `json:"Scopes,omitempty"` // default: all scopes of the client
}

// Answer is the body of an answer with a token.
type Answer struct {
	Result Result `json:"ClientAuthenticationResult"`
}

// Result is an access token with its type and life.
type Result struct {
	AccessToken string `json:"AccessToken"`
	ExpiresIn   int64  `json:"ExpiresIn"` // seconds
	TokenType   string `json:"TokenType"`
}

// Error is the body of an error.
type Error struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

// Operations are the values of token_operation: the operation, or "" for the token
// request of RFC 6749.
var Operations = []string{"", Operation}

// Known reports whether operation is one of [Operations].
func Known(operation string) bool { return slices.Contains(Operations, operation) }
