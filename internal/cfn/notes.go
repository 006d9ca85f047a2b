package cfn

import "fmt"

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

// offer notes that it matters whether a text is one of values, if the text is
// a symbol that whoever deploys chooses.
func (w *World) offer(text string, values ...string) {
	asked := w.symbols.only(text)
	if asked == nil || asked.fixed || asked.secret {
		return
	}
	for _, value := range values {
		if IsKnown(value) && asked.mayBe(value) {
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
		if s := &w.symbols.all[w.symbols.byKey[made[0].key]]; s.fallback != nil && *s.fallback == text {
			w.offer(w.symbols.text(*s), values()...)
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
