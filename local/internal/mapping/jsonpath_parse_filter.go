package mapping

import (
	"errors"
	"fmt"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// filter reads the rest of [?(condition)].
func (p *pathParser) filter() (picker, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	c, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return pickFilter{c}, p.expect("]")
}

func (p *pathParser) disjunction() (condition, error) {
	return p.chain("||", func() (condition, error) {
		return p.chain("&&", p.term, func(c []condition) condition { return allOf(c) })
	}, func(c []condition) condition { return anyOf(c) })
}

// chain reads conditions with an operator between them.
func (p *pathParser) chain(operator string, read func() (condition, error), join func([]condition) condition) (condition, error) {
	var all []condition
	for {
		c, err := read()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		p.skipBlanks()
		if !p.accept(operator) {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return join(all), nil
}

func (p *pathParser) term() (condition, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, fmt.Errorf("a filter is nested more than %d levels deep", maxFilterDepth)
	}
	defer func() { p.depth-- }()

	p.skipBlanks()
	if p.accept("!") {
		c, err := p.term()
		return not{c}, err
	}
	if p.accept("(") {
		c, err := p.disjunction()
		if err != nil {
			return nil, err
		}
		return c, p.expect(")")
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.skipBlanks()
	for _, operator := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.accept(operator) {
			right, err := p.operand()
			return comparison{operator, left, right}, err
		}
	}
	if left.path == nil {
		return nil, fmt.Errorf("expected a comparison, got %q", p.rest())
	}
	if !strings.HasPrefix(p.rest(), ")") && !strings.HasPrefix(p.rest(), "&&") && !strings.HasPrefix(p.rest(), "||") {
		return nil, fmt.Errorf("expected one of ==, !=, <, <=, >, >=, got %q", p.rest())
	}
	return exists{left.path}, nil
}

func (p *pathParser) operand() (operand, error) {
	p.skipBlanks()
	rest := p.rest()
	switch {
	case p.accept("@"):
		path, err := p.path()
		if err != nil {
			return operand{}, err
		}
		for _, segment := range path.segments {
			if segment.deep || !segment.picker.definite() {
				return operand{}, errors.New("a path in a filter may point at one value only")
			}
		}
		return operand{path: path}, nil
	case strings.HasPrefix(rest, "'"), strings.HasPrefix(rest, `"`):
		text, err := p.quoted()
		return operand{value: text}, err
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("+-.", r) && (r >= 0x80 || !isNameByte(byte(r))) })
	if end < 0 {
		end = len(rest)
	}
	word := rest[:end]
	p.offset += end
	switch word {
	case "true", "false":
		return operand{value: word == "true"}, nil
	case "null":
		return operand{}, nil
	}
	value, err := decodeJSON([]byte(word))
	number, ok := value.(velocity.Number)
	if err != nil || !ok {
		return operand{}, fmt.Errorf("expected @, a string, a number, true, false or null, got %q", rest)
	}
	return operand{value: number}, nil
}
