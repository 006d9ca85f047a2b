package cfn

import "cmp"

// checkMappings reports mappings that are not two levels of names that lead to a
// string or a list: CloudFormation refuses them whether they are used or not.
func (t *templateReader) checkMappings(section *place) {
	for _, mapping := range t.template.mappings.entries() {
		for _, top := range t.mapLevel(section.key(mapping.name), mapping.value) {
			at := section.key(mapping.name).key(top.name)
			for _, second := range t.mapLevel(at, top.value) {
				t.checkMapped(at.key(second.name), second.value)
			}
		}
	}
}

// mapLevel returns the entries of a level of a mapping. Those that a macro makes
// are not known.
func (t *templateReader) mapLevel(at *place, value any) []entry {
	level, ok := value.(*Object)
	if ok && level.find(transform) != nil {
		return nil
	}
	if name, _, isFunction := level.function(); !ok || isFunction {
		t.problemf(at, "must be an object of literal names, got %s: a mapping has two levels of names above its values", cmp.Or(name, describe(value)))
		return nil
	}
	return level.entries()
}

// checkMapped reports a value of a mapping that is not literal.
func (t *templateReader) checkMapped(at *place, value any) {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	for i, item := range items {
		_, ok := scalarText(item)
		if object, isObject := item.(*Object); ok || isObject && object.find(transform) != nil {
			continue
		}
		if isList {
			at = at.item(i)
		}
		t.problemf(at, "a value of a mapping must be a string or a list of strings, got %s: only Fn::FindInMap may lead here", describe(item))
		return
	}
}
