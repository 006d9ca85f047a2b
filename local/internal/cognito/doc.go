// Package cognito serves the part of an Amazon Cognito user pool that
// machine-to-machine OAuth needs: the client credentials grant of the token
// endpoint, the API operation GetClientToken, the key set, the discovery document,
// and the verification of the access tokens it issued.
//
// A [Pool] is made from a plain [PoolConfig] and does not change afterwards.
// It mounts nothing by itself: [Pool.DomainHandler] goes where the pool's
// domain is, [Pool.IssuerHandler] where its issuer URL points to, and
// [APIHandler], which all pools share, where an SDK looks for the API.
//
// Where Amazon Cognito's answer is not documented, the code that chooses one
// says that it is an assumption. Such a choice refuses rather than issues.
package cognito
