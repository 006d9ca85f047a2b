package local

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// Source reads stacks. [FromAssembly], [FromTemplateFile] and [FromTemplate] return
// one; [Together] combines several.
type Source func() (stacks []*cfn.Stack, unread []*cfn.UnreadError, err error)

// FromAssembly reads all stacks of the CDK cloud assembly in dir, which `cdk synth`
// writes to cdk.out, with stacks of CDK stages and nested stacks. [WithStack] selects
// some. If dir holds no assembly, [New] returns an error that is fs.ErrNotExist.
func FromAssembly(dir string) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) {
		stacks, unread, err := cfn.ReadAssembly(dir)
		if err == nil && len(stacks)+len(unread) == 0 {
			err = fmt.Errorf("cloud assembly at %s: it holds no stack", dir)
		}
		return stacks, unread, err
	}
}

// FromTemplateFile reads a CloudFormation template in JSON or YAML, and the templates
// of nested stacks that are files in its folder or below. The name of the stack is the
// name of the file up to the first dot.
func FromTemplateFile(path string) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) {
		stacks, unread, err := cfn.ReadTemplate(path)
		if err != nil {
			return nil, nil, err
		}
		stacks[0].Call(stackName(path))
		return stacks, unread, nil
	}
}

// FromTemplate reads a CloudFormation template in JSON or YAML from data. Messages use
// name, and the name of the stack derives from it as in [FromTemplateFile].
func FromTemplate(name string, data []byte) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) {
		template, err := cfn.ParseTemplate(name, data)
		if err != nil {
			return nil, nil, err
		}
		stacks, unread := cfn.TemplateStacks(template)
		stacks[0].Call(stackName(name))
		return stacks, unread, nil
	}
}

// Together combines the stacks of several sources, such as two apps.
func Together(sources ...Source) Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return cfn.ReadAll(sources...) }
}

// notInStackNames matches characters that CloudFormation does not allow in the name of
// a stack.
var notInStackNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// stackName derives the name of a stack from the name of a file.
func stackName(file string) string {
	name, _, _ := strings.Cut(path.Base(strings.ReplaceAll(file, `\`, "/")), ".")
	return strings.Trim(notInStackNames.ReplaceAllString(name, "-"), "-")
}

// read returns the named stacks of a source, or all of them if there are no names.
func read(source Source, names []string) ([]*cfn.Stack, error) {
	stacks, unread, err := cfn.ReadAll(source)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })
	chosen, err := cfn.ChooseStacks(stacks, unread, names)
	if err == nil && len(chosen) == 0 {
		err = fmt.Errorf("there is no template to serve")
	}
	return chosen, err
}
