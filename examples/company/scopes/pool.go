// Package scopes is what the teams of a company share about their APIs: the user
// pool that issues tokens for all of them, and of each API its identifier and its
// scopes. Whoever protects an API or calls one imports it, so that a scope has
// one spelling, and renaming one breaks what does not compile any more.
//
// A team owns the file of its API, and nobody else changes it.
package scopes

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// The user pool and its domain, which the app in ../auth creates. The ARN is the
// output UserPoolArn of its first deployment; it is no secret, and stays. An API
// takes tokens of a user pool of its own Region.
var (
	Env          = &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}
	UserPoolArn  = jsii.String("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Company01")
	DomainPrefix = jsii.String("example-company")
)
