package local

import (
	"fmt"

	"example.com/weather-events-api/internal/cfn"
)

// Source is where a template comes from: [FromAssembly], [FromTemplateFile] or
// [FromTemplate].
type Source func(stack string) (*cfn.Template, error)

// FromAssembly reads a stack's template from dir, a CDK cloud assembly such as
// `cdk synth` writes to cdk.out. If the assembly has several stacks, name one
// with [WithStack]. If dir holds no assembly, [New] returns an error that is
// fs.ErrNotExist.
func FromAssembly(dir string) Source {
	return func(stack string) (*cfn.Template, error) { return cfn.LoadAssembly(dir, stack) }
}

// FromTemplateFile reads a CloudFormation template in JSON or YAML.
func FromTemplateFile(path string) Source {
	return func(stack string) (*cfn.Template, error) {
		data, err := cfn.ReadTemplateFile(path)
		if err != nil {
			return nil, err
		}
		return FromTemplate(path, data)(stack)
	}
}

// FromTemplate takes a CloudFormation template in JSON or YAML as it is. The
// name stands for it in messages.
func FromTemplate(name string, data []byte) Source {
	return func(stack string) (*cfn.Template, error) {
		if stack != "" {
			return nil, fmt.Errorf("stack %q: only a cloud assembly has stacks to choose from, %s is one template", stack, name)
		}
		return cfn.ParseTemplate(name, data)
	}
}
