package apigateway

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// What is beyond these bounds would keep the validator busy, and is invalid: a
// working choice. It computes with exact fractions, for which 1e1000000 alone is
// a million digits, and the work for a recursive model grows with the square of
// the nesting.
const (
	maxNumberLength   = 100
	maxNumberExponent = 400 // more than any double has
	maxNesting        = 100
)

var (
	errNumber  = errors.New("has a number with too many digits or too large an exponent")
	errNesting = errors.New("is nested more than " + strconv.Itoa(maxNesting) + " levels deep")
)

// checkDocument checks a document as encoding/json decodes it, and counts the
// objects in it.
func checkDocument(document any, depth int) (objects int, err error) {
	if depth > maxNesting {
		return 0, errNesting
	}
	check := func(item any) bool {
		var more int
		more, err = checkDocument(item, depth+1)
		objects += more
		return err == nil
	}
	switch v := document.(type) {
	case json.Number:
		if !isModest(v) {
			return 0, errNumber
		}
	case []any:
		for _, item := range v {
			if !check(item) {
				break
			}
		}
	case map[string]any:
		objects = 1
		for _, item := range v {
			if !check(item) {
				break
			}
		}
	}
	return objects, err
}

func isModest(number json.Number) bool {
	if len(number) > maxNumberLength {
		return false
	}
	_, text, scientific := strings.Cut(strings.ToLower(string(number)), "e")
	if !scientific {
		return true
	}
	exponent, err := strconv.Atoi(text)
	return err == nil && -maxNumberExponent <= exponent && exponent <= maxNumberExponent
}
