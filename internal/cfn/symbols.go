package cfn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// callInWorld evaluates a function once. If that fails, the result is a symbol.
func (e evaluator) callInWorld(at *place, function *Object) (any, error) {
	if known, done := e.calls[function]; done {
		e.world.note(known.notes...)
		return known.value, nil
	}
	name, argument, _ := function.function()
	value, err := any(nil), error(nil)
	isAlone := function.Len() == 1
	made := e.world.kept(func() {
		if isAlone {
			value, err = e.call(at, name, argument)
		}
		if e.failure == nil && (err != nil || !isAlone) {
			value, err = e.unknownResult(at, name, function)
		}
		if text, isText := value.(string); isText && err == nil {
			value, err = e.expand(at, text)
		}
	})
	if err == nil {
		err = e.spend(at, sizeOf(value))
	}
	if err == nil {
		e.calls[function] = called{value, made}
	}
	return value, err
}

// unknownResult returns the symbol for a function that cannot be evaluated. It equals
// the same function with the same arguments, and is secret if an argument is.
func (e evaluator) unknownResult(at *place, name string, function *Object) (any, error) {
	var arguments []any
	for _, entry := range function.list {
		resolved, err := e.resolve(at.key(entry.name), entry.value)
		if err != nil {
			return nil, err
		}
		if entry.name != name {
			arguments = append(arguments, entry.name)
		}
		arguments = append(arguments, resolved)
	}
	key := fmt.Sprintf("%s %q", name, arguments)
	if err := e.spend(at, len(key)); err != nil {
		return nil, err
	}
	secret := e.world.symbols.secret(arguments)
	switch name {
	case "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Base64", "Fn::Cidr", "Fn::Length", "Fn::ToJsonString":
		// The result is the same in every stack.
	case "Fn::ImportValue", "Fn::GetStackOutput":
		key = e.stack.Environment.AccountID + "/" + e.stack.Environment.Region + "\x00" + key
	case "Fn::GetAtt", "Fn::Sub":
		secret = secret || namesSecret(name, arguments)
		fallthrough
	default: // The result depends on this stack.
		key = e.stack.ID + "\x00" + key
	}
	of := e.world.symbols.origin(arguments)
	return e.world.unknown(symbol{key: key, shown: e.world.showCall(name, arguments[0], of), secret: secret, of: of}), nil
}

// unknownVariable returns the symbol for a variable of Fn::Sub.
func (e evaluator) unknownVariable(at *place, id, attribute string) (string, error) {
	function := &Object{}
	if attribute == "" {
		function.add("Ref", id, 0)
	} else {
		function.add("Fn::GetAtt", []any{id, attribute}, 0)
	}
	symbol, err := e.unknownResult(at, function.list[0].name, function)
	text, _ := symbol.(string)
	return text, err
}

// namesSecret reports whether the arguments of an unresolvable reference contain the
// name of a client secret's attribute.
func namesSecret(function string, value any) bool {
	switch v := value.(type) {
	case string:
		return isSecretAttribute(v) || function == "Fn::Sub" && strings.Contains(v, "ClientSecret")
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return namesSecret(function, item) })
	}
	return false
}

// showCall returns a function for a message: ${Pool.Arn} for Fn::GetAtt, ${Pool} for
// Ref, otherwise the function with its argument or the argument's origin.
func (w *World) showCall(name string, argument any, of string) string {
	text, isText := scalarText(argument)
	if list, ok := argument.([]any); ok && name == "Fn::GetAtt" {
		var steps []string
		for _, item := range list {
			step, _ := scalarText(item)
			steps = append(steps, step)
		}
		text, isText = strings.Join(steps, "."), true
	}
	if !isText {
		text = of
	}
	if name == "Ref" || name == "Fn::GetAtt" {
		return w.label(text)
	}
	return w.label(strings.TrimSpace(name + " " + text))
}

// label returns the text of a symbol for a message. It is short, because symbols may
// contain symbols.
func (w *World) label(text string) string {
	const most = 120
	if len(text) <= most {
		text = w.Show(text)
	}
	if len(text) > most {
		text = "…"
	}
	return "${" + text + "}"
}

// A symbol represents a value in a text that only AWS or the person who deploys knows:
// the id of a resource, a parameter without a value, an export of an unknown stack. It
// equals only itself, and so does a text that contains it.
//
// It is written between two bytes that are not valid in UTF-8. Templates are UTF-8, so
// no template can forge one.
const symbolOpen, symbolClose = "\xff", "\xfe"

type symbol struct {
	// key identifies the symbol in every world.
	key string
	// shown is the symbol's text in messages, such as ${Pool}.
	shown string
	// secret reports whether the value is or contains a client secret.
	secret bool
	// reference reports whether a dynamic reference reads the value.
	reference bool
	// word reports whether the value is one word of letters, digits, - and _, so that a
	// delimiter does not split it. With dots, it is such words separated by dots.
	word, dots bool
	// around reports whether the value describes where the stack is deployed, such as
	// its Region. It does not count as the origin of a text that also contains a
	// resource's value.
	around bool
	// fixed reports whether nobody chooses the value, so that worlds do not vary it.
	fixed bool
	// of is the text of the only symbol that the value derives from, "" if there are
	// none or several.
	of string
	// allowed are the values that can be chosen at deployment; if empty, any value that
	// the parameter accepts. parameter is nil if the symbol is not a parameter.
	allowed   []string
	parameter *Parameter
	// fallback is the default of a parameter. The symbol then stands for any other value.
	fallback *string
	// secretly reports whether messages must not show the default.
	secretly bool
}

// mayBe reports whether a value can be chosen at deployment.
func (s *symbol) mayBe(value string) bool {
	return (len(s.allowed) == 0 || slices.Contains(s.allowed, value)) && (s.fallback == nil || *s.fallback != value) &&
		(s.parameter == nil || s.parameter.takes(value))
}

// symbols are the symbols of a family of worlds.
type symbols struct {
	byKey map[string]int
	all   []symbol
}

// text returns the text of a symbol, and adds the symbol if its key is new.
func (s *symbols) text(made symbol) string {
	index, found := s.byKey[made.key]
	if !found {
		index = len(s.all)
		s.byKey[made.key] = index
		s.all = append(s.all, made)
	}
	return symbolOpen + strconv.Itoa(index) + symbolClose
}

// inOrder returns the symbols with the given keys, in the order of their creation.
func (s *symbols) inOrder(keys []string) []symbol {
	var found []symbol
	slices.SortFunc(keys, func(a, b string) int { return s.byKey[a] - s.byKey[b] })
	for _, key := range keys {
		found = append(found, s.all[s.byKey[key]])
	}
	return found
}

// cut splits a text at its first symbol. The symbol is nil if there is none.
func (s *symbols) cut(text string) (before string, first *symbol, after string) {
	before, rest, found := strings.Cut(text, symbolOpen)
	if !found {
		return text, nil, ""
	}
	number, after, _ := strings.Cut(rest, symbolClose)
	index, err := strconv.Atoi(number)
	if err != nil || index < 0 || index >= len(s.all) {
		return text, nil, ""
	}
	return before, &s.all[index], after
}

// only returns the symbol that a text consists of, or nil.
func (s *symbols) only(text string) *symbol {
	before, first, after := s.cut(text)
	if before != "" || after != "" {
		return nil
	}
	return first
}

// any reports whether any symbol in a resolved value satisfies f.
func (s *symbols) any(value any, f func(*symbol) bool) bool {
	switch v := value.(type) {
	case string:
		for {
			_, first, after := s.cut(v)
			if first == nil || f(first) {
				return first != nil
			}
			v = after
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return s.any(item, f) })
	case map[string]any:
		for _, item := range v {
			if s.any(item, f) {
				return true
			}
		}
	}
	return false
}

// secret reports whether a resolved value contains a client secret.
func (s *symbols) secret(value any) bool {
	return s.any(value, func(found *symbol) bool { return found.secret })
}

// origin returns the text of the only symbol that a resolved value contains, or "" if
// there are none or several. Symbols that describe where the stack is deployed count
// only if there are no others.
func (s *symbols) origin(value any) string {
	isAround := func(found *symbol) bool { return found.around }
	if onlyAround := !s.any(value, func(found *symbol) bool { return !found.around }); onlyAround {
		isAround = func(*symbol) bool { return false }
	}
	origin := ""
	several := s.any(value, func(found *symbol) bool {
		if isAround(found) {
			return false
		}
		text := found.of
		if text == "" {
			text = s.text(*found)
		}
		another := origin != "" && origin != text
		origin = text
		return another
	})
	if several {
		return ""
	}
	return origin
}

// splits reports whether it is known where a delimiter splits a text: it splits no
// symbol, and a symbol cannot complete it.
func (s *symbols) splits(text, delimiter string) bool {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' }
	return IsKnown(text) && IsKnown(delimiter) ||
		IsKnown(delimiter) && !strings.ContainsFunc(delimiter, inWord) &&
			!s.any(text, func(found *symbol) bool { return !found.word || found.dots && strings.Contains(delimiter, ".") })
}

// IsKnown reports whether a text contains no symbol, and so is the deployed value.
func IsKnown(text string) bool { return !strings.Contains(text, symbolOpen) }

// Show returns a text for a message, with symbols such as ${Pool}.
func (w *World) Show(text string) string {
	return w.fill(text, func(unknown *symbol) string { return unknown.shown })
}

// Fill returns a text with a stand-in for each symbol.
func (w *World) Fill(text, standIn string) string {
	return w.fill(text, func(*symbol) string { return standIn })
}

func (w *World) fill(text string, standIn func(*symbol) string) string {
	var filled strings.Builder
	for {
		before, first, after := w.symbols.cut(text)
		filled.WriteString(before)
		if first == nil {
			return filled.String()
		}
		filled.WriteString(standIn(first))
		text = after
	}
}

// HoldsSecret reports whether a resolved value contains a client secret.
func (w *World) HoldsSecret(value any) bool { return w.symbols.secret(value) }

// Origin returns the text that a text was derived from: for an id that a function cuts
// out of an unknown ARN, the ARN. Any other text is its own origin.
func (w *World) Origin(text string) string {
	if made := w.symbols.only(text); made != nil && made.of != "" {
		return made.of
	}
	return text
}

// Source is a resource whose Ref or Fn::GetAtt a value contains.
type Source struct{ StackID, LogicalID string }

// Sources returns the resources that a resolved value refers to, except those whose
// names are set in a template.
func (w *World) Sources(value any) (sources []Source) {
	w.symbols.any(value, func(found *symbol) bool {
		if found.of != "" {
			sources = append(sources, w.Sources(found.of)...)
		} else if stack, resource, isResource := strings.Cut(found.key, "\x00"); isResource {
			id, _, _ := strings.Cut(resource, ".")
			sources = append(sources, Source{stack, id})
		}
		return false
	})
	return sources
}
