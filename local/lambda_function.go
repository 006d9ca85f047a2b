package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/lambda"
	"example.com/weather-events-api/local/internal/uuid"
)

const typeFunction = "AWS::Lambda::Function"

// lambdaFunction is a function of a stack, or one that a method calls.
type lambdaFunction struct {
	resource *resource // nil if no stack declares it
	name     string
	arn      string
	isUsed   bool // by a method: the fields below are set
	backend  Backend
	answers  lambda.Function // nil if missing
}

func (f *lambdaFunction) identity() identity {
	if f.resource == nil {
		return identity{key: f.name, name: f.name}
	}
	r := f.resource
	return identity{key: r.key(), stack: r.stack.name, logicalID: r.LogicalID, path: r.constructPath(), name: f.name, detail: "named "}
}

// function adds a function of a stack. programConfig reads the properties it needs.
func (s *System) function(r resource, p *cfn.Properties) {
	p.Ignore(p.Names()...)
	s.addFunction(&lambdaFunction{resource: &r, name: r.functionName(), arn: r.functionARN()})
}

func (s *System) addFunction(f *lambdaFunction) {
	s.functionByARN[f.arn] = f
	s.functions = append(s.functions, f)
}

// functionOf returns the function that an integration or an authorizer calls.
func (s *System) functionOf(call apigateway.FunctionCall) lambda.Function {
	if s.options.stubAll { // called for Lambda authorizers only: stubs replace integrations
		return apigateway.Missing("no Lambda function is called or started: see WithoutBackends")
	}
	arn := unqualified(call.ARN)
	if s.functionByARN[arn] == nil {
		s.addFunction(&lambdaFunction{name: functionNameOf(arn), arn: arn})
	}
	f := s.functionByARN[arn]
	if !f.isUsed {
		f.isUsed = true
		s.connect(f)
	}
	if f.resource != nil && f.answers != nil && !call.HasCredentials && len(s.permissions) == 0 {
		f.backend.Note = "no AWS::Lambda::Permission lets API Gateway invoke it: AWS responds with 500 unless another stack has one"
	}
	if call.Authorizer && f.answers == nil {
		f.backend.Note = "it decides who may call, so no stub replaces it"
	}
	switch {
	case !s.mayInvoke(call, f):
		return apigateway.NotInvoked(fmt.Sprintf("no AWS::Lambda::Permission lets %s invoke %s", call.Source, f.backend.Name))
	case f.answers == nil:
		return apigateway.Missing(fmt.Sprintf("the Lambda function %s has no backend here%s: name one with WithLambda, or --lambda %s=http://127.0.0.1:3001",
			f.backend.Name, because(f.backend.Reason), f.backend.Name))
	}
	return f.answers
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

// connect finds the target of a function: the one that an option names for it, the
// program in its code, or the endpoint of all functions.
func (s *System) connect(f *lambdaFunction) {
	f.backend = Backend{Name: printable.Text(f.identity().key), Kind: "lambda", State: stateConnected}
	named := s.namedFor(f)
	switch {
	case named.handler != nil:
		f.answers = inProcess{named.handler, f.arn}
		return
	case named.program != "":
		s.start(f, lambda.Code{Program: named.program})
		return
	case named.endpoint != "":
		s.call(f, named.endpoint)
		return
	}
	code, err := f.code()
	switch {
	case err == nil && !s.options.noLambda:
		f.backend.State = stateStarted
		s.start(f, code)
	case s.options.lambdaEndpoint != "":
		s.call(f, s.options.lambdaEndpoint)
	case err == nil:
		f.backend.State, f.backend.Reason = stateNotStarted, "no program may start"
	default:
		f.backend.State, f.backend.Reason = stateMissing, err.Error()
	}
}

// namedFor returns the target that an option names for a function.
func (s *System) namedFor(f *lambdaFunction) namedLambda {
	for _, named := range s.options.lambdas {
		if found, _ := find(s.functions, "", named.name, (*lambdaFunction).identity); found == f {
			return named
		}
	}
	return namedLambda{}
}

// checkLambdas reports options that match no function or several, and lists the
// functions that methods call.
func (s *System) checkLambdas() {
	for _, named := range s.options.lambdas {
		if _, err := find(s.functions, "Lambda function", named.name, (*lambdaFunction).identity); err != nil {
			s.problems.Addf("Lambda functions", "%s", err)
		}
	}
	for _, f := range s.functions {
		if f.isUsed {
			s.backends = append(s.backends, f.backend)
		}
	}
}

// call sends invocations of a function to the Lambda Invoke API at a URL.
func (s *System) call(f *lambdaFunction, url string) {
	name := f.name
	if f.resource != nil && !f.resource.properties().Has("FunctionName") {
		name = f.resource.LogicalID
	}
	target, err := lambda.InvokeURL(url, name)
	if err != nil {
		f.backend.State, f.backend.Reason = stateMissing, err.Error()
		return
	}
	f.backend.Target = target
	f.answers = elsewhere{lambda.Remote(url, name, &http.Client{Transport: s.transport})}
}

// inProcess is a function that a Go handler runs.
type inProcess struct {
	lambda.Function
	arn string
}

// Invoke calls the handler with the context that aws-lambda-go provides.
func (i inProcess) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return i.Function.Invoke(lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: uuid.New(), InvokedFunctionArn: i.arn}), event)
}

// elsewhere is a function in another process, whose invocation itself may fail.
type elsewhere struct{ lambda.Function }

// Invoke returns an error that is ErrNotInvoked unless the function itself failed or the
// context has ended.
func (e elsewhere) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	answer, err := e.Function.Invoke(ctx, event)
	_, isFailure := errors.AsType[*lambda.FunctionError](err)
	if err == nil || isFailure || ctx.Err() != nil {
		return answer, err
	}
	return nil, fmt.Errorf("%w: %w", apigateway.ErrNotInvoked, err)
}

// start runs a program for a function.
func (s *System) start(f *lambdaFunction, code lambda.Code) {
	f.backend.Target = cmp.Or(code.Archive, code.Program)
	program := lambda.NewProgram(s.programConfig(f, code))
	s.onClose(program.Close)
	f.answers = elsewhere{program}
}

// code finds the bootstrap of a function. The error says why it cannot be started.
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
		return lambda.Code{}, errors.New("its code is neither an asset of an assembly nor a path from the template")
	}
	return lambda.FindCode(asset)
}

// Lambda's maximum and default Timeout, in seconds.
const (
	maxLambdaTimeout     = 900
	defaultLambdaTimeout = 3
)

// programConfig returns how to start the program of a function. It leaves out values
// that cannot be resolved.
func (s *System) programConfig(f *lambdaFunction, code lambda.Code) lambda.Config {
	config := lambda.Config{
		Program: code.Program, Archive: code.Archive,
		Name: f.name, ARN: f.arn, Label: f.backend.Name,
		Concurrency: s.options.lambdaConcurrency,
		Endpoints:   s.options.endpointVariables(),
		Log:         func(line string) { s.logf("%s", line) },
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
	config.Environment = s.environment(f)
	return config
}

// environment returns the variables that the template gives a function. It logs and
// leaves out values that cannot be resolved: the function may not need them.
func (s *System) environment(f *lambdaFunction) map[string]string {
	p := f.resource.properties()
	variables := p.Object("Environment").Object("Variables")
	environment := map[string]string{}
	for _, name := range variables.Names() {
		if !variables.Has(name) {
			continue // reported as a problem below
		}
		value := variables.String(name, "")
		if strings.Contains(name, "=") || strings.Contains(name+value, "\x00") {
			s.logf("%s: the environment variable %s is left out: a process cannot have it", f.backend.Name, name)
			continue
		}
		environment[name] = value
	}
	p.Ignore(p.Names()...)
	if err, ok := errors.AsType[*validation.Error](p.Done()); ok {
		for _, problem := range err.Problems {
			s.logf("%s: left out of its environment: %s: %s", f.backend.Name, problem.Property, printable.Text(problem.Message))
		}
	}
	return environment
}
