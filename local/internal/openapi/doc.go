// Package openapi describes a REST API that package apigateway serves in
// OpenAPI 3.1: its operations with their scopes, its models as JSON Schema
// 2020-12, and the gateway responses that a client has to expect.
//
// [New] reads the very configuration that the API was compiled from, so that the
// document says what is enforced. What OpenAPI cannot say is an error that names
// the label and the property.
package openapi
