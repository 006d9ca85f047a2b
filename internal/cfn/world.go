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

// maxWorldBytes limits the total size of all values of a world.
const maxWorldBytes = 256 << 20

// World resolves stacks together: it follows exports, imports, parameters and outputs
// of nested stacks from one to another. An unknown value is a symbol or, if a condition
// depends on it, a value that the world assumes.
//
// It is not safe for concurrent use, not even with another world of the same stacks.
type World struct {
	// Assumed are the assumptions of the world, as text for messages.
	Assumed []string

	*family
	links
	resolvers map[*Stack]*Resolver
	assumed   map[string]string
	// notes are the notes of the value that is currently being resolved, nil if none
	// are taken. asked are the notes of everything that was read.
	notes, asked *notes
	// overflows reports whether there were more notes than are kept.
	overflows bool
	// alternatives are the other possible values of forced assumptions, by symbol key.
	alternatives map[string][]string
}

// family is the state that worlds of the same stacks share.
type family struct {
	members []*Stack
	symbols symbols
	lookups map[lookup][]string
	// decoded caches texts in JSON. A text that is not JSON is nil.
	decoded map[string]any
	// active is the only world that caches resolved values.
	active *World
}

// NewWorld returns the world that assumes nothing: an unknown value differs from
// everything that it is compared with.
func NewWorld(stacks []*Stack) *World {
	return newWorld(&family{members: stacks, symbols: symbols{byKey: map[string]int{}}, lookups: map[lookup][]string{}, decoded: map[string]any{}})
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

// Stacks returns the stacks of the world. A nested stack comes after its parent.
func (w *World) Stacks() []*Stack { return w.members }

// Resolver returns the resolver of a stack. It returns no errors: what it cannot
// resolve is a symbol, unless the values exceed a limit.
//
// Of several worlds, only the last one that was asked caches resolved values.
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

// pseudo returns the values of pseudo parameters. Stacks whose account or Region is
// unknown share them, because they are deployed together.
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

// stackID returns the ARN of the stack with an ID, in the account and Region of the
// given pseudo parameters.
func (w *World) stackID(pseudo map[string]any, id string, name any) string {
	unique := w.symbols.text(symbol{key: id + "\x00AWS::StackId", shown: "${AWS::StackId}", word: true, fixed: true})
	return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", pseudo["AWS::Partition"], pseudo["AWS::Region"], pseudo["AWS::AccountId"], name, unique)
}

// parameter returns the value of a parameter: from the parent stack, from the world's
// assumptions, its default, or a symbol.
func (w *World) parameter(r *Resolver, p *Parameter) any {
	value, given := w.given(r.stack, p)
	if p.fromSSM() {
		return w.fromSSM(r.stack, p, value, given)
	}
	if given {
		return value
	}
	made := symbol{key: r.stack.ID + "\x00" + p.Name, shown: "${" + p.Name + "}", allowed: p.allowedValues, parameter: p, secretly: p.NoEcho}
	isFixed := r.stack.Parent != nil && r.stack.In.Type == typeStack // only the parent could set it
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

// fromSSM returns the value of the SSM parameter that a template parameter refers to.
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

// chosen returns the value of a parameter that is chosen at deployment, and takes a note.
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

// given returns the value that the parent stack gives a parameter.
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

// givenIn returns the value of a parameter in the resource that creates a stack.
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

// ref returns the value of Ref for a resource.
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

// attribute returns the value of Fn::GetAtt.
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

// isSecretAttribute reports whether an attribute is a client secret: ClientSecret of a
// client, or UserPoolClient.ClientSecret of a custom resource that reads one.
func isSecretAttribute(name string) bool {
	return strings.HasSuffix(strings.ToLower(name), "clientsecret")
}

// isCustom reports whether a Lambda function sets the attributes.
func (r *Resource) isCustom() bool {
	return strings.HasPrefix(r.Type, "Custom::") || r.Type == "AWS::CloudFormation::CustomResource"
}

// Value returns a resolved property of a resource, nil if it has none: a string,
// json.Number, bool, []any or map[string]any, which the caller must not change. Use it
// with a resolver of a [World].
func (r *Resolver) Value(resource *Resource, name string) any {
	value, found, err := r.property(resource, name)
	if err != nil || !found {
		return nil
	}
	return value
}

// Metadata returns a resolved entry of a resource's metadata, nil if there is none.
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

// Ref returns the value of Ref for a resource.
func (r *Resolver) Ref(resource *Resource) string {
	value, _ := evaluator{r, true}.ref(r.root, resource.LogicalID)
	text, _ := scalarText(value)
	return text
}
