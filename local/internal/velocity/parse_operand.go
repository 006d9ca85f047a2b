package velocity

import (
	"strconv"
	"strings"
)

// operand reads a single value: a reference or a literal.
func (p *parser) operand() (expression, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()

	p.skipWhitespace()
	switch c := p.peek(0); {
	case p.atReference():
		return p.reference(false)
	case c == '"':
		return p.doubleQuoted()
	case c == '\'':
		return p.singleQuoted()
	case c == '[':
		return p.list()
	case c == '{':
		return p.mapLiteral()
	case isDigit(c), (c == '-' || c == '.') && isDigit(p.peek(1)):
		return p.number()
	case p.word("true"):
		return &literal{true}, nil
	case p.word("false"):
		return &literal{false}, nil
	}
	return nil, p.fail("expected a value, got %s", p.next())
}

// maxNumberBytes bounds the cost of reading a number.
const maxNumberBytes = 1000

func (p *parser) number() (expression, error) {
	start := p.offset
	p.accept("-")
	p.digits()
	isInteger := true
	if p.peek(0) == '.' && p.peek(1) != '.' {
		isInteger = false
		p.offset++
		p.digits()
	}
	if c := p.peek(0); c == 'e' || c == 'E' {
		n := 1
		if sign := p.peek(n); sign == '+' || sign == '-' {
			n++
		}
		if isDigit(p.peek(n)) {
			isInteger = false
			p.offset += n
			p.digits()
		}
	}
	written := p.source[start:p.offset]
	if len(written) > maxNumberBytes {
		return nil, p.failAt(start, "a number has %d characters; allowed are %d", len(written), maxNumberBytes)
	}
	if isInteger {
		return &literal{parseInteger(written)}, nil
	}
	value, err := strconv.ParseFloat(written, 64)
	if err != nil {
		return nil, p.failAt(start, "the number %s is out of range", written)
	}
	return &literal{value}, nil
}

// parseInteger returns an int64, or a Number if it does not fit.
func parseInteger(digits string) any {
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Number(digits)
	}
	return value
}

func (p *parser) digits() {
	for isDigit(p.peek(0)) {
		p.offset++
	}
}

// singleQuoted reads a string without interpolation. It cannot contain a single
// quote.
func (p *parser) singleQuoted() (expression, error) {
	content := p.source[p.offset+1:]
	end := strings.IndexByte(content, '\'')
	if end < 0 {
		return nil, p.fail("string without its closing '")
	}
	p.offset += end + 2
	return &literal{content[:end]}, nil
}

// doubleQuoted reads a string whose content is itself a template. A backslash before
// a quote keeps both in the string. Two quotes are one quote in the string.
func (p *parser) doubleQuoted() (expression, error) {
	start := p.offset
	content := p.source[start+1:]
	var written strings.Builder
	begin, end := 0, 0
	for ; end < len(content); end++ {
		if content[end] == '\\' {
			end++
		} else if content[end] == '"' {
			written.WriteString(content[begin:end])
			if end+1 == len(content) || content[end+1] != '"' {
				break
			}
			end++
			begin = end
		}
	}
	if end >= len(content) {
		return nil, p.fail("string without its closing \"")
	}
	p.offset += end + 2
	content = unescapeUnicode(written.String())
	if !strings.ContainsAny(content, "$#") {
		return &literal{content}, nil
	}
	body, err := p.inString(content, start+1).template()
	if err != nil {
		return nil, err
	}
	if fixed, ok := body.fixed(); ok {
		return &literal{fixed}, nil
	}
	return &interpolated{pos: p.posAt(start), body: body}, nil
}

// fixed returns the text of a block that is only text.
func (b *block) fixed() (string, bool) {
	var all strings.Builder
	for _, n := range b.nodes {
		t, ok := n.(textNode)
		if !ok {
			return "", false
		}
		all.WriteString(string(t))
	}
	return all.String(), true
}

// unescapeUnicode replaces \u and four hexadecimal digits, the only escape in a VTL
// string.
func unescapeUnicode(s string) string {
	if !strings.Contains(s, `\u`) {
		return s
	}
	var out strings.Builder
	for {
		i := strings.Index(s, `\u`)
		if i < 0 || i+6 > len(s) {
			break
		}
		code, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil {
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		out.WriteString(s[:i])
		out.WriteRune(rune(code))
		s = s[i+6:]
	}
	out.WriteString(s)
	return out.String()
}

// list reads [a, b] or the range [from..to].
func (p *parser) list() (expression, error) {
	at := p.posAt(p.offset)
	p.offset++
	p.skipWhitespace()
	if p.accept("]") {
		return &listLiteral{pos: at}, nil
	}
	first, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.skipWhitespace()
	if p.accept("..") {
		to, err := p.operand()
		if err != nil {
			return nil, err
		}
		p.skipWhitespace()
		return &rangeLiteral{at, first, to}, p.expect("]", "after a range")
	}
	items := []expression{first}
	if p.accept(",") {
		rest, err := p.operands("]", "after a list element, which is a single value")
		return &listLiteral{at, append(items, rest...)}, err
	}
	return &listLiteral{at, items}, p.expect("]", "after a list element, which is a single value")
}

func (p *parser) mapLiteral() (expression, error) {
	m := &mapLiteral{pos: p.posAt(p.offset)}
	p.offset++
	p.skipWhitespace()
	if p.accept("}") {
		return m, nil
	}
	for {
		key, err := p.operand()
		if err != nil {
			return nil, err
		}
		p.skipWhitespace()
		if err := p.expect(":", "after a map key, which is a single value"); err != nil {
			return nil, err
		}
		value, err := p.operand()
		if err != nil {
			return nil, err
		}
		m.keys, m.values = append(m.keys, key), append(m.values, value)
		p.skipWhitespace()
		if p.accept("}") {
			return m, nil
		}
		if err := p.expect(",", "after a map value, which is a single value"); err != nil {
			return nil, err
		}
	}
}

// atReference reports whether the next $ begins a reference.
func (p *parser) atReference() bool {
	if p.peek(0) != '$' {
		return false
	}
	n := 1
	if p.peek(n) == '!' {
		n++
	}
	if p.peek(n) == '{' {
		n++
	}
	return isLetter(p.peek(n)) || p.peek(n) == '_'
}

// reference reads the reference that [parser.atReference] found.
func (p *parser) reference(assigned bool) (*reference, error) {
	start := p.offset
	ref := &reference{pos: p.posAt(start)}
	p.offset++
	p.accept("!") // undefined values render as "" anyway
	formal := p.accept("{")
	ref.name = p.identifier()
	if err := p.steps(ref); err != nil {
		return nil, err
	}
	if formal {
		if err := p.expect("}", "at the end of the reference "+p.source[start:p.offset]); err != nil {
			return nil, err
		}
	}
	ref.source = p.source[start:p.offset]
	d := ref.describe()
	d.Assigned = assigned
	*p.references = append(*p.references, d)
	return ref, nil
}

func (p *parser) steps(ref *reference) error {
	for {
		at := p.posAt(p.offset)
		switch {
		case p.peek(0) == '[':
			key, err := p.indexKey()
			if err != nil {
				return err
			}
			ref.steps = append(ref.steps, step{pos: at, kind: Index, args: []expression{key}})
		case p.peek(0) == '.' && isLetter(p.peek(1)):
			p.offset++
			st := step{pos: at, kind: Property, name: p.identifier()}
			if p.peek(0) == '(' {
				st.kind = Call
				var err error
				if st.args, err = p.arguments(); err != nil {
					return err
				}
			}
			ref.steps = append(ref.steps, st)
		default:
			return nil
		}
	}
}

func (p *parser) indexKey() (expression, error) {
	p.offset++
	p.skipWhitespace()
	if c := p.peek(0); c == '[' || c == '{' {
		return nil, p.fail("expected a string, an integer or a reference as index, got %s", p.next())
	}
	key, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.skipWhitespace()
	return key, p.expect("]", "after an index")
}

func (p *parser) arguments() ([]expression, error) {
	p.offset++
	return p.operands(")", "after an argument, which is a single value")
}

// operands reads values separated by commas up to end.
func (p *parser) operands(end, after string) ([]expression, error) {
	p.skipWhitespace()
	if p.accept(end) {
		return nil, nil
	}
	var values []expression
	for {
		value, err := p.operand()
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		p.skipWhitespace()
		if p.accept(end) {
			return values, nil
		}
		if !p.accept(",") {
			return nil, p.fail("expected \",\" or %q %s, got %s", end, after, p.next())
		}
	}
}
