package apigateway

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
)

// serviceIntegration is a compiled integration of type AWS with another service
// than Lambda: one of type HTTP whose requests are those of an AWS SDK.
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

// compileServiceBackend returns what the Uri leads to in a stage.
func (c *compiler) compileServiceBackend(config *Integration, stage Stage, at place) (*serviceURI, httpBackend) {
	expanded := stage.expand(config.URI)
	uri, err := parseServiceURI(expanded)
	switch {
	case err != nil && expanded == config.URI:
		at.addf("%s, got %q", err, expanded)
		return nil, httpBackend{}
	case err != nil: // it may be right in the other stages, as on API Gateway
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

// setHeaders sets the headers of a request to a service: what is mapped, and what
// API Gateway adds, which is how the service is told of the action.
func (u *serviceURI) setHeaders(x *exchange, r *endpointRequest, mapped *mappedParameters, sent []byte) *refusal {
	header := r.header
	for name := range mapped.header {
		if notForServices[http.CanonicalHeaderKey(name)] {
			return misconfigured(fmt.Sprintf("the header %s of the request to the service is mapped, which API Gateway sets itself", name))
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

// notForServices are headers that API Gateway answers 500 for if they are mapped,
// beside those that it does so for at every endpoint.
var notForServices = map[string]bool{
	"Authorization": true, "Connection": true, "Expect": true, "Proxy-Authenticate": true, "Te": true,
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
