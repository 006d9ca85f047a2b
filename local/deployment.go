package local

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
)

// deployment are stacks turned into what answers requests, with the ids that AWS
// would have made up.
type deployment struct {
	options  *options
	url      string
	types    map[string]*resourceType
	stacks   []*stack
	count    map[string]int // of resources, by type and logical id
	problems validation.Collector

	pools    []*userPool
	poolByID map[string]*userPool // and what stands for one elsewhere
	asPool   bool                 // an import is one of a user pool

	restAPIs []*restAPI
	apiByID  map[string]*restAPI
	domains  []*domainName
	handlers map[string]mounted // by first path segment

	userPoolsAPI http.Handler

	apiKeys    []*apiKey
	usagePlans map[string][]planStage // by id

	transport    *http.Transport // to backends
	services     []string        // that integrations lead to
	httpBackends []Backend
	lenient      *http.Transport // which verifies no certificates

	functions     []*lambdaFunction
	functionByARN map[string]*lambdaFunction // without a version or an alias
	permissions   []permission

	apis      []API
	contracts []Contract
	clients   []Client
	secrets   []Secret
	unserved  []string
	waived    []waived
	backends  []Backend
	closers   []func() error
	close     func() error
	redacting *strings.Replacer // of secrets, for what is logged
	missing   missing
	given     validation.Collector // problems of what is given, or missing
}

// deploy translates stacks. The error holds every problem, not just the first.
func deploy(stacks []*cfn.Stack, url string, options *options) (*deployment, error) {
	d := &deployment{
		options:   options,
		transport: loopback.Transport(options.remote),
		url:       url,
		types:     map[string]*resourceType{},
		count:     map[string]int{},
		poolByID:  map[string]*userPool{},
		apiByID:   map[string]*restAPI{},
		handlers:  map[string]mounted{},

		usagePlans:    map[string][]planStage{},
		functionByARN: map[string]*lambdaFunction{},
	}
	d.close = sync.OnceValue(d.closeAll)
	d.onClose(func() error { d.transport.CloseIdleConnections(); return nil })
	for _, t := range slices.Concat(types, serviceTypes) {
		d.types[t.name] = &t
	}
	title := stacks[0].Template.Name
	if len(stacks) > 1 {
		title = fmt.Sprintf("%d stacks", len(stacks))
	}
	if err := d.resolve(title, stacks); err != nil {
		return nil, err
	}
	d.refuseTypes()
	for _, t := range types {
		d.each(t.name, func(r resource, p *cfn.Properties) { t.read(d, r, p) })
		if t.name == typeUserPool {
			d.mapUserPools()
		}
	}
	d.addMissing()
	if err := d.given.Err(title); err != nil {
		d.close()
		return nil, err // most other problems would be consequences
	}
	d.startUserPools()
	d.redacting = d.redactor()
	d.startRestAPIs()
	d.checkLambdas()
	d.addHTTPBackends()
	d.addServices()
	if len(d.problems.Problems) == 0 && len(d.apis) == 0 && len(d.clients) == 0 {
		d.problems.Addf("Resources", "there is no stage of a REST API and no user pool client: nothing to serve")
	}
	d.finishProblems()
	if err := d.problems.Err(title); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// resolve prepares to resolve the values of the stacks together.
func (d *deployment) resolve(title string, stacks []*cfn.Stack) error {
	byStack := map[*cfn.Stack]*stack{}
	for _, of := range stacks {
		one := d.newStack(of, byStack[of.Parent])
		byStack[of] = one
		d.stacks = append(d.stacks, one)
	}
	if err := d.checkStackNames(title); err != nil {
		return err
	}
	parameters := d.parametersOf()
	resolving, err := cfn.NewGroup(title, stacks, func(of *cfn.Stack) cfn.Options {
		in := byStack[of]
		options := cfn.Options{
			Parameters:       parameters[in],
			Imports:          d.options.imports,
			MissingImport:    d.missingImport,
			MissingParameter: func(p *cfn.Parameter) (string, bool) { return d.missingParameter(in, p) },
			Pseudo:           in.ids.pseudo,
			Ref:              func(r *cfn.Resource) (any, error) { return d.ref(resource{r, in, d}) },
			GetAtt:           func(r *cfn.Resource, name string) (any, error) { return d.attribute(resource{r, in, d}, name) },
			Secret:           func(reference cfn.SecretReference) (string, error) { return d.secretReference(in, reference) },
		}
		if len(stacks) > 1 {
			options.Label = in.name
		}
		return options
	})
	if err != nil {
		d.given.Merge(err)
		d.addMissing()
		return d.given.Err(title)
	}
	for _, in := range d.stacks {
		in.resolver = resolving.Resolver(in.of)
	}
	for _, r := range d.resources() {
		d.count[r.Type+" "+r.LogicalID]++
	}
	return nil
}

func (d *deployment) newStack(of *cfn.Stack, parent *stack) *stack {
	environment := of.Template.Environment
	pseudo := cfn.Pseudo{
		StackName: cmp.Or(environment.StackName, "local"),
		Region:    cmp.Or(environment.Region, "us-east-1"),
		AccountID: cmp.Or(environment.AccountID, "123456789012"),
	}
	name := pseudo.StackName
	if parent != nil {
		id := of.In.LogicalID
		name = parent.name + "/" + id
		pseudo.StackName = parent.ids.pseudo.StackName + "-" + id + "-" + strings.ToUpper(parent.ids.short("nested stack", id, 12))
	}
	return &stack{name: name, of: of, ids: newIdentifiers(pseudo, environment, d.options.randomCredentials)}
}

// checkStackNames reports stacks that CloudFormation takes for one.
func (d *deployment) checkStackNames(title string) error {
	var problems validation.Collector
	known := map[string]bool{}
	for _, s := range d.stacks {
		if known[s.ids.seed] {
			problems.Addf(s.name, "two stacks have this name in the same account and Region: CloudFormation would take the one for a change of the other")
		}
		known[s.ids.seed] = true
	}
	return problems.Err(title)
}

// parametersOf returns the values given for the parameters of each stack: STACK:KEY
// is a parameter of one, KEY of every stack that has it.
func (d *deployment) parametersOf() map[*stack]map[string]string {
	given := map[*stack]map[string]string{}
	keys := slices.Collect(maps.Keys(d.options.parameters))
	slices.SortFunc(keys, func(a, b string) int { // what is of one stack stands last
		return cmp.Or(cmp.Compare(strings.Count(a, ":"), strings.Count(b, ":")), strings.Compare(a, b))
	})
	for _, key := range keys {
		value, used := d.options.parameters[key], false
		for _, s := range d.stacks {
			of, name, isQualified := strings.Cut(key, ":")
			if !isQualified {
				name = key
			}
			hasIt := slices.ContainsFunc(s.of.Template.Parameters, func(p *cfn.Parameter) bool { return p.Name == name })
			if s.of.Parent != nil || isQualified && !slices.Contains(s.of.Names, of) || len(d.stacks) > 1 && !hasIt {
				continue
			}
			if given[s] == nil {
				given[s] = map[string]string{}
			}
			given[s][name], used = value, true
		}
		if !used {
			var known []string
			for _, s := range d.stacks {
				for _, p := range s.of.Template.Parameters {
					known = append(known, p.Name)
				}
			}
			d.given.Addf("Parameters", "a value is given for %s, which is not a parameter of any stack%s", validation.Quote(key), validation.DidYouMean(key, known))
		}
	}
	return given
}

// resources returns the resources that the stacks have.
func (d *deployment) resources() []resource {
	var all []resource
	for _, in := range d.stacks {
		for _, r := range in.resolver.Resources() {
			all = append(all, resource{r, in, d})
		}
	}
	return all
}

// each calls read for every resource of a type with a reader of its properties,
// and reports every property that read does not.
func (d *deployment) each(resourceType string, read func(resource, *cfn.Properties)) {
	for _, r := range d.resources() {
		if r.Type == resourceType {
			properties := r.properties()
			read(r, properties)
			d.problems.Merge(properties.Done())
		}
	}
}

// refuseTypes reports the resources that must not be left out, and lists those
// that are.
func (d *deployment) refuseTypes() {
	for _, r := range d.resources() {
		reason, waiver := refusal(r.Type)
		if waiver != "" {
			reason += ": " + refusedFor(waiver)
		}
		switch {
		case d.types[r.Type] != nil && d.types[r.Type].read != nil, unlisted[r.Type]:
		case reason != "" && !d.isWaived(waiver, r.label(), nil):
			d.problems.Addf(r.label(), "%s %s", r.Type, reason)
		default:
			d.leftOut(r)
		}
	}
}

// leftOut lists a resource that is not served.
func (d *deployment) leftOut(r resource) {
	d.unserved = append(d.unserved, fmt.Sprintf("%s (%s)", r.label(), r.Type))
}

// nestedStack reports a nested stack whose template is not there. What it is given
// is resolved where the template refers to it.
func (d *deployment) nestedStack(r resource, p *cfn.Properties) {
	p.Ignore(p.Names()...)
	isRead := func(s *stack) bool { return s.of.In == r.Resource }
	switch {
	case slices.ContainsFunc(d.stacks, isRead):
	case d.isWaived(withoutNestedStack, r.label(), nil):
		d.leftOut(r)
	default:
		p.Problemf("TemplateURL", "%s", refusedFor(withoutNestedStack))
	}
}

// finishProblems reports each problem once, without secrets: messages quote the
// values they are about.
func (d *deployment) finishProblems() {
	var once []validation.Problem
	for _, problem := range d.problems.Problems {
		problem.Message = d.redact(problem.Message)
		if !slices.Contains(once, problem) {
			once = append(once, problem)
		}
	}
	d.problems.Problems = once
}

// quote quotes a value for a message, which may cut a secret in it in two.
func (d *deployment) quote(value string) string { return validation.Quote(d.redact(value)) }

// problemf adds a problem of one property of a resource.
func (d *deployment) problemf(r resource, property, format string, args ...any) {
	d.problems.Addf(r.label()+".Properties."+property, format, args...)
}

// refuse adds the problems that compiling an API found.
func (d *deployment) refuse(err error) {
	if refused, ok := errors.AsType[*apigateway.ConfigError](err); ok {
		for _, problem := range refused.Problems {
			d.problems.Addf(problem.Label+"."+problem.Property, "%s", problem.Message)
		}
	}
}
