package apigateway

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// uriTemplate is the Uri of an HTTP integration, with {name} for path parameters of the
// request to the backend.
type uriTemplate struct {
	scheme, host string
	path, query  []uriPart
}

// uriPart is encoded text, or a parameter.
type uriPart struct{ text, parameter string }

var (
	httpURI      = regexp.MustCompile(`^(?i:(https?))://([^/?#]*)(/[^?#]*)?(?:\?([^#]*))?$`)
	uriParameter = regexp.MustCompile(`\{([^{}]*)\}`)
)

// compileURI compiles a Uri without stage variables. It refuses a parameter in the host,
// which would let the client choose the host.
func compileURI(uri string) (*uriTemplate, error) {
	match := httpURI.FindStringSubmatch(uri)
	if match == nil {
		return nil, errors.New("must be an http or https URL without a fragment")
	}
	t := &uriTemplate{scheme: strings.ToLower(match[1]), host: match[2]}
	if strings.ContainsAny(t.host, "{}") {
		return nil, errors.New("must have no path parameter in its host: a client would choose where its request goes")
	}
	parsed, err := url.Parse(t.scheme + "://" + t.host)
	if err != nil || parsed.User != nil || parsed.Hostname() == "" || strings.Contains(t.host, "@") {
		return nil, errors.New("must have a host, with or without a port, and no user name")
	}
	if hasDotSegment(encodeText(match[3], pathText)) {
		return nil, errors.New("must have no segment . or .. in its path")
	}
	t.path = uriParts(match[3], pathText)
	t.query = uriParts(match[4], pathText+"?")
	return t, nil
}

// pathText are the characters of a path besides unreserved ones (RFC 3986).
const pathText = "/:@!$&'()*+,;="

// uriParts splits text at its parameters, and encodes the characters of the rest that are
// neither allowed nor unreserved (RFC 3986).
func uriParts(text, allowed string) []uriPart {
	var parts []uriPart
	for text != "" {
		at := uriParameter.FindStringSubmatchIndex(text)
		if at == nil {
			at = []int{len(text), len(text), 0, 0}
		}
		if at[0] > 0 {
			parts = append(parts, uriPart{text: encodeText(text[:at[0]], allowed)})
		}
		if at[1] > at[0] {
			parts = append(parts, uriPart{parameter: text[at[2]:at[3]]})
		}
		text = text[at[1]:]
	}
	return parts
}

var escaped = regexp.MustCompile(`^%[0-9A-Fa-f]{2}`)

// encodeText keeps text that is already encoded.
func encodeText(text, allowed string) string {
	var out strings.Builder
	for i := range len(text) {
		c := text[i]
		isPlain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~"+allowed, c) >= 0
		if isPlain || c == '%' && escaped.MatchString(text[i:]) {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// expand returns the URL for parameters, with only the query of the Uri.
func (t *uriTemplate) expand(parameters map[string]pathValue) (*url.URL, *refusal) {
	path, isFilled, unknown := expandParts(t.path, parameters, func(v pathValue) string { return v.escaped })
	query, _, unknownInQuery := expandParts(t.query, parameters, func(v pathValue) string { return url.QueryEscape(v.text) })
	if unknown += unknownInQuery; unknown != "" {
		return nil, misconfigured("the Uri has parameters that no integration.request.path maps:" + unknown)
	}
	if isFilled && hasDotSegment(path) {
		return nil, badParameter("a path parameter makes a segment . or .. in the path of the Uri, which would lead out of it")
	}
	if path != "" && path[0] != '/' {
		path = "/" + path
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return nil, misconfigured("the Uri is no URL: " + err.Error()) // cannot happen: text and parameters are encoded
	}
	return &url.URL{Scheme: t.scheme, Host: t.host, Path: decoded, RawPath: path, RawQuery: query}, nil
}

// expandParts returns the text of parts, whether a parameter was filled in, and the
// unknown parameters.
func expandParts(parts []uriPart, parameters map[string]pathValue, text func(pathValue) string) (expanded string, isFilled bool, unknown string) {
	if len(parts) == 1 && parts[0].parameter == "" {
		return parts[0].text, false, ""
	}
	var out strings.Builder
	for _, part := range parts {
		if part.parameter == "" {
			out.WriteString(part.text)
			continue
		}
		value, ok := parameters[part.parameter]
		if !ok {
			unknown += " {" + part.parameter + "}"
		}
		isFilled = true
		out.WriteString(text(value))
	}
	return out.String(), isFilled, unknown
}

// joinQuery appends the client's query and mapped parameters to the query of the Uri. A
// mapped parameter replaces the client's, also without a value: the client must not set
// it.
//
// Source: a query recorded on API Gateway had the values of the Uri before mapped ones.
func joinQuery(ofURI, sent string, mapped url.Values) string {
	var out strings.Builder
	out.WriteString(ofURI)
	add := func(name, value string) {
		if out.Len() > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(name) + "=" + url.QueryEscape(value))
	}
	for pair := range strings.SplitSeq(sent, "&") {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		_, isMapped := mapped[name]
		// Like net/url, skip a pair with a semicolon.
		if pair != "" && err == nil && err2 == nil && !isMapped && !strings.Contains(pair, ";") {
			add(name, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(mapped)) {
		for _, value := range mapped[name] {
			add(name, value)
		}
	}
	return out.String()
}

// hasDotSegment reports whether a server may resolve an escaped path to one outside it:
// some servers decode %2F, treat a backslash as a slash, and drop text after a semicolon.
func hasDotSegment(escaped string) bool {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return true
	}
	isSlash := func(c rune) bool { return c == '/' || c == '\\' }
	return slices.ContainsFunc(strings.FieldsFunc(path, isSlash), func(segment string) bool {
		segment, _, _ = strings.Cut(segment, ";")
		return segment == "." || segment == ".."
	})
}

// HTTPCall is a call of an HTTP endpoint by an integration.
type HTTPCall struct {
	// URI is the Uri with stage variables replaced, and {name} for path parameters.
	URI string
	// VPCLink reports whether the call goes through a VPC link.
	VPCLink bool
	// SkipsVerification turns off verification of the endpoint's certificate.
	SkipsVerification bool
}

// HTTPBackend is the backend for an HTTP endpoint or an AWS service.
type HTTPBackend struct {
	// URI replaces the Uri of the [HTTPCall], or is the base URL of the service.
	URI string
	// Transport sends the requests. It must not decompress.
	Transport http.RoundTripper
	// Missing says why there is no transport and what to do, if Transport is nil.
	Missing string
}

// httpBackend is the backend in a stage.
type httpBackend struct {
	uri       *uriTemplate
	transport http.RoundTripper
	missing   string
	isInvalid bool // the Uri is invalid with the stage's variables
}

var userInfo = regexp.MustCompile(`^([^/]*//)?[^/?#]*@`)

// withoutSecrets returns a Uri for a message, without user info and query.
func withoutSecrets(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	return userInfo.ReplaceAllString(uri, "${1}…@")
}

// httpEndpoint is the common part of integrations with an HTTP endpoint.
type httpEndpoint struct {
	backends   map[string]httpBackend // by stage
	method     string                 // "" for the client's
	parameters []requestParameter
	timeout    time.Duration
	maxAnswer  int64
}

func (c *compiler) compileHTTPEndpoint(m *Method, at place) httpEndpoint {
	return c.compileEndpoint(m, at, func(stage Stage) httpBackend { return c.compileBackend(m.Integration, stage, at.in("Uri")) })
}

// compileEndpoint compiles an endpoint. leadsTo returns the backend in a stage.
func (c *compiler) compileEndpoint(m *Method, at place, leadsTo func(Stage) httpBackend) httpEndpoint {
	config := m.Integration
	e := httpEndpoint{
		backends:   map[string]httpBackend{},
		method:     config.HTTPMethod,
		parameters: compileRequestParameters(m, at.in("RequestParameters")),
		timeout:    compileTimeout(config.TimeoutInMillis, at.in("TimeoutInMillis")),
	}
	if e.maxAnswer = maxBodyBytes; config.Streams {
		e.maxAnswer = math.MaxInt64
	}
	if e.method == "ANY" {
		e.method = ""
	} else if !anyMethods[e.method] {
		at.in("IntegrationHttpMethod").addf("must be DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY, got %q", e.method)
	}
	switch config.ConnectionType {
	case "", connectionInternet, connectionVPCLink:
	default:
		at.in("ConnectionType").addf("must be %s or %s, got %q", connectionInternet, connectionVPCLink, config.ConnectionType)
	}
	for _, stage := range c.config.Stages {
		e.backends[stage.Name] = leadsTo(stage)
	}
	return e
}

const (
	connectionInternet = "INTERNET"
	connectionVPCLink  = "VPC_LINK"
)

func (c *compiler) compileBackend(config *Integration, stage Stage, at place) httpBackend {
	uri := stage.expand(config.URI)
	_, err := compileURI(uri)
	switch {
	case err != nil && uri == config.URI:
		at.addf("%s, got %q", err, withoutSecrets(uri))
		return httpBackend{}
	case err != nil:
		// As on API Gateway, the Uri may be valid in other stages.
		return httpBackend{isInvalid: true, missing: fmt.Sprintf("the variables of the stage %s make the Uri %q: it %s", stage.Name, withoutSecrets(uri), err)}
	case c.config.HTTP == nil:
		at.addf("leads to an HTTP endpoint, and there is none")
		return httpBackend{}
	}
	found := c.config.HTTP(HTTPCall{uri, config.ConnectionType == connectionVPCLink, config.SkipsVerification})
	if found.Transport == nil {
		return httpBackend{missing: found.Missing}
	}
	backend := httpBackend{transport: found.Transport}
	if backend.uri, err = compileURI(found.URI); err != nil {
		at.addf("leads to %q: it %s", withoutSecrets(found.URI), err)
	}
	return backend
}

// backend returns the backend in the stage. If it has no transport, a stub has responded
// with status, or the request is refused.
func (e *httpEndpoint) backend(x *exchange) (backend httpBackend, status int, refused *refusal) {
	backend = e.backends[x.stage.Name]
	switch {
	case backend.transport != nil:
	case x.api.stub && !backend.isInvalid:
		status, refused = x.answerStub(backend.missing)
	default:
		refused = misconfigured(backend.missing)
	}
	return backend, status, refused
}

func (e *httpEndpoint) methodFor(x *exchange) string {
	if e.method == "" {
		return x.request.Method
	}
	return e.method
}
