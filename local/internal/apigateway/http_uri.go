package apigateway

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// uriTemplate is the Uri of an HTTP integration, in which {name} stands for a path
// parameter of the request to the backend.
type uriTemplate struct {
	scheme, host string
	path, query  []uriPart
}

// uriPart is text as it is sent, or a parameter.
type uriPart struct{ text, parameter string }

var (
	httpURI      = regexp.MustCompile(`^(?i:(https?))://([^/?#]*)(/[^?#]*)?(?:\?([^#]*))?$`)
	uriParameter = regexp.MustCompile(`\{([^{}]*)\}`)
)

// compileURI compiles a Uri without stage variables. A client has no say in the
// host: a parameter there is refused.
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

// pathText are the characters that a path has beside unreserved ones (RFC 3986).
const pathText = "/:@!$&'()*+,;="

// uriParts splits text at its parameters. Of other text, what is neither allowed
// nor unreserved (RFC 3986) is encoded.
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

// encodeText leaves what is encoded already.
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

// expand returns the URL that parameters make, without what else is in its query.
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
		return nil, misconfigured("the Uri is no URL: " + err.Error()) // its text and its parameters are encoded
	}
	return &url.URL{Scheme: t.scheme, Host: t.host, Path: decoded, RawPath: path, RawQuery: query}, nil
}

// expandParts returns the text of parts, and whether there are parameters in them.
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

// joinQuery puts what the client sent and what is mapped behind the query of the
// Uri. A mapped parameter replaces the client's of its name, also without a value:
// it is not the client's to say.
//
// Source: a query recorded on API Gateway had the values of the Uri before those
// that are mapped.
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
		// As net/url does, for which a pair with a semicolon is none.
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

// hasDotSegment reports whether a server may take an escaped path for another one
// above it: some decode %2F, take a backslash for a slash, and leave out what follows
// a semicolon.
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
