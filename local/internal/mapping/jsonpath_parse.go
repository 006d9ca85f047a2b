package mapping

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Limits of a JSONPath expression, which bound the cost of compiling and running it.
const (
	maxPathBytes    = 1000
	maxPathSegments = 50
	maxFilterDepth  = 20
)

// compilePath compiles a JSONPath expression. Its errors show the expression.
func compilePath(source string) (*jsonPath, error) {
	if len(source) > maxPathBytes {
		return nil, fmt.Errorf("the JSONPath has %d bytes; allowed are %d", len(source), maxPathBytes)
	}
	text := strings.TrimSpace(source)
	if text == "" {
		return nil, errors.New("the JSONPath is empty; $ is the whole document")
	}
	// The JsonPath library reads a path without $ from the root.
	if text[0] != '$' {
		text = "$." + text
	}
	p := &pathParser{source: text, offset: 1}
	path, err := p.path()
	if err == nil && p.offset < len(p.source) {
		err = p.unsupported()
	}
	if err != nil {
		return nil, fmt.Errorf("the JSONPath %q is not supported: %w", source, err)
	}
	return path, nil
}

type pathParser struct {
	source string
	offset int
	depth  int // nesting of filters
}

func (p *pathParser) rest() string { return p.source[p.offset:] }

func (p *pathParser) accept(text string) bool {
	if !strings.HasPrefix(p.rest(), text) {
		return false
	}
	p.offset += len(text)
	return true
}

func (p *pathParser) skipBlanks() {
	p.offset = len(p.source) - len(strings.TrimLeft(p.rest(), " \t\r\n"))
}

func (p *pathParser) expect(text string) error {
	p.skipBlanks()
	if !p.accept(text) {
		return fmt.Errorf("expected %q, got %q", text, p.rest())
	}
	return nil
}

func (p *pathParser) unsupported() error { return fmt.Errorf("got %q", p.rest()) }

// path reads the segments after $ or @.
func (p *pathParser) path() (*jsonPath, error) {
	path := &jsonPath{}
	for p.offset < len(p.source) {
		deep := p.accept("..")
		var pick picker
		var err error
		switch {
		case p.accept("["):
			pick, err = p.bracket()
		case deep || p.accept("."):
			pick, err = p.dotted()
		default:
			return path, nil
		}
		if err != nil {
			return nil, err
		}
		path.segments = append(path.segments, pathSegment{deep, pick})
		if len(path.segments) > maxPathSegments {
			return nil, fmt.Errorf("more than %d segments", maxPathSegments)
		}
	}
	return path, nil
}

func (p *pathParser) dotted() (picker, error) {
	if p.accept("*") {
		return pickAll{}, nil
	}
	end := strings.IndexFunc(p.rest(), func(r rune) bool {
		return r <= ' ' || r < 0x80 && !isNameByte(byte(r))
	})
	if end < 0 {
		end = len(p.rest())
	}
	if end == 0 {
		return nil, fmt.Errorf("expected a name after a dot, got %q", p.rest())
	}
	name := p.rest()[:end]
	p.offset += end
	if strings.HasPrefix(p.rest(), "(") {
		return nil, fmt.Errorf("functions such as %s() are not supported", name)
	}
	return pickNames{name}, nil
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("_-$@:", c) >= 0
}

// bracket reads what follows [.
func (p *pathParser) bracket() (picker, error) {
	p.skipBlanks()
	switch {
	case p.accept("*"):
		return pickAll{}, p.expect("]")
	case p.accept("?"):
		return p.filter()
	case strings.HasPrefix(p.rest(), "'"), strings.HasPrefix(p.rest(), `"`):
		return p.names()
	}
	return p.positions()
}

func (p *pathParser) names() (picker, error) {
	var names pickNames
	for {
		p.skipBlanks()
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		p.skipBlanks()
		if !p.accept(",") {
			return names, p.expect("]")
		}
	}
}

// quoted reads a string in single or double quotes. A backslash makes the next
// character literal.
func (p *pathParser) quoted() (string, error) {
	rest := p.rest()
	if rest == "" || rest[0] != '\'' && rest[0] != '"' {
		return "", fmt.Errorf("expected a name in quotes, got %q", rest)
	}
	var text strings.Builder
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == rest[0]:
			p.offset += i + 1
			return text.String(), nil
		case rest[i] == '\\' && i+1 < len(rest):
			i++
			text.WriteByte(rest[i])
		default:
			text.WriteByte(rest[i])
		}
	}
	return "", fmt.Errorf("a string without its closing quote in %q", rest)
}

// positions reads indexes or a slice.
func (p *pathParser) positions() (picker, error) {
	first, err := p.integer()
	if err != nil {
		return nil, err
	}
	p.skipBlanks()
	if p.accept(":") {
		end, err := p.integer()
		if err != nil {
			return nil, err
		}
		return pickSlice{first, end}, p.expect("]")
	}
	var indexes pickIndexes
	for {
		if first == nil {
			return nil, fmt.Errorf("expected an index, a slice, a name, * or a filter, got %q", p.rest())
		}
		indexes = append(indexes, *first)
		p.skipBlanks()
		if !p.accept(",") {
			return indexes, p.expect("]")
		}
		if first, err = p.integer(); err != nil {
			return nil, err
		}
	}
}

// integer reads an integer, or nil if there is none.
func (p *pathParser) integer() (*int, error) {
	p.skipBlanks()
	rest := p.rest()
	digits := len(rest) - len(strings.TrimLeft(rest, "-0123456789"))
	if digits == 0 {
		return nil, nil
	}
	value, err := strconv.ParseInt(rest[:digits], 10, 32)
	if err != nil {
		return nil, fmt.Errorf("%q is not an index", rest[:digits])
	}
	p.offset += digits
	n := int(value)
	return &n, nil
}
