package velocity

// atReference reports whether the $ that is next begins a reference.
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

// reference reads a reference that [parser.atReference] found.
func (p *parser) reference(assigned bool) (*reference, error) {
	start := p.offset
	ref := &reference{pos: p.posAt(start)}
	p.offset++
	p.accept("!") // undefined values are silent anyway
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

// operands reads values separated by commas, up to the end.
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
