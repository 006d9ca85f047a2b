package cfn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// expand replaces the dynamic references in a text by the values of parameters and
// secrets in the stacks, or by symbols.
func (e evaluator) expand(at *place, text string) (string, error) {
	if e.world == nil || !e.resources || !strings.Contains(text, dynamicOpen) {
		return text, nil
	}
	var made strings.Builder
	for {
		before, rest, _ := strings.Cut(text, dynamicOpen)
		reference, after, isClosed := strings.Cut(rest, dynamicClose)
		if !isClosed {
			made.WriteString(text)
			return made.String(), nil
		}
		value, err := e.once(subject{kind: "Fn::Dynamic", id: reference}, at, func() (any, error) { return e.world.stored(e.Resolver, reference), nil })
		if e.failure != nil {
			return "", e.failure
		}
		stored, isText := scalarText(value)
		if err != nil || !isText { // a circular reference
			stored = e.world.elsewhere(e.stack, reference, false)
		}
		if err := e.spend(at, len(stored)); err != nil {
			return "", err
		}
		made.WriteString(before + stored)
		text = after
	}
}

// stored returns the value of the text between {{resolve: and }}.
func (w *World) stored(r *Resolver, reference string) any {
	service, key, _ := strings.Cut(reference, ":")
	switch service {
	case "ssm", "ssm-secure":
		return w.ssm(r.stack, key)
	case "secretsmanager":
		return w.secret(r.stack, key)
	}
	return w.elsewhere(r.stack, reference, false)
}

// elsewhere returns the symbol for a value that no stack stores. Stacks in the same
// account and Region that read the same get the same symbol.
func (w *World) elsewhere(from *Stack, reference string, secret bool) string {
	return w.unknown(symbol{
		key:       fmt.Sprintf("%s/%s\x00%s%s", from.Environment.AccountID, from.Environment.Region, dynamicOpen, reference),
		shown:     w.label("resolve:" + reference),
		secret:    secret,
		reference: secret,
	})
}

// ssm returns the value of an SSM parameter, given its name or ARN, with or without a
// version: a stack's parameter has only one value at a time.
func (w *World) ssm(from *Stack, key string) any {
	name := ssmName(key)
	if value, err := w.carriedTo(from, name); err == nil {
		return value
	}
	return w.elsewhere(from, "ssm:"+strings.TrimPrefix(name, "/"), false)
}

// carriedTo returns the value of an SSM parameter that a stack reads: from a stack in
// the same account and Region, or from CDK's custom resources, which write values from
// another Region.
func (l *links) carriedTo(from *Stack, name string) (any, error) {
	l.world.note(l.inIndex...)
	if l.carried == nil {
		l.carried = map[string][]source{}
		l.inIndex = l.world.kept(func() {
			for _, stack := range l.stacks {
				l.addCarried(stack)
			}
		})
	}
	return l.choose(from, l.carried[strings.TrimPrefix(name, "/")])
}

func (l *links) addCarried(stack *Stack) {
	r := l.resolver(stack)
	add := func(resource *Resource, name, region string, path ...string) {
		name = strings.TrimPrefix(name, "/")
		l.carried[name] = append(l.carried[name], source{stack: stack, account: stack.Environment.AccountID, region: region, value: func() (any, error) {
			if !r.has(resource) {
				return nil, errNone
			}
			value, err := r.lookInside(resource, path...)
			if _, isText := scalarText(value); err == nil && !isText {
				err = errNone
			}
			return value, err
		}})
	}
	for _, resource := range stack.Template.Resources {
		switch resource.Type {
		case typeSSMParameter:
			add(resource, r.Ref(resource), stack.Environment.Region, "Value")
		case typeExportWriter:
			properties, _ := resource.Properties.Get("WriterProps")
			writer, _ := properties.(*Object)
			exports, _ := writer.Get("exports")
			carried, _ := exports.(*Object)
			region, _ := r.inside(resource, "WriterProps", "region")
			to, _ := scalarText(region)
			if !IsKnown(to) {
				to = ""
			}
			for _, name := range carried.Names() {
				add(resource, name, to, "WriterProps", "exports", name)
			}
		}
	}
}

// secret returns the value that a reference reads from a secret of the stacks.
func (w *World) secret(from *Stack, key string) any {
	reference, err := parseSecretReference(key)
	if err != nil {
		return w.elsewhere(from, "secretsmanager:"+key, false)
	}
	var sources []source
	for _, stack := range w.stacks {
		there, here := stack.Environment, from.Environment
		if !mayBe(there.AccountID, here.AccountID) || !mayBe(there.Region, here.Region) {
			continue
		}
		r := w.Resolver(stack)
		for _, resource := range stack.Template.Resources {
			if resource.Type == typeSecret && r.isSecretCalled(resource, reference.SecretID) {
				sources = append(sources, source{stack: stack, value: func() (any, error) {
					text := r.secretText(resource)
					if text == "" || !r.has(resource) {
						return nil, errNone
					}
					return field(text, reference.JSONKey), nil
				}})
			}
		}
	}
	value, err := w.choose(from, sources)
	text, _ := value.(string)
	if err != nil || w.symbols.secret(text) {
		return w.elsewhere(from, "secretsmanager:"+key, w.symbols.secret(text))
	}
	return text
}

// isSecretCalled reports whether an id identifies a secret: its ARN, its name, or an
// ARN that ends in its name, with or without the six characters that AWS adds.
func (r *Resolver) isSecretCalled(resource *Resource, id string) bool {
	if id == r.Ref(resource) {
		return true
	}
	name, _ := scalarText(r.Value(resource, "Name"))
	if _, ofARN, isARN := strings.Cut(id, ":secret:"); isARN {
		id = ofARN
	}
	const added = len("-ABCDEF")
	return name != "" && (id == name || len(id) == len(name)+added && strings.HasPrefix(id, name+"-"))
}

// secretText returns the value of a secret, as far as the template contains it.
func (r *Resolver) secretText(resource *Resource) string {
	text, isText := scalarText(r.Value(resource, "SecretString"))
	if !isText {
		made, _ := r.inside(resource, "GenerateSecretString", "SecretStringTemplate")
		text, _ = scalarText(made)
	}
	return text
}

// field returns a field of a secret that is a JSON object, or the complete text if
// there is no key or no JSON.
func field(text, key string) string {
	if key == "" {
		return text
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return text
	}
	value := string(fields[key]) // not decoded: a JSON decoder would replace the bytes of symbols
	if len(value) >= 2 && value[0] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}

// OnlyReadsSecrets reports whether a resolved value contains client secrets only
// through dynamic references to Secrets Manager, which CloudFormation itself never
// shows.
func (w *World) OnlyReadsSecrets(value any) bool {
	return !w.symbols.any(value, func(found *symbol) bool { return found.secret && !found.reference })
}

// Secrets calls visit with every value of the stacks that contains a client secret, and
// its path. Other values create no further worlds.
func (w *World) Secrets(visit func(stack *Stack, path []any, value any)) {
	for _, stack := range w.stacks {
		r := w.Resolver(stack)
		w.Unasked(func() {
			r.EachFunction(func(path []any, value any) {
				if w.HoldsSecret(value) {
					visit(stack, path, value)
				}
			})
		})
		if stack.Template.conditions.Len() > 0 || len(stack.Template.Parameters) > 0 {
			r.askForSecrets()
		}
	}
}

// askForSecrets notes what decides whether the stack shows a client secret, even if it
// does not in this world.
func (r *Resolver) askForSecrets() {
	for _, resource := range r.template.Resources {
		if resource.Type == typeMetadata {
			continue
		}
		inProperties, inMetadata := r.mayShow(resource.Properties), r.mayShow(resource.Metadata)
		if inProperties || inMetadata {
			r.has(resource)
		}
	}
	for _, output := range r.template.Outputs {
		if inValue, inName := r.mayShow(output.value), r.mayShow(output.exportName); inValue || inName {
			r.hasOutput(output)
		}
	}
}

// mayShow reports whether a value contains a client secret in any branch, and notes
// what decides.
func (r *Resolver) mayShow(value any) bool {
	e := evaluator{r, true}
	shows := false
	switch v := value.(type) {
	case string:
		shows = r.world.HoldsSecret(r.unasked(e, v))
	case []any:
		for _, item := range v {
			shows = r.mayShow(item) || shows
		}
	case *Object:
		for _, entry := range v.entries() {
			shows = r.mayShow(entry.value) || shows
		}
		if name, argument, isFunction := v.function(); isFunction {
			shows = shows || r.world.HoldsSecret(r.unasked(e, v)) || name == "Fn::GetAtt" && isMade(argument)
			if shows {
				r.world.compared(r.world.noting(func() { e.decide(name, v) }))
			}
		}
	}
	return shows
}

// decide resolves the part of a function that decides its result.
func (e evaluator) decide(name string, function *Object) {
	if arguments, _ := function.list[0].value.([]any); name == "Fn::If" && len(arguments) > 0 {
		condition, _ := arguments[0].(string)
		e.isPresent(condition)
		return
	}
	_, _ = e.resolve(e.root, function)
}

// unasked resolves a value without taking notes.
func (r *Resolver) unasked(e evaluator, value any) (resolved any) {
	r.world.Unasked(func() { resolved, _ = e.resolve(r.root, value) })
	return resolved
}

// isMade reports whether a function computes the name of an attribute.
func isMade(argument any) bool {
	list, _ := argument.([]any)
	return slices.ContainsFunc(list, func(item any) bool { _, isText := item.(string); return !isText })
}
