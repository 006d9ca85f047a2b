package cfn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// SecretReference is what {{resolve:secretsmanager:…}} names, after
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
type SecretReference struct {
	// SecretID is the name or ARN of the secret.
	SecretID string
	// JSONKey is the key of the value in the secret's JSON, "" for the whole secret.
	JSONKey string
	// VersionStage and VersionID choose a version. At most one is not "".
	VersionStage, VersionID string
}

const dynamicOpen, dynamicClose = "{{resolve:", "}}"

// resolveDynamic replaces the dynamic references in the strings of a resolved
// property. What they stand for is not looked into again.
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
			return nil, at.errorf("the dynamic reference has no end: %s is missing", dynamicClose)
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

// dynamicValue resolves what stands between {{resolve: and }}.
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

// parseSecretReference reads secret-id:SecretString:json-key:version-stage:version-id,
// of which only the first is needed. An ARN has colons itself.
func parseSecretReference(text string) (SecretReference, error) {
	parts := strings.Split(text, ":")
	if parts[0] == "arn" {
		const ofARN = 7
		if len(parts) < ofARN {
			return SecretReference{}, errors.New("the ARN of the secret is not complete")
		}
		parts = append([]string{strings.Join(parts[:ofARN], ":")}, parts[ofARN:]...)
	}
	const most = 5
	if len(parts) > most {
		return SecretReference{}, fmt.Errorf("must have %d parts at most, got %d", most, len(parts))
	}
	parts = append(parts, make([]string, most-len(parts))...)
	reference := SecretReference{SecretID: parts[0], JSONKey: parts[2], VersionStage: parts[3], VersionID: parts[4]}
	switch {
	case reference.SecretID == "":
		return SecretReference{}, errors.New("the id of the secret is missing")
	case parts[1] != "" && parts[1] != "SecretString":
		return SecretReference{}, fmt.Errorf("the second part must be SecretString, got %s", validation.Quote(parts[1]))
	case reference.VersionStage != "" && reference.VersionID != "":
		return SecretReference{}, errors.New("a version stage and a version id cannot both be given")
	}
	return reference, nil
}
