// Package walkthrough runs the scenarios of "Securing AWS API Gateway with
// Cognito Authorizer and OAuth 2.0" over HTTP against a deployment of the
// weather events API, or of another API with a scope for GET and one for POST: in
// AWS, or served locally. Every other method of the API is tried too, without a
// token and with one that lacks its scope.
//
// Each step says what it shows, what was expected, what was got, and the curl
// command that does the same. A [Report] is a table for people or JSON for
// machines. The client secret and access tokens stay out of both, unless
// [Target.ShowSecrets] asks for them.
package walkthrough
