// Package local serves CloudFormation templates on loopback, without AWS: the token
// endpoints of their Cognito user pools, the operation GetClientToken, and the stages
// of their API Gateway REST APIs.
//
//	srv, err := local.New(local.FromAssembly("cdk.out"))
//	if err != nil { … }
//	defer srv.Close()
//	api := srv.API("WeatherEventsRestApi") // its stage, with the URL
//	client := srv.Client("ServiceClient")  // id, secret, scopes, token URL
//
// [New] listens. [Load] does not: the [System] it returns is an http.Handler.
//
// A client of a user pool without a domain gets its tokens by the API operation
// GetClientToken: set srv.URL() as the endpoint of an AWS SDK.
//
// srv.OpenAPI("WeatherEventsRestApi").YAML() is the OpenAPI 3.1 document of the API.
//
// All stacks of an assembly are served together, with references from one stack to
// another. [Together] combines several sources. A user pool that no stack declares
// gets a stand-in: see [UserPool].
//
// The system responds as AWS does: with the same status, body and headers for a token
// that is missing, expired, forged or short of a scope, for a client that requests
// more than it is allowed, and for a mock integration with its mapping templates.
// Integrations with a Lambda function (AWS_PROXY, AWS) call what [WithLambda] names.
// New refuses what it does not support: its error names every resource property that
// it would have to ignore. Resources that affect no request to an API or a token
// endpoint, such as log groups and alarms, are left out.
//
// Client ids, secrets and signing keys derive from the stack's name, account and
// Region and from logical ids, so they survive a restart. They are not secret: see
// [WithRandomCredentials].
package local
