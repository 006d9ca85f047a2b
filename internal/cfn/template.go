// Package cfn reads AWS CloudFormation templates and resolves the values in them
// without AWS: parameters, conditions, mappings, intrinsic functions, and references to
// resources and other stacks.
//
// A [Resolver] from [NewResolver] resolves one template as CloudFormation would, and a
// [Group] several. The caller supplies what only AWS knows, such as the id of a
// resource. A value that cannot be resolved is an error with its place in the template.
//
// A [World] resolves several stacks too, but there an unknown value is a symbol, which
// equals only itself, and knows whether it contains a client secret. [Outcomes]
// iterates over the worlds that the choices at deployment create.
package cfn

import (
	"fmt"
	"io"
	"os"
	"slices"
)

// Limits of a template.
const (
	// maxTemplateBytes is CloudFormation's limit for a template in Amazon S3.
	maxTemplateBytes = 1_000_000
	// maxDepth is the maximum nesting of objects and lists.
	maxDepth = 100

	maxResources  = 500
	maxParameters = 200
	maxMappings   = 200
	maxOutputs    = 200

	// maxProblems is the maximum number of problems in one error.
	maxProblems = 100
)

// Problems that JSON and YAML share.
const (
	depthProblem     = "objects and lists nest deeper than 100 levels"
	nullProblem      = "null values are not allowed in templates: set a value, or remove the key"
	duplicateProblem = "duplicate key %q"
)

// Template is a well-formed, unresolved CloudFormation template.
type Template struct {
	// Name is the template's name in messages, usually its file.
	Name string
	// Environment is the target environment from a cloud assembly, otherwise empty.
	Environment Environment
	// Parameters, Resources and Outputs are in template order.
	Parameters []*Parameter
	Resources  []*Resource
	Outputs    []*Output

	document   *Object
	conditions *Object
	mappings   *Object
}

// Environment is the target of a stack in a cloud assembly. A field is empty if
// synthesis did not know it.
type Environment struct {
	StackName, AccountID, Region string
}

// Resource is one resource of a template.
type Resource struct {
	// LogicalID is the resource's logical id.
	LogicalID string
	// Type is the resource type, such as AWS::ApiGateway::RestApi.
	Type string
	// Condition is the name of the resource's condition, or "".
	Condition string
	// DependsOn are the logical ids in DependsOn.
	DependsOn []string
	// Unread is the reason why the file with a REST API's OpenAPI document was not
	// read. It is nil if the file was read or there is none.
	Unread error
	// Metadata and Properties are unresolved. [Resolver.Properties] resolves properties.
	Metadata, Properties *Object
}

// ConstructPath returns the CDK construct path of the resource, or "" if the template
// does not contain it.
func (r *Resource) ConstructPath() string {
	value, _ := r.Metadata.Get("aws:cdk:path")
	path, _ := value.(string)
	return path
}

// Output is one unresolved output of a template.
type Output struct {
	Name string
	// Condition is the name of the output's condition, or "".
	Condition string

	value, exportName any
}

// ParseTemplate reads a template in JSON or YAML; a document that starts with a brace
// is JSON. Messages use name.
//
// It returns an error with every problem if data is not a template: unknown sections
// and resource attributes, duplicate keys, null values, more than 1,000,000 bytes, more
// than 100 levels, or more resources, parameters, mappings or outputs than
// CloudFormation allows. It also refuses macros (the Transform section), because only
// AWS can run them.
func ParseTemplate(name string, data []byte) (*Template, error) {
	return parseTemplate(name, data, false)
}

// parseTemplate accepts a template without resources if mayBeEmpty.
func parseTemplate(name string, data []byte, mayBeEmpty bool) (*Template, error) {
	if len(data) > maxTemplateBytes {
		return nil, fmt.Errorf("%s: a template may not exceed %d bytes", name, maxTemplateBytes)
	}
	document, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	sections, ok := document.(*Object)
	if !ok {
		return nil, fmt.Errorf("%s: a template must be an object, got %s", name, describe(document))
	}
	return newTemplate(name, sections, mayBeEmpty)
}

// Resource returns the resource with a logical id, and reports whether there is one.
func (t *Template) Resource(logicalID string) (*Resource, bool) {
	for _, resource := range t.Resources {
		if resource.LogicalID == logicalID {
			return resource, true
		}
	}
	return nil, false
}

// Uses reports whether the template calls a function, such as Fn::ImportValue.
func (t *Template) Uses(function string) bool { return uses(t.document, function) }

func uses(value any, function string) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return uses(item, function) })
	case *Object:
		return slices.ContainsFunc(v.Names(), func(name string) bool {
			item, _ := v.Get(name)
			return name == function || uses(item, function)
		})
	}
	return false
}

// Locate returns the line of the value at a path of keys and indexes. If the path leads
// through a function, it returns the line of the function.
func (t *Template) Locate(path ...any) (line int) {
	_, line = t.find(path)
	return line
}

// find returns the value at a path and its line, or the last existing value on the way.
// It does not look inside functions.
func (t *Template) find(path []any) (value any, line int) {
	value, line = t.document, 1
	for _, step := range path {
		switch v := value.(type) {
		case *Object:
			name, _ := step.(string)
			next := v.find(name)
			if next == nil || isFunction(name) {
				return value, line
			}
			value, line = next.value, next.line
		case []any:
			index, isIndex := step.(int)
			if !isIndex || index < 0 || index >= len(v) {
				return value, line
			}
			value = v[index]
			if object, ok := value.(*Object); ok {
				line = object.line
			}
		default:
			return value, line
		}
	}
	return value, line
}

// ReadTemplateFile reads a file, up to one byte more than a template may have, so that
// [ParseTemplate] can report that it is too large.
func ReadTemplateFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxTemplateBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	return data, nil
}

// identity describes Ref and the equivalent attributes of a resource type.
//
// Source: "Return values" of each type, AWS CloudFormation template reference.
type identity struct {
	// property is the property that Ref returns. Without one, Ref is an id that AWS
	// generates.
	property string
	// attributes return the same value as Ref.
	attributes []string
	// word reports whether a generated id is one word of letters, digits, - and _.
	word bool
}

var identities = map[string]identity{
	"AWS::ApiGateway::Authorizer":                 {attributes: []string{"AuthorizerId"}, word: true},
	"AWS::ApiGateway::Deployment":                 {attributes: []string{"DeploymentId"}, word: true},
	"AWS::ApiGateway::DomainName":                 {property: "DomainName"},
	"AWS::ApiGateway::GatewayResponse":            {attributes: []string{"Id"}},
	"AWS::ApiGateway::Model":                      {property: "Name"},
	"AWS::ApiGateway::RequestValidator":           {attributes: []string{"RequestValidatorId"}, word: true},
	"AWS::ApiGateway::Resource":                   {attributes: []string{"ResourceId"}, word: true},
	"AWS::ApiGateway::RestApi":                    {attributes: []string{"RestApiId"}, word: true},
	"AWS::ApiGateway::Stage":                      {property: "StageName"},
	"AWS::Cognito::UserPool":                      {attributes: []string{"UserPoolId"}, word: true},
	"AWS::Cognito::UserPoolClient":                {attributes: []string{"ClientId"}, word: true},
	"AWS::Cognito::UserPoolDomain":                {property: "Domain", attributes: []string{"Id"}},
	"AWS::Cognito::UserPoolResourceServer":        {property: "Identifier"},
	"AWS::SSM::Parameter":                         {property: "Name"},
	"AWS::SecretsManager::Secret":                 {attributes: []string{"Id"}},
	"AWS::SecretsManager::SecretTargetAttachment": {property: "SecretId"},
}

// RefProperty returns the property that Ref of the resource returns, or "".
func (r *Resource) RefProperty() string { return identities[r.Type].property }

// IsID reports whether an attribute returns the same value as Ref.
func (r *Resource) IsID(attribute string) bool {
	return slices.Contains(identities[r.Type].attributes, attribute)
}
