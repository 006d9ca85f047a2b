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

// backends are the flags that say what answers for integrations.
type backends struct {
	Lambda            pairs  `help:"What answers for a Lambda function, by logical id, construct path or function name: the URL of a Lambda Invoke API, or a program that speaks the Lambda Runtime API; may be repeated. Default: the bootstrap in the assembly, for provided.* runtimes." placeholder:"NAME=URL|PROGRAM"`
	LambdaEndpoint    string `help:"URL of the Lambda Invoke API that answers for every other Lambda function, as of sam local start-lambda or serverless-offline." placeholder:"URL"`
	LambdaConcurrency int    `help:"How many processes of each started function run at once." default:"10" placeholder:"N"`
	NoLambda          bool   `help:"Start no program for a Lambda function."`
	HTTP              pairs  `name:"http" help:"URL that answers in place of the HTTP endpoints whose Uri begins with another; may be repeated. Default: endpoints on this machine are called, and no others." placeholder:"FROM=TO"`
	awsEndpoints
	AllowRemote bool `help:"Let requests to backends leave this machine."`
	Stub        bool `help:"Answer 200 with what it would have been called with, in place of each backend that is missing."`
}

// isGiven reports whether a flag was given.
func (b *backends) isGiven() bool {
	return !reflect.DeepEqual(*b, backends{LambdaConcurrency: defaultLambdaConcurrency})
}

const defaultLambdaConcurrency = 10 // as the tag says

// check returns an error for what only the command can name: a flag without a value,
// and a variable of the environment.
func (b *backends) check() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(b.Lambda)) {
		if b.Lambda[name] == "" {
			errs = append(errs, fmt.Errorf("--lambda %s=: it needs the URL of a Lambda Invoke API or a program", name))
		}
	}
	endpoints := endpointsOfEnvironment()
	for _, variable := range slices.Sorted(maps.Keys(endpoints)) {
		errs = append(errs, checkURL(variable, endpoints[variable]))
	}
	return errors.Join(errs...)
}

// options are what the flags say.
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

// describe says of a backend what answers for it, or what to name.
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
			remedy += fmt.Sprintf("--allow-remote takes %s of the environment, which is not on this machine, ", strings.Join(elsewhere, " and "))
		}
		text += fmt.Sprintf(", answers 500: %s--stub lets a stub answer", remedy)
	}
	if one.Note != "" {
		text += "; " + one.Note
	}
	return text
}

// remedies say which flags give something that answers to a missing backend NAME,
// by its kind.
var remedies = map[string]string{
	"lambda": "--lambda NAME=http://127.0.0.1:3001 or --lambda NAME=./program names what answers, --lambda-endpoint what does for all such functions, ",
	"http":   "--http NAME=URL names what answers, ",
	"aws":    "--aws-endpoint NAME=http://127.0.0.1:4566 names where it is, --aws-endpoint http://127.0.0.1:4566 where all such services are, ",
}

// awsEndpoints are the flags that say where AWS services are, and what the
// environment says about it to AWS SDKs.
type awsEndpoints struct {
	AWSEndpoint []string `help:"URL that answers for the AWS services which integrations and started functions call, or SERVICE=URL for one of them, such as dynamodb=http://127.0.0.1:8000; may be repeated. Default: AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_SERVICE." name:"aws-endpoint" placeholder:"[SERVICE=]URL" sep:"none"`
}

// options are what environment and flags say, the latter last: they count. What the
// environment says is for everything that the user runs, so that an endpoint of it
// that is not on this machine is left out, unless backends may be anywhere.
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

// endpointsOfEnvironment returns the URLs in the variables that AWS SDKs read, by
// name.
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

// endpointsElsewhere returns the names of the variables whose endpoint is left out.
func endpointsElsewhere() []string {
	endpoints := endpointsOfEnvironment()
	maps.DeleteFunc(endpoints, func(_, url string) bool { return isHere(url) })
	return slices.Sorted(maps.Keys(endpoints))
}

// isHere reports whether a URL leads to this machine, or is none, which is an error.
func isHere(text string) bool {
	u, err := url.Parse(text)
	return err != nil || u.Host == "" || loopback.Host(u.Host)
}
