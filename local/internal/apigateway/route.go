package apigateway

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// node is a resource in a tree, so that the cost of routing depends on the depth of the
// path, not on the number of resources.
type node struct {
	literals map[string]*node
	param    *node // {name}
	greedy   *node // {name+}; it has no children
	methods  map[string]*method
	any      *method
}

// anyMethods are the methods that ANY covers.
var anyMethods = map[string]bool{
	"DELETE": true, "GET": true, "HEAD": true, "OPTIONS": true, "PATCH": true, "POST": true, "PUT": true,
}

// HTTPMethods returns the HTTP methods that an HTTPMethod covers, which may be ANY.
func HTTPMethods(httpMethod string) []string {
	if httpMethod == "ANY" {
		return slices.Sorted(maps.Keys(anyMethods))
	}
	return []string{httpMethod}
}

// find returns the method for a path, which is empty or begins with a slash, and the
// values of the path's parameters, still encoded. A literal segment wins over a parameter,
// and a parameter over a greedy one. A resource without the method does not hide a later
// one that has it: OPTIONS /test was seen live to reach OPTIONS /{proxy+} beside a POST
// /test.
func (n *node) find(path, httpMethod string, values []string) (*method, []string) {
	if path == "" {
		return n.method(httpMethod), values
	}
	segment, rest := path[1:], ""
	if slash := strings.IndexByte(segment, '/'); slash >= 0 {
		segment, rest = segment[:slash], segment[slash:]
	}
	// AWS does not document whether %6F matches a literal o; we assume that literals are
	// compared without decoding.
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

var (
	literalSegment  = regexp.MustCompile(`^[A-Za-z0-9._:~-]+$`)
	variableSegment = regexp.MustCompile(`^\{([A-Za-z0-9._-]+)(\+?)\}$`)
)

// tree holds the resources of an API during compilation.
type tree struct {
	root  *node
	names map[*node]string // the names of variable segments
}

func newTree() *tree { return &tree{root: &node{}, names: map[*node]string{}} }

// resource returns the node of a path, creating it if needed, and the names of the path's
// parameters. The node is nil for an invalid path.
func (t *tree) resource(path string, at place) (*node, []string) {
	if !strings.HasPrefix(path, "/") {
		at.addf("must begin with a slash, got %q", path)
		return nil, nil
	}
	n, names := t.root, []string(nil)
	if path == "/" {
		return n, nil
	}
	segments := strings.Split(path[1:], "/")
	for i, segment := range segments {
		variable := variableSegment.FindStringSubmatch(segment)
		switch {
		case variable == nil && literalSegment.MatchString(segment):
			n = n.literal(segment)
		case variable == nil:
			at.addf("has the segment %q; allowed are letters, digits, the characters . _ : ~ -, {name} and {name+}", segment)
			return nil, nil
		case variable[2] == "":
			n = t.variable(&n.param, variable[1], path, at)
			names = append(names, variable[1])
		case i < len(segments)-1:
			at.addf("has %s before its end; a greedy path variable must be the last segment", segment)
			return nil, nil
		default:
			n = t.variable(&n.greedy, variable[1], path, at)
			names = append(names, variable[1])
		}
	}
	return n, names
}

func (n *node) literal(segment string) *node {
	if n.literals == nil {
		n.literals = map[string]*node{}
	}
	if n.literals[segment] == nil {
		n.literals[segment] = &node{}
	}
	return n.literals[segment]
}

func (t *tree) variable(child **node, name, path string, at place) *node {
	if *child == nil {
		*child = &node{}
		t.names[*child] = name
	}
	if t.names[*child] != name {
		at.addf("%s has {%s} where another resource has {%s}; API Gateway allows one path variable there", path, name, t.names[*child])
	}
	return *child
}

// add adds a method to its resource.
func (n *node) add(m *method, httpMethod string, at place) {
	if httpMethod == "ANY" && n.any == nil {
		n.any = m
		return
	}
	if httpMethod == "ANY" || n.methods[httpMethod] != nil {
		at.addf("%s appears twice on this resource; allowed is once", httpMethod)
		return
	}
	if !anyMethods[httpMethod] {
		at.addf("%q is not an HTTP method of API Gateway; allowed are DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY", httpMethod)
		return
	}
	if n.methods == nil {
		n.methods = map[string]*method{}
	}
	n.methods[httpMethod] = m
}
