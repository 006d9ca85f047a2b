package cfn

import (
	"fmt"
	"slices"
	"strings"
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
