// Package walkthrough runs the scenarios of "Securing AWS API Gateway with
// Cognito Authorizer and OAuth 2.0" over HTTP against a deployment of the
// weather events API: in AWS, or served locally.
//
// Each step says what it shows, what was expected, what was got, and the curl
// command that does the same. A [Report] is a table for people or JSON for
// machines. The client secret and access tokens stay out of both, unless
// [Target.ShowSecrets] asks for them.
package walkthrough
