package local

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cells"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/lambda"
)

// code finds the bootstrap of a function. The error says why there is none to start.
func (f *lambdaFunction) code() (lambda.Code, error) {
	if f.resource == nil {
		return lambda.Code{}, errors.New("it is in none of the templates")
	}
	p := f.resource.properties()
	runtime := p.String("Runtime", "")
	switch {
	case p.String("PackageType", "Zip") == "Image":
		return lambda.Code{}, errors.New("it is a container image")
	case !strings.HasPrefix(runtime, "provided"):
		return lambda.Code{}, fmt.Errorf("its runtime %s is not started here", validation.Quote(runtime))
	}
	asset := f.resource.stack.of.Asset(f.resource.Resource, "Code")
	if asset == "" {
		return lambda.Code{}, errors.New("its code is no asset of an assembly, nor a path from the template")
	}
	return lambda.FindCode(asset)
}

// Lambda's range and default of a Timeout.
const (
	maxLambdaTimeout     = 900
	defaultLambdaTimeout = 3
)

// programConfig is how the program of a function is started. What cannot be resolved
// is left out.
func (d *deployment) programConfig(f *lambdaFunction, code lambda.Code) lambda.Config {
	config := lambda.Config{
		Program: code.Program, Archive: code.Archive,
		Name: f.name, ARN: f.arn, Label: f.backend.Name,
		Concurrency: d.options.lambdaConcurrency,
		Endpoints:   d.options.endpointVariables(),
		Log:         func(line string) { d.logf("%s", line) },
	}
	if f.resource == nil {
		return config
	}
	p := f.resource.properties()
	config.Region = f.resource.stack.ids.pseudo.Region
	config.Handler = p.String("Handler", "")
	config.MemorySize = p.Int("MemorySize", 0)
	timeout := p.Int("Timeout", defaultLambdaTimeout)
	config.Timeout = time.Duration(min(max(timeout, 1), maxLambdaTimeout)) * time.Second
	config.Environment = d.environment(f)
	return config
}

// environment returns the variables that the template gives a function. What cannot
// be resolved here is left out, and logged: no method depends on it for certain.
func (d *deployment) environment(f *lambdaFunction) map[string]string {
	p := f.resource.properties()
	variables := p.Object("Environment").Object("Variables")
	environment := map[string]string{}
	for _, name := range variables.Names() {
		if !variables.Has(name) {
			continue // what failed is a problem
		}
		value := variables.String(name, "")
		if strings.Contains(name, "=") || strings.Contains(name+value, "\x00") {
			d.logf("%s: the environment variable %s is left out: no process can have it", f.backend.Name, name)
			continue
		}
		environment[name] = value
	}
	p.Ignore(p.Names()...)
	if err, ok := errors.AsType[*validation.Error](p.Done()); ok {
		for _, problem := range err.Problems {
			d.logf("%s: left out of its environment: %s: %s", f.backend.Name, problem.Property, cells.Printable(problem.Message))
		}
	}
	return environment
}
