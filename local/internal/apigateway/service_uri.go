package apigateway

import (
	"errors"
	"regexp"
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
	path, query                string
}

var (
	serviceARN = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]{1,40}):((?:[A-Za-z0-9-]{1,63}\.){0,4})([a-z0-9-]{1,63}):(path|action)/([^#\\\x00-\x20\x7f]*)$`)
	actionName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,127}$`)
)

// parseServiceURI reads a Uri without stage variables.
func parseServiceURI(uri string) (*serviceURI, error) {
	match := serviceARN.FindStringSubmatch(uri)
	if match == nil {
		return nil, errors.New("must be arn:PARTITION:apigateway:REGION:SERVICE:path/PATH or arn:PARTITION:apigateway:REGION:SERVICE:action/ACTION")
	}
	u := &serviceURI{region: match[1], subdomain: strings.TrimSuffix(match[2], "."), service: match[3]}
	if match[4] == "action" {
		if u.action, u.query, _ = strings.Cut(match[5], "&"); !actionName.MatchString(u.action) {
			return nil, errors.New("must have the name of an action behind action/")
		}
		return u, nil
	}
	u.path, u.query, _ = strings.Cut(match[5], "?")
	u.path = strings.TrimLeft(u.path, "/")
	if u.service == "s3" && u.subdomain != "" { // the bucket, which may be the first segment too
		u.path, u.subdomain = u.subdomain+"/"+u.path, ""
	}
	_, err := compileURI(u.at("http://localhost"))
	return u, err
}

// at returns the Uri of the service at an endpoint.
func (u *serviceURI) at(endpoint string) string {
	uri := strings.TrimRight(endpoint, "/") + "/" + u.path
	if u.query != "" {
		uri += "?" + u.query
	}
	return uri
}

// signingName is what signatures call the service.
func (u *serviceURI) signingName() string {
	if u.service == "appsync-api" {
		return "appsync"
	}
	return u.service
}
