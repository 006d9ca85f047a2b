package cfn

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// parseYAML reads one YAML document into values as Object describes them, with
// the short forms of functions written out. What YAML 1.1 lists as exceptions
// of CloudFormation (aliases, merges, the binary, omap, pairs, set and
// timestamp tags) is refused.
func parseYAML(name string, data []byte) (any, error) {
	tokens, err := joinColons(name, lexer.Tokenize(string(data)))
	if err != nil {
		return nil, err
	}
	if err := checkYAML(name, tokens); err != nil {
		return nil, err
	}
	// Duplicate keys are left to the reader below: it knows them by object.
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			return nil, yamlError(name, syntax.GetToken(), "%s", syntax.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(file.Docs) != 1 {
		return nil, fmt.Errorf("%s: must be one YAML document, got %d", name, len(file.Docs))
	}
	body := file.Docs[0].Body
	if body == nil {
		return nil, fmt.Errorf("%s: the template is empty", name)
	}
	return yamlReader{name: name}.value(body, 0)
}

type yamlReader struct{ name string }

func (y yamlReader) errorf(node ast.Node, format string, args ...any) error {
	return yamlError(y.name, node.GetToken(), format, args...)
}

func (y yamlReader) value(node ast.Node, depth int) (any, error) {
	if depth > maxDepth {
		return nil, y.errorf(node, depthProblem)
	}
	switch n := node.(type) {
	case *ast.MappingNode:
		return y.object(n, depth)
	case *ast.SequenceNode:
		return y.list(n, depth)
	case *ast.TagNode:
		return y.tagged(n, depth)
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return number(node.GetToken().Value), nil
	case *ast.NullNode:
		return nil, y.errorf(node, nullProblem)
	}
	return nil, y.errorf(node, "this YAML is not supported in a template: %s", node.Type())
}

func (y yamlReader) object(node *ast.MappingNode, depth int) (any, error) {
	object := &Object{}
	for _, entry := range node.Values {
		name, ok := keyText(entry.Key)
		if !ok {
			return nil, y.errorf(entry.Key, "a key must be plain text, got %s", entry.Key.Type())
		}
		value, err := y.value(entry.Value, depth+1)
		if err != nil {
			return nil, err
		}
		if !object.add(name, value) {
			return nil, y.errorf(entry.Key, duplicateProblem, name)
		}
	}
	return object, nil
}

func (y yamlReader) list(node *ast.SequenceNode, depth int) (any, error) {
	list := []any{}
	for _, entry := range node.Values {
		value, err := y.value(entry, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

// keyText returns a key as it is written: account ids are numbers to YAML.
func keyText(key ast.MapKeyNode) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return key.GetToken().Value, true
	}
	return "", false
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// number keeps the text of a number. What JSON has no number for, such as 0x1F
// or 1_000, stays a string, for whoever reads it to refuse or to take.
func number(text string) any {
	if jsonNumber.MatchString(text) {
		return json.Number(text)
	}
	return text
}
