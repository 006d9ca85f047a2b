package local

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
)

// WithAWSEndpoint sends requests of integrations with an AWS service to an emulator at
// a URL, signed with dummy credentials. The service has its name in a Uri, such as
// dynamodb or states, or in an AWS SDK variable, such as DYNAMODB or SFN in
// AWS_ENDPOINT_URL_SFN; "" is every service without its own endpoint. Started functions
// get the endpoints too. The last option for a service wins.
//
// The URL must be http or https, without user, query and fragment, and lead to this
// machine unless [WithRemote] is given. Default: an integration with the service
// responds with 500, and the access log says what to set.
func WithAWSEndpoint(service, url string) Option {
	return func(o *options) {
		if o.endpoints == nil {
			o.endpoints = map[string]string{}
		}
		o.endpoints[serviceNamed(service)] = url
	}
}

// sdkNames maps the names of services in a Uri to the names in AWS SDK variables, where
// they differ.
//
// Source: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
var sdkNames = map[string]string{
	"cognito-idp":    "COGNITO_IDENTITY_PROVIDER",
	"email":          "SES",
	"events":         "EVENTBRIDGE",
	"iotdata":        "IOT_DATA_PLANE",
	"logs":           "CLOUDWATCH_LOGS",
	"monitoring":     "CLOUDWATCH",
	"secretsmanager": "SECRETS_MANAGER",
	"states":         "SFN",
}

// serviceNamed returns the name of a service in a Uri, given that name or its name in
// AWS SDK variables.
func serviceNamed(name string) string {
	inSDKs := strings.ToUpper(strings.NewReplacer("-", "_", " ", "_").Replace(name))
	for service, sdkName := range sdkNames {
		if sdkName == inSDKs {
			return service
		}
	}
	return strings.ToLower(strings.ReplaceAll(inSDKs, "_", "-"))
}

// endpoint returns the URL of a service, or "".
func (o *options) endpoint(service string) string {
	if own := o.endpoints[service]; own != "" {
		return own
	}
	return o.endpoints[""]
}

// endpointVariables returns the environment variables that point AWS SDKs to the
// endpoints.
func (o *options) endpointVariables() map[string]string {
	variables := map[string]string{}
	for service, url := range o.endpoints {
		name := "AWS_ENDPOINT_URL"
		if service != "" {
			name += "_" + serviceVariable(service)
		}
		variables[name] = url
	}
	return variables
}

func serviceVariable(service string) string {
	if name := sdkNames[service]; name != "" {
		return name
	}
	return strings.ToUpper(strings.ReplaceAll(service, "-", "_"))
}

// checkEndpoints returns an error for every invalid endpoint.
func (o *options) checkEndpoints() error {
	var errs []error
	for _, service := range slices.Sorted(maps.Keys(o.endpoints)) {
		if err := o.checkBackendURL(o.endpoints[service]); err != nil {
			errs = append(errs, fmt.Errorf("endpoint of %s: %w", cmp.Or(service, "all AWS services"), err))
		}
	}
	return errors.Join(errs...)
}

// checkBackendURL returns an error unless the URL is allowed for a backend.
func (o *options) checkBackendURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(text, "?#"):
		return fmt.Errorf("must be an absolute http or https URL without a user name, a query and a fragment, such as http://127.0.0.1:8000, got %s", validation.QuoteURL(text))
	case !o.remote && !loopback.Host(u.Host):
		return fmt.Errorf("must be on this machine, and %s is not: WithRemote, or --allow-remote, allows backends elsewhere", u.Host)
	}
	return nil
}

// serviceOf returns the backend for the AWS service of an integration.
func (s *System) serviceOf(service string) apigateway.HTTPBackend {
	if !slices.Contains(s.services, service) {
		s.services = append(s.services, service)
	}
	at := s.options.endpoint(service)
	if at == "" {
		return apigateway.HTTPBackend{Missing: fmt.Sprintf("the AWS service %[1]s has no endpoint here: name one with --aws-endpoint %[1]s=http://127.0.0.1:4566 (WithAWSEndpoint)", service)}
	}
	return apigateway.HTTPBackend{URI: at, Transport: s.transport}
}

// addServices lists the services that integrations call.
func (s *System) addServices() {
	for _, service := range slices.Sorted(slices.Values(s.services)) {
		backend := Backend{Name: service, Kind: "aws", State: stateConnected, Target: s.options.endpoint(service), Note: s.resourcesOf(service)}
		if backend.Target == "" {
			backend.State = stateMissing
		}
		s.backends = append(s.backends, backend)
	}
}

// resourcesOf lists the stacks' resources of a service with their physical names, since
// the emulator's user cannot guess generated names.
func (s *System) resourcesOf(service string) string {
	var names []string
	for _, r := range s.resources() {
		if s.types[r.Type] != nil && s.types[r.Type].service == service {
			names = append(names, r.label()+" is "+s.types[r.Type].ref(r))
		}
	}
	return strings.Join(names, ", ")
}
