package cfn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// SecretReference is a parsed {{resolve:secretsmanager:…}}, see
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
type SecretReference struct {
	// SecretID is the name or ARN of the secret.
	SecretID string
	// JSONKey is the key of the value in the secret's JSON, "" for the whole secret.
	JSONKey string
	// VersionStage and VersionID select a version. At most one is set.
	VersionStage, VersionID string
}

const dynamicOpen, dynamicClose = "{{resolve:", "}}"

// resolveDynamic replaces the dynamic references in the strings of a resolved property.
// It does not resolve references in the values that replace them.
func (r *Resolver) resolveDynamic(at *place, value any) (any, error) {
	var problems validation.Collector
	switch v := value.(type) {
	case string:
		return r.expandDynamic(at, v)
	case []any:
		replaced := make([]any, len(v))
		for i, item := range v {
			var err error
			replaced[i], err = r.resolveDynamic(at.item(i), item)
			problems.Merge(err)
		}
		return replaced, problems.Err(r.template.Name)
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			replaced, err := r.resolveDynamic(at.key(name), v[name])
			problems.Merge(err)
			v[name] = replaced
		}
		return v, problems.Err(r.template.Name)
	}
	return value, nil
}

func (r *Resolver) expandDynamic(at *place, text string) (any, error) {
	if !strings.Contains(text, dynamicOpen) {
		return text, nil
	}
	var made strings.Builder
	for {
		before, rest, found := strings.Cut(text, dynamicOpen)
		made.WriteString(before)
		if !found {
			return made.String(), nil
		}
		reference, after, closed := strings.Cut(rest, dynamicClose)
		if !closed {
			return nil, at.errorf("the dynamic reference is not closed: %s is missing", dynamicClose)
		}
		value, err := r.dynamicValue(reference)
		if err != nil {
			return nil, at.errorf("dynamic reference %s: %v", r.describe(dynamicOpen+reference+dynamicClose), err)
		}
		if err := r.spend(at, len(value)); err != nil {
			return nil, err
		}
		made.WriteString(value)
		text = after
	}
}

// dynamicValue resolves the text between {{resolve: and }}.
func (r *Resolver) dynamicValue(text string) (string, error) {
	service, key, _ := strings.Cut(text, ":")
	switch service {
	case "ssm", "ssm-secure":
		value, err := r.dynamicSSM(key)
		if service == "ssm-secure" {
			r.hide(value)
		}
		return value, err
	case "secretsmanager":
	default:
		return "", errors.New("only ssm, ssm-secure and secretsmanager are supported: put the value into a parameter")
	}
	reference, err := parseSecretReference(key)
	if err != nil {
		return "", err
	}
	if r.options.Secret == nil {
		return "", errors.New("no secrets are available here")
	}
	value, err := r.options.Secret(reference)
	r.hide(value)
	return value, err
}

// parseSecretReference reads secret-id:SecretString:json-key:version-stage:version-id.
// Only the first part is required. An ARN itself contains colons.
func parseSecretReference(text string) (SecretReference, error) {
	parts := strings.Split(text, ":")
	if parts[0] == "arn" {
		const ofARN = 7
		if len(parts) < ofARN {
			return SecretReference{}, errors.New("the ARN of the secret is incomplete")
		}
		parts = append([]string{strings.Join(parts[:ofARN], ":")}, parts[ofARN:]...)
	}
	const most = 5
	if len(parts) > most {
		return SecretReference{}, fmt.Errorf("must have at most %d parts, got %d", most, len(parts))
	}
	parts = append(parts, make([]string, most-len(parts))...)
	reference := SecretReference{SecretID: parts[0], JSONKey: parts[2], VersionStage: parts[3], VersionID: parts[4]}
	switch {
	case reference.SecretID == "":
		return SecretReference{}, errors.New("the id of the secret is missing")
	case parts[1] != "" && parts[1] != "SecretString":
		return SecretReference{}, fmt.Errorf("the second part must be SecretString, got %s", validation.Quote(parts[1]))
	case reference.VersionStage != "" && reference.VersionID != "":
		return SecretReference{}, errors.New("a version stage and a version id cannot be combined")
	}
	return reference, nil
}

// ssmName returns the name of an SSM parameter, given its name or ARN, with or without
// a version.
func ssmName(key string) string {
	if _, ofARN, isARN := strings.Cut(key, ":parameter/"); isARN && strings.HasPrefix(key, "arn:") {
		key = ofARN
	}
	name, _, _ := strings.Cut(key, ":")
	return name
}

// ofSSM returns the value of the SSM parameter that a template parameter refers to.
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
		return nil, at.errorf("parameter %s takes its value from SSM parameter %s, which no stack declares: set its value", p.Name, e.describe(key))
	}
	if err != nil {
		return nil, at.because("the parameter "+p.Name, err)
	}
	parsed := p.parse(value)
	return parsed, e.spend(at, sizeOf(parsed))
}

// ssm returns the value of an SSM parameter from the imports or from one of the stacks,
// or errNone.
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

// importedSSM is the prefix of an SSM parameter's name in Imports.
const importedSSM = "ssm:"

// dynamicSSM is ssm for a dynamic reference, which also asks MissingImport.
func (r *Resolver) dynamicSSM(key string) (string, error) {
	value, err := r.ssm(key)
	if err == errNone && r.options.MissingImport != nil {
		if madeUp, found := r.options.MissingImport(importedSSM + ssmName(key)); found {
			return madeUp, nil
		}
	}
	return value, err
}
