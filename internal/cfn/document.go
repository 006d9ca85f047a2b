package cfn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"example.com/weather-events-api/internal/validation"
)

// parseJSON reads a JSON document into the values that [Object] describes.
func parseJSON(name string, data []byte) (any, error) {
	if !json.Valid(data) {
		var whole json.RawMessage
		err := json.Unmarshal(data, &whole)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			// The offset is one past the wrong byte.
			return nil, positionError(name, data, syntax.Offset-1, "%v", err)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	reader := jsonReader{name: name, data: data, line: 1}
	return reader.value(0)
}

// jsonReader reads JSON whose syntax is already checked. json.Decoder checks each
// token again, and takes several times as long.
type jsonReader struct {
	name string
	data []byte
	at   int // one past the last token
	// line is the line at lineAt, from which the next call continues counting.
	line, lineAt int
}

// currentLine returns the line of the last token.
func (j *jsonReader) currentLine() int {
	j.line += bytes.Count(j.data[j.lineAt:j.at], []byte("\n"))
	j.lineAt = j.at
	return j.line
}

func (j *jsonReader) errorf(format string, args ...any) error {
	return positionError(j.name, j.data, int64(j.at), format, args...)
}

// next moves to the next token, and returns its first byte.
func (j *jsonReader) next() byte {
	for strings.IndexByte(" \t\r\n,:", j.data[j.at]) >= 0 {
		j.at++
	}
	return j.data[j.at]
}

func (j *jsonReader) value(depth int) (any, error) {
	var token any
	first := j.next()
	switch first {
	case '"':
		token = j.text()
	case '{', '[':
		j.at++
	default:
		token = j.word()
	}
	switch {
	case depth > maxDepth:
		return nil, j.errorf(depthProblem)
	case first == '{':
		return j.object(depth)
	case first == '[':
		return j.list(depth)
	case token == nil:
		return nil, j.errorf(nullProblem)
	}
	return token, nil
}

// text reads a string.
func (j *jsonReader) text() string {
	start := j.at
	for j.at++; j.data[j.at] != '"'; j.at++ {
		if j.data[j.at] == '\\' {
			j.at++
		}
	}
	j.at++
	quoted := j.data[start:j.at]
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // cannot fail: the syntax is already checked
	return text
}

// word reads true, false, null or a number.
func (j *jsonReader) word() any {
	start := j.at
	for j.at < len(j.data) && strings.IndexByte(" \t\r\n,]}", j.data[j.at]) < 0 {
		j.at++
	}
	switch word := string(j.data[start:j.at]); word {
	case "true", "false":
		return word == "true"
	case "null":
		return nil
	default:
		return json.Number(word)
	}
}

func (j *jsonReader) object(depth int) (any, error) {
	object := &Object{line: j.currentLine()}
	for j.next() != '}' {
		name := j.text()
		line := j.currentLine()
		value, err := j.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if !object.add(name, value, line) {
			return nil, j.errorf(duplicateProblem, name)
		}
	}
	j.at++
	return object, nil
}

func (j *jsonReader) list(depth int) (any, error) {
	list := []any{}
	for j.next() != ']' {
		value, err := j.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	j.at++
	return list, nil
}

// positionError returns an error with the line and column of the byte at offset, both
// starting at 1.
func positionError(name string, data []byte, offset int64, format string, args ...any) error {
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: %s", name, line, column, fmt.Sprintf(format, args...))
}

// parseYAML reads the YAML that CloudFormation documents: version 1.1 without aliases
// and merges, with a short form for every intrinsic function.
//
// Source: "Template formats", AWS CloudFormation User Guide.
func parseYAML(name string, data []byte) (any, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the template is empty", name)
	} else if err != nil {
		return nil, yamlError(name, data, err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, fmt.Errorf("%s:%d: must be one YAML document: a second one begins here", name, max(second.Line, 1))
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlError(name, data, err)
	}
	return yamlReader{name}.value(document.Content[0], 0)
}

var (
	// lineInError matches the line in an error of the parser, which omits line 1.
	lineInError = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	// countsFromZero matches messages in which the parser counts lines from 0.
	countsFromZero = regexp.MustCompile(`did not find expected (<document start>|node content|'-' indicator|key|',' or )`)
	// tabs matches indentation with a tab.
	tabs = regexp.MustCompile(`(?m)^ *\t`)
	// twoTags matches two tags on one value, for which the parser has no clear message.
	twoTags = regexp.MustCompile(`(?m)^[^#'"\n]*[:\[,-] *!\w+ +!\w+`)
)

func yamlError(name string, data []byte, err error) error {
	if at := twoTags.FindIndex(data); at != nil {
		return positionError(name, data, int64(at[1]-1), "a value can have one tag only: write the outer function in its long form")
	}
	position := lineInError.FindStringSubmatch(err.Error())
	problem := strings.TrimPrefix(err.Error(), position[0])
	if strings.Contains(problem, "exceeded max depth") {
		problem = depthProblem
	}
	line, _ := strconv.Atoi(position[1])
	if line == 0 || countsFromZero.MatchString(problem) {
		line++
	}
	if strings.Contains(problem, "cannot start any token") && tabs.Match(data) {
		problem = "YAML takes no tab for indentation: use spaces"
	}
	lines := bytes.Count(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) + 1
	return fmt.Errorf("%s:%d: %s", name, min(line, lines), problem)
}

type yamlReader struct{ name string }

func (y yamlReader) errorf(node *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %s", y.name, node.Line, node.Column, fmt.Sprintf(format, args...))
}

func (y yamlReader) value(node *yaml.Node, depth int) (any, error) {
	switch {
	case depth > maxDepth:
		return nil, y.errorf(node, depthProblem)
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		return nil, y.errorf(node, "CloudFormation does not support YAML anchors, aliases and merges: write the value out")
	case strings.HasPrefix(node.Tag, "!") && !strings.HasPrefix(node.Tag, "!!") && node.Tag != "!":
		return y.shortForm(node, depth)
	}
	return y.untagged(node, depth)
}

// untagged returns the value of a node without its tag.
func (y yamlReader) untagged(node *yaml.Node, depth int) (any, error) {
	switch node.Kind {
	case yaml.MappingNode:
		return y.object(node, depth)
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for _, item := range node.Content {
			value, err := y.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}
	return y.scalar(node)
}

func (y yamlReader) object(node *yaml.Node, depth int) (any, error) {
	object := &Object{line: node.Line}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || key.Anchor != "":
			return nil, y.errorf(key, "a key must be text")
		case key.Tag == "!!merge":
			return nil, y.errorf(key, "CloudFormation does not support YAML anchors, aliases and merges: write the value out")
		case strings.HasPrefix(key.Tag, "!") && !strings.HasPrefix(key.Tag, "!!"):
			return nil, y.errorf(key, "a tag in front of a key is not supported")
		}
		value, err := y.value(node.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		if !object.add(key.Value, value, key.Line) {
			return nil, y.errorf(key, duplicateProblem, key.Value)
		}
	}
	return object, nil
}

// jsonNumber matches numbers that YAML and JSON write alike. Others, such as
// 012345678901 and 1_000, stay text: an account id is not an octal number.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// yamlTags are the YAML tags that a value may have explicitly.
var yamlTags = []string{"!!bool", "!!float", "!!int", "!!map", "!!null", "!!seq", "!!str", "!!timestamp"}

func (y yamlReader) scalar(node *yaml.Node) (any, error) {
	if node.Style&yaml.TaggedStyle != 0 && strings.HasPrefix(node.Tag, "!!") && !slices.Contains(yamlTags, node.Tag) {
		return nil, y.errorf(node, "CloudFormation does not support the tag %s", node.Tag)
	}
	quoted := node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if quoted || node.Tag == "!!str" && node.Style&yaml.TaggedStyle != 0 {
		return node.Value, nil
	}
	switch node.Value {
	case "", "~", "null", "Null", "NULL":
		return nil, y.errorf(node, nullProblem)
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	if jsonNumber.MatchString(node.Value) {
		return json.Number(node.Value), nil
	}
	return node.Value, nil
}

// shortForms are the tags of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
var shortForms = []string{
	"!And", "!Base64", "!Cidr", "!Condition", "!Contains", "!EachMemberEquals", "!EachMemberIn", "!Equals", "!FindInMap",
	"!GetAZs", "!GetAtt", "!GetStackOutput", "!If", "!ImportValue", "!Join", "!Length", "!Not", "!Or", "!Ref", "!RefAll",
	"!Select", "!Split", "!Sub", "!ToJsonString", "!Transform", "!ValueOf", "!ValueOfAll",
}

// shortForm expands a short form: `!Sub x` becomes {"Fn::Sub": "x"}.
func (y yamlReader) shortForm(node *yaml.Node, depth int) (any, error) {
	if !slices.Contains(shortForms, node.Tag) {
		return nil, y.errorf(node, "the tag %s is not supported%s", "!"+plain(node.Tag[1:]), validation.DidYouMean(node.Tag, shortForms))
	}
	var value any = node.Value
	if node.Kind != yaml.ScalarNode || node.Value != "" {
		var err error
		if value, err = y.untagged(node, depth+1); err != nil {
			return nil, err
		}
	}
	name := "Fn::" + node.Tag[1:]
	switch node.Tag {
	case "!Ref", "!Condition":
		name = node.Tag[1:]
	case "!GetAtt":
		if text, ok := value.(string); ok {
			value = splitAttribute(text)
		}
	}
	function := &Object{line: node.Line}
	function.add(name, value, node.Line)
	return function, nil
}

// splitAttribute splits the text form of Fn::GetAtt at its first dot, because attribute
// names may contain dots and logical ids may not. Without a dot, the list has one item.
func splitAttribute(text string) []any {
	id, attribute, found := strings.Cut(text, ".")
	if !found {
		return []any{text}
	}
	return []any{id, attribute}
}

// parse reads a document in JSON or YAML. A document that starts with a brace is JSON.
func parse(name string, data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: must be UTF-8 text", name)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return parseJSON(name, data)
	}
	return parseYAML(name, data)
}
