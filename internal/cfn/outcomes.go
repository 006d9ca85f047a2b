package cfn

import (
	"fmt"
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

// compare notes that it matters whether two texts are equal. It returns an error
// if they may be, and no choice of one symbol makes them so.
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

// Outcomes goes through the worlds that conditions, mappings and parameters of
// stacks make, those that differ least from their defaults first. Which there
// are follows from what is read of each: nothing else that they differ in matters.
type Outcomes struct {
	queue      []*World
	next       int
	seen       map[string]bool
	impossible int
	left       map[string]bool // keys of symbols that were not varied in every way
}

// NewOutcomes begins with the world in which nothing is assumed.
func NewOutcomes(stacks []*Stack) *Outcomes {
	base := NewWorld(stacks)
	return &Outcomes{queue: []*World{base}, seen: map[string]bool{base.assumptions(): true}, left: map[string]bool{}}
}

// Next returns the next world, after all that matters was read of the one before.
// It returns nil at the end.
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

// Unseen returns what was not varied in every way, as there would be too many
// worlds, and a stack that it is of. It is empty if nothing was left out.
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

// IsPossible reports whether the world can be at all, as far as it was read: of a
// parameter whose allowed values are all asked for, one holds.
func (w *World) IsPossible() bool { return len(w.forced(w.choices())) == 0 }

// choices returns the values of symbols that matter, by their keys.
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

// forced returns the symbols that stand for no value in this world: all that are
// allowed are asked for.
func (w *World) forced(choices map[string][]string) []symbol {
	return slices.DeleteFunc(w.symbols.inOrder(slices.Collect(maps.Keys(choices))), func(s symbol) bool {
		value, isAssumed := w.assumed[s.key]
		isSymbol := isAssumed && !IsKnown(value) || !isAssumed && s.fallback == nil
		return len(s.allowed) == 0 || !isSymbol || slices.ContainsFunc(s.allowed, func(value string) bool {
			return !slices.Contains(choices[s.key], value)
		})
	})
}

// forcedTo returns the world that assumes the first allowed value of symbols that
// stand for none. Their others are its alternatives.
func (w *World) forcedTo(forced []symbol, choices map[string][]string) *World {
	for _, s := range forced {
		w = w.assuming(s.key, s.allowed[0])
		w.alternatives[s.key] = choices[s.key]
	}
	return w
}

// open returns the symbols that this world assumes nothing of, or only because it
// has to assume something.
func (w *World) open(choices map[string][]string) []symbol {
	return slices.DeleteFunc(w.symbols.inOrder(slices.Collect(maps.Keys(choices))), func(s symbol) bool {
		value, isAssumed := w.assumed[s.key]
		return isAssumed && IsKnown(value) && w.alternatives[s.key] == nil
	})
}

// assuming returns a world that assumes one value more than this one, or another.
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

// assumed says what is assumed of a symbol.
func (s *symbol) assumed(value string) string {
	switch {
	case IsKnown(value):
		return s.shown + " = " + describe(value)
	case s.secretly:
		return s.shown + " is not its default"
	}
	return s.shown + " is not " + describe(*s.fallback)
}

// assumptions returns what the world assumes as one text.
func (w *World) assumptions() string {
	var name strings.Builder
	for _, key := range slices.Sorted(maps.Keys(w.assumed)) {
		name.WriteString(key + "\x00" + w.assumed[key] + "\x00")
	}
	return name.String()
}

// maxNotes bounds how many notes are kept of one value.
const maxNotes = 1000

// note says of a symbol that it matters whether it has a value, or, with uses,
// that a parameter is read that whoever deploys may give another value.
type note struct {
	key, value string
	uses       bool
}

// notes are what one value depends on, each once.
type notes struct {
	all  []note
	seen map[note]bool
}

// note adds notes to the value that is being resolved.
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

// noting returns the notes that are made while a value is computed, for the
// caller alone. Without a world there are none.
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

// kept computes a value that is kept, and returns its notes: whoever gets the
// value later depends on the same.
func (w *World) kept(compute func()) []note {
	made := w.noting(compute)
	w.note(made...)
	return made
}

// Unasked calls use, of which nothing that it reads matters to which other
// worlds there are.
func (w *World) Unasked(use func()) {
	around := w.notes
	w.notes = nil
	use()
	w.notes = around
}

// offer notes that it matters whether a text is one of values, if whoever deploys
// chooses it, or a part of it that is a symbol.
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

// compared passes on the notes of what a condition compares. A parameter that is
// its default there may be something else.
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

// distinct returns the keys of a mapping of which no two lead to the same: below
// a key of the second level, if one is given.
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

// lookup is of any key of a mapping, and then of a key of the second level if it
// is in the template.
type lookup struct {
	mapping *Object
	below   string
}
