package apigateway

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/weather-events-api/local/internal/lambda"
)

// serviceIntegration is a compiled integration of type AWS with a service other than
// Lambda. It works like type HTTP, with requests like an AWS SDK's.
type serviceIntegration struct {
	httpIntegration
	uris map[string]*serviceURI // by stage
}

func (c *compiler) compileService(m *Method, declared map[string]*declaredResponse, at place) integration {
	config := m.Integration
	if !config.HasCredentials {
		at.in("Credentials").addf("is missing: API Gateway refuses to deploy an integration with another service than Lambda that has no role")
	}
	s := &serviceIntegration{uris: map[string]*serviceURI{}}
	s.mappedRequest = compileRequest(config, at)
	s.mappedResponse = compileResponses(config, declared, at.in("IntegrationResponses"))
	s.httpEndpoint = c.compileEndpoint(m, at, func(stage Stage) httpBackend {
		uri, backend := c.compileServiceBackend(config, stage, at.in("Uri"))
		s.uris[stage.Name] = uri
		return backend
	})
	return s
}

// compileServiceBackend returns the backend for the Uri in a stage.
func (c *compiler) compileServiceBackend(config *Integration, stage Stage, at place) (*serviceURI, httpBackend) {
	expanded := stage.expand(config.URI)
	uri, err := parseServiceURI(expanded)
	switch {
	case err != nil && expanded == config.URI:
		at.addf("%s, got %q", err, expanded)
		return nil, httpBackend{}
	case err != nil: // as on API Gateway, the Uri may be valid in other stages
		return nil, httpBackend{isInvalid: true, missing: fmt.Sprintf("the variables of the stage %s make the Uri %q: it %s", stage.Name, expanded, err)}
	case c.config.Service == nil:
		at.addf("leads to the AWS service %s, and there is none", uri.service)
		return nil, httpBackend{}
	}
	found := c.config.Service(uri.service)
	if found.Transport == nil {
		return uri, httpBackend{missing: found.Missing}
	}
	backend := httpBackend{transport: &signing{found.Transport, uri.signingName(), uri.region}}
	if backend.uri, err = compileURI(uri.at(found.URI)); err != nil {
		at.addf("leads to %q: it %s", uri.at(found.URI), err)
	}
	return uri, backend
}

func (s *serviceIntegration) answer(x *exchange) (int, *refusal) {
	uri := s.uris[x.stage.Name]
	return s.answerWith(x, func(r *endpointRequest, mapped *mappedParameters, sent []byte) *refusal {
		return uri.setHeaders(x, r, mapped, sent)
	})
}

// setHeaders sets the headers of a request to a service: mapped headers, and those that
// API Gateway adds, such as the action.
func (u *serviceURI) setHeaders(x *exchange, r *endpointRequest, mapped *mappedParameters, sent []byte) *refusal {
	header := r.header
	for name := range mapped.header {
		if notForServices[http.CanonicalHeaderKey(name)] {
			return misconfigured(fmt.Sprintf("a mapping sets the header %s of the request to the service, which API Gateway sets itself", name))
		}
	}
	contentType := x.request.Header.Get("Content-Type")
	if contentType == "" {
		contentType = jsonType
	}
	known, isJSON := jsonServices[u.service]
	switch {
	case u.action != "" && isJSON:
		contentType = "application/x-amz-json-" + known.version
		header["X-Amz-Target"] = []string{known.prefix + "." + u.action}
	case u.action != "":
		if mapped.query == nil {
			mapped.query = url.Values{}
		}
		mapped.query.Set("Action", u.action)
	}
	if u.subdomain != "" {
		header["Host"] = []string{u.subdomain + "." + r.url.Host}
	}
	header["Content-Type"] = []string{contentType}
	if refused := mapped.setHeaders(header); refused != nil {
		return refused
	}
	if !takesBody(r.method) {
		sent = nil
		header.Del("Content-Type")
	}
	x.setOwnHeaders(header)
	header.Del(apiIDHeader)
	header.Del("Referer")
	sum := sha256.Sum256(sent)
	header[contentHashHeader] = []string{hex.EncodeToString(sum[:])}
	return nil
}

// notForServices are headers that API Gateway responds to with 500 if they are mapped for
// a service, in addition to keptRequestHeaders.
var notForServices = map[string]bool{
	"Authorization": true, "Connection": true, "Expect": true, "Proxy-Authenticate": true, "Te": true,
}

// jsonServices are the services that take the action from X-Amz-Target, which API Gateway
// adds: the prefix of the target and the JSON version. Other services take Action from the
// query string, except EventBridge (events), for which the integration maps the header.
//
// Source: the services' API references. API Gateway was seen live to add the header for
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
	action                     string // "" for a path
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
	if u.service == "s3" && u.subdomain != "" { // the bucket may also be the first segment
		u.path, u.subdomain = u.subdomain+"/"+u.path, ""
	}
	_, err := compileURI(u.at("http://localhost"))
	return u, err
}

// at returns the URL for the Uri at an endpoint.
func (u *serviceURI) at(endpoint string) string {
	uri := strings.TrimRight(endpoint, "/") + "/" + u.path
	if u.query != "" {
		uri += "?" + u.query
	}
	return uri
}

// signingName returns the name of the service in signatures.
func (u *serviceURI) signingName() string {
	if u.service == "appsync-api" {
		return "appsync"
	}
	return u.service
}

// contentHashHeader holds the hash of the signed body.
const contentHashHeader = "X-Amz-Content-Sha256"

// dummy are the credentials that started functions get too, so that an emulator that
// separates accounts shows both the same data.
var dummy = aws.Credentials{
	AccessKeyID: lambda.AccessKeyID, SecretAccessKey: lambda.SecretAccessKey, SessionToken: lambda.SessionToken,
}

// signing signs requests with dummy credentials, which emulators accept.
type signing struct {
	http.RoundTripper
	service, region string
}

func (s *signing) RoundTrip(request *http.Request) (*http.Response, error) {
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.service == "s3" })
	hash := request.Header.Get(contentHashHeader)
	if err := signer.SignHTTP(request.Context(), dummy, request, hash, s.service, s.region, time.Now()); err != nil {
		return nil, fmt.Errorf("the request cannot be signed: %w", err)
	}
	return s.RoundTripper.RoundTrip(request)
}
