package apigateway

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// node is a resource. Resources form a tree, so that the cost of a request
// depends on the depth of its path and not on the number of resources.
type node struct {
	literals map[string]*node
	param    *node // {name}
	greedy   *node // {name+}; it has no children
	methods  map[string]*method
	any      *method
}

// anyMethods are those that ANY stands for.
var anyMethods = map[string]bool{
	"DELETE": true, "GET": true, "HEAD": true, "OPTIONS": true, "PATCH": true, "POST": true, "PUT": true,
}

// HTTPMethods returns the methods that an HTTPMethod of the configuration stands
// for: more than one for ANY.
func HTTPMethods(httpMethod string) []string {
	if httpMethod == "ANY" {
		return slices.Sorted(maps.Keys(anyMethods))
	}
	return []string{httpMethod}
}

// find returns the method for a path, which is empty or begins with a slash, and
// the values of the path's parameters, still encoded. A literal segment goes
// before a parameter and a parameter before a greedy one. A resource that lacks
// the method does not hide one further down the order that has it: a live test
// saw OPTIONS /test reach OPTIONS /{proxy+} beside a POST /test.
func (n *node) find(path, httpMethod string, values []string) (*method, []string) {
	if path == "" {
		return n.method(httpMethod), values
	}
	segment, rest := path[1:], ""
	if slash := strings.IndexByte(segment, '/'); slash >= 0 {
		segment, rest = segment[:slash], segment[slash:]
	}
	// Literals are compared as they are sent: whether API Gateway decodes %6F
	// first is not documented, and not doing so is a working choice.
	if child := n.literals[segment]; child != nil {
		if m, values := child.find(rest, httpMethod, values); m != nil {
			return m, values
		}
	}
	if segment == "" {
		return nil, nil // a parameter is never empty
	}
	if n.param != nil {
		if m, values := n.param.find(rest, httpMethod, append(values, segment)); m != nil {
			return m, values
		}
	}
	if n.greedy != nil {
		return n.greedy.method(httpMethod), append(values, path[1:])
	}
	return nil, nil
}

func (n *node) method(httpMethod string) *method {
	if m := n.methods[httpMethod]; m != nil {
		return m
	}
	if anyMethods[httpMethod] {
		return n.any
	}
	return nil
}

// pathParameters decodes the values that find returned.
func pathParameters(names, values []string) map[string]string {
	parameters := make(map[string]string, len(names))
	for i, name := range names {
		value, err := url.PathUnescape(values[i])
		if err != nil {
			value = values[i]
		}
		parameters[name] = value
	}
	return parameters
}
