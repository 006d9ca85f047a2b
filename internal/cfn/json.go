package cfn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// parseJSON reads a JSON document into values as Object describes them.
func parseJSON(name string, data []byte) (any, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			// The offset counts the byte that is wrong.
			return nil, positionError(name, data, syntax.Offset-1, "%v", err)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	reader := jsonReader{name: name, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1}
	reader.decoder.UseNumber()
	return reader.value(0)
}

type jsonReader struct {
	name    string
	data    []byte
	decoder *json.Decoder
	// line is the one at offset: lines are counted on from where they were last asked for.
	line   int
	offset int64
}

// currentLine returns the line of the token that was read last.
func (j *jsonReader) currentLine() int {
	offset := j.decoder.InputOffset()
	j.line += bytes.Count(j.data[j.offset:offset], []byte("\n"))
	j.offset = offset
	return j.line
}

func (j *jsonReader) errorf(format string, args ...any) error {
	return positionError(j.name, j.data, j.decoder.InputOffset(), format, args...)
}

// value reads the next value. Syntax was checked before, so that a token can
// only fail where json.Unmarshal and json.Decoder disagree.
func (j *jsonReader) value(depth int) (any, error) {
	token, err := j.decoder.Token()
	if err != nil {
		return nil, j.errorf("%v", err)
	}
	if depth > maxDepth {
		return nil, j.errorf(depthProblem)
	}
	switch token {
	case json.Delim('{'):
		return j.object(depth)
	case json.Delim('['):
		return j.list(depth)
	case nil:
		return nil, j.errorf(nullProblem)
	}
	return token, nil
}

func (j *jsonReader) object(depth int) (any, error) {
	object := &Object{line: j.currentLine()}
	for j.decoder.More() {
		token, err := j.decoder.Token()
		if err != nil {
			return nil, j.errorf("%v", err)
		}
		name, _ := token.(string)
		line := j.currentLine()
		value, err := j.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if !object.add(name, value, line) {
			return nil, j.errorf(duplicateProblem, name)
		}
	}
	_, err := j.decoder.Token()
	return object, err
}

func (j *jsonReader) list(depth int) (any, error) {
	list := []any{}
	for j.decoder.More() {
		value, err := j.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := j.decoder.Token()
	return list, err
}

// positionError names the line and column of the byte at an offset, both from 1.
func positionError(name string, data []byte, offset int64, format string, args ...any) error {
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: %s", name, line, column, fmt.Sprintf(format, args...))
}
