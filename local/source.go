package local

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// Source is where stacks come from: [FromAssembly], [FromTemplateFile],
// [FromTemplate] or several of these, [Together].
type Source func() (stacks []*cfn.Stack, unread []*cfn.UnreadError, err error)

// FromAssembly reads the stacks from dir, a CDK cloud assembly such as `cdk synth`
// writes to cdk.out: those of CDK stages and nested ones too. [WithStack] serves
// only some. If dir holds no assembly, [New] returns an error that is
// fs.ErrNotExist.
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
// of nested stacks that are files in its folder and below. The name of its stack is
// that of the file, up to the first dot.
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

// FromTemplate takes a CloudFormation template in JSON or YAML as it is. The name
// stands for it in messages, and is one of a file for that of its stack.
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

// Together takes the stacks of several sources: those of two apps, for example.
func Together(sources ...Source) Source {
	return func() (stacks []*cfn.Stack, unread []*cfn.UnreadError, err error) {
		for _, source := range sources {
			more, failed, err := source()
			if err != nil {
				return nil, nil, err
			}
			stacks, unread = append(stacks, more...), append(unread, failed...)
		}
		return stacks, unread, nil
	}
}

// notInStackNames matches what the name of a stack has none of.
var notInStackNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// stackName returns the name of the stack of a file.
func stackName(file string) string {
	name, _, _ := strings.Cut(path.Base(strings.ReplaceAll(file, `\`, "/")), ".")
	return strings.Trim(notInStackNames.ReplaceAllString(name, "-"), "-")
}

// read returns the stacks of a source, or those that are named.
func read(source Source, names []string) ([]*cfn.Stack, error) {
	stacks, unread, err := source()
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
