// Package local serves what a CloudFormation template would deploy, without AWS:
// the token endpoints of its Cognito user pools, the operation GetClientToken, and
// the stages of its API Gateway REST APIs, on loopback.
//
//	srv, err := local.New(local.FromAssembly("cdk.out"))
//	if err != nil { … }
//	defer srv.Close()
//	api := srv.API("WeatherEventsRestApi") // api.URL is that of its stage
//	client := srv.Client("ServiceClient")  // id, secret, scopes, token URL
//
// A client of a user pool without a domain gets its tokens by the API operation
// GetClientToken, which an AWS SDK finds when srv.URL() is its endpoint.
//
// srv.OpenAPI("WeatherEventsRestApi").YAML() is the OpenAPI 3.1 document of the API.
//
// [Load] loads the same without listening: a [System] is an http.Handler.
//
// All stacks of an assembly are served together, and those of several sources with
// [Together]: references lead from one to another. A user pool that none of them
// has is made up: see [UserPool].
//
// It answers as AWS would: the same status, body and headers for a token that
// is missing, expired, forged or short of a scope, for a client that asks for
// what it may not have, and for a mock integration with its mapping templates.
// Integrations with a Lambda function (AWS_PROXY, AWS) lead to what [WithLambda]
// names.
// What it does not know it refuses to serve: New names every resource property
// that it would have to ignore. Resources that no request to an API or a token
// endpoint depends on, such as log groups and alarms, are left out.
//
// Client ids, secrets and signing keys follow from the stack's name, account and
// Region and the logical ids, so they survive a restart; they are no secrets. See
// [WithRandomCredentials].
package local
