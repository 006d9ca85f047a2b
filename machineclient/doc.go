// Package machineclient calls an API that is protected by OAuth 2.0 client
// credentials, such as the one of this repository:
//
//	client := machineclient.New(machineclient.Config{Credentials: credentials})
//	response, err := client.Get(apiURL)
//
// The token request is that of golang.org/x/oauth2/clientcredentials or, for
// credentials with a TokenOperation, an API call that a user pool without a domain
// answers too: GetClientToken, which is not signed and needs no SDK. The stored
// credentials of such a client say so, as token_operation. This package adds what
// a service needs around either:
//
//   - One token for all goroutines, and at most one token request at a time.
//     Whoever waits for it waits no longer than the context of the call allows.
//   - A token is renewed in the background when 80 to 90 % of its life is over,
//     so no call waits for that, and an outage of the token endpoint in between
//     goes unnoticed.
//   - A time is over when the wall clock or the monotonic clock says so. After a
//     suspend, a paused VM or a frozen Lambda function a token that expired
//     meanwhile is not used, and a token request that hung is made again.
//   - After a failed token request there is none for Retry-After and then 0.5 to
//     1 s, doubling up to a minute. A call that has no token meanwhile fails at
//     once, with a [TokenError], which is short, printable and without secrets
//     whatever the token endpoint answers and the loader of credentials says.
//   - Credentials are loaded for every token request, so rotated ones are used
//     without a restart. A call that is answered with 401 loads them too, at most
//     every 10 s; if they were replaced it is sent once more with a new token.
//   - So it is if they were not: the token may have been killed, or issued before
//     the client was given a scope. One refused token costs one token request, and
//     if the new token is refused too, that one has to be a minute old before
//     another follows, then 2 minutes, doubling. A client that stays without the
//     scope costs a few token requests more.
//   - The token goes to the host that was called, not where a redirect leads, nor
//     back from there. A token request, which carries the secret, follows none.
//     Neither goes over plain http, but to loopback hosts and those that are named
//     for it.
package machineclient
