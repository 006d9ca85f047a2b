package cfn

import (
	"regexp"
	"slices"
	"strings"
)

const (
	loopPrefix = "Fn::ForEach::"
	// maxLooped limits the total number of turns of all loops and of the values that
	// they create.
	maxLooped = 100_000
)

// loops expands Fn::ForEach as the AWS::LanguageExtensions macro does, see
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
type loops struct {
	*templateReader
	parameters *Object
	made       int
}

// binding is the value that an identifier has in one turn of a loop.
type binding struct{ identifier, value string }

// expandLoops returns a template with its loops expanded.
func (t *templateReader) expandLoops(root *place, document *Object) *Object {
	if !transformsBy(document, "AWS::LanguageExtensions") || !hasLoop(document) {
		return document
	}
	parameters, _ := document.Get("Parameters")
	l := loops{templateReader: t}
	l.parameters, _ = parameters.(*Object)
	expanded := &Object{line: document.line}
	l.entries(root, document, nil, expanded)
	return expanded
}

// transformsBy reports whether a template declares a macro.
func transformsBy(document *Object, macro string) bool {
	value, _ := document.Get("Transform")
	list, _ := value.([]any)
	return value == macro || slices.Contains(list, any(macro))
}

func hasLoop(value any) bool {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			if hasLoop(item) {
				return true
			}
		}
	case *Object:
		for _, entry := range v.entries() {
			if strings.HasPrefix(entry.name, loopPrefix) || hasLoop(entry.value) {
				return true
			}
		}
	}
	return false
}

// entries adds the entries of an object, including those that loops create, to another.
// It stops at the first problem.
func (l *loops) entries(at *place, from *Object, bound []binding, to *Object) {
	for _, entry := range from.entries() {
		inside := at.key(entry.name)
		if strings.HasPrefix(entry.name, loopPrefix) {
			l.loop(inside, entry.value, bound, to)
		} else if name := bind(entry.name, bound); !to.add(name, l.value(inside, entry.value, bound), entry.line) {
			l.problemf(inside, duplicateProblem, name)
		}
		if len(l.problems.Problems) > 0 {
			return
		}
	}
}

func (l *loops) loop(at *place, argument any, bound []binding, to *Object) {
	list, err := arguments(at, argument, "identifier", "collection", "what to repeat")
	l.problems.Merge(err)
	if err != nil {
		return
	}
	identifier, isText := list[0].(string)
	body, isObject := list[2].(*Object)
	values, isKnown := l.collection(at.item(1), list[1], bound)
	switch {
	case !isText:
		l.problemf(at.item(0), "must be a name, got %s", describe(list[0]))
	case !isObject:
		l.problemf(at.item(2), "must be an object, got %s", describe(list[2]))
	case !isKnown && len(l.problems.Problems) == 0:
		l.problemf(at.item(1), "must be a list of values, or Ref of a list parameter with a Default: use the expanded template, %s", expandedTemplate)
	default:
		for _, value := range values {
			if l.spend(at); len(l.problems.Problems) > 0 {
				return
			}
			l.entries(at.item(2), body, append(bound[:len(bound):len(bound)], binding{identifier, value}), to)
		}
	}
}

// collection returns the values that a loop iterates over, and reports whether they are
// known.
func (l *loops) collection(at *place, argument any, bound []binding) (values []string, isKnown bool) {
	if list, isList := argument.([]any); isList {
		for i, item := range list {
			more, isKnown := l.collection(at.item(i), item, bound)
			if !isKnown {
				return nil, false
			}
			values = append(values, more...)
		}
		return values, true
	}
	if text, isText := scalarText(l.value(at, argument, bound)); isText {
		return []string{text}, true
	}
	reference, _ := argument.(*Object)
	name, isRef := text(reference, "Ref")
	found, _ := l.parameters.Get(name)
	parameter, _ := found.(*Object)
	kind, _ := text(parameter, "Type")
	fallback, hasDefault := parameter.Get("Default")
	text, isText := scalarText(fallback)
	if !isRef || !hasDefault || !isText || strings.HasPrefix(kind, ssmValuePrefix) {
		return nil, false
	}
	parsed := (&Parameter{Type: kind}).parse(text)
	list, isList := parsed.([]any)
	if !isList {
		return []string{text}, true
	}
	for _, item := range list {
		values = append(values, item.(string))
	}
	return values, true
}

// value returns a copy of a value with the identifiers replaced.
func (l *loops) value(at *place, value any, bound []binding) any {
	if l.spend(at); len(l.problems.Problems) > 0 {
		return value
	}
	switch v := value.(type) {
	case string:
		return bind(v, bound)
	case []any:
		list := make([]any, 0, len(v))
		for i, item := range v {
			list = append(list, l.value(at.item(i), item, bound))
		}
		return list
	case *Object:
		if name, isRef := text(v, "Ref"); isRef && v.Len() == 1 {
			for _, b := range bound {
				if b.identifier == name {
					return b.value
				}
			}
		}
		object := &Object{line: v.line}
		l.entries(at, v, bound, object)
		return object
	}
	return value
}

func (l *loops) spend(at *place) {
	if l.made++; l.made > maxLooped {
		l.problemf(at, "the loops of the template make more than %d values", maxLooped)
	}
}

// notAlphanumeric matches the characters that &{Identifier} removes from a value.
var notAlphanumeric = regexp.MustCompile(`[^A-Za-z0-9]`)

func bind(text string, bound []binding) string {
	for _, b := range bound {
		text = strings.ReplaceAll(text, "${"+b.identifier+"}", b.value)
		text = strings.ReplaceAll(text, "&{"+b.identifier+"}", notAlphanumeric.ReplaceAllString(b.value, ""))
	}
	return text
}
