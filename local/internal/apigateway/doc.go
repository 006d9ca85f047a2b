// Package apigateway serves an Amazon API Gateway REST API whose methods have
// mock integrations, or Lambda functions, and, where they are protected, an authorizer of type
// COGNITO_USER_POOLS.
//
// [New] compiles a whole configuration once. What is not supported, and what API
// Gateway itself would refuse to deploy, is a [Problem] that names the label and
// the property it was found at; all problems are returned together, in a
// [ConfigError]. An [API] that was compiled answers as API Gateway would answer.
//
// The order in which a request is examined: size, stage, resource and method,
// authorizer, request validator, integration. Only the last can answer anything
// but a gateway response.
package apigateway
