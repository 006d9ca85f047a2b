package apigateway

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/weather-events-api/local/internal/mapping"
)

const (
	passthroughWhenNoMatch     = "WHEN_NO_MATCH"
	passthroughWhenNoTemplates = "WHEN_NO_TEMPLATES"
	passthroughNever           = "NEVER"
)

// mappedRequest renders the body of the request to a backend.
type mappedRequest struct {
	passthrough string
	handling    contentHandling
	templates   byContentType[requestTemplate]
}

// requestTemplate renders the body. A constant template, without directives and
// variables, always renders the same, so the response or refusal of a mock that follows
// is known in advance.
type requestTemplate struct {
	template *mapping.Template // nil for a constant
	constant []byte
	response *integrationResponse
	refused  *refusal
}

// compileRequest compiles the request templates of an integration.
func compileRequest(config *Integration, at place) mappedRequest {
	r := mappedRequest{
		passthrough: config.PassthroughBehavior,
		handling:    compileContentHandling(config.ContentHandling, at.in("ContentHandling")),
		templates:   byContentType[requestTemplate]{},
	}
	switch r.passthrough {
	case "":
		r.passthrough = passthroughWhenNoMatch
	case passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever:
	default:
		at.in("PassthroughBehavior").addf("%q is not supported; allowed are %s, %s and %s",
			r.passthrough, passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever)
	}
	for _, contentType := range slices.Sorted(maps.Keys(config.RequestTemplates)) {
		source := config.RequestTemplates[contentType]
		template, err := mapping.Compile(source)
		if err != nil {
			at.in("RequestTemplates").key(contentType).addf("%s", err)
			continue
		}
		if IsConstant(source) {
			template = nil
		}
		r.templates[contentType] = requestTemplate{template: template, constant: []byte(source)}
	}
	return r
}

// IsConstant reports whether a mapping template renders to its own text.
func IsConstant(source string) bool { return !strings.ContainsAny(source, "$#") }

// render returns the body of the request to the backend.
func (r *mappedRequest) render(x *exchange) ([]byte, *refusal) {
	contentType := x.request.Header.Get("Content-Type")
	t, ok := r.templates.choose(contentType)
	if !ok && (r.passthrough == passthroughNever || r.passthrough == passthroughWhenNoTemplates && len(r.templates) > 0) {
		return nil, errMediaType
	}
	isBinary := x.api.isBinary(contentType)
	if ok && t.template == nil && r.handling == passThrough && !isBinary {
		return t.constant, x.skipPayload()
	}
	body, refused := x.payload()
	if refused != nil {
		return nil, refused
	}
	given, err := r.handling.convert(body, isBinary, isBinary)
	switch {
	case err != nil:
		return nil, misconfigured("the request cannot be converted: " + err.Error())
	case !ok:
		return given.body, nil // passed through
	case given.isBinary:
		return nil, errBinary("request")
	case t.template == nil:
		return t.constant, nil
	}
	x.overrides = mapping.NewOverrides()
	sent, err := t.template.Render(x.templateRequest(given.body, nil))
	if errors.Is(err, mapping.ErrPayload) {
		return nil, errPayload
	}
	if err != nil {
		return nil, misconfigured("the request template cannot be rendered: " + err.Error())
	}
	return []byte(sent), nil
}

// contentHandling is the conversion of a payload in API Gateway. A payload is binary if its
// content type is one of the API's BinaryMediaTypes, and text otherwise.
//
// Source: "Content type conversions in API Gateway", Amazon API Gateway developer guide.
// Conversions of payloads that do not match their content type were seen live.
type contentHandling string

const (
	passThrough     contentHandling = ""
	convertToText   contentHandling = "CONVERT_TO_TEXT"
	convertToBinary contentHandling = "CONVERT_TO_BINARY"
)

func compileContentHandling(text string, at place) contentHandling {
	switch h := contentHandling(text); h {
	case passThrough, convertToText, convertToBinary:
		return h
	}
	at.addf("must be %s or %s, got %q", convertToText, convertToBinary, text)
	return passThrough
}

// payload is a converted body.
type payload struct {
	body     []byte
	isBinary bool
}

// convert converts a body. wantsBinary applies without a ContentHandling: a request stays
// as it is, and a client gets what it accepts.
func (h contentHandling) convert(body []byte, isBinary, wantsBinary bool) (payload, error) {
	switch h {
	case convertToText:
		wantsBinary = false
	case convertToBinary:
		wantsBinary = true
	}
	switch {
	case isBinary == wantsBinary && isBinary:
		return payload{body, true}, nil
	case isBinary:
		return payload{base64.StdEncoding.AppendEncode(nil, body), false}, nil
	case wantsBinary:
		decoded, err := fromBase64(body)
		return payload{decoded, true}, err
	}
	return payload{toText(body), false}, nil
}

// fromBase64 decodes text. AWS does not document JSON strings; we assume that their
// content is decoded, because a Lambda function returns base64 that way.
func fromBase64(text []byte) ([]byte, error) {
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	decoded, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, fmt.Errorf("the payload is not base64: %w", err)
	}
	return decoded, nil
}

// toText replaces every byte that is not UTF-8.
func toText(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	var text strings.Builder
	for _, r := range string(body) {
		text.WriteRune(r)
	}
	return []byte(text.String())
}

// errBinary refuses a binary payload for a mapping template. API Gateway calls it "Unable
// to transform request", even if the payload is empty.
func errBinary(of string) *refusal {
	return misconfigured("the " + of + " is binary, by BinaryMediaTypes or ContentHandling, and a mapping template takes text: set ContentHandling to " + string(convertToText))
}

const (
	jsonType     = "application/json"
	defaultTypes = "$default"
)

// mediaType returns a Content-Type without parameters, in lower case. AWS does not document
// parameters; we assume that application/json; charset=utf-8 matches application/json.
func mediaType(contentType string) string {
	name, _, _ := strings.Cut(contentType, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return jsonType
	}
	return name
}

// byContentType holds values by the content type of a request.
type byContentType[T any] map[string]T

// choose returns the value for a Content-Type, else for its media type, else for $default.
func (values byContentType[T]) choose(contentType string) (T, bool) {
	value, ok := values[contentType]
	if !ok {
		value, ok = values[mediaType(contentType)]
	}
	if !ok {
		value, ok = values[defaultTypes]
	}
	return value, ok
}
