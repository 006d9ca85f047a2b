// Package rules holds the rules of OAuth 2.0 machine-to-machine protection on
// CloudFormation templates: on what is deployed, whatever wrote it.
package rules

// Severity is how much a finding matters.
type Severity string

// Severities, from the worst.
const (
	// Fatal is a hole, or what AWS refuses. CDK lets nobody acknowledge it.
	Fatal Severity = "fatal"
	// Error is what is wrong unless somebody says why it is not.
	Error Severity = "error"
	// Warning is what is probably not meant.
	Warning Severity = "warning"
)

// Place is where a finding is.
type Place struct {
	// File is the template file, relative to the assembly, or the name of the template.
	File string `json:"file"`
	// Line is the line in File, from 1.
	Line int `json:"line"`
	// LogicalID is the resource, "" where the finding is not about one.
	LogicalID string `json:"logicalId,omitempty"`
	// Property is the path below the resource, such as
	// Properties.AuthorizationScopes, or below the template without a resource.
	Property string `json:"property,omitempty"`
	// ConstructPath is the path of the CDK construct, "" if the template does not tell.
	ConstructPath string `json:"constructPath,omitempty"`
}

// Finding is a rule that does not hold at a place.
type Finding struct {
	// Rule is the id of the rule.
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Place
	// Subject is what in the place the finding is about if a reader may accept it
	// for one and not for others, such as the scope of scope-unused. It is "" otherwise.
	Subject string `json:"subject,omitempty"`
	// Message says what is wrong, Remedy what to do.
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

// Source is what to check: [FromAssembly], [FromTemplateFile] or [FromTemplate].
type Source struct {
	dir, file string
	name      string
	data      []byte
}

// FromAssembly is every stack of a CDK cloud assembly, with the nested
// assemblies of CDK Stages and with nested stacks.
func FromAssembly(dir string) Source { return Source{dir: dir} }

// FromTemplateFile is a template in JSON or YAML.
func FromTemplateFile(path string) Source { return Source{file: path} }

// FromTemplate is a template in JSON or YAML as it is. The name stands for it in messages.
func FromTemplate(name string, data []byte) Source { return Source{name: name, data: data} }

// Check returns the findings in what source holds, in the order of its
// templates and lines, or an error if it cannot be read.
func Check(source Source) ([]Finding, error) { return nil, nil }

// Rule is one row of the table of rules.
type Rule struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	// Protects says what the rule is for, Source where AWS documents why.
	Protects string `json:"protects"`
	Source   string `json:"source"`
}

// Table returns the rules in the order of their table.
func Table() []Rule { return nil }
