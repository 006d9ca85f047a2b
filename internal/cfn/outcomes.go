package cfn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	// maxWorlds limits the number of worlds.
	maxWorlds = 32
	// maxChoices limits the number of values of one symbol.
	maxChoices = 64
)

// compare notes that it matters whether two texts are equal. It returns an error if
// they may be equal, but no choice of a single symbol makes them so.
func (w *World) compare(at *place, left, right string) error {
	w.offer(left, right)
	w.offer(right, left)
	if left == right || IsKnown(left) && IsKnown(right) {
		return nil
	}
	isChosen := func(s *symbol) bool { return !s.fixed && !s.secret }
	hasOne := func(text string) bool {
		_, first, after := w.symbols.cut(text)
		return first != nil && IsKnown(after)
	}
	isOffered := hasOne(left) && IsKnown(right) || hasOne(right) && IsKnown(left)
	if isOffered || !w.symbols.any([]any{left, right}, isChosen) || !w.mayMatch(left, right) {
		return nil
	}
	return at.errorf("it is unknown whether the values are equal")
}

// mayMatch reports whether two texts may be equal, judging by their known beginnings
// and ends.
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

// either reports whether a condition that cannot be evaluated is met. There is a world
// for each answer.
func (w *World) either(stack *Stack, condition string) bool {
	text := w.unknown(symbol{key: stack.ID + "\x00Conditions\x00" + condition, shown: "condition " + condition})
	w.offer(text, "true")
	return text == "true"
}

// Outcomes iterates over the worlds that conditions, mappings and parameters of stacks
// create, starting with those that differ least from the defaults. Two worlds differ
// only in values that were read.
type Outcomes struct {
	queue      []*World
	next       int
	seen       map[string]bool
	impossible int
	left       map[string]bool // keys of symbols that were not varied completely
}

// NewOutcomes starts with the world that assumes nothing.
func NewOutcomes(stacks []*Stack) *Outcomes {
	base := NewWorld(stacks)
	return &Outcomes{queue: []*World{base}, seen: map[string]bool{base.assumptions(): true}, left: map[string]bool{}}
}

// Next returns the next world, or nil at the end. Before calling it, read everything
// that matters of the previous world.
func (o *Outcomes) Next() *World {
	if o.next > 0 {
		o.expand(o.queue[o.next-1])
	}
	if o.next == len(o.queue) {
		return nil
	}
	o.next++
	return o.queue[o.next-1]
}

// Unseen returns the names of the symbols that were not varied completely because there
// would be too many worlds, and a stack of one of them. It is empty if nothing was left
// out.
func (o *Outcomes) Unseen() (names []string, in *Stack) {
	base := o.queue[0]
	for _, s := range base.symbols.inOrder(slices.Collect(maps.Keys(o.left))) {
		names = append(names, s.shown)
		id, _, _ := strings.Cut(s.key, "\x00")
		for _, stack := range base.stacks {
			if in == nil && stack.ID == id {
				in = stack
			}
		}
	}
	if len(names) > 0 && in == nil {
		in = base.stacks[0]
	}
	return names, in
}

func (o *Outcomes) expand(w *World) {
	choices := w.choices()
	if forced := w.forced(choices); len(forced) > 0 {
		o.impossible++
		o.push(w.forcedTo(forced, choices), forced[0])
		return
	}
	for i := range maxChoices {
		for _, s := range w.open(choices) {
			if values := choices[s.key]; i < len(values) {
				o.push(w.assuming(s.key, values[i]), s)
			}
		}
	}
	for _, s := range w.symbols.inOrder(slices.Collect(maps.Keys(choices))) {
		if len(choices[s.key]) > maxChoices || w.overflows {
			o.left[s.key] = true
		}
	}
}

func (o *Outcomes) push(w *World, varied symbol) {
	switch name := w.assumptions(); {
	case o.seen[name]:
	case len(o.queue)-o.impossible >= maxWorlds || o.impossible > maxWorlds:
		o.left[varied.key] = true
	default:
		o.seen[name] = true
		o.queue = append(o.queue, w)
	}
}

// IsPossible reports whether the world can exist, as far as it was read. It cannot if a
// parameter has none of its allowed values.
func (w *World) IsPossible() bool { return len(w.forced(w.choices())) == 0 }

// choices returns the values that matter for each symbol, by its key.
func (w *World) choices() map[string][]string {
	choices := maps.Clone(w.alternatives)
	add := func(key string, values ...string) {
		for _, value := range values {
			if !slices.Contains(choices[key], value) {
				choices[key] = append(slices.Clip(choices[key]), value)
			}
		}
	}
	for _, n := range w.asked.all {
		if n.uses {
			add(n.key, w.symbols.all[w.symbols.byKey[n.key]].allowed...)
		} else {
			add(n.key, n.value)
		}
	}
	return choices
}

// forced returns the symbols that have no possible value in this world, because every
// allowed value is a choice.
func (w *World) forced(choices map[string][]string) []symbol {
	return slices.DeleteFunc(w.symbols.inOrder(slices.Collect(maps.Keys(choices))), func(s symbol) bool {
		value, isAssumed := w.assumed[s.key]
		isSymbol := isAssumed && !IsKnown(value) || !isAssumed && s.fallback == nil
		return len(s.allowed) == 0 || !isSymbol || slices.ContainsFunc(s.allowed, func(value string) bool {
			return !slices.Contains(choices[s.key], value)
		})
	})
}

// forcedTo returns the world that assumes the first allowed value of each forced
// symbol. The other values are its alternatives.
func (w *World) forcedTo(forced []symbol, choices map[string][]string) *World {
	for _, s := range forced {
		w = w.assuming(s.key, s.allowed[0])
		w.alternatives[s.key] = choices[s.key]
	}
	return w
}

// open returns the symbols for which this world assumes nothing, or only a forced value.
func (w *World) open(choices map[string][]string) []symbol {
	return slices.DeleteFunc(w.symbols.inOrder(slices.Collect(maps.Keys(choices))), func(s symbol) bool {
		value, isAssumed := w.assumed[s.key]
		return isAssumed && IsKnown(value) && w.alternatives[s.key] == nil
	})
}

// assuming returns a world that additionally assumes a value for one symbol.
func (w *World) assuming(key, value string) *World {
	other := newWorld(w.family)
	maps.Copy(other.assumed, w.assumed)
	maps.Copy(other.alternatives, w.alternatives)
	other.assumed[key] = value
	delete(other.alternatives, key)
	for _, s := range w.symbols.inOrder(slices.Collect(maps.Keys(other.assumed))) {
		other.Assumed = append(other.Assumed, s.assumed(other.assumed[s.key]))
	}
	return other
}

// assumed describes an assumption about a symbol.
func (s *symbol) assumed(value string) string {
	switch {
	case IsKnown(value):
		return s.shown + " = " + describe(value)
	case s.secretly:
		return s.shown + " is not its default"
	}
	return s.shown + " is not " + describe(*s.fallback)
}

// assumptions returns all assumptions of the world as one text.
func (w *World) assumptions() string {
	var name strings.Builder
	for _, key := range slices.Sorted(maps.Keys(w.assumed)) {
		name.WriteString(key + "\x00" + w.assumed[key] + "\x00")
	}
	return name.String()
}

// maxNotes limits the number of notes of one value.
const maxNotes = 1000

// note says that it matters whether a symbol has a value. With uses, it says that a
// parameter was read that may get another value at deployment.
type note struct {
	key, value string
	uses       bool
}

// notes are the notes of one value, each once.
type notes struct {
	all  []note
	seen map[note]bool
}

// note adds notes to the value that is currently being resolved.
func (w *World) note(made ...note) {
	if w == nil || w.notes == nil {
		return
	}
	for _, n := range made {
		switch {
		case w.notes.seen[n]:
		case len(w.notes.all) >= maxNotes:
			w.overflows = true
			return
		default:
			if w.notes.seen == nil {
				w.notes.seen = map[note]bool{}
			}
			w.notes.seen[n] = true
			w.notes.all = append(w.notes.all, n)
		}
	}
}

// noting returns the notes of a computation, without passing them on. Without a world
// there are none.
func (w *World) noting(compute func()) []note {
	if w == nil {
		compute()
		return nil
	}
	around := w.notes
	w.notes = &notes{}
	compute()
	made := w.notes.all
	w.notes = around
	return made
}

// kept computes a value that is cached, and returns its notes, because a later reader
// depends on the same.
func (w *World) kept(compute func()) []note {
	made := w.noting(compute)
	w.note(made...)
	return made
}

// Unasked calls use without taking notes: what it reads creates no further worlds.
func (w *World) Unasked(use func()) {
	around := w.notes
	w.notes = nil
	use()
	w.notes = around
}

// offer notes that it matters whether a text, or a symbol in it, is one of values, if
// it can be chosen at deployment.
func (w *World) offer(text string, values ...string) {
	before, asked, after := w.symbols.cut(text)
	if asked == nil || asked.fixed || asked.secret || !IsKnown(after) {
		return
	}
	for _, value := range values {
		value, begins := strings.CutPrefix(value, before)
		value, ends := strings.CutSuffix(value, after)
		if begins && ends && IsKnown(value) && asked.mayBe(value) {
			w.note(note{key: asked.key, value: value})
		}
	}
}

// compared passes on the notes of a comparison. A parameter that has its default there
// may also have another value.
func (w *World) compared(made []note) {
	for _, n := range made {
		switch s := w.symbols.all[w.symbols.byKey[n.key]]; {
		case !n.uses:
			w.note(n)
		case s.fallback != nil && w.isDefault(n.key):
			w.note(note{key: n.key, value: w.symbols.text(s)})
		}
	}
}

// selects passes on the notes of a text that selects one of values.
func (w *World) selects(text string, made []note, values func() []string) {
	switch {
	case w == nil:
	case !IsKnown(text):
		w.offer(text, values()...)
		w.compared(made)
	case len(made) == 1 && made[0].uses && w.isDefault(made[0].key):
		if s := &w.symbols.all[w.symbols.byKey[made[0].key]]; s.fallback != nil && *s.fallback != "" && strings.Count(text, *s.fallback) == 1 {
			w.offer(strings.Replace(text, *s.fallback, w.symbols.text(*s), 1), values()...)
			return
		}
		w.compared(made)
	default:
		w.compared(made)
	}
}

// isDefault reports whether a parameter has its default in this world.
func (w *World) isDefault(key string) bool {
	_, isAssumed := w.assumed[key]
	return !isAssumed
}

// distinct returns keys of a mapping with pairwise different values. With below, it
// compares the values at that second-level key.
func (w *World) distinct(mapping *Object, below string) []string {
	asked := lookup{mapping, below}
	if known, found := w.lookups[asked]; found {
		return known
	}
	var keys []string
	seen := map[string]bool{}
	for _, entry := range mapping.entries() {
		value := entry.value
		if inner, isObject := value.(*Object); isObject && below != "" {
			value, _ = inner.Get(below)
		}
		if shown := fmt.Sprint(Plain(value)); !seen[shown] {
			seen[shown] = true
			keys = append(keys, entry.name)
		}
	}
	w.lookups[asked] = keys
	return keys
}

// lookup identifies a call of distinct.
type lookup struct {
	mapping *Object
	below   string
}
