package local

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/cognito"
)

// deployment is a template turned into what answers requests, with the ids that
// AWS would have made up.
type deployment struct {
	options  *options
	url      string
	resolver *cfn.Resolver
	ids      *identifiers
	problems validation.Collector

	pools    map[string]*userPool    // by pool id
	restAPIs map[string]*restAPI     // by API id
	domains  map[string]*domainName  // by name
	handlers map[string]http.Handler // by first path segment

	userPoolsAPI http.Handler

	apis      []API
	contracts []Contract
	clients   []Client
	secrets   []Secret
	unserved  []string
}

// deploy translates a template. The error holds every problem, not just the first.
func deploy(template *cfn.Template, url string, options *options) (*deployment, error) {
	d := &deployment{
		options:  options,
		url:      url,
		ids:      newIdentifiers(template.Environment, options.randomCredentials),
		pools:    map[string]*userPool{},
		restAPIs: map[string]*restAPI{},
		domains:  map[string]*domainName{},
		handlers: map[string]http.Handler{},
	}
	resolver, err := cfn.NewResolver(template, cfn.Options{
		Parameters: options.parameters,
		Imports:    options.imports,
		Pseudo:     d.ids.pseudo,
		Ref:        d.ref,
		GetAtt:     d.attribute,
		Secret:     d.secretReference,
	})
	if err != nil {
		return nil, err
	}
	d.resolver = resolver
	d.deploySecrets()
	d.deployUserPools()
	d.addressSecrets()
	d.deployRestAPIs()
	d.listUnserved()
	if len(d.problems.Problems) == 0 && len(d.apis) == 0 && len(d.clients) == 0 {
		d.problems.Addf("Resources", "there is no stage of a REST API and no user pool client: nothing to serve")
	}
	d.redactProblems()
	return d, d.problems.Err(template.Name)
}

// redactProblems takes client secrets out of messages, which quote the values
// they are about.
func (d *deployment) redactProblems() {
	for i := range d.problems.Problems {
		message := &d.problems.Problems[i].Message
		*message = d.redact(*message)
	}
}

func (d *deployment) redact(text string) string {
	for _, resource := range d.resolver.Resources() {
		if resource.Type == typeUserPoolClient {
			text = strings.ReplaceAll(text, d.ids.ClientSecret(resource.LogicalID), "the client secret of "+resource.LogicalID)
		}
	}
	return text
}

// quote quotes a value for a message, which may cut a secret in it in two.
func (d *deployment) quote(value string) string { return validation.Quote(d.redact(value)) }

// problemf adds a problem of one property of a resource.
func (d *deployment) problemf(resource *cfn.Resource, property, format string, args ...any) {
	d.problems.Addf(resource.LogicalID+".Properties."+property, format, args...)
}

// refuse adds the problems that compiling an API found.
func (d *deployment) refuse(err error) {
	if refused, ok := errors.AsType[*apigateway.ConfigError](err); ok {
		for _, problem := range refused.Problems {
			d.problems.Addf(problem.Label+"."+problem.Property, "%s", problem.Message)
		}
	}
}

// resources calls each for every resource of a type with a reader of its
// properties, and reports every property that each did not read.
func (d *deployment) resources(resourceType string, each func(*cfn.Resource, *cfn.Properties)) {
	for _, resource := range d.resolver.Resources() {
		if resource.Type == resourceType {
			properties := d.resolver.Properties(resource)
			each(resource, properties)
			d.problems.Merge(properties.Done())
		}
	}
}

// mount serves everything below /segment/ with handler.
func (d *deployment) mount(segment string, handler http.Handler) {
	if d.handlers[segment] != nil {
		d.problems.Addf("Resources", "two of them are served at %s/%s: give each domain its own prefix", d.url, segment)
		return
	}
	d.handlers[segment] = http.StripPrefix("/"+segment, handler)
}

// handler finds what is mounted by the first segment of the path. An SDK posts to
// the path of its endpoint, which is the root.
func (d *deployment) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/" {
			d.userPoolsAPI.ServeHTTP(w, r)
			return
		}
		segment, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		handler := d.handlers[segment]
		if handler == nil {
			noteAccess(r.Context(), "", "nothing is served at this path")
			http.Error(w, "nothing is served at this path", http.StatusNotFound)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// served are the types that this package translates.
var served = map[string]bool{
	typeUserPool: true, typeResourceServer: true, typeUserPoolClient: true, typeUserPoolDomain: true,
	typeRestAPI: true, typeResource: true, typeMethod: true, typeAuthorizer: true, typeDeployment: true, typeStage: true,
	typeDomainName: true, typeBasePathMapping: true,
	typeModel: true, typeRequestValidator: true, typeGatewayResponse: true,
	typeSecret:           true,
	"AWS::CDK::Metadata": true,
}

func (d *deployment) listUnserved() {
	for _, resource := range d.resolver.Resources() {
		if !served[resource.Type] {
			d.unserved = append(d.unserved, fmt.Sprintf("%s (%s)", resource.LogicalID, resource.Type))
		}
	}
}

// identifiers are what AWS makes up when it creates a stack.
type identifiers struct {
	*cognito.Generator
	pseudo cfn.Pseudo
}

func newIdentifiers(environment cfn.Environment, random bool) *identifiers {
	pseudo := cfn.Pseudo{
		StackName: cmp.Or(environment.StackName, "local"),
		Region:    cmp.Or(environment.Region, "us-east-1"),
		AccountID: cmp.Or(environment.AccountID, "123456789012"),
	}
	seed := pseudo.StackName
	if random {
		seed = ""
	}
	return &identifiers{Generator: cognito.NewGenerator(seed), pseudo: pseudo}
}
