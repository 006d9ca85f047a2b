// Package rules checks CloudFormation templates with the rules of OAuth 2.0
// machine-to-machine protection. It reads what is deployed, whichever tool wrote it.
//
//	findings, err := rules.Check(rules.FromAssembly("cdk.out"))
//	for _, finding := range findings {
//		fmt.Println(finding)
//	}
//
// The rules read API Gateway REST APIs and Cognito user pools, written by CDK, SAM
// (expanded) or hand. Promises that the constructs of this module make beyond what AWS
// requires are checked where the constructs wrote them into the Metadata of resources,
// under the key "machineauth". Elsewhere they are warnings, or not checked.
package rules

import (
	"cmp"
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// Severity says how much a finding matters: [Fatal], [Error] or [Warning].
type Severity string

// Severities, from the worst.
const (
	// Fatal is a security hole, or something that AWS refuses. CDK lets nobody
	// acknowledge it.
	Fatal Severity = "fatal"
	// Error is wrong unless someone gives a reason.
	Error Severity = "error"
	// Warning is probably unintended.
	Warning Severity = "warning"
)

// Place is where a finding is.
type Place struct {
	// File is the template file, relative to the assembly, or the name given to
	// [FromTemplate].
	File string `json:"file"`
	// Line is the line in File. The first is 1.
	Line int `json:"line"`
	// LogicalID is the logical id of the resource, "" if the finding is not about one.
	LogicalID string `json:"logicalId,omitempty"`
	// Property is the path below the resource, such as Properties.AuthorizationScopes, or
	// the path from the top of the template if LogicalID is "".
	Property string `json:"property,omitempty"`
	// ConstructPath is the path of the CDK construct, "" if the template does not
	// contain it.
	ConstructPath string `json:"constructPath,omitempty"`
}

// String returns the place as file:line and the construct, resource or property there.
func (p Place) String() string {
	return fmt.Sprintf("%s:%d %s", p.File, p.Line, cmp.Or(p.ConstructPath, p.LogicalID, p.Property))
}

// Finding is one violation of a rule at one place.
type Finding struct {
	// Rule is the id of the rule, such as method-open. [Table] lists them.
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Place
	// Subject is the part of the place that the finding is about, such as one scope for
	// scope-unused, if each part can be acknowledged separately. Otherwise it is "".
	Subject string `json:"subject,omitempty"`
	// Message says what is wrong.
	Message string `json:"message"`
	// Remedy says how to fix it.
	Remedy string `json:"remedy"`
	// When is the outcome of parameters and conditions in which the finding applies, also
	// part of Message. It is "" if the finding always applies.
	When string `json:"when,omitempty"`
	// Acknowledged is the reason that the app gave CDK's Validations.acknowledge, "" if
	// it did not acknowledge the finding. A fatal finding is never acknowledged.
	Acknowledged string `json:"acknowledged,omitempty"`
}

// ID returns the id that acknowledges the finding in CDK, on the construct or on one
// around it: machineauth::RULE, or machineauth::RULE:SUBJECT if there is a subject.
func (f Finding) ID() string { return Plugin + "::" + f.Name() }

// Name returns the rule's name in CDK: its id, or RULE:SUBJECT if there is a subject, so
// that each subject can be acknowledged separately.
func (f Finding) Name() string {
	if f.Subject == "" {
		return f.Rule
	}
	return f.Rule + ":" + escape.Replace(f.Subject)
}

// escape percent-encodes the characters that have a meaning in a CDK rule id.
var escape = strings.NewReplacer(
	"%", "%25", ":", "%3A", "(", "%28", ")", "%29", "[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D", " ", "%20")

// Plugin is the name of the validation plugin in CDK's reports, and the first part of
// [Finding.ID].
const Plugin = "machineauth"

// String returns the finding on one line, and for which reason it is acknowledged, if
// it is.
func (f Finding) String() string {
	text := fmt.Sprintf("%s: %s: %s: %s: %s", f.Place, f.Severity, f.Rule, f.Message, f.Remedy)
	if f.Acknowledged != "" {
		text += " (acknowledged: " + f.Acknowledged + ")"
	}
	return text
}

// Source is what [Check] reads: [FromAssembly], [FromTemplateFile], [FromTemplate], or
// several of them [Together].
type Source func() ([]*cfn.Stack, []*cfn.UnreadError, error)

// FromAssembly reads every stack of a CDK cloud assembly, including nested stacks and
// the nested assemblies of CDK Stages. If dir has no assembly, [Check] returns an error
// that wraps fs.ErrNotExist.
func FromAssembly(dir string) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return cfn.ReadAssembly(dir) }
}

// FromTemplateFile reads a template in JSON or YAML of at most 1,000,000 bytes. It also
// reads the nested stacks and the OpenAPI documents that the template refers to by a file
// path in its own folder or below.
func FromTemplateFile(path string) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return cfn.ReadTemplate(path) }
}

// Together reads several sources that are deployed together: one may import another's
// exports. The sources must be different files.
func Together(sources ...Source) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return cfn.ReadAll(sources...) }
}

// FromTemplate reads a template in JSON or YAML from memory. Messages use name as its
// file.
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

// Check returns the findings in source, ordered by template and line, or an error if
// source cannot be read. If one of several templates cannot be read, that is a finding,
// template-unread.
//
// An unknown value, such as a parameter without a value, can be anything, and a
// parameter's default can be overridden. If conditions, mappings or AllowedValues
// depend on a parameter, the rules must hold for every value that is compared with it
// and for any other value; a warning must apply to all of them. Check looks at no more
// than 32 such outcomes, and reports template-unread if there are more.
func Check(source Source) ([]Finding, error) {
	stacks, unread, err := cfn.ReadAll(source)
	if err != nil {
		return nil, err
	}
	return check(stacks, unread)
}
