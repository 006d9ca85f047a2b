package machineauth

import "example.com/weather-events-api/internal/validation"

// tokens are values that only CDK can resolve, those with a name once each.
// Each is in an object of its own: one that resolves to nothing would leave the list.
type tokens struct {
	all    []any
	byName map[string]int
}

// add adds the tokens in a value to t, and the index of each to indexes.
func (t *tokens) add(indexes []int, value any) []int {
	switch v := value.(type) {
	case nil, bool:
	case string:
		if validation.IsToken(v) {
			return append(indexes, t.appendOnce(v, v))
		}
	case float64:
		if validation.IsNumberToken(v) {
			return append(indexes, t.append(v))
		}
	case []any:
		if name, ok := listToken(v); ok {
			return append(indexes, t.appendOnce(name, v))
		}
		for _, element := range v {
			indexes = t.add(indexes, element)
		}
	case map[string]any:
		for _, element := range v {
			indexes = t.add(indexes, element)
		}
	default: // an object of CDK's
		return append(indexes, t.append(v))
	}
	return indexes
}

// listToken returns what CDK writes as the only element of a list that is a token.
func listToken(list []any) (name string, ok bool) {
	if len(list) == 1 {
		name, ok = list[0].(string)
	}
	return name, ok && validation.IsToken(name)
}

// appendOnce appends a token that is known by name.
func (t *tokens) appendOnce(name string, token any) int {
	index, known := t.byName[name]
	if !known {
		index = t.append(token)
		if t.byName == nil {
			t.byName = map[string]int{}
		}
		t.byName[name] = index
	}
	return index
}

func (t *tokens) append(token any) int {
	t.all = append(t.all, map[string]any{"token": token})
	return len(t.all) - 1
}
