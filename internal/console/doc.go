// Package console is a page about a server of package local, for the browser of
// whoever runs it: the system drawn from the template, the clients with their
// credentials, the walk-through step by step, and a token inspector.
//
// The page is one document without any request to elsewhere. It is answered to
// loopback only, as it gives away the client secrets, which are those of the
// local server and of no use in AWS.
package console
