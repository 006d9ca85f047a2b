package velocity

// operator is a binary operator.
type operator string

// precedence lists the binary operators from the loosest to the tightest, each
// in its symbol and, where it has one, its word. A longer symbol stands before
// its prefix.
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

// word skips a word if it is next and no longer one begins with it.
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
