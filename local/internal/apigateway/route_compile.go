package apigateway

import (
	"regexp"
	"strings"
)

var (
	literalSegment  = regexp.MustCompile(`^[A-Za-z0-9._:~-]+$`)
	variableSegment = regexp.MustCompile(`^\{([A-Za-z0-9._-]+)(\+?)\}$`)
)

// tree is the resources of an API while it is compiled.
type tree struct {
	root  *node
	names map[*node]string // the names of variable segments
}

func newTree() *tree { return &tree{root: &node{}, names: map[*node]string{}} }

// resource returns the node of a path, which it makes if there is none, and the
// names of the path's parameters. Nil: the path is not valid.
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

// add puts a method at its resource.
func (n *node) add(m *method, httpMethod string, at place) {
	if httpMethod == "ANY" && n.any == nil {
		n.any = m
		return
	}
	if httpMethod == "ANY" || n.methods[httpMethod] != nil {
		at.addf("%s is a second time on this resource; allowed is once", httpMethod)
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
