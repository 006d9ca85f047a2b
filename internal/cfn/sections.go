package cfn

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

var (
	// sections are the top-level sections of a template.
	sections = []string{
		"AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata",
		"Outputs", "Parameters", "Resources", "Rules", "Transform",
	}
	resourceAttributes = []string{
		"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type",
		"UpdatePolicy", "UpdateReplacePolicy", "Version",
	}
	outputAttributes = []string{"Condition", "Description", "Export", "Value"}
	// logicalID matches logical ids, and names of parameters and outputs.
	logicalID = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)
)

// templateReader converts a document into a Template and collects every problem.
type templateReader struct {
	template   *Template
	problems   validation.Collector
	mayBeEmpty bool
}

func newTemplate(name string, document *Object, mayBeEmpty bool) (*Template, error) {
	t := &templateReader{template: &Template{Name: name, document: document}, mayBeEmpty: mayBeEmpty}
	root := &place{name: name}
	t.refuseMacros(root, document)
	if err := t.problems.Err(name); err != nil {
		return nil, err // other unknown names, such as Globals, may belong to the macro
	}
	if document = t.expandLoops(root, document); len(t.problems.Problems) > 0 {
		return nil, t.problems.Err(name)
	}
	t.template.document = document
	t.checkNames(root, document, "section", sections)
	t.checkVersion(root, document)
	t.text(root, document, "Description")
	t.template.conditions = t.section(root, document, "Conditions", 0)
	t.template.mappings = t.section(root, document, "Mappings", maxMappings)
	t.checkMappings(root.key("Mappings"))
	t.readParameters(root.key("Parameters"), t.section(root, document, "Parameters", maxParameters))
	before := len(t.problems.Problems)
	resources := t.section(root, document, "Resources", maxResources)
	if resources.Len() == 0 && !t.mayBeEmpty && len(t.problems.Problems) == before {
		t.problemf(root.key("Resources"), "must have at least one resource")
	}
	t.readResources(root.key("Resources"), resources)
	t.readOutputs(root.key("Outputs"), t.section(root, document, "Outputs", maxOutputs))
	if err := t.problems.Err(name); err != nil {
		return nil, err
	}
	return t.template, nil
}

func (t *templateReader) problemf(at *place, format string, args ...any) {
	if len(t.problems.Problems) < maxProblems {
		t.problems.Addf(at.String(), format, args...)
	}
}

func (t *templateReader) checkVersion(root *place, document *Object) {
	const version = "2010-09-09"
	if value, found := document.Get("AWSTemplateFormatVersion"); found && value != version {
		t.problemf(root.key("AWSTemplateFormatVersion"), "must be %s, got %s", version, describe(value))
	}
}

// additive matches transforms that only add resources of their own service.
// AWS::LanguageExtensions adds loops, which are expanded here, and functions, which are
// evaluated, refused or unknown.
var additive = regexp.MustCompile(`^AWS::(SecretsManager-[0-9-]+|CodeDeployBlueGreen|CodeDeployHooks|LanguageExtensions)$`)

// refuseMacros reports any other macro, because AWS rewrites the template with it
// before deployment.
func (t *templateReader) refuseMacros(root *place, document *Object) {
	value, found := document.Get("Transform")
	list, ok := value.([]any)
	if found && !ok {
		list = []any{value}
	}
	var macros []string
	for _, macro := range list {
		if name, ok := macro.(string); !ok || !additive.MatchString(name) {
			macros = append(macros, macroName(macro))
		}
	}
	if len(macros) == 0 && usesSAM(document) {
		macros = []string{"AWS::Serverless-2016-10-31 (which the template does not name)"}
	}
	if len(macros) > 0 {
		t.problemf(root.key("Transform"), "only AWS expands the macro %s: use the expanded template, %s", strings.Join(macros, ", "), expandedTemplate)
	}
}

// expandedTemplate says how to get a template with its macros expanded.
const expandedTemplate = "which `aws cloudformation get-template --template-stage Processed --stack-name STACK --query TemplateBody` prints of a stack, " +
	"and with --change-set-name CHANGE-SET before it is deployed (`sam deploy --no-execute-changeset` makes one)"

// usesSAM reports whether a template is an AWS SAM template.
func usesSAM(document *Object) bool {
	if document.find("Globals") != nil {
		return true
	}
	section, _ := document.Get("Resources")
	resources, _ := section.(*Object)
	return slices.ContainsFunc(resources.Names(), func(id string) bool {
		value, _ := resources.Get(id)
		resource, _ := value.(*Object)
		kind, _ := text(resource, "Type")
		return strings.HasPrefix(kind, "AWS::Serverless::")
	})
}

func macroName(macro any) string {
	if name, ok := macro.(string); ok {
		return plain(name)
	}
	return "AWS::Include"
}

// section returns a section, empty if it is missing. A max of 0 means no limit.
func (t *templateReader) section(root *place, document *Object, name string, max int) *Object {
	value, found := document.Get(name)
	if !found {
		return nil
	}
	section, ok := value.(*Object)
	if !ok {
		t.problemf(root.key(name), "must be an object, got %s", describe(value))
		return nil
	}
	if max > 0 && section.Len() > max {
		t.problemf(root.key(name), "may have at most %d entries, got %d", max, section.Len())
	}
	return section
}

// entry returns an entry of a section if it is an object with a valid name.
func (t *templateReader) entry(section *place, name string, value any) (*place, *Object) {
	at := section.key(name)
	switch {
	case strings.HasPrefix(name, loopPrefix):
		t.problemf(at, "a loop needs the macro AWS::LanguageExtensions: name it in Transform")
		return at, nil
	case strings.HasPrefix(name, "Fn::"):
		t.problemf(at, "%s is not supported here, as only AWS can run a macro: use the expanded template, %s", plain(name), expandedTemplate)
		return at, nil
	}
	if !logicalID.MatchString(name) {
		t.problemf(at, "the name must be 1 to 255 letters and digits, got %s", plain(name))
		return at, nil
	}
	object, ok := value.(*Object)
	if !ok {
		t.problemf(at, "must be an object, got %s", describe(value))
	}
	return at, object
}

// checkNames reports names that CloudFormation does not know.
func (t *templateReader) checkNames(at *place, object *Object, what string, known []string) {
	for _, name := range object.Names() {
		if !slices.Contains(known, name) && len(t.problems.Problems) < maxProblems {
			t.problemf(at.key(name), "is not a CloudFormation %s%s", what, validation.DidYouMean(name, known))
		}
	}
}

// text returns a string by its name, or "" if it is missing.
func (t *templateReader) text(at *place, object *Object, name string) string {
	value, found := object.Get(name)
	if !found {
		return ""
	}
	text, ok := value.(string)
	if !ok {
		t.problemf(at.key(name), "must be a string, got %s", describe(value))
	}
	return text
}

func (t *templateReader) readResources(section *place, resources *Object) {
	for _, id := range resources.Names() {
		value, _ := resources.Get(id)
		at, object := t.entry(section, id, value)
		if object == nil {
			continue
		}
		// Messages about a resource start with its logical id.
		at.parent = section.parent
		t.checkNames(at, object, "resource attribute", resourceAttributes)
		resource := &Resource{
			LogicalID:  id,
			Type:       t.text(at, object, "Type"),
			Condition:  t.text(at, object, "Condition"),
			DependsOn:  t.dependsOn(at.key("DependsOn"), object),
			Metadata:   t.section(at, object, "Metadata", 0),
			Properties: t.section(at, object, "Properties", 0),
		}
		if resource.Type == "" {
			t.problemf(at, "must have a Type")
		}
		t.checkCondition(at, resource.Condition)
		if slices.ContainsFunc(t.template.Parameters, func(p *Parameter) bool { return p.Name == id }) {
			t.problemf(at, "a parameter has the same name")
		}
		t.template.Resources = append(t.template.Resources, resource)
	}
}

func (t *templateReader) dependsOn(at *place, resource *Object) []string {
	value, found := resource.Get("DependsOn")
	if !found {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var ids []string
	for _, item := range list {
		id, ok := item.(string)
		if !ok {
			t.problemf(at, "must be a logical id or a list of them, got %s", describe(item))
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

func (t *templateReader) readOutputs(section *place, outputs *Object) {
	for _, name := range outputs.Names() {
		value, _ := outputs.Get(name)
		at, object := t.entry(section, name, value)
		if object == nil {
			continue
		}
		t.checkNames(at, object, "output attribute", outputAttributes)
		output := &Output{
			Name:      name,
			Condition: t.text(at, object, "Condition"),
		}
		t.text(at, object, "Description")
		t.checkCondition(at, output.Condition)
		if output.value, _ = object.Get("Value"); output.value == nil {
			t.problemf(at, "must have a Value")
		}
		export := t.section(at, object, "Export", 0)
		output.exportName, _ = export.Get("Name")
		t.template.Outputs = append(t.template.Outputs, output)
	}
}

// checkCondition reports a reference to a condition that is not defined.
func (t *templateReader) checkCondition(at *place, name string) {
	if _, found := t.template.conditions.Get(name); !found && name != "" {
		t.problemf(at.key("Condition"), "there is no condition %s", plain(name))
	}
}

// checkMappings reports mappings that do not have two levels of names above strings or
// lists. CloudFormation refuses them even if nothing uses them.
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

// mapLevel returns the entries of one level of a mapping, or none if a macro creates
// them.
func (t *templateReader) mapLevel(at *place, value any) []entry {
	level, ok := value.(*Object)
	if ok && level.find(transform) != nil {
		return nil
	}
	if name, _, isFunction := level.function(); !ok || isFunction {
		t.problemf(at, "must be an object with literal names, got %s: a mapping has two levels of names above its values", cmp.Or(name, describe(value)))
		return nil
	}
	return level.entries()
}

// checkMapped reports a mapping value that is not literal.
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
		t.problemf(at, "a mapping value must be a string or a list of strings, got %s: functions are not allowed here", describe(item))
		return
	}
}
