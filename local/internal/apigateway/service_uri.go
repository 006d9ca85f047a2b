package apigateway

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// serviceURI is the Uri of an integration with an AWS service:
//
//	arn:PARTITION:apigateway:REGION:{SUBDOMAIN.SERVICE or SERVICE}:path/PATH?QUERY
//	arn:PARTITION:apigateway:REGION:{SUBDOMAIN.SERVICE or SERVICE}:action/ACTION&NAME=VALUE
//
// In path, query and values, {name} is a path parameter of the integration.
//
// Source: PutIntegration, Amazon API Gateway API reference.
type serviceURI struct {
	region, subdomain, service string
	action                     string // "" of a path
	path                       string // escaped, without a slash at its beginning
	query                      string // escaped
}

var (
	serviceARN = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]{1,40}):((?:[A-Za-z0-9-]{1,63}\.){0,4})([a-z0-9-]{1,63}):(path|action)/(.*)$`)
	actionName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,127}$`)
	// uriText is a path or a query string that is escaped, and may have {name}.
	uriText = regexp.MustCompile(`^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2}|\{[A-Za-z0-9._+-]+\})*$`)
	// uriVariable is a path parameter in it. That of a greedy variable is found with
	// and without the plus sign.
	uriVariable = regexp.MustCompile(`\{([A-Za-z0-9._-]+)\+?\}`)
)

const serviceForm = "arn:PARTITION:apigateway:REGION:SERVICE:path/PATH or arn:PARTITION:apigateway:REGION:SERVICE:action/ACTION"

// parseServiceURI reads a Uri without stage variables.
func parseServiceURI(uri string) (*serviceURI, error) {
	match := serviceARN.FindStringSubmatch(uri)
	if match == nil {
		return nil, fmt.Errorf("must be %s, got %q", serviceForm, uri)
	}
	u := &serviceURI{region: match[1], subdomain: strings.TrimSuffix(match[2], "."), service: match[3]}
	text := match[5]
	if !uriText.MatchString(text) {
		return nil, fmt.Errorf("must be a Uri with what is special in it escaped, got %q", uri)
	}
	if match[4] == "action" {
		u.action, u.query, _ = strings.Cut(text, "&")
		if !actionName.MatchString(u.action) {
			return nil, fmt.Errorf("must have the name of an action behind action/, got %q", uri)
		}
		return u, nil
	}
	path, query, _ := strings.Cut(text, "?")
	u.path, u.query = strings.TrimLeft(path, "/"), query
	if hasDotSegment(u.path) {
		return nil, fmt.Errorf("must not have a segment . or .. in its path, got %q", uri)
	}
	if u.service == "s3" && u.subdomain != "" { // the bucket, which may be the first segment too
		u.path, u.subdomain = u.subdomain+"/"+u.path, ""
	}
	return u, nil
}

// hasDotSegment reports whether a server may take an escaped path for another one
// above it.
func hasDotSegment(escaped string) bool {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return true
	}
	return slices.ContainsFunc(strings.FieldsFunc(path, isSeparator), func(segment string) bool {
		segment, _, _ = strings.Cut(segment, ";") // what a server may cut off, too
		return segment == "." || segment == ".."
	})
}

func isSeparator(c rune) bool { return c == '/' || c == '\\' }

// at returns the URL of a call at an endpoint. The second result says what is
// wrong with a path parameter, "" if nothing is.
func (u *serviceURI) at(endpoint *url.URL, parameters map[string]pathValue, query url.Values) (*url.URL, string) {
	at := *endpoint
	at.RawQuery = u.expand(u.query, func(value pathValue) string { return url.QueryEscape(value.text) }, parameters)
	if more := query.Encode(); more != "" {
		at.RawQuery = strings.TrimPrefix(at.RawQuery+"&"+more, "&")
	}
	path := u.expand(u.path, func(value pathValue) string { return value.escaped }, parameters)
	if hasDotSegment(path) {
		return nil, "the path that the parameters make has a segment . or .."
	}
	at.RawPath = strings.TrimRight(endpoint.EscapedPath(), "/") + "/" + path
	var err error
	if at.Path, err = url.PathUnescape(at.RawPath); err != nil {
		return nil, "the path that the parameters make is not escaped as one"
	}
	return &at, ""
}

func (u *serviceURI) expand(text string, escape func(pathValue) string, parameters map[string]pathValue) string {
	return uriVariable.ReplaceAllStringFunc(text, func(variable string) string {
		return escape(parameters[uriVariable.FindStringSubmatch(variable)[1]])
	})
}

// jsonServices are the services that are told the action by X-Amz-Target, which
// API Gateway adds by itself: the prefix of the target, and the version of JSON.
// All others are told by Action in the query string, and events by a header that
// the integration maps.
//
// Source: the services' API references. That API Gateway adds it was seen live for
// DynamoDB, Kinesis and Step Functions.
var jsonServices = map[string]struct{ prefix, version string }{
	"cognito-idp":    {"AWSCognitoIdentityProviderService", "1.1"},
	"dynamodb":       {"DynamoDB_20120810", "1.0"},
	"firehose":       {"Firehose_20150804", "1.1"},
	"kinesis":        {"Kinesis_20131202", "1.1"},
	"kms":            {"TrentService", "1.1"},
	"logs":           {"Logs_20140328", "1.1"},
	"secretsmanager": {"secretsmanager", "1.1"},
	"states":         {"AWSStepFunctions", "1.0"},
}
