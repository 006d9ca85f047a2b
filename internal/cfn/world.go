package cfn

import (
	"fmt"
	"slices"
	"strings"
)

const (
	typeMetadata     = "AWS::CDK::Metadata"
	typeStack        = "AWS::CloudFormation::Stack"
	typeStackSet     = "AWS::CloudFormation::StackSet"
	typeRestAPI      = "AWS::ApiGateway::RestApi"
	typeUserPool     = "AWS::Cognito::UserPool"
	typeAppClient    = "AWS::Cognito::UserPoolClient"
	typeSecret       = "AWS::SecretsManager::Secret"
	typeSSMParameter = "AWS::SSM::Parameter"
	typeExportReader = "Custom::CrossRegionExportReader"
	typeExportWriter = "Custom::CrossRegionExportWriter"
)

// maxWorldBytes bounds what all values of a world come to.
const maxWorldBytes = 256 << 20

// World is what stacks come to, resolved together: exports, imports, parameters
// and outputs of nested stacks lead from one to the other. What nobody told is
// a symbol, or, where a condition asks for it, what the world assumes.
//
// It is not safe for concurrent use, not even with another world of its stacks.
type World struct {
	// Assumed are the values that the world assumes, as a message may show them.
	Assumed []string

	*family
	links
	resolvers map[*Stack]*Resolver
	assumed   map[string]string
	// notes are those of the value that is being resolved, and nil where none are
	// made; asked are those of all that was read of the world.
	notes, asked *notes
	// overflows says that there are more notes than are kept.
	overflows bool
	// alternatives are the values beside those that the world had to assume, by the
	// keys of symbols.
	alternatives map[string][]string
}

// family is what a world has in common with its others.
type family struct {
	members []*Stack
	symbols symbols
	lookups map[lookup][]string
	// active is the world that keeps what it resolved.
	active *World
}

// NewWorld returns the world in which nothing is assumed: what nobody told is
// unlike everything that it is compared with.
func NewWorld(stacks []*Stack) *World {
	return newWorld(&family{members: stacks, symbols: symbols{byKey: map[string]int{}}, lookups: map[lookup][]string{}})
}

func newWorld(of *family) *World {
	asked := &notes{}
	w := &World{
		family: of, links: links{stacks: of.members, most: maxWorldBytes}, resolvers: map[*Stack]*Resolver{},
		assumed: map[string]string{}, alternatives: map[string][]string{}, notes: asked, asked: asked,
	}
	w.resolver, w.world = w.Resolver, w
	return w
}

// Stacks returns the stacks of the world, nested ones behind those they are in.
func (w *World) Stacks() []*Stack { return w.members }

// Resolver returns the resolver of a stack. It has no errors: what it cannot
// resolve is a symbol, unless values are beyond all bounds.
//
// Of several worlds, that which was asked last keeps what it resolved.
func (w *World) Resolver(stack *Stack) *Resolver {
	if w.active != w {
		if w.active != nil {
			w.active.resolvers, w.active.exports, w.active.carried = map[*Stack]*Resolver{}, nil, nil
		}
		w.active = w
	}
	if known := w.resolvers[stack]; known != nil {
		return known
	}
	r := &Resolver{
		template:  stack.Template,
		root:      &place{name: stack.Template.Name},
		names:     w.pseudo(stack),
		resources: map[string]*Resource{},
		known:     map[subject]*answer{},
		chain:     &w.chain,
		links:     &w.links,
		world:     w,
		stack:     stack,
		calls:     map[*Object]called{},
	}
	r.options.Ref = func(resource *Resource) (any, error) { return w.ref(r, resource), nil }
	r.options.GetAtt = func(resource *Resource, attribute string) (any, error) {
		return w.attribute(r, resource, attribute), nil
	}
	for _, resource := range stack.Template.Resources {
		r.resources[resource.LogicalID] = resource
	}
	w.resolvers[stack] = r
	return r
}

// unknown returns the text of a symbol, or the value that the world assumes for it.
func (w *World) unknown(made symbol) string {
	if value, assumed := w.assumed[made.key]; assumed {
		return value
	}
	return w.symbols.text(made)
}

// pseudo returns what Ref answers for pseudo parameters. Stacks whose account
// or Region synthesis did not know share theirs: they are deployed together.
func (w *World) pseudo(stack *Stack) map[string]any {
	environment := stack.Environment
	values := Pseudo{}.withDefaults(environment).values()
	unknown := func(name, scope string, word bool) {
		values[name] = w.unknown(symbol{key: scope + "\x00" + name, shown: "${" + name + "}", word: word, around: true})
	}
	if environment.AccountID == "" {
		unknown("AWS::AccountId", "", true)
	}
	if environment.Region == "" {
		unknown("AWS::Region", "", true)
		unknown("AWS::Partition", "", true)
		values["AWS::URLSuffix"] = w.unknown(symbol{key: "\x00AWS::URLSuffix", shown: "${AWS::URLSuffix}", word: true, dots: true, around: true})
	}
	if environment.StackName == "" {
		unknown("AWS::StackName", stack.ID, true)
	}
	values["AWS::StackId"] = w.stackID(values, stack.ID, values["AWS::StackName"])
	unknown("AWS::NotificationARNs", stack.ID, false)
	return values
}

// stackID returns the ARN of a stack, by its ID, in the account and Region of
// some pseudo parameters.
func (w *World) stackID(pseudo map[string]any, id string, name any) string {
	unique := w.symbols.text(symbol{key: id + "\x00AWS::StackId", shown: "${AWS::StackId}", word: true, fixed: true})
	return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", pseudo["AWS::Partition"], pseudo["AWS::Region"], pseudo["AWS::AccountId"], name, unique)
}

// parameter returns the value of a parameter: what the stack that it is nested
// in gives it, what the world assumes, its default, or a symbol.
func (w *World) parameter(r *Resolver, p *Parameter) any {
	value, given := w.given(r.stack, p)
	if p.fromSSM() {
		return w.fromSSM(r.stack, p, value, given)
	}
	if given {
		return value
	}
	made := symbol{key: r.stack.ID + "\x00" + p.Name, shown: "${" + p.Name + "}", allowed: p.allowedValues, parameter: p, secretly: p.NoEcho}
	isFixed := r.stack.Parent != nil && r.stack.In.Type == typeStack // nobody else gives it another value
	if p.Default == nil {
		return w.chosen(p, made)
	}
	if isFixed {
		return p.parse(*p.Default)
	}
	made.fallback = p.Default
	made.allowed = slices.DeleteFunc(slices.Clone(p.allowedValues), func(value string) bool { return value == *p.Default })
	if len(made.allowed) == 0 && len(p.allowedValues) > 0 {
		return p.parse(*p.Default)
	}
	return w.chosen(p, made)
}

// fromSSM returns the value of the SSM parameter that a parameter names.
func (w *World) fromSSM(stack *Stack, p *Parameter, given any, isGiven bool) any {
	name, _ := scalarText(given)
	if !isGiven && p.Default != nil {
		name = *p.Default
	}
	if name == "" || !IsKnown(name) && w.symbols.only(name) == nil {
		return w.chosen(p, symbol{key: stack.ID + "\x00" + p.Name, shown: "${" + p.Name + "}"})
	}
	value := w.ssm(stack, name)
	text, _ := scalarText(value)
	if p.isList() && w.symbols.splits(text, ",") {
		return p.parse(text)
	}
	return value
}

// chosen returns the value of a parameter that whoever deploys chooses, and notes
// that it does.
func (w *World) chosen(p *Parameter, made symbol) any {
	text := w.symbols.text(made)
	value, isAssumed := w.assumed[made.key]
	switch {
	case isAssumed && IsKnown(value):
		return p.parse(value)
	case !isAssumed && made.fallback != nil:
		text = *made.fallback
	}
	w.note(note{key: made.key, uses: true})
	if IsKnown(text) {
		return p.parse(text)
	}
	return text
}

// given returns the value that a stack gives a parameter of one nested in it.
func (w *World) given(stack *Stack, p *Parameter) (any, bool) {
	if stack.Parent == nil {
		return nil, false
	}
	value, given := w.Resolver(stack.Parent).givenIn(stack.In, p.Name)
	text, isText := scalarText(value)
	if !isText {
		return value, given
	}
	if p.isList() && !w.symbols.splits(text, ",") {
		return text, given
	}
	return p.parse(text), given
}

// givenIn returns the value of a parameter in the resource that makes a stack.
func (r *Resolver) givenIn(resource *Resource, name string) (any, bool) {
	if resource.Type != typeStackSet {
		return r.inside(resource, "Parameters", name)
	}
	list, _ := r.inside(resource, "Parameters")
	entries, _ := list.([]any)
	for _, entry := range entries {
		if parameter, _ := entry.(map[string]any); parameter["ParameterKey"] == name {
			value, found := parameter["ParameterValue"]
			return value, found
		}
	}
	return nil, false
}

// ref answers Ref for a resource.
func (w *World) ref(r *Resolver, resource *Resource) any {
	if name := resource.RefProperty(); name != "" {
		if value, found, err := r.property(resource, name); err == nil && found {
			if _, ok := scalarText(value); ok {
				return value
			}
		}
	}
	if resource.Type == typeStack {
		id := r.stack.ID + "/" + resource.LogicalID
		return w.stackID(r.names, id, w.unknown(symbol{key: id + "\x00AWS::StackName", shown: "${AWS::StackName}", word: true}))
	}
	return w.symbols.text(symbol{
		key:   r.stack.ID + "\x00" + resource.LogicalID,
		shown: "${" + resource.LogicalID + "}",
		word:  identities[resource.Type].word,
		fixed: true,
	})
}

// attribute answers Fn::GetAtt.
func (w *World) attribute(r *Resolver, resource *Resource, name string) any {
	ref := func() any { return w.ref(r, resource) }
	pseudo := func(name string) any { return r.names["AWS::"+name] }
	switch {
	case resource.IsID(name):
		return ref()
	case resource.Type == typeUserPool && name == "Arn":
		return fmt.Sprintf("arn:%s:cognito-idp:%s:%s:userpool/%s", pseudo("Partition"), pseudo("Region"), pseudo("AccountId"), ref())
	case resource.Type == typeUserPool && name == "ProviderName":
		return fmt.Sprintf("cognito-idp.%s.%s/%s", pseudo("Region"), pseudo("URLSuffix"), ref())
	case resource.Type == typeUserPool && name == "ProviderURL":
		return fmt.Sprintf("https://cognito-idp.%s.%s/%s", pseudo("Region"), pseudo("URLSuffix"), ref())
	case resource.Type == typeSSMParameter && (name == "Value" || name == "Type"):
		if value, isText := scalarText(r.Value(resource, name)); isText {
			return value
		}
	case resource.Type == typeStack:
		if value, err := w.nestedOutput(r.stack, resource, name); err == nil {
			return value
		}
	case resource.Type == typeExportReader:
		if value, err := w.carriedTo(r.stack, name); err == nil {
			return value
		}
	}
	return w.symbols.text(symbol{
		key:    r.stack.ID + "\x00" + resource.LogicalID + "." + name,
		shown:  w.label(resource.LogicalID + "." + name),
		secret: isSecretAttribute(name) || !IsKnown(name) && (resource.Type == typeAppClient || resource.isCustom()),
		fixed:  true,
	})
}

// isSecretAttribute reports whether an attribute is a client secret: ClientSecret
// of a client, UserPoolClient.ClientSecret of a custom resource that reads one.
func isSecretAttribute(name string) bool {
	return strings.HasSuffix(strings.ToLower(name), "clientsecret")
}

// isCustom reports whether a Lambda function says what the attributes are.
func (r *Resource) isCustom() bool {
	return strings.HasPrefix(r.Type, "Custom::") || r.Type == "AWS::CloudFormation::CustomResource"
}

// Value returns a resolved property of a resource, and nil if it has none: a
// string, json.Number, bool, []any or map[string]any, which the caller must not
// change. It is for a resolver of a [World].
func (r *Resolver) Value(resource *Resource, name string) any {
	value, found, err := r.property(resource, name)
	if err != nil || !found {
		return nil
	}
	return value
}

// Metadata returns the resolved entry of a resource's metadata, and nil if there is none.
func (r *Resolver) Metadata(resource *Resource, key string) any {
	raw, found := resource.Metadata.Get(key)
	if !found {
		return nil
	}
	at := r.root.key(resource.LogicalID).key("Metadata").key(key)
	value, _ := r.once(subject{"Metadata", resource.LogicalID, key}, at, func() (any, error) { return evaluator{r, true}.resolve(at, raw) })
	if _, left := value.(noValue); left {
		return nil
	}
	return value
}

// Ref returns what Ref of a resource answers.
func (r *Resolver) Ref(resource *Resource) string {
	value, _ := evaluator{r, true}.ref(r.root, resource.LogicalID)
	text, _ := scalarText(value)
	return text
}
