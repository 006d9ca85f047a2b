package cfn

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// call evaluates one intrinsic function, see
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
func (e evaluator) call(at *place, name string, argument any) (any, error) {
	inside := at.key(name)
	switch name {
	case "Ref":
		target, ok := argument.(string)
		if !ok && e.world != nil { // AWS::LanguageExtensions allows functions as the name
			text, err := e.text(inside, argument)
			if err != nil {
				return nil, err
			}
			return e.ref(at, text)
		}
		if !ok {
			return nil, inside.errorf("must be a name, got %s", describe(argument))
		}
		return e.ref(at, target)
	case "Fn::GetAtt":
		return e.getAtt(inside, argument)
	case "Fn::Join":
		return e.join(inside, argument)
	case "Fn::Sub":
		return e.substitute(inside, argument)
	case "Fn::Select":
		return e.selectItem(inside, argument)
	case "Fn::Split":
		return e.split(inside, argument)
	case "Fn::If":
		return e.choose(inside, argument)
	case "Fn::FindInMap":
		return e.findInMap(inside, argument)
	case "Fn::Base64":
		text, err := e.text(inside, argument)
		if err != nil {
			return nil, err
		}
		if !IsKnown(text) {
			return nil, inside.errorf("the value to encode is unknown")
		}
		return e.made(inside, base64.StdEncoding.EncodeToString([]byte(text)))
	case "Fn::ToJsonString":
		return e.toJSON(inside, argument)
	case "Fn::ImportValue":
		return e.importValue(inside, argument)
	case "Fn::GetStackOutput":
		return e.stackOutput(inside, argument)
	}
	return nil, at.errorf("%s is not supported: %s", plain(name), unsupportedReason(name))
}

func unsupportedReason(name string) string {
	switch name {
	case "Fn::GetAZs":
		return "only AWS knows the Availability Zones of an account"
	case "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or":
		return "it belongs in the Conditions section"
	case "Fn::Transform":
		return "only AWS can run macros, except AWS::Include in the Body of an API whose Location is an asset or a file beside the template"
	case "Fn::Cidr":
		return "write the address blocks out"
	}
	return "supported are Ref, Fn::Base64, Fn::FindInMap, Fn::GetAtt, Fn::If, Fn::ImportValue, Fn::Join, Fn::Select, Fn::Split, Fn::Sub, Fn::ToJsonString"
}

// made counts the bytes of a function's result.
func (e evaluator) made(at *place, text string) (any, error) {
	return text, e.spend(at, len(text))
}

// arguments returns the arguments of a function that takes a fixed number of them.
func arguments(at *place, argument any, what ...string) ([]any, error) {
	list, ok := argument.([]any)
	if !ok || len(list) != len(what) {
		return nil, at.errorf("must be a list of %d values, [%s], got %s", len(what), strings.Join(what, ", "), describeArguments(argument))
	}
	return list, nil
}

func describeArguments(argument any) string {
	if list, ok := argument.([]any); ok {
		return strconv.Itoa(len(list)) + " values"
	}
	return describe(argument)
}

func (e evaluator) getAtt(at *place, argument any) (any, error) {
	if text, ok := argument.(string); ok {
		argument = splitAttribute(text)
	}
	list, err := arguments(at, argument, "logical id", "attribute")
	if err != nil {
		return nil, err
	}
	id, ok := list[0].(string)
	if !ok && e.world != nil { // AWS::LanguageExtensions allows a parameter as the logical id
		id, err = evaluator{e.Resolver, false}.text(at.item(0), list[0])
		ok = err == nil
	}
	if !ok {
		return nil, at.item(0).errorf("must be a logical id, got %s", describe(list[0]))
	}
	attribute, err := e.text(at.item(1), list[1])
	if err != nil {
		return nil, err
	}
	value, err := e.attribute(at, id, attribute)
	if err != nil {
		return nil, err
	}
	return value, e.spend(at, sizeOf(value))
}

// strings resolves value to a list of strings.
func (e evaluator) strings(at *place, value any) ([]string, error) {
	resolved, err := e.resolve(at, value)
	if err != nil {
		return nil, err
	}
	list, ok := resolved.([]any)
	if !ok {
		return nil, at.errorf("must be a list of strings, got %s", e.describe(resolved))
	}
	texts := make([]string, 0, len(list))
	for i, item := range list {
		text, err := e.textOf(at.item(i), item)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func (e evaluator) join(at *place, argument any) (any, error) {
	list, err := arguments(at, argument, "delimiter", "list")
	if err != nil {
		return nil, err
	}
	delimiter, err := e.text(at.item(0), list[0])
	if err != nil {
		return nil, err
	}
	items, err := e.strings(at.item(1), list[1])
	if err != nil {
		return nil, err
	}
	// Count a long delimiter between many items before joining them.
	if err := e.spend(at, len(delimiter)*max(0, len(items)-1)); err != nil {
		return nil, err
	}
	return e.made(at, strings.Join(items, delimiter))
}

func (e evaluator) selectItem(at *place, argument any) (any, error) {
	list, err := arguments(at, argument, "index", "list")
	if err != nil {
		return nil, err
	}
	var text string
	made := e.world.noting(func() { text, err = e.text(at.item(0), list[0]) })
	if err != nil {
		return nil, err
	}
	resolved, err := e.resolve(at.item(1), list[1])
	if err != nil {
		return nil, err
	}
	items, ok := resolved.([]any)
	if !ok {
		return nil, at.item(1).errorf("must be a list, got %s", e.describe(resolved))
	}
	e.world.selects(text, made, func() (indexes []string) {
		for i := range items {
			indexes = append(indexes, strconv.Itoa(i))
		}
		return indexes
	})
	index, err := strconv.Atoi(text)
	if err != nil || index < 0 || index >= len(items) {
		return nil, at.item(0).errorf("must be an index of a list of %d values, starting at 0, got %s", len(items), e.describe(text))
	}
	return items[index], nil
}

func (e evaluator) split(at *place, argument any) (any, error) {
	list, err := arguments(at, argument, "delimiter", "string")
	if err != nil {
		return nil, err
	}
	delimiter, err := e.text(at.item(0), list[0])
	if err != nil {
		return nil, err
	}
	if delimiter == "" {
		return nil, at.item(0).errorf("the delimiter must not be empty")
	}
	text, err := e.text(at.item(1), list[1])
	if err != nil {
		return nil, err
	}
	if e.world != nil && !e.world.symbols.splits(text, delimiter) {
		return nil, at.item(1).errorf("the places where it splits are unknown")
	}
	if err := e.spend(at, len(text)+16*strings.Count(text, delimiter)); err != nil {
		return nil, err
	}
	items := []any{}
	for item := range strings.SplitSeq(text, delimiter) {
		items = append(items, item)
	}
	return items, nil
}

// findInMap looks a value up in a mapping. The DefaultValue for a missing key, and keys
// computed by other functions, are extensions of the AWS::LanguageExtensions macro.
func (e evaluator) findInMap(at *place, argument any) (any, error) {
	var fallback *entry
	if list, _ := argument.([]any); len(list) == 4 {
		if options, isObject := list[3].(*Object); isObject && options.Len() == 1 {
			fallback = options.find("DefaultValue")
		}
		if fallback == nil {
			return nil, at.item(3).errorf("must be an object with a DefaultValue, got %s", describe(list[3]))
		}
		argument = list[:3]
	}
	list, err := arguments(at, argument, "map", "top-level key", "second-level key")
	if err != nil {
		return nil, err
	}
	var found any = e.template.mappings
	for i, item := range list {
		object, isObject := item.(*Object)
		if name, _, ok := object.function(); isObject && e.world == nil && (!ok || name != "Ref" && name != "Fn::FindInMap") {
			return nil, at.item(i).errorf("must be a string, Ref or Fn::FindInMap, got %s", describe(item))
		}
		var key string
		made := e.world.noting(func() { key, err = evaluator{e.Resolver, false}.text(at.item(i), item) })
		if err != nil {
			return nil, err
		}
		level, ok := found.(*Object)
		if !ok {
			return nil, at.item(i).errorf("the mapping has no second-level keys")
		}
		e.world.selects(key, made, func() []string {
			below := ""
			if i == 1 {
				below, _ = list[2].(string)
			}
			return e.world.distinct(level, below)
		})
		if found, ok = level.Get(key); !ok && fallback != nil {
			return e.resolve(at.item(3).key(fallback.name), fallback.value)
		} else if !ok {
			return nil, at.item(i).errorf("the Mappings section has no %s here%s", e.describe(key), e.didYouMean(key, level.Names))
		}
	}
	return evaluator{e.Resolver, false}.resolve(at, found)
}

func (e evaluator) importValue(at *place, argument any) (any, error) {
	name, err := e.text(at, argument)
	if err != nil {
		return nil, err
	}
	value, given := e.options.Imports[name]
	if e.links != nil && !given {
		value, err := e.links.importValue(e.stack, name)
		if err == nil {
			return value, nil
		}
		if err != errNone && e.world == nil {
			return nil, at.because("the export "+e.describe(name), err)
		}
	}
	if !given && e.options.MissingImport != nil {
		value, given = e.options.MissingImport(name)
	}
	if !given {
		return nil, at.errorf("the export %s belongs to another stack: add that stack, or set the export's value as an import", e.describe(name))
	}
	return e.made(at, value)
}

// stackOutput evaluates Fn::GetStackOutput, which CDK uses for weak references between
// stacks.
func (e evaluator) stackOutput(at *place, argument any) (any, error) {
	resolved, err := e.resolve(at, argument)
	if err != nil {
		return nil, err
	}
	if arguments, ok := resolved.(map[string]any); ok && e.links != nil {
		value, err := e.links.stackOutput(e.Resolver, arguments)
		if err == nil {
			return value, nil
		}
		if err != errNone && e.world == nil {
			return nil, at.because("the output of another stack", err)
		}
	}
	return nil, at.errorf("the output belongs to another stack: add that stack, or write the output's value here")
}
