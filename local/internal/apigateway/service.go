package apigateway

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Service is where an AWS service is that integrations call.
type Service struct {
	// Endpoint is the URL that its paths are below.
	Endpoint *url.URL
	// Missing says what to do about an endpoint that there is none of. Requests are
	// answered 500 then, or with [Config.Stub] by a stub.
	Missing string
}

// serviceIntegration is a compiled integration of type AWS with another service
// than Lambda.
type serviceIntegration struct {
	mappedRequest
	mappedResponse
	parameters []requestParameter
	targets    map[string]*serviceTarget // by stage
	httpMethod string                    // ANY: that of the request
	timeout    time.Duration
}

// serviceTarget is what a stage calls.
type serviceTarget struct {
	*serviceURI
	Service
	wrong string // why the Uri is none with the variables of the stage
}

func (c *compiler) compileService(m *Method, declared map[string]*declaredResponse, at place) integration {
	config := m.Integration
	if !config.HasCredentials {
		at.in("Credentials").addf("is missing: API Gateway refuses to deploy an integration with another service than Lambda that has no role")
	}
	if config.HTTPMethod != "ANY" && !anyMethods[config.HTTPMethod] {
		at.in("IntegrationHttpMethod").addf("must be DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY, got %q", config.HTTPMethod)
	}
	return &serviceIntegration{
		mappedRequest:  compileRequest(config, at),
		mappedResponse: compileResponses(config, declared, at.in("IntegrationResponses")),
		parameters:     compileRequestParameters(config.RequestParameters, at.in("RequestParameters")),
		targets:        c.compileTargets(config, at.in("Uri")),
		httpMethod:     config.HTTPMethod,
		timeout:        compileTimeout(config.TimeoutInMillis, at.in("TimeoutInMillis")),
	}
}

// compileTargets returns what the Uri leads to in each stage.
func (c *compiler) compileTargets(config *Integration, at place) map[string]*serviceTarget {
	targets := map[string]*serviceTarget{}
	for _, stage := range c.config.Stages {
		expanded := stage.expand(config.URI)
		uri, err := parseServiceURI(expanded)
		switch {
		case err != nil && expanded == config.URI:
			at.addf("%s", err)
			return nil
		case err != nil: // it may be right in the other stages, as on API Gateway
			targets[stage.Name] = &serviceTarget{wrong: "with the variables of the stage " + stage.Name + ", the Uri " + err.Error()}
		case c.config.Service == nil:
			at.addf("leads to the AWS service %s, and there is none", uri.service)
			return nil
		default:
			targets[stage.Name] = &serviceTarget{serviceURI: uri, Service: c.config.Service(uri.service)}
		}
	}
	return targets
}

func (s *serviceIntegration) answer(x *exchange) (int, *refusal) {
	target := s.targets[x.stage.Name]
	switch {
	case target.wrong != "":
		return 0, misconfigured(logText(target.wrong))
	case target.Missing != "" && x.api.stub:
		return x.answerStub(target.Missing)
	case target.Missing != "":
		return 0, misconfigured(target.Missing)
	}
	payload, refused := s.render(x)
	if refused != nil {
		return 0, refused
	}
	request, refused := s.request(x, target, payload)
	if refused != nil {
		return 0, refused
	}
	answer, refused := x.callBackend(request, s.timeout)
	if refused != nil {
		return 0, refused
	}
	response, refused := s.choose(strconv.Itoa(answer.status))
	if refused != nil {
		return 0, refused
	}
	return response.respond(x, answer)
}

// request makes the signed request.
func (s *serviceIntegration) request(x *exchange, target *serviceTarget, payload []byte) (*http.Request, *refusal) {
	mapped, refused := x.mapParameters(s.parameters)
	if refused != nil {
		return nil, refused
	}
	mapped.override(x.overrides)
	target.addAction(mapped)
	at, problem := target.at(target.Endpoint, mapped.path, mapped.query)
	if problem != "" {
		return nil, badParameter(problem)
	}
	header, refused := s.header(x, target, mapped)
	if refused != nil {
		return nil, refused
	}
	request := &http.Request{Method: s.httpMethod, URL: at, Header: header, Host: at.Host, ContentLength: -1}
	if request.Method == "ANY" {
		request.Method = x.request.Method
	}
	if target.subdomain != "" {
		request.Host = target.subdomain + "." + at.Host
	}
	switch request.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		payload = nil
	}
	setBody(request, payload)
	if payload == nil {
		header.Del("Content-Type")
	}
	return request, sign(request, payload, target.serviceURI)
}

// header is that of a request to a service: what is mapped, and what API Gateway
// adds.
func (s *serviceIntegration) header(x *exchange, target *serviceTarget, mapped *mappedParameters) (http.Header, *refusal) {
	header := http.Header{}
	for name, values := range mapped.header {
		canonical := http.CanonicalHeaderKey(name)
		if notForServices[canonical] {
			return nil, misconfigured(canonical + " must not be mapped: API Gateway has it already")
		}
		if !isToken(name) || slices.ContainsFunc(values, hasControl) {
			return nil, badParameter(fmt.Sprintf("%q is mapped to what is no header", name))
		}
		if len(values) > 0 && canonical != "Referer" {
			header[canonical] = values
		}
	}
	contentType := x.request.Header.Get("Content-Type")
	if contentType == "" {
		contentType = jsonType
	}
	if known, ok := jsonServices[target.service]; ok && target.action != "" {
		contentType = "application/x-amz-json-" + known.version
		setDefault(header, "X-Amz-Target", known.prefix+"."+target.action)
	}
	setDefault(header, "Content-Type", contentType)
	setDefault(header, "Accept", jsonType)
	setDefault(header, "User-Agent", "AmazonAPIGateway_"+x.api.id)
	header.Set(traceHeader, x.trace())
	return header, nil
}

// notForServices are headers that API Gateway answers 500 for if they are mapped.
var notForServices = map[string]bool{
	"Authorization": true, "Connection": true, "Content-Length": true, "Expect": true, "Proxy-Authenticate": true, "Te": true,
	"Transfer-Encoding": true, traceHeader: true, "X-Amzn-Apigateway-Api-Id": true,
}

func setDefault(header http.Header, name, value string) {
	if header[name] == nil {
		header[name] = []string{value}
	}
}

// addAction tells a service of an action that no header tells it of.
func (u *serviceURI) addAction(mapped *mappedParameters) {
	if _, ok := jsonServices[u.service]; ok || u.action == "" {
		return
	}
	if mapped.query == nil {
		mapped.query = url.Values{}
	}
	mapped.query.Set("Action", u.action)
}

// badParameter is a request that would reach what the integration does not lead
// to, or say what it does not mean.
func badParameter(problem string) *refusal {
	return &refusal{responseType: typeDefault4XX, message: "Bad Request", reason: problem}
}

// expand replaces the stage variables in a Uri.
func (s *Stage) expand(uri string) string {
	return variableReference.ReplaceAllStringFunc(uri, func(reference string) string {
		return s.Variables[strings.TrimSuffix(strings.TrimPrefix(reference, "${stageVariables."), "}")]
	})
}
