package velocity

// Reference is one use of a variable in a template, also inside double-quoted
// strings.
type Reference struct {
	Name         string    // the variable, without the $
	Path         []Segment // what follows it
	Assigned     bool      // it is the target of #set or the variable of #foreach
	Line, Column int       // from 1; Column counts bytes
}

// SegmentKind is the kind of a [Segment].
type SegmentKind int

const (
	Property SegmentKind = iota // .name
	Index                       // [key]
	Call                        // .name(args)
)

// Segment is one step of a [Reference].
type Segment struct {
	Kind SegmentKind
	Name string     // of a property or call
	Args []Argument // of a call; of an index, its one key
}

// Argument is an argument of a call or the key of an index.
type Argument struct {
	Literal bool // the value is written in the template
	Value   any  // of a literal: a string, int64, float64, bool or Number
}

// References returns every reference in the template, so that a host can refuse
// what it does not support before rendering. They come in the order in which
// they end: an argument before the reference that it is an argument of.
func (t *Template) References() []Reference { return t.references }

// describe gives the public form of a reference.
func (r *reference) describe() Reference {
	d := Reference{Name: r.name, Line: r.pos.line, Column: r.pos.column}
	for _, st := range r.steps {
		segment := Segment{Kind: st.kind, Name: st.name}
		for _, arg := range st.args {
			if l, ok := arg.(*literal); ok {
				segment.Args = append(segment.Args, Argument{Literal: true, Value: l.value})
			} else {
				segment.Args = append(segment.Args, Argument{})
			}
		}
		d.Path = append(d.Path, segment)
	}
	return d
}
