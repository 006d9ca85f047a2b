// Package rules holds the rules of OAuth 2.0 machine-to-machine protection on
// CloudFormation templates: on what is deployed, whatever wrote it.
//
//	findings, err := rules.Check(rules.FromAssembly("cdk.out"))
//	for _, finding := range findings {
//		fmt.Println(finding)
//	}
//
// The rules know REST APIs of API Gateway and user pools of Cognito, by CDK,
// SAM (expanded) or hand. What the constructs of this module promise beyond
// what AWS asks for is held where they wrote it into the Metadata of resources,
// under the key "machineauth"; elsewhere it is a warning, or not asked for.
package rules

import (
	"cmp"
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

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

// String returns the place as file:line and what stands there.
func (p Place) String() string {
	return fmt.Sprintf("%s:%d %s", p.File, p.Line, cmp.Or(p.ConstructPath, p.LogicalID, p.Property))
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
	// When is the outcome of parameters and conditions that the finding is of, as the
	// message says too, "" for one of every outcome.
	When string `json:"when,omitempty"`
	// Acknowledged is the reason for which the app accepts the finding, by
	// Validations.acknowledge of CDK, "" if it does not. Nobody accepts a fatal one.
	Acknowledged string `json:"acknowledged,omitempty"`
}

// ID is what acknowledges the finding in CDK, below the construct that
// acknowledges it: machineauth::RULE, with the subject behind it if there is one.
func (f Finding) ID() string { return Plugin + "::" + f.Name() }

// Name is what CDK calls the rule of the finding: its id, with the subject behind
// it if there is one, so that what is about one can be acknowledged alone.
func (f Finding) Name() string {
	if f.Subject == "" {
		return f.Rule
	}
	return f.Rule + ":" + escape.Replace(f.Subject)
}

// escape replaces what means something to CDK in the id of a rule, as URLs do.
var escape = strings.NewReplacer(
	"%", "%25", ":", "%3A", "(", "%28", ")", "%29", "[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D", " ", "%20")

// Plugin is the name under which CDK reports the rules.
const Plugin = "machineauth"

// String returns the finding on one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s: %s: %s", f.Place, f.Severity, f.Rule, f.Message, f.Remedy)
}

// Source is what to check: [FromAssembly], [FromTemplateFile] or [FromTemplate], or
// several of them [Together].
type Source func() ([]*cfn.Stack, []*cfn.UnreadError, error)

// FromAssembly is every stack of a CDK cloud assembly, with the nested
// assemblies of CDK Stages and with nested stacks. Without an assembly at dir,
// [Check] returns an error that is fs.ErrNotExist.
func FromAssembly(dir string) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return cfn.ReadAssembly(dir) }
}

// FromTemplateFile is a template in JSON or YAML, of 1,000,000 bytes at most, with
// the nested stacks and the documents of REST APIs that it names by paths of files
// in its folder or below.
func FromTemplateFile(path string) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return cfn.ReadTemplate(path) }
}

// Together is what several sources hold, deployed together: an export of one may be
// imported in another. Each has to be another file.
func Together(sources ...Source) Source {
	return func() (stacks []*cfn.Stack, unread []*cfn.UnreadError, err error) {
		for _, source := range sources {
			more, left, err := source()
			if err != nil {
				return nil, nil, err
			}
			stacks, unread = append(stacks, more...), append(unread, left...)
		}
		return stacks, unread, nil
	}
}

// FromTemplate is a template in JSON or YAML as it is. The name stands for it in messages.
func FromTemplate(name string, data []byte) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) {
		template, err := cfn.ParseTemplate(name, data)
		if err != nil {
			return nil, nil, err
		}
		stacks, unread := cfn.TemplateStacks(template)
		return stacks, unread, nil
	}
}

// Check returns the findings in what source holds, in the order of its
// templates and of their lines, or an error if it cannot be read. A template of
// several that cannot be read is a finding, template-unread.
//
// What is not told, such as a parameter without a value, may be anything, and a
// parameter with a default may be something else. Where a condition, a mapping or
// AllowedValues depend on it, the rules have to hold for every value that they ask
// for, and for any other; a warning has to be one for all of them. They look at 32
// outcomes at most: template-unread says if there are more.
func Check(source Source) ([]Finding, error) {
	stacks, unread, err := source()
	if err != nil {
		return nil, err
	}
	return check(stacks, unread)
}
