// Package lambda calls AWS Lambda functions without AWS: one that is served at
// an address that takes the Lambda Invoke API ([Remote]), or a program that
// speaks the Lambda Runtime API and is started here ([Program]). Handlers of
// aws-lambda-go, as its lambda.NewHandler makes them, need neither: they are
// Functions as they are.
//
// All of them fail alike. A [FunctionError] says that the function was called
// and failed, with what AWS would answer to the caller of the Invoke API. Any
// other error says that it was not called, or that nobody knows.
package lambda
