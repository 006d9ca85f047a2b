// Package mapping renders the templates of an Amazon API Gateway REST API:
// mapping templates, which are VTL with $input, $util, $context and
// $stageVariables, by [Compile]; and the bodies of gateway responses, which know
// plain substitution only, by [CompileGateway].
//
// Compiling refuses what is not supported and names it with its line and
// column, so that a template that compiles renders as API Gateway would render
// it. What can be told only from a request's data is an error of rendering,
// which API Gateway answers with 500.
//
// The variables are those that the API Gateway developer guide lists under
// "Variables for data transformations for API Gateway".
package mapping
