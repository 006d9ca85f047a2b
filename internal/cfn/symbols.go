package cfn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A symbol stands in a text for what only AWS knows, or whoever deploys: the id
// of a resource, a parameter without a value, an export of a stack elsewhere.
// It equals itself and nothing else, and so does a text that is made of it.
//
// It is written between two bytes that no template can hold, as templates are
// UTF-8, so that no template can forge one.
const symbolOpen, symbolClose = "\xff", "\xfe"

type symbol struct {
	key string
	// shown is what a message shows, such as ${Pool}.
	shown string
	// secret says that the value is, or is made of, a client secret.
	secret bool
	// simple says that the value is one word of letters, digits, - and _, so that
	// what splits a text around it does not split it.
	simple bool
	// fixed says that nobody chooses the value: a world does not vary it.
	fixed bool
	// of is the text of the only symbol that the value is made of, "" if there are
	// none or several.
	of string
	// allowed are the values that whoever deploys may choose from, nil for any.
	allowed []string
}

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

// cut splits a text at its first symbol. The symbol is nil if there is none.
func (s *symbols) cut(text string) (before string, first *symbol, after string) {
	before, rest, found := strings.Cut(text, symbolOpen)
	if !found {
		return text, nil, ""
	}
	number, after, _ := strings.Cut(rest, symbolClose)
	index, err := strconv.Atoi(number)
	if err != nil || index >= len(s.all) {
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

// any reports whether a symbol in value satisfies f.
func (s *symbols) any(value any, f func(*symbol) bool) bool {
	switch v := value.(type) {
	case string:
		for {
			_, first, after := s.cut(v)
			if first == nil {
				return false
			}
			if f(first) {
				return true
			}
			v = after
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return s.any(item, f) })
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), func(item any) bool { return s.any(item, f) })
	}
	return false
}

func (s *symbols) secret(value any) bool {
	return s.any(value, func(found *symbol) bool { return found.secret })
}

// IsKnown reports whether a text holds no symbol: it is what will be deployed.
func IsKnown(text string) bool { return !strings.Contains(text, symbolOpen) }

// Show returns a text as a message may show it, with symbols such as ${Pool}.
func (w *World) Show(text string) string {
	var shown strings.Builder
	for {
		before, first, after := w.symbols.cut(text)
		shown.WriteString(before)
		if first == nil {
			return shown.String()
		}
		shown.WriteString(first.shown)
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

// unknown returns the text of a symbol, or the value that the world assumes for it.
func (w *World) unknown(made symbol) string {
	if value, assumed := w.assumed[made.key]; assumed {
		return value
	}
	return w.symbols.text(made)
}

// offer notes that it matters whether a text is one of values, if the text is
// a symbol that whoever deploys chooses.
func (w *World) offer(text string, values ...string) {
	asked := w.symbols.only(text)
	if asked == nil || asked.fixed || asked.secret {
		return
	}
	for _, value := range values {
		if IsKnown(value) && !slices.Contains(w.choices[asked.key], value) {
			w.choices[asked.key] = append(w.choices[asked.key], value)
		}
	}
}

// unknownResult is the symbol for a function that cannot be evaluated here. It
// equals the same function of the same arguments.
func (e evaluator) unknownResult(at *place, name string, argument any) (any, error) {
	switch name {
	case "Ref", "Fn::GetAtt", "Fn::Sub":
		// What it names is of this stack alone.
		text := fmt.Sprintf("%q", Plain(argument))
		return e.world.unknown(symbol{
			key:    e.stack.ID + "\x00" + name + text,
			shown:  "${" + strings.Trim(text, `[]"`) + "}",
			secret: strings.Contains(text, secretAttribute),
		}), nil
	}
	resolved, err := e.resolve(at.key(name), argument)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%s %q", name, resolved)
	switch name {
	case "Fn::FindInMap", "Fn::Transform", "Fn::GetAZs":
		key = e.stack.ID + "\x00" + key
	}
	made := symbol{key: key, shown: "${" + name + "}", secret: e.world.symbols.secret(resolved)}
	sources := map[string]bool{}
	e.world.symbols.any(resolved, func(s *symbol) bool {
		sources[e.world.symbols.text(*s)] = true
		made.of = e.world.Origin(e.world.symbols.text(*s))
		return false
	})
	if len(sources) != 1 {
		made.of = ""
	}
	return e.world.unknown(made), nil
}
