package cfn

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/internal/validation"
)

// Parameter is one parameter of a template.
type Parameter struct {
	// Name is the parameter's logical id.
	Name string
	// Type is the parameter's type, such as Number.
	Type string
	// Default is the default value, nil if there is none. For an SSM parameter type, it
	// is the name of an SSM parameter.
	Default *string
	// NoEcho reports whether the value is secret: no message shows it.
	NoEcho bool

	allowedValues        []string
	allowedPattern       string // matches the whole value
	minLength, maxLength *float64
	minValue, maxValue   *float64
}

var parameterAttributes = []string{
	"AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength",
	"MaxValue", "MinLength", "MinValue", "NoEcho", "Type",
}

const ssmValuePrefix = "AWS::SSM::Parameter::Value<"

// fromSSM reports whether the value comes from the SSM Parameter Store.
func (p *Parameter) fromSSM() bool { return strings.HasPrefix(p.Type, ssmValuePrefix) }

// valueType returns the type of the value. An SSM parameter type wraps it.
func (p *Parameter) valueType() string {
	if p.fromSSM() {
		return strings.TrimSuffix(strings.TrimPrefix(p.Type, ssmValuePrefix), ">")
	}
	return p.Type
}

func (p *Parameter) isList() bool {
	kind := p.valueType()
	return kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<")
}

func (p *Parameter) isNumber() bool {
	kind := p.valueType()
	return kind == "Number" || kind == "List<Number>"
}

// parameterType matches the types of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
var parameterType = regexp.MustCompile(`^(?:String|Number|CommaDelimitedList|List<(?:Number|String|AWS::[A-Za-z0-9:]+)>|AWS::[A-Za-z0-9:]+` +
	`|AWS::SSM::Parameter::Value<(?:String|CommaDelimitedList|List<String>|List<AWS::[A-Za-z0-9:]+>|AWS::[A-Za-z0-9:]+)>)$`)

func (t *templateReader) readParameters(section *place, parameters *Object) {
	for _, name := range parameters.Names() {
		value, _ := parameters.Get(name)
		at, object := t.entry(section, name, value)
		if object == nil {
			continue
		}
		t.checkNames(at, object, "parameter attribute", parameterAttributes)
		p := &Parameter{Name: name, Type: t.text(at, object, "Type")}
		if !parameterType.MatchString(p.Type) {
			t.problemf(at.key("Type"), "must be String, Number, CommaDelimitedList, List<Number> or an AWS type, got %s",
				validation.Quote(p.Type))
		}
		p.Default = t.scalar(at, object, "Default")
		noEcho := t.scalar(at, object, "NoEcho")
		p.NoEcho = noEcho != nil && *noEcho == "true"
		p.allowedValues = t.allowedValues(at.key("AllowedValues"), object)
		p.allowedPattern = t.text(at, object, "AllowedPattern")
		p.minLength, p.maxLength = t.bound(at, object, "MinLength"), t.bound(at, object, "MaxLength")
		p.minValue, p.maxValue = t.bound(at, object, "MinValue"), t.bound(at, object, "MaxValue")
		t.template.Parameters = append(t.template.Parameters, p)
	}
}

// scalar returns a string, number or boolean as text, nil if it is missing.
func (t *templateReader) scalar(at *place, object *Object, name string) *string {
	value, found := object.Get(name)
	if !found {
		return nil
	}
	text, ok := scalarText(value)
	if !ok {
		t.problemf(at.key(name), "must be a string or number, got %s", describe(value))
		return nil
	}
	return &text
}

func (t *templateReader) allowedValues(at *place, parameter *Object) []string {
	value, found := parameter.Get("AllowedValues")
	if !found {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		t.problemf(at, "must be a list, got %s", describe(value))
	}
	var allowed []string
	for i, item := range list {
		text, ok := scalarText(item)
		if !ok {
			t.problemf(at.item(i), "must be a string or number, got %s", describe(item))
		}
		allowed = append(allowed, text)
	}
	return allowed
}

func (t *templateReader) bound(at *place, parameter *Object, name string) *float64 {
	text := t.scalar(at, parameter, name)
	if text == nil {
		return nil
	}
	bound, err := strconv.ParseFloat(*text, 64)
	if err != nil {
		t.problemf(at.key(name), "must be a number, got %s", validation.Quote(*text))
		return nil
	}
	return &bound
}

// Placeholder returns a possible value of the parameter.
func (p *Parameter) Placeholder() string {
	switch {
	case len(p.allowedValues) > 0:
		return p.allowedValues[0]
	case p.isNumber():
		return "0"
	}
	return "missing"
}

// parse returns the value of Ref for a text: a string, or a list of strings without
// surrounding spaces, as CloudFormation does.
func (p *Parameter) parse(text string) any {
	if !p.isList() {
		return text
	}
	list := []any{}
	for item := range strings.SplitSeq(text, ",") {
		list = append(list, strings.TrimSpace(item))
	}
	return list
}

// takes reports whether CloudFormation may accept a text as the value.
func (p *Parameter) takes(text string) bool {
	if _, err := pattern.CompileWhole(p.allowedPattern); err != nil {
		return true // only CloudFormation can tell
	}
	return p.check(p.parse(text)) == ""
}

// check returns the problem with a value, or "".
func (p *Parameter) check(value any) string {
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	for _, item := range items {
		text, _ := item.(string)
		if must := p.checkItem(text); must != "" {
			if p.NoEcho {
				return must
			}
			return must + ", got " + validation.Quote(text)
		}
	}
	return ""
}

func (p *Parameter) checkItem(text string) string {
	if len(p.allowedValues) > 0 && !slices.Contains(p.allowedValues, text) {
		return "must be one of " + strings.Join(p.allowedValues[:min(len(p.allowedValues), 20)], ", ")
	}
	if p.allowedPattern != "" {
		allowed, err := pattern.CompileWhole(p.allowedPattern)
		if err != nil {
			// CloudFormation uses Java's regular expressions, and Go lacks their
			// look-around.
			return "cannot be checked against its AllowedPattern " + validation.Quote(p.allowedPattern) + ": " + err.Error()
		}
		if !allowed.MatchString(text) {
			return "must match its AllowedPattern " + validation.Quote(p.allowedPattern)
		}
	}
	if p.isNumber() {
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return "must be a number"
		}
		return outside("be", number, p.minValue, p.maxValue, "")
	}
	return outside("have", float64(utf8.RuneCountInString(text)), p.minLength, p.maxLength, " characters")
}

// outside returns which bound a number violates, or "".
func outside(verb string, number float64, least, most *float64, unit string) string {
	format := func(bound *float64) string { return strconv.FormatFloat(*bound, 'g', -1, 64) }
	switch {
	case least != nil && number < *least:
		return "must " + verb + " " + "at least " + format(least) + unit
	case most != nil && number > *most:
		return "must " + verb + " " + "at most " + format(most) + unit
	}
	return ""
}
