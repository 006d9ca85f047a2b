package cfn

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of [ReadAssembly]. One file may be the template of any number of nested stacks.
const (
	maxStacks        = 1000
	maxAssemblyBytes = 64 << 20
	maxAssetKey      = 1024 // bytes, the limit of Amazon S3
)

// UnreadError reports that one of several templates could not be read.
type UnreadError struct {
	// File is the template's file, relative to the assembly if it belongs to one.
	File string
	Err  error
	// Stacks are the stacks with this template. Their Template is nil.
	Stacks []*Stack
}

func (e *UnreadError) Error() string {
	return e.File + ": " + strings.TrimPrefix(e.Err.Error(), e.File+": ")
}

// Unwrap returns the reason.
func (e *UnreadError) Unwrap() error { return e.Err }

// ReadAssembly reads every stack of a cloud assembly, including the stacks of CDK
// Stages and nested stacks whose template is a file asset. unread lists templates that
// it cannot read. If dir has no cloud assembly, err is a *NoAssemblyError.
func ReadAssembly(dir string) (stacks []*Stack, unread []*UnreadError, err error) {
	err = inAssembly(dir, func(assembly assemblyReader, artifacts []*stackArtifact) error {
		set := stackSet{root: assembly.root, dir: dir}
		read := map[*stackArtifact]*Stack{}
		for _, artifact := range artifacts {
			about := artifact.metadata()
			read[artifact] = set.add(artifact, artifact.templateFile, &Stack{
				ID:           artifact.templateFile,
				Names:        []string{artifact.environment.StackName, artifact.id, artifact.displayName},
				paths:        about.logicalIDs(),
				acknowledged: about.acknowledgments(),
			}, artifact.environment)
		}
		for artifact, stack := range read {
			for _, other := range artifact.dependsOn {
				if dependency := read[other]; stack != nil && dependency != nil {
					stack.DependsOn = append(stack.DependsOn, dependency)
				}
			}
		}
		stacks, unread = set.stacks, set.unread
		return nil
	})
	return stacks, unread, err
}

// ReadTemplate reads a template, and the nested stacks whose templates are inside it or
// in files in its folder or below. unread lists nested templates that exist but cannot
// be read.
func ReadTemplate(file string) (stacks []*Stack, unread []*UnreadError, err error) {
	data, err := ReadTemplateFile(file)
	if err != nil {
		return nil, nil, err
	}
	template, err := ParseTemplate(file, data)
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return nil, nil, fmt.Errorf("read the template: %w", err)
	}
	defer root.Close()
	set := stackSet{root: root, dir: filepath.Dir(file), file: filepath.Base(file), prefix: filepath.Dir(file)}
	set.addTemplate(&stackArtifact{}, ".", &Stack{ID: file}, template, Environment{})
	return set.stacks, set.unread, nil
}

// TemplateStacks returns the stack of a template, and the nested stacks whose templates
// are inside it.
func TemplateStacks(template *Template) (stacks []*Stack, unread []*UnreadError) {
	set := stackSet{}
	set.addTemplate(&stackArtifact{}, ".", &Stack{ID: template.Name}, template, Environment{})
	return set.stacks, set.unread
}

// stackSet collects the stacks of an assembly, or of a template.
type stackSet struct {
	root   *os.Root // nil if there are no files
	dir    string   // folder of root
	prefix string   // put before file names in messages
	file   string   // file of a template that is read alone
	stacks []*Stack
	unread []*UnreadError
	bytes  int
}

// add reads a stack's template and its nested stacks. It returns nil if the template
// cannot be read.
func (s *stackSet) add(artifact *stackArtifact, file string, stack *Stack, environment Environment) *Stack {
	template, err := s.template(file, stack)
	if err != nil {
		s.leaveOut(stack, s.name(file), err)
		return nil
	}
	return s.addTemplate(artifact, path.Dir(file), stack, template, environment)
}

func (s *stackSet) leaveOut(stack *Stack, name string, err error) {
	if stack.Parent != nil {
		stack.Parent.leftOut = append(stack.Parent.leftOut, stack.In)
	}
	at := slices.IndexFunc(s.unread, func(known *UnreadError) bool { return known.File == name })
	if at < 0 {
		at, s.unread = len(s.unread), append(s.unread, &UnreadError{File: name, Err: err})
	}
	s.unread[at].Stacks = append(s.unread[at].Stacks, stack)
}

// name returns a file's name for messages.
func (s *stackSet) name(file string) string {
	if s.prefix == "" {
		return file
	}
	return filepath.Join(s.prefix, filepath.FromSlash(file))
}

// addTemplate adds a stack whose template was read, and its nested stacks.
func (s *stackSet) addTemplate(artifact *stackArtifact, folder string, stack *Stack, template *Template, environment Environment) *Stack {
	template.Environment = environment
	stack.Template = template
	stack.assets = assets{s.dir, folder, artifact}
	s.stacks = append(s.stacks, stack)
	environment.StackName = "" // AWS generates a nested stack's name
	for _, resource := range template.Resources {
		inside := environment
		switch resource.Type {
		case typeStackSet: // its stacks may be in any account and Region
			inside = Environment{}
		case typeStack:
		case typeRestAPI:
			s.includeBody(artifact, resource, folder)
			continue
		default:
			continue
		}
		nested := &Stack{
			ID:           stack.ID + "/" + resource.LogicalID,
			Parent:       stack,
			In:           resource,
			paths:        stack.paths, // the outermost stack's metadata covers nested stacks
			acknowledged: stack.acknowledged,
		}
		if body, isText := text(resource.Properties, "TemplateBody"); isText {
			s.addInline(artifact, folder, nested, body, inside)
		} else if file := artifact.nestedTemplate(resource, folder); file != "" {
			s.add(artifact, file, nested, inside)
		} else if file := s.localFile(resource.Properties, "TemplateURL", folder); file != "" {
			s.add(artifact, file, nested, inside)
		}
	}
	return stack
}

// addInline adds a stack whose template is a string in another template.
func (s *stackSet) addInline(artifact *stackArtifact, folder string, stack *Stack, body string, environment Environment) {
	template, err := ParseTemplate(stack.Parent.Name, []byte(body))
	if err == nil && len(s.stacks) >= maxStacks {
		err = fmt.Errorf("there are more than %d stacks", maxStacks)
	}
	if err != nil {
		s.leaveOut(stack, stack.Parent.Name, fmt.Errorf("TemplateBody of %s: %w", stack.In.LogicalID, err))
		return
	}
	stack.isInline = true
	s.addTemplate(artifact, folder, stack, template, environment)
}

// localFile returns the file that a property refers to by a path relative to the
// template. It returns "" if there is none, or if it is not a file below the root.
func (s *stackSet) localFile(properties *Object, property, folder string) string {
	name, isText := text(properties, property)
	if !isText || s.root == nil || strings.Contains(name, ":") || path.IsAbs(name) {
		return ""
	}
	file := path.Join(folder, name)
	if info, err := s.root.Stat(file); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return file
}

func text(properties *Object, property string) (string, bool) {
	value, _ := properties.Get(property)
	text, isText := value.(string)
	return text, isText
}

func (s *stackSet) template(file string, stack *Stack) (*Template, error) {
	for outer := stack.Parent; outer != nil; outer = outer.Parent {
		if outer.Template.Name == s.name(file) || s.file != "" && s.file == file {
			return nil, fmt.Errorf("the stack is nested in itself, by %s", stack.ID)
		}
	}
	if len(s.stacks) >= maxStacks {
		return nil, fmt.Errorf("the assembly holds more than %d stacks", maxStacks)
	}
	if slices.ContainsFunc(s.stacks, func(other *Stack) bool { return other.ID == stack.ID }) {
		return nil, fmt.Errorf("two stacks are deployed from the same file")
	}
	data, err := s.read(file)
	if err != nil {
		return nil, err
	}
	// The CDK CLI does not deploy a stack without resources, and deletes a deployed one.
	return parseTemplate(s.name(file), data, stack.Parent == nil)
}

func (s *stackSet) read(file string) ([]byte, error) {
	data, err := readFile(s.root, file, maxTemplateBytes)
	if err != nil {
		return nil, err
	}
	if s.bytes += len(data); s.bytes > maxAssemblyBytes {
		return nil, fmt.Errorf("the templates of the assembly exceed %d MB", maxAssemblyBytes>>20)
	}
	return data, nil
}

// nestedTemplate returns the file of a nested stack's template: the asset whose key
// ends the URL, or the file that CDK recorded. It returns "" if it is not in the
// assembly.
func (a *stackArtifact) nestedTemplate(resource *Resource, folder string) string {
	url, _ := resource.Properties.Get("TemplateURL")
	if file := a.asset(url); file != "" {
		return file
	}
	return a.noted(resource, "TemplateURL", folder)
}

// asset returns the file of the asset whose key ends a value, or "".
func (a *stackArtifact) asset(value any) string {
	key := strings.TrimRight(fmt.Sprint(Plain(value)), "]") // the key may be inside functions
	key = key[max(0, len(key)-maxAssetKey):]
	for i := range key {
		if i > 0 && !strings.ContainsRune("/ [", rune(key[i-1])) {
			continue
		}
		if file := a.assets[key[i:]]; file != "" {
			return file
		}
	}
	return ""
}

// includeBody replaces a REST API's reference to an OpenAPI document by the document:
// an asset or a local file in BodyS3Location or AWS::Include. If it cannot read the
// file, it sets Unread.
//
// Source: aws cloudformation package, AWS CLI Command Reference.
func (s *stackSet) includeBody(artifact *stackArtifact, api *Resource, folder string) {
	if s.root == nil {
		return
	}
	property, location, holder := "BodyS3Location", any(nil), api.Properties
	if body, found := api.Properties.Get("Body"); found {
		property = "Body"
		if holder = includes(body); holder == nil {
			return
		}
		location, _ = holder.Get("Location")
	} else if location, found = api.Properties.Get(property); !found {
		return
	}
	file := ""
	if object, isObject := location.(*Object); isObject && object.find("Key") != nil {
		key, _ := object.Get("Key")
		file = artifact.asset(key)
	} else if file = artifact.asset(location); file == "" {
		name := "Location"
		if property != "Body" {
			name = property
		}
		file = s.localFile(holder, name, folder)
	}
	if file == "" {
		return
	}
	var document any
	data, err := s.read(file)
	if err == nil {
		document, err = parse(s.name(file), data)
	}
	if _, isObject := document.(*Object); err == nil && !isObject {
		err = fmt.Errorf("%s: a document must be an object, got %s", s.name(file), describe(document))
	}
	if api.Unread = err; err == nil {
		api.Properties.replace(property, "Body", document)
	}
}

// includes returns the parameters of AWS::Include if body is that macro, otherwise nil.
func includes(body any) *Object {
	object, _ := body.(*Object)
	name, argument, _ := object.function()
	macro, _ := argument.(*Object)
	if kind, _ := macro.Get("Name"); name != "Fn::Transform" || object.Len() != 1 || kind != "AWS::Include" {
		return nil
	}
	parameters, _ := macro.Get("Parameters")
	holder, _ := parameters.(*Object)
	return holder
}

// replace replaces an entry by another name and value, before anyone reads the object.
// All of the value gets the line of the old entry.
func (o *Object) replace(name, by string, value any) {
	entry := o.find(name)
	entry.name, entry.value = by, inLine(value, entry.line)
	if i, found := o.index[name]; found {
		delete(o.index, name)
		o.index[by] = i
	}
}

func inLine(value any, line int) any {
	switch v := value.(type) {
	case *Object:
		made := &Object{line: line}
		for _, entry := range v.list {
			made.add(entry.name, inLine(entry.value, line), line)
		}
		return made
	case []any:
		made := make([]any, 0, len(v))
		for _, item := range v {
			made = append(made, inLine(item, line))
		}
		return made
	}
	return value
}

// ReadAll reads the stacks of all sources in order. No source, or a nil source, is an
// error, because unread templates would seem checked.
func ReadAll[S ~func() ([]*Stack, []*UnreadError, error)](sources ...S) (stacks []*Stack, unread []*UnreadError, err error) {
	if len(sources) == 0 {
		return nil, nil, errors.New("there is no source: name an assembly or a template")
	}
	for _, source := range sources {
		if source == nil {
			return nil, nil, errors.New("a source is nil: pass FromAssembly, FromTemplateFile or FromTemplate")
		}
		more, left, err := source()
		if err != nil {
			return nil, nil, err
		}
		stacks, unread = append(stacks, more...), append(unread, left...)
	}
	return stacks, unread, nil
}
