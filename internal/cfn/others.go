package cfn

import (
	"maps"
	"slices"
	"strings"
)

const (
	// maxWorlds bounds how many worlds are looked at.
	maxWorlds = 32
	// maxChoices bounds how many values of a symbol are looked at.
	maxChoices = 64
)

// offer notes that it matters whether a text is one of values, if the text is
// a symbol that whoever deploys chooses.
func (w *World) offer(text string, values ...string) {
	asked := w.symbols.only(text)
	if asked == nil || asked.fixed || asked.secret {
		return
	}
	for _, value := range values {
		if len(w.choices[asked.key]) >= maxChoices {
			return
		}
		isAllowed := len(asked.allowed) == 0 || slices.Contains(asked.allowed, value)
		if isAllowed && IsKnown(value) && !slices.Contains(w.choices[asked.key], value) {
			w.choices[asked.key] = append(w.choices[asked.key], value)
		}
	}
}

// offerKeys notes that it matters whether a text is one of the keys of a mapping.
func (w *World) offerKeys(text string, mapping *Object) {
	if noted := (lookup{text, mapping}); !w.lookups[noted] {
		w.lookups[noted] = true
		w.offer(text, mapping.Names()...)
	}
}

type lookup struct {
	key     string
	mapping *Object
}

// compare notes that it matters whether two texts are equal. It returns an error
// if they may be, and no choice of one symbol makes them so.
func (w *World) compare(at *place, left, right string) error {
	w.offer(left, right)
	w.offer(right, left)
	if left == right || IsKnown(left) && IsKnown(right) {
		return nil
	}
	isChosen := func(s *symbol) bool { return !s.fixed && !s.secret }
	one, other := w.symbols.only(left), w.symbols.only(right)
	isOffered := one != nil && IsKnown(right) || other != nil && IsKnown(left)
	if isOffered || !w.symbols.any([]any{left, right}, isChosen) || !w.mayMatch(left, right) {
		return nil
	}
	return at.errorf("whether the values are equal is not known")
}

// mayMatch reports whether what two texts begin and end with may be the same.
func (w *World) mayMatch(left, right string) bool {
	ends := func(text string) (before, after string) {
		before, first, _ := w.symbols.cut(text)
		if first == nil {
			return text, text
		}
		return before, text[strings.LastIndex(text, symbolClose)+1:]
	}
	leftStart, leftEnd := ends(left)
	rightStart, rightEnd := ends(right)
	return (strings.HasPrefix(leftStart, rightStart) || strings.HasPrefix(rightStart, leftStart)) &&
		(strings.HasSuffix(leftEnd, rightEnd) || strings.HasSuffix(rightEnd, leftEnd))
}

// either returns whether a condition that cannot be evaluated is met: a world
// assumes that it is, or it is not.
func (w *World) either(stack *Stack, condition string) bool {
	text := w.unknown(symbol{key: stack.ID + "\x00Conditions\x00" + condition, shown: "condition " + condition})
	w.offer(text, "true")
	return text == "true"
}

// Others returns worlds that differ from this one in what conditions and
// mappings ask for, those that differ least first, and reports whether this one
// can be at all: of a parameter whose allowed values are all asked for, one
// holds. It returns at most 32.
func (w *World) Others() (others []*World, possible bool) {
	first := w.settle()
	queue := []*World{first}
	seen := map[string]bool{first.assumptions(): true}
	isNew := func(world *World) bool {
		name := world.assumptions()
		known := seen[name]
		seen[name] = true
		return !known
	}
	for i := 0; i < len(queue); i++ {
		at := queue[i]
		for _, choice := range at.open() {
			if len(queue) >= maxWorlds {
				break
			}
			next := at.assuming(choice.key, choice.value)
			if !isNew(next) {
				continue
			}
			if settled := next.settle(); settled == next || isNew(settled) {
				queue = append(queue, settled)
			}
		}
	}
	if first == w {
		return queue[1:], true
	}
	return queue, false
}

// assuming returns a world that assumes one value more than this one. What
// matters here matters there.
func (w *World) assuming(key, value string) *World {
	other := newWorld(w.family)
	maps.Copy(other.assumed, w.assumed)
	maps.Copy(other.byDefault, w.byDefault)
	other.assumed[key] = value
	delete(other.byDefault, key)
	for key, values := range w.choices {
		other.choices[key] = slices.Clip(values)
	}
	for _, s := range w.symbols.inOrder(slices.Collect(maps.Keys(other.assumed))) {
		other.Assumed = append(other.Assumed, s.shown+" = "+describe(other.assumed[s.key]))
	}
	return other
}

// settle returns this world if it can be. If there is a parameter whose allowed
// values are all asked for, it returns the world that assumes the first of them.
func (w *World) settle() *World {
	for {
		w.ask()
		asked := w.symbols.inOrder(slices.Collect(maps.Keys(w.choices)))
		forced := slices.IndexFunc(asked, func(s symbol) bool {
			_, isAssumed := w.assumed[s.key]
			return len(s.allowed) > 0 && !isAssumed && !slices.ContainsFunc(s.allowed, func(value string) bool {
				return !slices.Contains(w.choices[s.key], value)
			})
		})
		if forced < 0 {
			return w
		}
		s := asked[forced]
		w = w.assuming(s.key, s.allowed[0])
		w.byDefault[s.key] = true
	}
}

// choice is a value of a symbol, by its key.
type choice struct{ key, value string }

// open returns the choices of what this world does not assume, or only because
// it has to assume something: one of each symbol, then the second of each.
func (w *World) open() []choice {
	var choices []choice
	asked := w.symbols.inOrder(slices.Collect(maps.Keys(w.choices)))
	for i := range maxChoices {
		for _, s := range asked {
			if _, isAssumed := w.assumed[s.key]; len(w.choices[s.key]) > i && (!isAssumed || w.byDefault[s.key]) {
				choices = append(choices, choice{s.key, w.choices[s.key][i]})
			}
		}
	}
	return choices
}

// assumptions returns what the world assumes as one text.
func (w *World) assumptions() string {
	var name strings.Builder
	for _, key := range slices.Sorted(maps.Keys(w.assumed)) {
		name.WriteString(key + "\x00" + w.assumed[key] + "\x00")
	}
	return name.String()
}

// ask evaluates every condition and mapping that resources and outputs name,
// also where this world does not lead: another may.
func (w *World) ask() {
	for _, stack := range w.stacks {
		asks, known := w.asks[stack]
		if !known {
			asks = stack.Template.asks()
			w.asks[stack] = asks
		}
		e := evaluator{w.Resolver(stack), true}
		for _, name := range asks.conditions {
			e.isPresent(name)
		}
		for _, function := range asks.mappings {
			_, _ = e.resolve(e.root, function)
		}
	}
}

// asks are the conditions that a template names, and where it looks mappings up.
type asks struct {
	conditions []string
	mappings   []*Object
}

func (t *Template) asks() asks {
	var found asks
	named := map[string]bool{}
	name := func(condition string) {
		if _, defined := t.conditions.Get(condition); defined && !named[condition] {
			named[condition] = true
			found.conditions = append(found.conditions, condition)
		}
	}
	var look func(value any)
	look = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, item := range v {
				look(item)
			}
		case *Object:
			switch function, argument, _ := v.function(); function {
			case "Fn::If":
				if list, ok := argument.([]any); ok && len(list) > 0 {
					condition, _ := list[0].(string)
					name(condition)
				}
			case "Fn::FindInMap":
				found.mappings = append(found.mappings, v)
			}
			for _, entry := range v.entries() {
				look(entry.value)
			}
		}
	}
	for _, resource := range t.Resources {
		if resource.Type != typeMetadata {
			name(resource.Condition)
			look(resource.Properties)
			look(resource.Metadata)
		}
	}
	for _, output := range t.Outputs {
		name(output.Condition)
		look(output.value)
		look(output.exportName)
	}
	return found
}
