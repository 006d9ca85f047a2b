package cfn

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"example.com/weather-events-api/internal/validation"
)

// shortForms are the functions that YAML may write as a tag, after
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
var shortForms = []string{
	"!And", "!Base64", "!Cidr", "!Condition", "!Equals", "!FindInMap", "!GetAZs", "!GetAtt", "!If",
	"!ImportValue", "!Join", "!Not", "!Or", "!Ref", "!Select", "!Split", "!Sub", "!Transform",
}

// tagged writes a short form out: `!Sub x` becomes {"Fn::Sub": "x"}.
func (y yamlReader) tagged(node *ast.TagNode, depth int) (any, error) {
	tag := node.Start.Value
	if tag == "!!str" {
		return y.text(node)
	}
	if !slices.Contains(shortForms, tag) {
		return nil, y.errorf(node, "the tag %s is not supported%s", tag, validation.DidYouMean(tag, shortForms))
	}
	value, err := y.value(node.Value, depth+1)
	if err != nil {
		return nil, err
	}
	name := "Fn::" + tag[1:]
	switch tag {
	case "!Ref", "!Condition":
		name = tag[1:]
	case "!GetAtt":
		if text, ok := value.(string); ok {
			value = splitAttribute(text)
		}
	}
	function := &Object{}
	function.add(name, value)
	return function, nil
}

// text returns a scalar as a string, whatever it looks like.
func (y yamlReader) text(node *ast.TagNode) (any, error) {
	switch value := node.Value.(type) {
	case *ast.StringNode:
		return value.Value, nil
	case *ast.LiteralNode:
		return value.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return value.GetToken().Value, nil
	}
	return nil, y.errorf(node, "the tag !!str must stand before a value on one line")
}

// splitAttribute splits the text form of Fn::GetAtt at its first dot: attribute
// names have dots, logical ids have none. Without a dot the list has one item.
func splitAttribute(text string) []any {
	id, attribute, found := strings.Cut(text, ".")
	if !found {
		return []any{text}
	}
	return []any{id, attribute}
}
