package properties_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/constructs/machineauth"
)

// failureOf runs f and returns its panic value, or nil.
func failureOf(f func()) (failure any) {
	defer func() { failure = recover() }()
	f()
	return nil
}

// saysWhatToDo matches a message with the value got or the values allowed.
var saysWhatToDo = regexp.MustCompile(`\b(got|must|required|give|leave|use|list|needs|allowed)\b`)

// outcome is the result of random props.
type outcome struct {
	failure         any      // the constructor's panic value
	changed         bool     // the constructor changed the caller's props
	left            int      // constructs that a failure left behind
	fields, invalid []string // names of the props
	mistake         bool     // the props may be refused, whatever their values
}

// judge returns an error unless invalid props were refused, clearly and without side
// effects, and valid props were accepted.
func judge(o outcome) error {
	switch {
	case o.changed:
		return errors.New("the caller's props were changed")
	case o.failure == nil && len(o.invalid) > 0:
		return fmt.Errorf("no error, but these are invalid: %s", strings.Join(o.invalid, ", "))
	case o.failure == nil:
		return nil
	case len(o.invalid) == 0 && !o.mistake:
		return fmt.Errorf("an error for valid props: %v", o.failure)
	case o.left > 0:
		return fmt.Errorf("%d constructs were created before the error: %v", o.left, o.failure)
	}
	return checkError(o.failure, o.fields, o.invalid)
}

// checkError returns what is wrong with a failure: it must be a ValidationError about
// fields and name the invalid ones.
func checkError(failure any, fields, invalid []string) error {
	err, _ := failure.(error)
	var problems *machineauth.ValidationError
	if !errors.As(err, &problems) {
		return fmt.Errorf("the error is not a ValidationError: %v", failure)
	}
	var named []string
	for _, problem := range problems.Problems {
		if !slices.Contains(fields, problem.Property) {
			return fmt.Errorf("the error names %q, which is not a property: %v", problem.Property, err)
		}
		if !saysWhatToDo.MatchString(problem.Message) || strings.Contains(problem.Message, "${Token[") {
			return fmt.Errorf("the error does not say what is allowed: %v", err)
		}
		named = append(named, problem.Property)
	}
	for _, property := range invalid {
		if !slices.Contains(named, property) {
			return fmt.Errorf("%s is invalid, but the error does not name it: %v", property, err)
		}
	}
	return nil
}
