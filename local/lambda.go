package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

// LambdaHandler answers in place of a Lambda function: what lambda.NewHandler of
// aws-lambda-go makes of a Go function is one.
type LambdaHandler interface {
	// Invoke returns the function's answer to an event. An error, or a panic, is the
	// failure of the function. The context's deadline is the integration's; what
	// goes on beyond it is not stopped, but nobody waits for it. It is called
	// concurrently.
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// WithLambda lets handler answer in place of a Lambda function, named by its
// logical id, with or without the hash that CDK puts behind it, by the end of its
// construct path, such as "Orders" or "Shop/Orders", or by its function name.
// Aliases and versions of the function are answered too. A function that is in
// none of the templates has a function name alone. [New] returns an error unless
// the name stands for one function, and lists what there is.
//
// Default: an integration with the function answers 500, as on AWS if it cannot
// be invoked, and the access log says what to name.
func WithLambda(name string, handler LambdaHandler) Option {
	return func(o *options) { o.lambdas = append(o.lambdas, namedLambda{name, handler}) }
}

type namedLambda struct {
	name    string
	handler LambdaHandler
}

const typeFunction = "AWS::Lambda::Function"

// lambdaFunction is a function that a method may lead to.
type lambdaFunction struct {
	resource *resource // nil: in none of the stacks
	name     string
	handler  LambdaHandler // nil: missing
	isUsed   bool
}

func (f *lambdaFunction) identity() identity {
	if f.resource == nil {
		return identity{key: f.name, name: f.name}
	}
	r := f.resource
	return identity{key: r.key(), stack: r.stack.name, logicalID: r.LogicalID, path: r.constructPath(), name: f.name, detail: "named "}
}

// function adds a function of a stack. Its properties are for what runs it.
func (d *deployment) function(r resource, p *cfn.Properties) {
	p.Ignore(p.Names()...)
	d.addFunction(r.functionARN(), &lambdaFunction{resource: &r, name: r.functionName()})
}

func (d *deployment) addFunction(arn string, f *lambdaFunction) {
	for _, named := range d.options.lambdas {
		if f.identity().is(named.name) {
			f.handler = named.handler
		}
	}
	d.functionByARN[arn] = f
	d.functions = append(d.functions, f)
}

// functionOf returns what answers an integration with a function.
func (d *deployment) functionOf(call apigateway.FunctionCall) apigateway.Function {
	arn := unqualified(call.ARN)
	if d.functionByARN[arn] == nil {
		d.addFunction(arn, &lambdaFunction{name: functionNameOf(arn)})
	}
	f := d.functionByARN[arn]
	f.isUsed = true
	switch name := f.identity().key; {
	case !d.mayInvoke(call, f):
		return forbidden(fmt.Sprintf("no AWS::Lambda::Permission lets %s invoke %s", call.Source, name))
	case f.handler == nil:
		return apigateway.Missing(fmt.Sprintf("nothing answers for the Lambda function %s: name what does with WithLambda", name))
	}
	return f.handler
}

// forbidden is a function that API Gateway may not invoke.
type forbidden string

func (f forbidden) Invoke(context.Context, []byte) ([]byte, error) {
	return nil, fmt.Errorf("%w: %s", apigateway.ErrNotInvoked, string(f))
}

// checkLambdas reports handlers that are for none of the functions, or for several.
func (d *deployment) checkLambdas() {
	for i, named := range d.options.lambdas {
		_, err := find(d.functions, "Lambda function", named.name, (*lambdaFunction).identity)
		isTwice := slices.ContainsFunc(d.options.lambdas[:i], func(other namedLambda) bool { return other.name == named.name })
		switch {
		case err != nil:
			d.problems.Addf("WithLambda", "%s", err)
		case isTwice:
			d.problems.Addf("WithLambda", "%q is named twice", named.name)
		}
	}
	for _, f := range d.functions {
		if f.isUsed {
			state := Missing
			if f.handler != nil {
				state = Connected
			}
			d.backends = append(d.backends, Backend{Name: f.identity().key, Kind: "lambda", State: state})
		}
	}
}

// permission is an AWS::Lambda::Permission for API Gateway.
type permission struct {
	function string // by its name
	source   string // "" for all
}

// lambdaPermission reads who may invoke a function. What cannot be resolved here
// is taken for a permission.
func (d *deployment) lambdaPermission(r resource, p *cfn.Properties) {
	p.Ignore(p.Names()...)
	values := r.properties()
	if values.String("Principal", "apigateway.amazonaws.com") != "apigateway.amazonaws.com" {
		return
	}
	d.permissions = append(d.permissions, permission{functionNameOf(unqualified(values.String("FunctionName", ""))), values.String("SourceArn", "")})
}

// mayInvoke reports whether a permission lets an API's method invoke a function.
// Where the templates have no permission for any, who may is said elsewhere.
func (d *deployment) mayInvoke(call apigateway.FunctionCall, f *lambdaFunction) bool {
	if f.resource == nil || call.HasCredentials || len(d.permissions) == 0 {
		return true
	}
	return slices.ContainsFunc(d.permissions, func(p permission) bool {
		_, source, _ := strings.Cut(p.source, ":execute-api:")
		source = source[strings.LastIndex(source, ":")+1:]
		return (p.function == "" || p.function == f.name) && (p.source == "" || matchesARN(source, call.Source))
	})
}

// matchesARN reports whether a pattern of ArnLike, in which * is any text and ? any
// character, matches the whole of a text. A variable of the path is any text too:
// CDK writes a star for it.
func matchesARN(pattern, text string) bool {
	match, star := 0, -1
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, match, p = p, t, p+1
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			match++
			p, t = star+1, match
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// nameIn returns the name that a property gives, or one of at most 64 characters
// as CloudFormation makes it up.
func (r resource) nameIn(property string) string {
	madeUp := "-" + strings.ToUpper(r.stack.ids.short(property, r.LogicalID, 12))
	prefix := r.stack.ids.pseudo.StackName + "-" + r.LogicalID
	return r.properties().String(property, prefix[:min(len(prefix), 64-len(madeUp))]+madeUp)
}

func (r resource) functionName() string { return r.nameIn("FunctionName") }

func (r resource) roleName() string { return r.nameIn("RoleName") }

func (r resource) functionARN() string {
	return r.stack.ids.arn("lambda", "function:"+functionNameOf(r.functionName()))
}

// qualifiedARN is that of an alias or a version of a function.
func (r resource) qualifiedARN(qualifier string) string {
	name := functionNameOf(unqualified(r.properties().String("FunctionName", "")))
	return r.stack.ids.arn("lambda", "function:"+name+":"+qualifier)
}

func (r resource) aliasARN() string { return r.qualifiedARN(r.properties().String("Name", "")) }

// versionARN is that of a version: the first of its function.
func (r resource) versionARN() string { return r.qualifiedARN(firstVersion) }

const firstVersion = "1"

// unqualified takes the alias or version from the ARN or name of a function.
func unqualified(function string) string {
	before, name, isARN := strings.Cut(function, ":function:")
	if !isARN {
		before, name = "", function
	}
	name, _, _ = strings.Cut(name, ":")
	if isARN {
		name = before + ":function:" + name
	}
	return name
}

// functionNameOf returns the name in an ARN of a function, or what is a name.
func functionNameOf(function string) string {
	return function[strings.LastIndex(function, ":")+1:]
}

// checkLambdaOptions returns an error for a handler that is none.
func (o *options) checkLambdas() error {
	for _, named := range o.lambdas {
		if named.name == "" || named.handler == nil {
			return errors.New("WithLambda: needs the name of a function and a handler")
		}
	}
	return nil
}
