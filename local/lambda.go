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

// WithLambda lets a handler answer in place of a Lambda function: what
// lambda.NewHandler of aws-lambda-go makes of a Go function, or anything else with its
// Invoke method, which is called concurrently. An error, or a panic, is the failure of
// the function. The deadline of its context is the integration's; what goes on beyond
// it is not stopped, but nobody waits for it.
//
// The function is named by its logical id, with or without the hash that CDK puts
// behind it, by the end of its construct path, such as "Orders" or "Shop/Orders", or
// by its function name. Its aliases and versions are answered too. A function that is
// in none of the templates has a function name alone. [New] returns an error unless
// the name stands for one function, and lists what there is.
//
// Default: the bootstrap of a function of a provided.* runtime is started, if the
// code of the function is a file asset of the assembly, or a path from the template,
// and built for this machine. For all others, what [WithLambdaTarget] names for
// every function. Without that an integration answers 500, as on AWS if the function
// cannot be invoked, and the access log says what to name.
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

// WithoutLambda starts no program of the assembly. Default: those that methods lead
// to, see [WithLambda].
func WithoutLambda() Option { return func(o *options) { o.noLambda = true } }

// WithLambdaConcurrency sets how many processes of each started function run at once;
// calls beyond it wait for one of them. 1 to 1,000. Default: 10.
func WithLambdaConcurrency(processes int) Option {
	return func(o *options) { o.lambdaConcurrency = processes }
}

// WithLog calls log with each line that started functions print, behind the key of
// the function, and with what of its environment a function does not get: printable
// lines, without the client secrets of the templates, from several goroutines. Lines
// that it does not take in time are left out. Default: nothing is logged.
func WithLog(log func(line string)) Option { return func(o *options) { o.log = log } }

// namedLambda is what answers for a function: one of handler, program and endpoint.
type namedLambda struct {
	name              string
	handler           lambda.Handler
	program, endpoint string
}

const maxLambdaConcurrency = 1000

// checkLambdas returns an error for what nothing could be answered with.
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
		return errors.New("a program answers for it, and none is to be started: leave out the one or the other")
	case n.program != "":
		return functions.CheckProgram(n.program)
	case n.handler == nil:
		return errors.New("it needs a handler, a program or a URL")
	}
	return nil
}

// nameIn returns the name that a property gives, or one as CloudFormation makes it
// up, of at most so many characters.
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

// qualifiedARN is that of an alias or a version of a function.
func (r resource) qualifiedARN(qualifier string) string {
	name := functionNameOf(r.properties().String("FunctionName", ""))
	return r.stack.ids.arn("lambda", "function:"+name+":"+qualifier)
}

func (r resource) aliasARN() string { return r.qualifiedARN(r.properties().String("Name", "")) }

// versionARN is that of a version: the first of its function.
func (r resource) versionARN() string { return r.qualifiedARN(firstVersion) }

const firstVersion = "1"

// splitFunction returns the name of a function and the alias or version, "" for none,
// of an ARN or of a name, which may have its account in front.
func splitFunction(function string) (name, qualifier string) {
	_, name, isARN := strings.Cut(function, "function:")
	if !isARN {
		name = function
	}
	name, qualifier, _ = strings.Cut(name, ":")
	return name, qualifier
}

// functionNameOf returns the name in an ARN of a function, or what is a name.
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
	function string // by its name, with a version or alias; "" for all
	source   string // "" for all
}

// lambdaPermission reads who may invoke a function. What cannot be resolved here
// is taken for a permission.
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

// mayInvoke reports whether a permission lets an API's method invoke a function. A
// permission for a function is none for its aliases and versions, nor the other way
// round. Where the templates have no permission for API Gateway at all, it is taken
// to be given elsewhere.
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

// ofARN returns what stands behind the account in an ARN, or at the end of what may
// stand for several.
func ofARN(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}
