package cfn

import "strings"

// ssmName returns the name of an SSM parameter that is named by its name or ARN,
// with a version or without.
func ssmName(key string) string {
	if _, ofARN, isARN := strings.Cut(key, ":parameter/"); isARN && strings.HasPrefix(key, "arn:") {
		key = ofARN
	}
	name, _, _ := strings.Cut(key, ":")
	return name
}

// ofSSM returns the value of the SSM parameter that a parameter names.
func (e evaluator) ofSSM(at *place, p *Parameter) (any, error) {
	key := ""
	if p.Default != nil {
		key = *p.Default
	}
	if e.isNested() && e.isGivenByParent(p) {
		given, err := e.given(at, &Parameter{Name: p.Name, Type: "String"})
		if err != nil {
			return nil, err
		}
		key, _ = given.(string)
	}
	value, err := e.ssm(key)
	if err == errNone && e.options.MissingParameter != nil && !e.isNested() {
		if madeUp, found := e.options.MissingParameter(p); found {
			value, err = madeUp, nil
		}
	}
	if err == errNone {
		return nil, at.errorf("the parameter %s takes its value from the SSM parameter %s, which no stack has: give it a value", p.Name, e.describe(key))
	}
	if err != nil {
		return nil, at.because("the parameter "+p.Name, err)
	}
	parsed := p.parse(value)
	return parsed, e.spend(at, sizeOf(parsed))
}

// ssm returns the value of an SSM parameter that is given, or that one of the stacks
// has, and errNone if there is none.
func (r *Resolver) ssm(key string) (string, error) {
	name := ssmName(key)
	if value, given := r.options.Imports[importedSSM+name]; given {
		return value, nil
	}
	if r.links == nil || name == "" {
		return "", errNone
	}
	value, err := r.links.carriedTo(r.stack, name)
	text, _ := scalarText(value)
	return text, err
}

// importedSSM is in front of the name of an SSM parameter among the imports.
const importedSSM = "ssm:"

// dynamicSSM is ssm for a dynamic reference, whose value nothing else can give.
func (r *Resolver) dynamicSSM(key string) (string, error) {
	value, err := r.ssm(key)
	if err == errNone && r.options.MissingImport != nil {
		if madeUp, found := r.options.MissingImport(importedSSM + ssmName(key)); found {
			return madeUp, nil
		}
	}
	return value, err
}
