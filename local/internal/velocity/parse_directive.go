package velocity

// directives are the supported directives.
var directives = map[string]bool{
	"set": true, "if": true, "elseif": true, "else": true, "end": true,
	"foreach": true, "break": true, "stop": true,
}

// refused are the directives of Velocity 1.7 that are not supported. They are
// errors, so that no template renders wrong.
var refused = map[string]bool{
	"define": true, "macro": true, "parse": true, "include": true,
	"evaluate": true, "literal": true,
}

// directiveName skips # and a directive's name, also in the form #{name}, and
// reports whether it is known. The name is empty if none follows the #.
func (p *parser) directiveName() (name string, known bool) {
	p.offset++
	formal := p.accept("{")
	start := p.offset
	if c := p.peek(0); isLetter(c) || c == '_' || c == '@' && !formal {
		p.offset++
		for c := p.peek(0); isLetter(c) || isDigit(c) || c == '_' || c == '@'; c = p.peek(0) {
			p.offset++
		}
	}
	name = p.source[start:p.offset]
	if formal && !p.accept("}") {
		return "", false
	}
	return name, directives[name]
}

// directive reads a directive, or a # that is text.
func (p *parser) directive(t *text) (terminator, error) {
	start := p.offset
	name, known := p.directiveName()
	if !known {
		return terminator{}, p.notDirective(t, start, name)
	}
	switch name {
	case "set":
		t.dropBlanks()
		return terminator{}, p.set(t, start)
	case "if":
		return terminator{}, p.ifDirective(t, start)
	case "foreach":
		return terminator{}, p.foreach(t, start)
	case "break":
		if p.peek(0) == '(' {
			return terminator{}, p.failAt(start, "#break with an argument is not supported")
		}
		t.add(breakNode{})
		return terminator{}, nil
	case "stop":
		t.add(stopNode{})
		return terminator{}, nil
	case "end", "else":
		p.skipLineEnd()
	}
	return terminator{name: name, offset: start}, nil
}

// notDirective keeps text that only looks like a directive, such as #fff, and
// refuses what Velocity would act on.
func (p *parser) notDirective(t *text, start int, name string) error {
	if refused[name] {
		return p.failAt(start, "#%s is not supported", name)
	}
	if name != "" {
		end := p.offset
		p.skipWhitespace()
		if p.peek(0) == '(' {
			return p.failAt(start, "#%s(...) is neither a directive nor a macro that is defined", name)
		}
		p.offset = end
	}
	if name == "" {
		p.offset = start + 1
	}
	t.run.WriteString(p.source[start:p.offset])
	return nil
}

// set reads #set($target = value).
func (p *parser) set(t *text, start int) error {
	n := &setNode{pos: p.posAt(start)}
	if err := p.open("set"); err != nil {
		return err
	}
	if !p.atReference() {
		return p.fail("expected the reference that #set sets, got %s", p.next())
	}
	var err error
	if n.target, err = p.reference(true); err != nil {
		return err
	}
	if k := len(n.target.steps); k > 0 && n.target.steps[k-1].kind == Call {
		return p.failAt(start, "#set cannot set the result of the method call %s", n.target.source)
	}
	p.skipWhitespace()
	if p.looking("==") {
		return p.fail("expected \"=\" after the reference in #set, got \"==\"")
	}
	if err := p.expect("=", "after the reference in #set"); err != nil {
		return err
	}
	if n.value, err = p.expression(); err != nil {
		return err
	}
	if err := p.close("set"); err != nil {
		return err
	}
	t.add(n)
	return nil
}

// ifDirective reads #if up to its #end.
func (p *parser) ifDirective(t *text, start int) error {
	n := &ifNode{}
	name := "if"
	for {
		b, end, err := p.branch(name)
		if err != nil {
			return err
		}
		n.branches = append(n.branches, b)
		if end.name == "else" {
			if n.otherwise, end, err = p.block(); err != nil {
				return err
			}
			if end.name == "else" || end.name == "elseif" {
				return p.failAt(end.offset, "#%s after #else", end.name)
			}
		}
		switch end.name {
		case "":
			return p.failAt(start, "#if without its #end")
		case "end":
			t.add(n)
			return nil
		}
		name = "elseif"
	}
}

func (p *parser) branch(name string) (branch, terminator, error) {
	if err := p.open(name); err != nil {
		return branch{}, terminator{}, err
	}
	condition, err := p.expression()
	if err != nil {
		return branch{}, terminator{}, err
	}
	if err := p.close(name); err != nil {
		return branch{}, terminator{}, err
	}
	body, end, err := p.block()
	return branch{condition, body}, end, err
}

// foreach reads #foreach($variable in list) up to its #end.
func (p *parser) foreach(t *text, start int) error {
	n := &foreachNode{pos: p.posAt(start)}
	if err := p.open("foreach"); err != nil {
		return err
	}
	if !p.atReference() {
		return p.fail("expected the loop variable of #foreach, got %s", p.next())
	}
	variable, err := p.reference(true)
	if err != nil {
		return err
	}
	if len(variable.steps) > 0 {
		return p.failAt(start, "the loop variable of #foreach is %s; allowed is a plain variable", variable.source)
	}
	n.variable = variable.name
	p.skipWhitespace()
	if !p.word("in") {
		return p.fail("expected \"in\" after the loop variable of #foreach, got %s", p.next())
	}
	p.skipWhitespace()
	if c := p.peek(0); c != '$' && c != '[' && c != '{' {
		return p.fail("expected a reference, a list or a map after \"in\" of #foreach, got %s", p.next())
	}
	if n.over, err = p.operand(); err != nil {
		return err
	}
	if err := p.close("foreach"); err != nil {
		return err
	}
	var end terminator
	if n.body, end, err = p.block(); err != nil {
		return err
	}
	if end.name == "" {
		return p.failAt(start, "#foreach without its #end")
	}
	if end.name != "end" {
		return p.failAt(end.offset, "#%s inside #foreach, without an #if", end.name)
	}
	t.add(n)
	return nil
}

func (p *parser) open(directive string) error {
	p.skipWhitespace()
	if err := p.expect("(", "after #"+directive); err != nil {
		return err
	}
	p.skipWhitespace()
	return nil
}

func (p *parser) close(directive string) error {
	p.skipWhitespace()
	if err := p.expect(")", "at the end of #"+directive+"(...)"); err != nil {
		return err
	}
	p.skipLineEnd()
	return nil
}

// operator is a binary operator.
type operator string

// precedence lists the binary operators from loosest to tightest, by symbol and, if
// there is one, word. A longer symbol stands before its prefix.
var precedence = [][]struct {
	symbol operator
	word   string
}{
	{{"||", "or"}},
	{{"&&", "and"}},
	{{"==", "eq"}, {"!=", "ne"}},
	{{"<=", "le"}, {">=", "ge"}, {"<", "lt"}, {">", "gt"}},
	{{"+", ""}, {"-", ""}},
	{{"*", ""}, {"/", ""}, {"%", ""}},
}

// expression reads the condition of #if or the value of #set.
func (p *parser) expression() (expression, error) {
	return p.binary(0)
}

func (p *parser) binary(level int) (expression, error) {
	if level == len(precedence) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	if err != nil {
		return nil, err
	}
	for {
		p.skipWhitespace()
		at := p.posAt(p.offset)
		op, ok := p.operator(level)
		if !ok {
			return left, nil
		}
		right, err := p.binary(level + 1)
		if err != nil {
			return nil, err
		}
		if op == "||" || op == "&&" {
			left = &logical{or: op == "||", left: left, right: right}
		} else {
			left = &binary{pos: at, operator: op, left: left, right: right}
		}
	}
}

func (p *parser) operator(level int) (operator, bool) {
	for _, op := range precedence[level] {
		if op.word != "" && p.word(op.word) {
			return op.symbol, true
		}
		if op.symbol == "-" && isDigit(p.peek(1)) {
			continue // the minus belongs to the number, as Velocity reads it
		}
		if p.accept(string(op.symbol)) {
			return op.symbol, true
		}
	}
	return "", false
}

// word skips a word if it is next and not part of a longer word.
func (p *parser) word(want string) bool {
	if !p.looking(want) {
		return false
	}
	if c := p.peek(len(want)); isLetter(c) || isDigit(c) || c == '_' {
		return false
	}
	p.offset += len(want)
	return true
}

func (p *parser) unary() (expression, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()

	p.skipWhitespace()
	if p.accept("!") || p.word("not") {
		operand, err := p.unary()
		if err != nil {
			return nil, err
		}
		return &notExpression{operand}, nil
	}
	if p.accept("(") {
		inner, err := p.expression()
		if err != nil {
			return nil, err
		}
		p.skipWhitespace()
		return inner, p.expect(")", "after an expression in parentheses")
	}
	return p.operand()
}
