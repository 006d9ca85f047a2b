package cfn

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// The YAML parser recurses for each nested value and for each entry of a
// mapping, and gives every value its whole path: these bound its stack and its
// memory. The largest stack that CloudFormation takes stays far below.
const (
	maxOpenEntries = 2000
	maxPathBytes   = 64 << 20
)

// checkYAML refuses, before anything is parsed, what CloudFormation's YAML does
// not have and what would exhaust the parser.
func checkYAML(name string, tokens token.Tokens) error {
	b := yamlBounds{}
	for _, tk := range tokens {
		if problem := b.check(tk); problem != "" {
			return yamlError(name, tk, "%s", problem)
		}
	}
	return nil
}

func yamlError(name string, tk *token.Token, format string, args ...any) error {
	line, column := 1, 1
	if tk != nil && tk.Position != nil {
		line, column = tk.Position.Line, tk.Position.Column
	}
	return fmt.Errorf("%s:%d:%d: %s", name, line, column, fmt.Sprintf(format, args...))
}

// yamlLevel is one nesting level that the parser is in.
type yamlLevel struct {
	flow bool
	// column is where the entries of a block level begin.
	column int
	// entries is the number of entries so far.
	entries int
	// name is the length of the latest key.
	name int
}

type yamlBounds struct {
	levels []yamlLevel
	// open is the number of entries of all levels, path the length of all names.
	open, path int
	// pathBytes is the length of the paths of all values so far.
	pathBytes int
	// flows is the number of flow levels, colons what was seen since the last comma.
	flows, colons int
}

// check follows one token and returns what is wrong, or "".
func (b *yamlBounds) check(tk *token.Token) string {
	switch tk.Type {
	case token.AnchorType, token.AliasType, token.MergeKeyType:
		return "YAML anchors, aliases and merges are not supported by CloudFormation: repeat the value"
	case token.DirectiveType:
		return "YAML directives are not supported: remove the line"
	case token.MappingKeyType:
		return "explicit keys (?) are not supported: write `name: value`"
	case token.TagType:
		if tk.Prev != nil && tk.Prev.Type == token.TagType {
			return "a value can have one tag only: write the outer function in its long form, such as Fn::Base64"
		}
	case token.SequenceStartType, token.MappingStartType:
		b.push(yamlLevel{flow: true})
		b.flows, b.colons = b.flows+1, 0
	case token.SequenceEndType, token.MappingEndType:
		b.closeFlow()
	case token.CollectEntryType:
		b.colons = 0
	case token.SequenceEntryType:
		if emptyEntry(tk) {
			return "an empty list entry is not supported: give it a value"
		}
		b.enter(tk.Position.Column)
	case token.MappingValueType:
		return b.colon(tk)
	}
	return b.exceeded()
}

// emptyEntry tells whether what follows the dash on a later line is not deeper:
// the parser would take it for the entry's value.
func emptyEntry(dash *token.Token) bool {
	next := dash.Next
	for next != nil && next.Type == token.CommentType {
		next = next.Next
	}
	return next != nil && next.Type != token.SequenceEntryType && next.Type != token.DocumentEndType &&
		next.Position.Line > dash.Position.Line && next.Position.Column <= dash.Position.Column
}

// colon follows the colon behind a key.
func (b *yamlBounds) colon(tk *token.Token) string {
	key := tk.Prev
	if key == nil {
		return "a key is missing in front of the colon"
	}
	if tag := key.Prev; tag != nil && tag.Type == token.TagType && tag.Position.Line == key.Position.Line {
		return "a tag in front of a key is not supported: indent the object below the tag"
	}
	if b.flows == 0 {
		b.enter(key.Position.Column)
	} else if b.colons++; b.colons > 1 {
		return "a comma is missing in front of the key"
	}
	if top := len(b.levels) - 1; top >= 0 {
		b.path += len(key.Value) - b.levels[top].name
		b.levels[top].name = len(key.Value)
	}
	return b.exceeded()
}

// enter begins an entry of the block level at column.
func (b *yamlBounds) enter(column int) {
	if b.flows > 0 {
		return
	}
	for len(b.levels) > 0 && b.levels[len(b.levels)-1].column > column {
		b.pop()
	}
	if len(b.levels) == 0 || b.levels[len(b.levels)-1].column < column {
		b.push(yamlLevel{column: column})
	}
	b.levels[len(b.levels)-1].entries++
	b.open++
}

func (b *yamlBounds) closeFlow() {
	if b.flows > 0 {
		b.pop()
		b.flows, b.colons = b.flows-1, 0
	}
}

func (b *yamlBounds) push(level yamlLevel) { b.levels = append(b.levels, level) }

func (b *yamlBounds) pop() {
	top := b.levels[len(b.levels)-1]
	b.levels = b.levels[:len(b.levels)-1]
	b.open -= top.entries
	b.path -= top.name
}

func (b *yamlBounds) exceeded() string {
	b.pathBytes += b.path
	switch {
	case len(b.levels) > maxDepth:
		return depthProblem
	case b.open > maxOpenEntries:
		return fmt.Sprintf("more than %d entries in one object or list are not supported", maxOpenEntries)
	case b.pathBytes > maxPathBytes:
		return "too many values below long names"
	}
	return ""
}
