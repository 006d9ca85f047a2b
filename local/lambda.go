package local

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/local/internal/apigateway"
	functions "example.com/weather-events-api/local/internal/lambda"
)

// WithLambda runs a handler in place of a Lambda function. Pass a Go function through
// lambda.NewHandler of aws-lambda-go. Invoke is called concurrently. An error or a
// panic counts as a failure of the function. The context has the deadline of the
// integration; a handler that runs longer is not stopped, but the request does not wait
// for it.
//
// The name is the logical id, with or without the hash that CDK appends; the end of the
// construct path, such as "Orders" or "Shop/Orders"; or the function name, which is the
// only name of a function that no template declares. The handler also serves the
// function's aliases and versions. [New] returns an error that lists the functions
// unless the name matches exactly one.
//
// Default: a function with a provided.* runtime runs its own bootstrap, if its code is a
// file asset of the assembly or a path from the template, and built for this machine.
// Every other function uses the target that [WithLambdaTarget] sets for all functions.
// Without a target, the integration responds with 500, as on AWS when a function cannot
// be invoked, and the access log says what to set.
func WithLambda(name string, handler lambda.Handler) Option {
	return func(o *options) { o.lambdas = append(o.lambdas, namedLambda{name: name, handler: handler}) }
}

// WithLambdaTarget makes a URL or a program answer for a Lambda function, which is
// named as in [WithLambda].
//
// A target with :// in it is the URL of a Lambda Invoke API: sam local start-lambda,
// serverless-offline, LocalStack or the runtime interface emulator. It calls the
// function by its FunctionName, or by its logical id if it has none; a URL that ends
// with /2015-03-31/functions/NAME/invocations calls it NAME. The name "" stands for
// every function that nothing else answers for. The URL must lead to this machine
// unless [WithRemote] is given.
//
// Any other target is the path of an executable that speaks the Lambda Runtime API, as
// lambda.Start of aws-lambda-go does. The first call starts it, with the environment,
// Handler, MemorySize and Timeout that the template gives the function. Of the
// environment of this process it gets PATH, HOME and TMPDIR only. [System.Close] stops
// it.
func WithLambdaTarget(name, target string) Option {
	return func(o *options) {
		switch {
		case name == "":
			o.lambdaEndpoint = target
		case strings.Contains(target, "://"):
			o.lambdas = append(o.lambdas, namedLambda{name: name, endpoint: target})
		default:
			o.lambdas = append(o.lambdas, namedLambda{name: name, program: target})
		}
	}
}

// WithoutLambda keeps programs of the assembly from starting. Default: the first call
// starts them, see [WithLambda].
func WithoutLambda() Option { return func(o *options) { o.noLambda = true } }

// WithLambdaConcurrency sets how many processes of each started function run at once,
// 1 to 1,000. Further calls wait. Default: 10.
func WithLambdaConcurrency(processes int) Option {
	return func(o *options) { o.lambdaConcurrency = processes }
}

// WithLog calls log with each line that started functions print, prefixed with the key
// of the function, and with each environment variable that cannot be passed to a
// function. Lines are printable and contain no client secret of the templates. log is
// called from several goroutines; lines are dropped if it is too slow. Default: nothing
// is logged.
func WithLog(log func(line string)) Option { return func(o *options) { o.log = log } }

// namedLambda is the target of a function: one of handler, program and endpoint.
type namedLambda struct {
	name              string
	handler           lambda.Handler
	program, endpoint string
}

const maxLambdaConcurrency = 1000

// checkLambdas returns an error for every target of a function that cannot work.
func (o *options) checkLambdas() error {
	var errs []error
	for i, named := range o.lambdas {
		if err := o.checkLambda(named); err != nil {
			errs = append(errs, fmt.Errorf("the Lambda function %q: %w", named.name, err))
		}
		if slices.ContainsFunc(o.lambdas[:i], func(other namedLambda) bool { return other.name == named.name }) {
			errs = append(errs, fmt.Errorf("the Lambda function %q is named twice", named.name))
		}
	}
	if o.lambdaEndpoint != "" {
		if err := o.checkBackendURL(o.lambdaEndpoint); err != nil {
			errs = append(errs, fmt.Errorf("endpoint of all Lambda functions: %w", err))
		}
	}
	if o.lambdaConcurrency < 1 || o.lambdaConcurrency > maxLambdaConcurrency {
		errs = append(errs, fmt.Errorf("concurrency of Lambda functions: must be 1 to %d, got %d", maxLambdaConcurrency, o.lambdaConcurrency))
	}
	return errors.Join(errs...)
}

func (o *options) checkLambda(n namedLambda) error {
	switch {
	case n.name == "":
		return errors.New("it needs a name")
	case n.endpoint != "":
		return o.checkBackendURL(n.endpoint)
	case n.program != "" && o.noLambda:
		return errors.New("it has a program, and no program may start: remove one of the two options")
	case n.program != "":
		return functions.CheckProgram(n.program)
	case n.handler == nil:
		return errors.New("it needs a handler, a program or a URL")
	}
	return nil
}

// nameIn returns the name in a property, or one that CloudFormation would generate, of
// at most most characters.
func (r resource) nameIn(property string, most int) string {
	madeUp := "-" + strings.ToUpper(r.stack.ids.short(property, r.LogicalID, 12))
	prefix := r.stack.ids.pseudo.StackName + "-" + r.LogicalID
	return r.properties().String(property, prefix[:min(len(prefix), most-len(madeUp))]+madeUp)
}

func (r resource) functionName() string { return r.nameIn("FunctionName", 64) }

func (r resource) roleName() string { return r.nameIn("RoleName", 64) }

func (r resource) functionARN() string {
	return r.stack.ids.arn("lambda", "function:"+functionNameOf(r.functionName()))
}

// qualifiedARN returns the ARN of an alias or a version of a function.
func (r resource) qualifiedARN(qualifier string) string {
	name := functionNameOf(r.properties().String("FunctionName", ""))
	return r.stack.ids.arn("lambda", "function:"+name+":"+qualifier)
}

func (r resource) aliasARN() string { return r.qualifiedARN(r.properties().String("Name", "")) }

// versionARN returns the ARN of a version, which is the first of its function.
func (r resource) versionARN() string { return r.qualifiedARN(firstVersion) }

const firstVersion = "1"

// splitFunction splits an ARN, or a name with or without an account, into the name of a
// function and its alias or version, "" for none.
func splitFunction(function string) (name, qualifier string) {
	_, name, isARN := strings.Cut(function, "function:")
	if !isARN {
		name = function
	}
	name, qualifier, _ = strings.Cut(name, ":")
	return name, qualifier
}

// functionNameOf returns the name of a function from its ARN or name.
func functionNameOf(function string) string {
	name, _ := splitFunction(function)
	return name
}

// unqualified returns the ARN of a function without the alias or version.
func unqualified(arn string) string {
	_, qualifier := splitFunction(arn)
	return strings.TrimSuffix(arn, ":"+qualifier)
}

// permission is an AWS::Lambda::Permission for API Gateway.
type permission struct {
	function string // name, with a version or alias; "" for all
	source   string // "" for all
}

// lambdaPermission reads who may invoke a function. A property that cannot be resolved
// here counts as a match.
func (s *System) lambdaPermission(r resource, p *cfn.Properties) {
	p.Ignore(p.Names()...)
	values := r.properties()
	const gateway, invoke = "apigateway.amazonaws.com", "lambda:InvokeFunction"
	principal, action := values.String("Principal", gateway), values.String("Action", invoke)
	if principal != gateway && principal != "*" || !pattern.MatchWildcards(strings.ToLower(action), strings.ToLower(invoke)) {
		return
	}
	name, qualifier := splitFunction(values.String("FunctionName", ""))
	s.permissions = append(s.permissions, permission{qualified(name, qualifier), values.String("SourceArn", "")})
}

// mayInvoke reports whether a permission allows a method to invoke a function. A
// permission for a function does not cover its aliases and versions, nor the reverse. If
// the templates have no permission for API Gateway at all, mayInvoke assumes that it is
// granted elsewhere.
//
// Source: "Using resource-based policies for Lambda", AWS Lambda developer guide.
func (s *System) mayInvoke(call apigateway.FunctionCall, f *lambdaFunction) bool {
	if f.resource == nil || call.HasCredentials || len(s.permissions) == 0 {
		return true
	}
	_, qualifier := splitFunction(call.ARN)
	called := qualified(f.name, qualifier)
	return slices.ContainsFunc(s.permissions, func(p permission) bool {
		return (p.function == "" || p.function == called) && (p.source == "" || pattern.MatchWildcards(ofARN(p.source), call.Source))
	})
}

func qualified(name, qualifier string) string {
	if qualifier == "" || qualifier == "$LATEST" || name == "" {
		return name
	}
	return name + ":" + qualifier
}

// ofARN returns the part of an ARN after the account, or the last part of a pattern with
// fewer parts.
func ofARN(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}
