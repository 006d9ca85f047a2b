package main

import (
	"os"
	"slices"
	"strings"

	"example.com/weather-events-api/local"
)

// awsEndpoints are the flags that say where AWS services are, and what the
// environment says about it to AWS SDKs.
type awsEndpoints struct {
	AWSEndpoint []string `help:"URL that answers for the AWS services which integrations and started functions call, or SERVICE=URL for one of them, such as dynamodb=http://127.0.0.1:8000; may be repeated. Default: AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_SERVICE." name:"aws-endpoint" placeholder:"[SERVICE=]URL" sep:"none"`
}

// options are what environment and flags say, the latter last: they count.
func (a *awsEndpoints) options() []local.Option {
	const variable = "AWS_ENDPOINT_URL"
	var options []local.Option
	if os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true" {
		for _, entry := range slices.Sorted(slices.Values(os.Environ())) {
			name, url, _ := strings.Cut(entry, "=")
			service, ok := strings.CutPrefix(name, variable)
			if ok && url != "" && (service == "" || service[0] == '_') {
				options = append(options, local.WithAWSEndpoint(strings.TrimPrefix(service, "_"), url))
			}
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
