package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/local"
)

// backends are the flags that connect backends to integrations.
type backends struct {
	Lambda            pairs  `help:"Backend of a Lambda function, by logical id, construct path or function name: the URL of a Lambda Invoke API, or a program that implements the Lambda Runtime API; may be repeated. Default: the bootstrap in the assembly, for provided.* runtimes." placeholder:"NAME=URL|PROGRAM"`
	LambdaEndpoint    string `help:"URL of the Lambda Invoke API for every other Lambda function, such as the one of sam local start-lambda or serverless-offline." placeholder:"URL"`
	LambdaConcurrency int    `help:"Maximum number of processes of each started function. Default: ${default}." default:"10" placeholder:"N"`
	NoLambda          bool   `help:"Do not start programs for Lambda functions."`
	HTTP              pairs  `name:"http" help:"Replace the beginning of the Uri of HTTP endpoints; may be repeated. Default: only endpoints on this machine are called." placeholder:"FROM=TO"`
	awsEndpoints
	AllowRemote bool `help:"Allow requests to backends on other machines."`
	Stub        bool `help:"Answer for each missing backend: 200 with the request that the backend would get."`
}

// isGiven reports whether any flag was given.
func (b *backends) isGiven() bool {
	return !reflect.DeepEqual(*b, backends{LambdaConcurrency: defaultLambdaConcurrency})
}

const defaultLambdaConcurrency = 10 // as the tag says

// check returns an error for a flag without a value, or an invalid environment variable.
func (b *backends) check() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(b.Lambda)) {
		if b.Lambda[name] == "" {
			errs = append(errs, fmt.Errorf("--lambda %s= must have a value: the URL of a Lambda Invoke API, or a program", name))
		}
	}
	endpoints := endpointsOfEnvironment()
	for _, variable := range slices.Sorted(maps.Keys(endpoints)) {
		errs = append(errs, checkURL(variable, endpoints[variable]))
	}
	return errors.Join(errs...)
}

// options returns the flags as options.
func (b *backends) options() []local.Option {
	options := []local.Option{local.WithLambdaTarget("", b.LambdaEndpoint), local.WithLambdaConcurrency(b.LambdaConcurrency)}
	for _, name := range slices.Sorted(maps.Keys(b.Lambda)) {
		options = append(options, local.WithLambdaTarget(name, b.Lambda[name]))
	}
	if b.NoLambda {
		options = append(options, local.WithoutLambda())
	}
	for _, from := range slices.Sorted(maps.Keys(b.HTTP)) {
		options = append(options, local.WithHTTPBackend(from, b.HTTP[from]))
	}
	options = append(options, b.awsEndpoints.options(b.AllowRemote)...)
	if b.AllowRemote {
		options = append(options, local.WithRemote())
	}
	if b.Stub {
		options = append(options, local.WithStub())
	}
	return options
}

// describe says what answers for a backend, or how to connect one.
func (b *backends) describe(one local.Backend) string {
	text := fmt.Sprintf("%s (%s): %s", one.Name, one.Kind, one.State)
	switch {
	case one.State == "connected" && one.Target != "":
		text += " to " + one.Target
	case one.Answers() && one.Target != "":
		text += ", " + one.Target
	case one.Answers():
	default:
		if one.Reason != "" {
			text += " (" + one.Reason + ")"
		}
		if b.Stub {
			text += ", a stub answers"
			break
		}
		remedy := strings.ReplaceAll(remedies[one.Kind], "NAME", one.Name)
		if elsewhere := endpointsElsewhere(); one.Kind == "aws" && len(elsewhere) > 0 && !b.AllowRemote {
			remedy += fmt.Sprintf("--allow-remote uses %s from the environment, which is not on this machine, ", strings.Join(elsewhere, " and "))
		}
		text += fmt.Sprintf(", answers 500: %s--stub lets a stub answer", remedy)
	}
	if one.Note != "" {
		text += "; " + one.Note
	}
	return text
}

// remedies are the flags that connect a missing backend NAME, by its kind.
var remedies = map[string]string{
	"lambda": "--lambda NAME=http://127.0.0.1:3001 or --lambda NAME=./program connects it, --lambda-endpoint connects all such functions, ",
	"http":   "--http NAME=URL connects it, ",
	"aws":    "--aws-endpoint NAME=http://127.0.0.1:4566 connects it, --aws-endpoint http://127.0.0.1:4566 connects all such services, ",
}

// awsEndpoints are the flags for the endpoints of AWS services, which the
// environment can set too.
type awsEndpoints struct {
	AWSEndpoint []string `help:"URL of the AWS services that integrations and started functions call, or SERVICE=URL for one service, such as dynamodb=http://127.0.0.1:8000; may be repeated. Default: AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_SERVICE." name:"aws-endpoint" placeholder:"[SERVICE=]URL" sep:"none"`
}

// options returns the endpoints of the environment and, after them, of the flags,
// which win. The environment is set for everything that the user runs, so its
// endpoints on other machines are ignored unless anywhere is set.
func (a *awsEndpoints) options(anywhere bool) []local.Option {
	var options []local.Option
	for name, url := range endpointsOfEnvironment() {
		if anywhere || isHere(url) {
			options = append(options, local.WithAWSEndpoint(strings.TrimPrefix(strings.TrimPrefix(name, endpointVariable), "_"), url))
		}
	}
	for _, endpoint := range a.AWSEndpoint {
		service, url, isOne := strings.Cut(endpoint, "=")
		if !isOne || strings.Contains(service, "://") {
			service, url = "", endpoint
		}
		options = append(options, local.WithAWSEndpoint(service, url))
	}
	return options
}

const endpointVariable = "AWS_ENDPOINT_URL"

// endpointsOfEnvironment returns the endpoint variables that AWS SDKs read.
func endpointsOfEnvironment() map[string]string {
	endpoints := map[string]string{}
	if os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true" {
		return endpoints
	}
	for _, entry := range os.Environ() {
		name, url, _ := strings.Cut(entry, "=")
		service, ok := strings.CutPrefix(name, endpointVariable)
		if ok && url != "" && (service == "" || service[0] == '_') {
			endpoints[name] = url
		}
	}
	return endpoints
}

// endpointsElsewhere returns the names of the variables that are ignored.
func endpointsElsewhere() []string {
	endpoints := endpointsOfEnvironment()
	maps.DeleteFunc(endpoints, func(_, url string) bool { return isHere(url) })
	return slices.Sorted(maps.Keys(endpoints))
}

// isHere reports whether a URL leads to this machine, or is invalid, which is an
// error later.
func isHere(text string) bool {
	u, err := url.Parse(text)
	return err != nil || u.Host == "" || loopback.Host(u.Host)
}
