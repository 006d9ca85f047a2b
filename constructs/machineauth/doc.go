// Package machineauth protects any API Gateway REST API with OAuth 2.0
// machine-to-machine authorization (client credentials, RFC 6749 section 4.4). Amazon
// Cognito is the authorization server.
//
//	read := machineauth.NewScope("read", "Read orders")
//	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
//		Identifier: jsii.String("orders"),
//		Scopes:     &[]machineauth.Scope{read},
//	})
//	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})
//
//	protected := auth.Protect(api, nil)
//	api.Root().AddMethod(jsii.String("GET"), integration, protected.Require(read))
//
// # Rules of protection
//
// The first authorization server of an app registers package rules with CDK. The rules
// then check the templates of all stacks, whatever created a resource: an L2, an L1, a
// generic resource, an aspect, an included template or a raw override. Among other
// things, the synthesis fails for
//
//   - a method of a protected API without its authorizer or without a declared scope,
//     unless [ProtectedApi.AllowUnauthenticated] or
//     [ProtectedApi.AllowOtherAuthorization] accepts it;
//   - a client for people with a machine's scopes, unless
//     [AuthorizationServer.AllowPeople] accepts it;
//   - a stage whose deployment does not follow what it enforces;
//   - a client secret anywhere but in the value of a Secrets Manager secret, and a custom
//     resource that reads a client secret;
//   - the account's CloudWatch role, unless
//     [ProtectOptions].AllowAccountCloudWatchRole accepts it.
//
// These exceptions and their reasons are in the Metadata of the resource. Findings that
// are not fatal can be acknowledged on their construct, with the id that the report
// prints:
//
//	awscdk.Validations_Of(pool).Acknowledge(&awscdk.Acknowledgment{
//		Id:     jsii.String("machineauth::pool-trigger"),
//		Reason: jsii.String("the trigger adds a claim, and no scope"),
//	})
package machineauth

import "example.com/weather-events-api/constructs/validation"

// ValidationError is the error that the functions of this package panic with if their
// input is invalid. It is an alias of [validation.Error], which documents its fields.
type ValidationError = validation.Error
