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

// load loads stacks at the public URL, or at url if no option gives one. The error
// holds every problem, not just the first.
func load(stacks []*cfn.Stack, options *options, url string) (*System, error) {
	s := &System{
		options:       options,
		url:           cmp.Or(options.publicURL, url),
		transport:     loopback.Transport(options.remote),
		types:         map[string]*resourceType{},
		count:         map[string]int{},
		poolByID:      map[string]*userPool{},
		apiByID:       map[string]*restAPI{},
		mounted:       map[string]mounted{},
		usagePlans:    map[string][]planStage{},
		functionByARN: map[string]*lambdaFunction{},
	}
	s.handler = http.HandlerFunc(s.route)
	if options.accessLog != nil {
		s.handler = logged(s.handler, options.accessLog, options.clock)
	}
	s.close = sync.OnceValue(s.closeAll)
	s.onClose(func() error { s.transport.CloseIdleConnections(); return nil })
	for _, t := range slices.Concat(types, serviceTypes) {
		s.types[t.name] = &t
	}
	title := stacks[0].Template.Name
	if len(stacks) > 1 {
		title = fmt.Sprintf("%d stacks", len(stacks))
	}
	if err := s.resolve(title, stacks); err != nil {
		return nil, err
	}
	s.refuseTypes()
	for _, t := range types {
		s.each(t.name, func(r resource, p *cfn.Properties) { t.read(s, r, p) })
		if t.name == typeUserPool {
			s.mapUserPools()
		}
	}
	s.addMissing()
	if err := s.given.Err(title); err != nil {
		s.close()
		return nil, err // most other problems would follow from these
	}
	s.startUserPools()
	s.redacting = s.redactor()
	s.startRestAPIs()
	s.checkLambdas()
	s.addHTTPBackends()
	s.addServices()
	if len(s.problems.Problems) == 0 && len(s.apis) == 0 && len(s.clients) == 0 {
		s.problems.Addf("Resources", "there is no stage of a REST API and no user pool client: nothing to serve")
	}
	s.finishProblems()
	if err := s.problems.Err(title); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// resolve prepares the resolvers of the stacks, with references between them.
func (s *System) resolve(title string, stacks []*cfn.Stack) error {
	byStack := map[*cfn.Stack]*stack{}
	for _, of := range stacks {
		one := s.newStack(of, byStack[of.Parent])
		byStack[of] = one
		s.stacks = append(s.stacks, one)
	}
	if err := s.checkStackNames(title); err != nil {
		return err
	}
	parameters := s.parametersOf()
	resolving, err := cfn.NewGroup(title, stacks, func(of *cfn.Stack) cfn.Options {
		in := byStack[of]
		options := cfn.Options{
			Parameters:       parameters[in],
			Imports:          s.options.imports,
			MissingImport:    s.missingImport,
			MissingParameter: func(p *cfn.Parameter) (string, bool) { return s.missingParameter(in, p) },
			Pseudo:           in.ids.pseudo,
			Ref:              func(r *cfn.Resource) (any, error) { return s.ref(resource{r, in, s}) },
			GetAtt:           func(r *cfn.Resource, name string) (any, error) { return s.attribute(resource{r, in, s}, name) },
			Secret:           func(reference cfn.SecretReference) (string, error) { return s.secretReference(in, reference) },
		}
		if len(stacks) > 1 {
			options.Label = in.name
		}
		return options
	})
	if err != nil {
		s.given.Merge(err)
		s.addMissing()
		return s.given.Err(title)
	}
	for _, in := range s.stacks {
		in.resolver = resolving.Resolver(in.of)
	}
	for _, r := range s.resources() {
		s.count[r.Type+" "+r.LogicalID]++
	}
	return nil
}

func (s *System) newStack(of *cfn.Stack, parent *stack) *stack {
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
	return &stack{name: name, of: of, ids: newIdentifiers(pseudo, environment, s.options.randomCredentials)}
}

// checkStackNames reports stacks that CloudFormation would treat as the same stack.
func (s *System) checkStackNames(title string) error {
	var problems validation.Collector
	known := map[string]bool{}
	for _, one := range s.stacks {
		if known[one.ids.seed] {
			problems.Addf(one.name, "two stacks have this name in the same account and Region: CloudFormation would take one for an update of the other")
		}
		known[one.ids.seed] = true
	}
	return problems.Err(title)
}

// parametersOf returns the parameter values that options give each stack: STACK:KEY
// names a parameter of one stack, KEY of every stack that has it.
func (s *System) parametersOf() map[*stack]map[string]string {
	given := map[*stack]map[string]string{}
	keys := slices.Collect(maps.Keys(s.options.parameters))
	slices.SortFunc(keys, func(a, b string) int { // STACK:KEY last, so that it wins
		return cmp.Or(cmp.Compare(strings.Count(a, ":"), strings.Count(b, ":")), strings.Compare(a, b))
	})
	for _, key := range keys {
		value, used := s.options.parameters[key], false
		for _, one := range s.stacks {
			of, name, isQualified := strings.Cut(key, ":")
			if !isQualified {
				name = key
			}
			hasIt := slices.ContainsFunc(one.of.Template.Parameters, func(p *cfn.Parameter) bool { return p.Name == name })
			if one.of.Parent != nil || isQualified && !slices.Contains(one.of.Names, of) || len(s.stacks) > 1 && !hasIt {
				continue
			}
			if given[one] == nil {
				given[one] = map[string]string{}
			}
			given[one][name], used = value, true
		}
		if !used {
			var known []string
			for _, one := range s.stacks {
				for _, p := range one.of.Template.Parameters {
					known = append(known, p.Name)
				}
			}
			s.given.Addf("Parameters", "a value is given for %s, which is not a parameter of any stack%s", validation.Quote(key), validation.DidYouMean(key, known))
		}
	}
	return given
}

// resources returns the resources of all stacks.
func (s *System) resources() []resource {
	var all []resource
	for _, in := range s.stacks {
		for _, r := range in.resolver.Resources() {
			all = append(all, resource{r, in, s})
		}
	}
	return all
}

// each calls read for every resource of a type, and reports every property that read
// does not read.
func (s *System) each(resourceType string, read func(resource, *cfn.Properties)) {
	for _, r := range s.resources() {
		if r.Type == resourceType {
			properties := r.properties()
			read(r, properties)
			s.problems.Merge(properties.Done())
		}
	}
}

// refuseTypes reports resources of types that are not supported, and lists the resources
// that have no effect here.
func (s *System) refuseTypes() {
	for _, r := range s.resources() {
		reason, waiver := refusal(r.Type)
		if waiver != "" {
			reason += ": " + refusedFor(waiver)
		}
		switch {
		case s.types[r.Type] != nil && s.types[r.Type].read != nil, unlisted[r.Type]:
		case reason != "" && !s.isWaived(waiver, r.label(), nil):
			s.problems.Addf(r.label(), "%s %s", r.Type, reason)
		default:
			s.leftOut(r)
		}
	}
}

// leftOut lists a resource as not served.
func (s *System) leftOut(r resource) {
	s.unserved = append(s.unserved, fmt.Sprintf("%s (%s)", r.label(), r.Type))
}

// nestedStack reports a nested stack whose template is missing. The nested template's
// references resolve the stack's parameters.
func (s *System) nestedStack(r resource, p *cfn.Properties) {
	p.Ignore(p.Names()...)
	isRead := func(one *stack) bool { return one.of.In == r.Resource }
	switch {
	case slices.ContainsFunc(s.stacks, isRead):
	case s.isWaived(withoutNestedStack, r.label(), nil):
		s.leftOut(r)
	default:
		p.Problemf("TemplateURL", "%s", refusedFor(withoutNestedStack))
	}
}

// finishProblems removes duplicate problems and redacts secrets, since messages quote
// values.
func (s *System) finishProblems() {
	var once []validation.Problem
	for _, problem := range s.problems.Problems {
		problem.Message = s.redact(problem.Message)
		if !slices.Contains(once, problem) {
			once = append(once, problem)
		}
	}
	s.problems.Problems = once
}

// quote quotes a value for a message. It redacts first, because quoting may truncate a
// secret, which would then no longer be recognized.
func (s *System) quote(value string) string { return validation.Quote(s.redact(value)) }

// problemf adds a problem of one property of a resource.
func (s *System) problemf(r resource, property, format string, args ...any) {
	s.problems.Addf(r.label()+".Properties."+property, format, args...)
}

// refuse adds the problems of an API's configuration.
func (s *System) refuse(err error) {
	if refused, ok := errors.AsType[*apigateway.ConfigError](err); ok {
		for _, problem := range refused.Problems {
			s.problems.Addf(problem.Label+"."+problem.Property, "%s", problem.Message)
		}
	}
}
