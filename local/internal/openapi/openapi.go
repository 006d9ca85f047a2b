// Package openapi writes the OpenAPI 3.1 document of a REST API that package
// apigateway serves: its operations with their scopes, its models as JSON Schema
// 2020-12, and the gateway responses that a client must expect.
//
// [New] reads the configuration that the API was compiled from, so the document says
// what is enforced. Something that OpenAPI cannot express is an error with its label
// and property.
package openapi

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
)

// API is the input of a document.
type API struct {
	// Title and Version are required by OpenAPI. Default of Version: 1.0.
	Title, Version, Description string
	// Config is the configuration that Served was compiled from.
	Config apigateway.Config
	Served *apigateway.API
	// Pools are the user pools behind the verifiers of Config.
	Pools map[apigateway.TokenVerifier]Pool
	// Region is the default Region in server URLs.
	Region string
	// ServerURL replaces the servers. Default: the stages of Config.
	ServerURL string
	// Waivers are what this package leaves out of the API.
	Waivers []Waiver
	// TokenURL replaces the token URL of the API's only user pool.
	TokenURL string
}

type Pool struct {
	// LogicalID is the logical id in the template.
	LogicalID string
	// TokenURL is the token endpoint of the domain. Default: a placeholder.
	TokenURL string
	// NoDomain is set for a pool without a token endpoint. Its clients get their tokens
	// by GetClientToken.
	NoDomain bool
	// Scopes are the scopes of its resource servers.
	Scopes []Scope
}

// Scope is a scope that a client may hold. Name is identifier/name.
type Scope struct{ Name, Description string }

// builder collects what operations share.
type builder struct {
	api      API
	document Document
	problems validation.Collector
	schemes  map[scheme]string // name of each scheme
	models   *converter
}

// New returns the document of an API. The error is a [*validation.Error] with all
// problems.
func New(api API) (*Document, error) {
	b := &builder{
		api: api,
		document: Document{
			OpenAPI: "3.1.1",
			Info:    info{Title: api.Title, Description: api.Description, Version: cmp.Or(api.Version, "1.0")},
			Waivers: api.Waivers,
			Paths:   map[string]pathItem{},
			Components: components{
				Schemas:         map[string]schema{},
				Responses:       map[string]response{},
				SecuritySchemes: map[string]securityScheme{},
			},
		},
		schemes: map[scheme]string{},
	}
	b.url("ServerURL", api.ServerURL)
	b.url("TokenURL", api.TokenURL)
	b.models = newConverter(&b.api.Config, &b.problems)
	b.document.Servers = b.servers()
	b.paths()
	b.document.Components.Schemas = b.models.schemas()
	return &b.document, b.problems.Err(api.Config.Label)
}

// url reports a problem for user information in a URL, without repeating it.
func (b *builder) url(property, url string) {
	_, authority, _ := strings.Cut(url, "//")
	if end := strings.IndexAny(authority, `/\?#`); end >= 0 {
		authority = authority[:end]
	}
	if strings.Contains(authority, "@") {
		b.problems.Addf(property, "must have no user name or password in it: everybody reads an OpenAPI document")
	}
}

// servers returns one server for each stage. The API's id is a variable: it is
// unknown before the API is deployed.
func (b *builder) servers() []server {
	if b.api.ServerURL != "" {
		return []server{{URL: strings.TrimSuffix(b.api.ServerURL, "/")}}
	}
	var servers []server
	for _, stage := range b.api.Config.Stages {
		servers = append(servers, server{
			URL:         "https://{restApiId}.execute-api.{region}.amazonaws.com/" + stage.Name,
			Description: "Stage " + stage.Name,
			Variables: map[string]variable{
				"restApiId": {"rest-api-id", "Id of the REST API, which API Gateway makes up when the API is created"},
				"region":    {b.api.Region, "AWS Region of the REST API"},
			},
		})
	}
	return servers
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// paths adds every method. ANY covers only the methods that its resource does not
// define, so those come first.
func (b *builder) paths() {
	templates := map[string]string{}
	for _, isAny := range []bool{false, true} {
		for _, method := range b.api.Config.Methods {
			if (method.HTTPMethod == "ANY") == isAny {
				b.method(&method, templates)
			}
		}
	}
	b.operationIDs()
}

// method adds the operations of a method. templates are the paths so far without
// their parameter names: OpenAPI cannot distinguish two paths that differ only in
// them, whereas API Gateway distinguishes {name} from {name+}.
func (b *builder) method(m *apigateway.Method, templates map[string]string) {
	path := strings.ReplaceAll(m.Path, "+}", "}")
	template := pathParameter.ReplaceAllString(path, "{}")
	if other := cmp.Or(templates[template], m.Path); other != m.Path {
		b.problems.Addf(m.Label+".Path", "OpenAPI cannot distinguish %s from %s: rename or remove one of them", m.Path, other)
	}
	templates[template] = m.Path
	item := b.document.Paths[path]
	if item == nil {
		item = pathItem{}
		b.document.Paths[path] = item
	}
	for _, httpMethod := range apigateway.HTTPMethods(m.HTTPMethod) {
		if key := strings.ToLower(httpMethod); item[key] == nil {
			item[key] = b.operation(m, httpMethod)
		}
	}
}

// operationIDs reports operation ids that are not unique, which OpenAPI forbids.
func (b *builder) operationIDs() {
	seen := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(b.document.Paths)) {
		item := b.document.Paths[path]
		for _, httpMethod := range slices.Sorted(maps.Keys(item)) {
			id := item[httpMethod].OperationID
			if other, twice := seen[id]; twice && id != "" {
				b.problems.Addf("OperationName", "%q names both %s and %s %s: OpenAPI requires unique names", id, other, httpMethod, path)
			}
			seen[id] = httpMethod + " " + path
		}
	}
}
