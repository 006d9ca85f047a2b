package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

const (
	// maxJSONDepth bounds the nesting of a document. It is below the limit of package
	// velocity.
	maxJSONDepth = 90
	// maxNumberBytes bounds the cost of reading a number.
	maxNumberBytes = 1000
)

// documentLimitError is valid JSON that exceeds a limit.
type documentLimitError string

func (e documentLimitError) Error() string { return string(e) }

// decodeJSON decodes a document into lists and maps that keep the order of keys, and
// numbers that keep their text.
func decodeJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err := decodeValue(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more after the end of the JSON document")
	}
	return value, nil
}

func decodeValue(decoder *json.Decoder, depth int) (any, error) {
	if depth > maxJSONDepth {
		return nil, documentLimitError(fmt.Sprintf("the JSON document is nested more than %d levels deep", maxJSONDepth))
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Number:
		if len(t) > maxNumberBytes {
			return nil, documentLimitError(fmt.Sprintf("a number in the JSON document has more than %d characters", maxNumberBytes))
		}
		return velocity.Number(t), nil
	case json.Delim:
		if t == '[' {
			return decodeArray(decoder, depth)
		}
		return decodeObject(decoder, depth)
	}
	return token, nil
}

func decodeArray(decoder *json.Decoder, depth int) (any, error) {
	var items []any
	for decoder.More() {
		item, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := decoder.Token()
	return velocity.NewJSONList(items...), err
}

func decodeObject(decoder *json.Decoder, depth int) (any, error) {
	object := velocity.NewMap()
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		if err := object.Put(key, value); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token()
	return object, err
}

// javaValue copies a document for a template: numbers become Integer, Long or
// Double, as in Java's JSON readers. An integer that does not fit keeps its text.
func javaValue(document any) (any, error) {
	switch v := document.(type) {
	case velocity.Number:
		return javaNumber(v), nil
	case *velocity.List:
		items := make([]any, len(v.Items()))
		for i, item := range v.Items() {
			var err error
			if items[i], err = javaValue(item); err != nil {
				return nil, err
			}
		}
		return velocity.NewJSONList(items...), nil
	case *velocity.Map:
		object := velocity.NewMap()
		for key, item := range v.All() {
			value, err := javaValue(item)
			if err != nil {
				return nil, err
			}
			if err := object.Put(key, value); err != nil {
				return nil, err
			}
		}
		return object, nil
	}
	return document, nil
}

func javaNumber(n velocity.Number) any {
	if !strings.ContainsAny(string(n), ".eE") {
		if value, err := strconv.ParseInt(string(n), 10, 64); err == nil {
			return value
		}
		return n
	}
	value, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return n
	}
	return value
}
