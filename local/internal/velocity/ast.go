package velocity

// node is a piece of a template that renders.
type node interface {
	render(s *state, out *output) error
}

// expression is a piece of a template that has a value.
type expression interface {
	eval(s *state) (any, error)
}

type (
	// block is a sequence of nodes: a template, or the body of a directive.
	block struct{ nodes []node }

	textNode string

	setNode struct {
		pos    pos
		target *reference
		value  expression
	}

	ifNode struct {
		branches  []branch
		otherwise *block // nil without #else
	}

	branch struct {
		condition expression
		body      *block
	}

	foreachNode struct {
		pos      pos
		variable string
		over     expression
		body     *block
	}

	breakNode struct{}
	stopNode  struct{}
)

type (
	literal struct{ value any }

	// interpolated is a double-quoted string with references or directives.
	interpolated struct {
		pos  pos
		body *block
	}

	listLiteral struct {
		pos   pos
		items []expression
	}

	mapLiteral struct {
		pos          pos
		keys, values []expression
	}

	rangeLiteral struct {
		pos      pos
		from, to expression
	}

	notExpression struct{ operand expression }

	// logical is && or ||, which need the right side only where the left does
	// not decide.
	logical struct {
		or          bool
		left, right expression
	}

	binary struct {
		pos         pos
		operator    operator
		left, right expression
	}
)

// reference is $name with what follows it.
type reference struct {
	pos         pos
	name        string
	steps       []step
	backslashes int    // before the $
	source      string // as written, from the $
}

// step is one .property, [index] or .method(args) of a reference.
type step struct {
	pos  pos
	kind SegmentKind
	name string
	args []expression // of a call; of an index, the one key
}
