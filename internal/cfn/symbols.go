package cfn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// callInWorld evaluates a function, once. Where that fails, the result is a symbol.
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

// unknownResult is the symbol for a function that cannot be evaluated here. It
// equals the same function of the same arguments, and is secret if one of them is.
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
		// The same everywhere.
	case "Fn::ImportValue", "Fn::GetStackOutput":
		key = e.stack.Environment.AccountID + "/" + e.stack.Environment.Region + "\x00" + key
	case "Fn::GetAtt", "Fn::Sub":
		secret = secret || namesSecret(name, arguments)
		fallthrough
	default: // What it names is of this stack alone.
		key = e.stack.ID + "\x00" + key
	}
	of := e.world.symbols.origin(arguments)
	return e.world.unknown(symbol{key: key, shown: e.world.showCall(name, arguments[0], of), secret: secret, of: of}), nil
}

// unknownVariable is the symbol for what a variable of Fn::Sub refers to.
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

// namesSecret reports whether the arguments of a reference that leads nowhere
// name the attribute that is a client secret.
func namesSecret(function string, value any) bool {
	switch v := value.(type) {
	case string:
		return isSecretAttribute(v) || function == "Fn::Sub" && strings.Contains(v, "ClientSecret")
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return namesSecret(function, item) })
	}
	return false
}

// showCall returns a function as a message shows it: ${Pool.Arn} for Fn::GetAtt,
// ${Pool} for Ref, and others with their argument or what it is made of.
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

// label returns what a message shows of a symbol. Symbols are made of symbols, so
// that it has to be short.
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

// A symbol stands in a text for what only AWS knows, or whoever deploys: the id
// of a resource, a parameter without a value, an export of a stack elsewhere.
// It equals itself and nothing else, and so does a text that is made of it.
//
// It is written between two bytes that no template can hold, as templates are
// UTF-8, so that no template can forge one.
const symbolOpen, symbolClose = "\xff", "\xfe"

type symbol struct {
	// key is what a symbol is the same by, in every world.
	key string
	// shown is what a message shows, such as ${Pool}.
	shown string
	// secret says that the value is, or is made of, a client secret.
	secret bool
	// reference says that it is read by a dynamic reference.
	reference bool
	// word says that the value is one word of letters, digits, - and _, so that
	// what splits a text around it does not split it. With dots, it is such words
	// with dots between them.
	word, dots bool
	// around says that it is where the stack is deployed that has the value: a text
	// is not made of it as it is of a resource.
	around bool
	// fixed says that nobody chooses the value: a world does not vary it.
	fixed bool
	// of is the text of the only symbol that the value is made of, "" if there are
	// none or several.
	of string
	// allowed are the values that whoever deploys may choose from, none for any that
	// the parameter takes, which is nil for what is no parameter's.
	allowed   []string
	parameter *Parameter
	// fallback is the default of a parameter, which the symbol is not: it stands for
	// any other value.
	fallback *string
	// secretly says that the default is shown to nobody.
	secretly bool
}

// mayBe reports whether whoever deploys may choose a value.
func (s *symbol) mayBe(value string) bool {
	return (len(s.allowed) == 0 || slices.Contains(s.allowed, value)) && (s.fallback == nil || *s.fallback != value) &&
		(s.parameter == nil || s.parameter.takes(value))
}

// symbols are those of a world and of all its others.
type symbols struct {
	byKey map[string]int
	all   []symbol
}

// text returns the text of the symbol with a key, which is made if it is new.
func (s *symbols) text(made symbol) string {
	index, found := s.byKey[made.key]
	if !found {
		index = len(s.all)
		s.byKey[made.key] = index
		s.all = append(s.all, made)
	}
	return symbolOpen + strconv.Itoa(index) + symbolClose
}

// inOrder returns the symbols with some keys in the order in which they came up.
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

// only returns the symbol that a text is, and nil if it is anything else.
func (s *symbols) only(text string) *symbol {
	before, first, after := s.cut(text)
	if before != "" || after != "" {
		return nil
	}
	return first
}

// any reports whether a symbol in a resolved value satisfies f.
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

// secret reports whether a resolved value is made of a client secret.
func (s *symbols) secret(value any) bool {
	return s.any(value, func(found *symbol) bool { return found.secret })
}

// origin returns the text of the only symbol that a resolved value is made of,
// and "" if there are none or several. Those of where the stack is deployed count
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

// splits reports whether it is known where a delimiter splits a text: it splits
// no symbol, and no part of a symbol completes it.
func (s *symbols) splits(text, delimiter string) bool {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' }
	return IsKnown(text) && IsKnown(delimiter) ||
		IsKnown(delimiter) && !strings.ContainsFunc(delimiter, inWord) &&
			!s.any(text, func(found *symbol) bool { return !found.word || found.dots && strings.Contains(delimiter, ".") })
}

// IsKnown reports whether a text holds no symbol: it is what will be deployed.
func IsKnown(text string) bool { return !strings.Contains(text, symbolOpen) }

// Show returns a text as a message may show it, with symbols such as ${Pool}.
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

// HoldsSecret reports whether a resolved value holds what is made of a client secret.
func (w *World) HoldsSecret(value any) bool { return w.symbols.secret(value) }

// Origin returns what a text was taken out of: of an id that a function cuts
// out of an ARN that nobody told, the ARN. Any other text is its own origin.
func (w *World) Origin(text string) string {
	if made := w.symbols.only(text); made != nil && made.of != "" {
		return made.of
	}
	return text
}

// Source is a resource that a value is made of: what Ref or Fn::GetAtt answers of it.
type Source struct{ StackID, LogicalID string }

// Sources returns the resources that a resolved value is made of, as far as
// their names are not chosen in a template.
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
