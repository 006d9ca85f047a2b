// Package scopes is what the teams of a company share: the user pool that issues tokens
// for all APIs, and the identifier and scopes of each API. Every app that protects or
// calls an API imports it. So a scope has one spelling, and code that uses a renamed
// scope does not compile.
//
// A team owns the file of its API, and nobody else changes it.
package scopes

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// The user pool and its domain, which the app in ../auth creates. The ARN is the output
// UserPoolArn of its first deployment. It is not secret, and never changes. An API
// accepts tokens of a user pool in its own Region only.
var (
	Env          = &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}
	UserPoolArn  = jsii.String("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Company01")
	DomainPrefix = jsii.String("example-company")
)
