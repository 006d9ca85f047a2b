package apigateway

import (
	"regexp"
	"strconv"
	"strings"
)

// mockStatusCode reads the statusCode of what a mock integration is sent. It has
// to be an integer in an object. API Gateway is lenient about the JSON: names may
// be bare and quotes may be single, so that {statusCode: 200} will do. Values
// must be JSON.
func mockStatusCode(text string) (int, bool) {
	p := &lenientJSON{rest: text}
	if !p.object(0) || p.rest != "" || !bareInteger.MatchString(p.statusCode) {
		return 0, false
	}
	status, err := strconv.Atoi(p.statusCode)
	return status, err == nil
}

var (
	bareName    = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*`)
	bareValue   = regexp.MustCompile(`^(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)`)
	bareInteger = regexp.MustCompile(`^-?[0-9]+$`)
)

// maxLenientDepth bounds the nesting of objects and arrays.
const maxLenientDepth = 100

// lenientJSON reads a document from its front.
type lenientJSON struct {
	rest string
	// statusCode is the text of the outermost object's, "" if it is not a bare
	// value. Of two, the last counts.
	statusCode string
}

func (p *lenientJSON) skipSpace() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take removes what a pattern matches at the front.
func (p *lenientJSON) take(pattern *regexp.Regexp) (string, bool) {
	end := pattern.FindStringIndex(p.rest)
	if end == nil {
		return "", false
	}
	text := p.rest[:end[1]]
	p.rest = p.rest[end[1]:]
	return text, true
}

// takeByte removes a character and the space around it.
func (p *lenientJSON) takeByte(c byte) bool {
	p.skipSpace()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	p.skipSpace()
	return true
}

func (p *lenientJSON) object(depth int) bool {
	if !p.takeByte('{') {
		return false
	}
	for more := !p.takeByte('}'); more; {
		name, ok := p.name()
		if !ok || !p.takeByte(':') {
			return false
		}
		value, ok := p.value(depth + 1)
		if !ok {
			return false
		}
		if depth == 0 && name == "statusCode" {
			p.statusCode = value
		}
		if more = p.takeByte(','); !more && !p.takeByte('}') {
			return false
		}
	}
	return true
}

func (p *lenientJSON) name() (string, bool) {
	if name, ok := p.take(bareName); ok {
		return name, true
	}
	return p.quoted()
}

// quoted reads a string and returns it without quotes, its escapes as they are.
func (p *lenientJSON) quoted() (string, bool) {
	if p.rest == "" || p.rest[0] != '"' && p.rest[0] != '\'' {
		return "", false
	}
	for i := 1; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case p.rest[0]:
			text := p.rest[1:i]
			p.rest = p.rest[i+1:]
			return text, true
		}
	}
	return "", false
}

// value reads a value and returns its text if it is bare.
func (p *lenientJSON) value(depth int) (string, bool) {
	if depth > maxLenientDepth || p.rest == "" {
		return "", false
	}
	switch p.rest[0] {
	case '{':
		return "", p.object(depth)
	case '[':
		return "", p.array(depth)
	case '"', '\'':
		_, ok := p.quoted()
		return "", ok
	}
	return p.take(bareValue)
}

func (p *lenientJSON) array(depth int) bool {
	if p.takeByte('['); p.takeByte(']') {
		return true
	}
	for {
		if _, ok := p.value(depth + 1); !ok {
			return false
		}
		if !p.takeByte(',') {
			return p.takeByte(']')
		}
	}
}
