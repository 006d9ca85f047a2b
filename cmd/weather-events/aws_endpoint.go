package main

import (
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/local"
)

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
