package local

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// anyMethod is the operation for every HTTP method.
const anyMethod = "x-amazon-apigateway-any-method"

var openAPIMethods = []string{"get", "put", "post", "delete", "options", "head", "patch", anyMethod}

// paths reads the operations, whose paths begin with base.
func (o *openAPI) paths(base string) {
	paths := o.document.Object("paths")
	ignoreExtensions(paths)
	for _, path := range paths.Names() {
		if !strings.HasPrefix(path, "/") {
			continue
		}
		item := paths.Object(path)
		ignoreExtensions(item)
		item.Ignore("description", "servers", "summary")
		shared := item.List("parameters")
		for _, name := range item.Names() {
			if slices.Contains(openAPIMethods, name) {
				o.operation(base, path, name, item.Object(name), shared)
			}
		}
	}
}

// basePath returns what the document's base path comes to:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html
func (o *openAPI) basePath(handling string) string {
	o.document.Ignore("basePath", "servers")
	if handling == "" || handling == "ignore" {
		return ""
	}
	path := o.document.String("basePath", "")
	if !o.swagger {
		path = serverPath(o.document.List("servers"))
	}
	path = strings.Trim(path, "/")
	if handling == "split" {
		_, path, _ = strings.Cut(path, "/")
	}
	if path == "" {
		return ""
	}
	return "/" + path
}

// serverPath returns the first variable basePath, or the path of the first URL
// that has one.
func serverPath(servers []*cfn.Properties) string {
	var path string
	for _, server := range servers {
		server.Ignore(server.Names()...)
		variables := server.Object("variables")
		variables.Ignore(variables.Names()...)
		if variables.Has("basePath") {
			variable := variables.Object("basePath")
			variable.Ignore(variable.Names()...)
			return variable.String("default", "")
		}
		url := server.String("url", "")
		if _, afterScheme, absolute := strings.Cut(url, "://"); absolute {
			_, url, _ = strings.Cut(afterScheme, "/")
		}
		if path == "" {
			path = strings.Trim(url, "/")
		}
	}
	return path
}
