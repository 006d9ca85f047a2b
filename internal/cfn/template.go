// Package cfn reads AWS CloudFormation templates and resolves the values in
// them without AWS: parameters, conditions, mappings, intrinsic functions and
// references to resources and to other stacks.
//
// A [Resolver] of [NewResolver] resolves one template as CloudFormation would.
// What only AWS knows, such as the id of a resource, a caller supplies, and what
// cannot be resolved is an error that names the place in the template.
//
// A [World] resolves several stacks together. What nobody told is a symbol there,
// which equals itself and nothing else, and knows whether it is made of a client
// secret.
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
	// maxDepth is how deep objects and lists may nest.
	maxDepth = 100

	maxResources  = 500
	maxParameters = 200
	maxMappings   = 200
	maxOutputs    = 200

	// maxProblems is how many problems are reported at once.
	maxProblems = 100
)

// Problems that JSON and YAML share.
const (
	depthProblem     = "objects and lists nest deeper than 100 levels"
	nullProblem      = "null values are not allowed in templates: give a value, or leave the key out"
	duplicateProblem = "duplicate key %q"
)

// Template is a CloudFormation template, well formed but unresolved.
type Template struct {
	// Name names the template in messages, usually the name of its file.
	Name string
	// Environment is where a cloud assembly deploys the template to. It is
	// empty for a template that was not read from one.
	Environment Environment
	// Parameters, Resources and Outputs are in template order.
	Parameters []*Parameter
	Resources  []*Resource
	Outputs    []*Output

	document   *Object
	conditions *Object
	mappings   *Object
}

// Environment is the target of a stack in a cloud assembly. A field is empty
// when synthesis did not know it.
type Environment struct {
	StackName, AccountID, Region string
}

// Resource is one resource of a template.
type Resource struct {
	// LogicalID is the resource's name in the template.
	LogicalID string
	// Type is the resource type, such as AWS::ApiGateway::RestApi.
	Type string
	// Condition is the name of the condition the resource depends on, or "".
	Condition string
	// DependsOn are the logical ids that the template names in so many words.
	DependsOn []string
	// Unread says why the file with the document of a REST API was not read. Nil: it
	// was, or there is none.
	Unread error
	// Metadata and Properties are unresolved. Resolver.Properties reads the latter.
	Metadata, Properties *Object
}

// ConstructPath returns the path of the CDK construct that the resource was
// synthesized from, or "" if the template does not tell.
func (r *Resource) ConstructPath() string {
	value, _ := r.Metadata.Get("aws:cdk:path")
	path, _ := value.(string)
	return path
}

// Output is one unresolved output of a template.
type Output struct {
	Name string
	// Condition is the name of the condition the output depends on, or "".
	Condition string

	value, exportName any
}

// ParseTemplate reads a template in JSON or YAML; a document that begins with a
// brace is JSON. name names the template in messages.
//
// It refuses, with every problem it finds, what is not a template: unknown
// sections and resource attributes, duplicate keys, null values, a template of
// more than 1,000,000 bytes or 100 levels or beyond the CloudFormation quotas
// of resources, parameters, mappings and outputs. Macros (the Transform
// section) are refused too: only AWS can run them.
func ParseTemplate(name string, data []byte) (*Template, error) {
	return parseTemplate(name, data, false)
}

// parseTemplate accepts a template without resources if it may be empty.
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

// Resource returns the resource with a logical id, and whether there is one.
func (t *Template) Resource(logicalID string) (*Resource, bool) {
	for _, resource := range t.Resources {
		if resource.LogicalID == logicalID {
			return resource, true
		}
	}
	return nil, false
}

// Uses reports whether anything in the template calls a function, such as
// Fn::ImportValue.
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

// Locate returns the line of the value that a path of keys and indexes leads to
// from the top of the template. Where the path leads through a function, the
// line is the function's.
func (t *Template) Locate(path ...any) (line int) {
	_, line = t.find(path)
	return line
}

// find returns the value that a path leads to, or the last on the way that is
// there, and its line. A function is not looked into.
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

// ReadTemplateFile reads a file, of at most as many bytes as a template may have
// and one more, by which [ParseTemplate] tells that there are too many.
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

// identity is what a resource of a type is known by.
//
// Source: "Return values" of each type, AWS CloudFormation template reference.
type identity struct {
	// property is what Ref stands for. Without one, Ref is an id that AWS makes up.
	property string
	// attributes are those that answer what Ref does.
	attributes []string
	// word says that an id that AWS makes up is one word of letters, digits, - and _.
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

// RefProperty returns the property that Ref of the resource stands for, or "".
func (r *Resource) RefProperty() string { return identities[r.Type].property }

// IsID reports whether Fn::GetAtt of an attribute answers what Ref does.
func (r *Resource) IsID(attribute string) bool {
	return slices.Contains(identities[r.Type].attributes, attribute)
}
