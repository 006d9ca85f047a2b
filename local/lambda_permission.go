package local

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/local/internal/apigateway"
)

// permission is an AWS::Lambda::Permission for API Gateway.
type permission struct {
	function string // by its name, with a version or alias; "" for all
	source   string // "" for all
}

// lambdaPermission reads who may invoke a function. What cannot be resolved here
// is taken for a permission.
func (d *deployment) lambdaPermission(r resource, p *cfn.Properties) {
	p.Ignore(p.Names()...)
	values := r.properties()
	const gateway, invoke = "apigateway.amazonaws.com", "lambda:InvokeFunction"
	principal, action := values.String("Principal", gateway), values.String("Action", invoke)
	if principal != gateway && principal != "*" || !pattern.MatchWildcards(strings.ToLower(action), strings.ToLower(invoke)) {
		return
	}
	name, qualifier := splitFunction(values.String("FunctionName", ""))
	d.permissions = append(d.permissions, permission{qualified(name, qualifier), values.String("SourceArn", "")})
}

// mayInvoke reports whether a permission lets an API's method invoke a function. A
// permission for a function is none for its aliases and versions, nor the other way
// round. Where the templates have no permission for API Gateway at all, it is taken
// to be given elsewhere.
//
// Source: "Using resource-based policies for Lambda", AWS Lambda developer guide.
func (d *deployment) mayInvoke(call apigateway.FunctionCall, f *lambdaFunction) bool {
	if f.resource == nil || call.HasCredentials || len(d.permissions) == 0 {
		return true
	}
	_, qualifier := splitFunction(call.ARN)
	called := qualified(f.name, qualifier)
	return slices.ContainsFunc(d.permissions, func(p permission) bool {
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
