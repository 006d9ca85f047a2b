// Package apigateway serves an Amazon API Gateway REST API: its stages, methods,
// authorizers, request validators and integrations.
//
// [New] compiles a configuration. It returns a [ConfigError] with a [Problem] for
// everything that this package does not support, and for everything that API Gateway
// refuses to deploy. A Problem names the label and the property. A compiled [API]
// responds as API Gateway does.
//
// An API checks a request in this order: size, stage, resource and method, authorizer,
// API key, request validator, integration. Every check but the last responds with a
// gateway response.
//
// Comments that begin with "AWS does not document" mark assumptions. Behavior "seen
// live" or "recorded" was observed on AWS.
package apigateway
