package machineauth

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/internal/validation"
)

// deployed holds what the stages of a protected API enforce: the fingerprints of its
// methods, authorizers, models, validators and gateway responses, by logical id. It is
// part of the logical ids of the API's deployments, so that a change creates new ones,
// and of their Metadata, where the rules compare it with the final template.
//
// CDK asks for it when it first resolves the logical id, which is after all aspects
// have run, and caches the answer. So the two are always the same. The rules refuse
// later changes.
type deployed struct{ api *protectedApi }

// Produce implements awscdk.IStableAnyProducer.
func (d *deployed) Produce() any {
	f := &fingerprints{
		stack: d.api.stack, of: map[string]any{}, authorizers: map[string]bool{},
		inspectors: construction.Once(d.api.server.app, "inspectors", func() *inspectors { return &inspectors{} }),
	}
	if d.api.authorizer != nil && d.api.server.hasPoolIn(f.stack) {
		f.within = d.api.cfnAuthorizer()
	}
	if d.api.deployment == nil {
		f.add(d.api.resources())
	} else {
		d.addAwaited(f)
	}
	for id := range f.authorizers {
		if f.of[id] == nil { // only a method refers to it
			f.addAuthorizers()
			break
		}
	}
	if f.hasOthers {
		// A preflight inherits default scopes, and CDK warns about each.
		awscdk.Annotations_Of(d.api.api).AcknowledgeWarning(jsii.String("@aws-cdk/aws-apigateway:invalidAuthScope"),
			jsii.String("a rule finds every method that is open to anyone and no preflight"))
	}
	return f.of
}

// addAwaited adds the resources that the API's own deployment depends on. CDK fails to
// resolve an authorizer that no method has bound.
func (d *deployed) addAwaited(f *fingerprints) {
	defer func() {
		if failure := recover(); failure != nil {
			if d.api.authorizer == nil {
				panic(failure)
			}
			d.api.bind()
			f.add(d.awaited())
		}
	}()
	f.add(d.awaited())
}

// awaited returns the resources that the API's own deployment depends on. CDK's
// constructs add themselves, and use adds the authorizer.
func (d *deployed) awaited() []constructs.IConstruct {
	var resources []constructs.IConstruct
	for _, dependency := range *d.api.deploymentNode.Dependencies() {
		if _, ok := dependency.(awscdk.CfnResource); ok {
			resources = append(resources, dependency)
		} else if dependency == d.api.authorizer {
			resources = append(resources, d.api.cfnAuthorizer())
		} else {
			resources = append(resources, *dependency.Node().FindAll(constructs.ConstructOrder_PREORDER)...)
		}
	}
	return resources
}

// fingerprints are the fingerprints of resources, by logical id.
type fingerprints struct {
	stack       awscdk.Stack
	of          map[string]any
	authorizers map[string]bool       // authorizers that methods refer to
	hasOthers   bool                  // whether there are methods without Cognito authorization
	within      constructs.IConstruct // an authorizer whose user pool is in the stack
	inspectors  *inspectors
}

// add adds the fingerprints of the resources that a deployment copies.
func (f *fingerprints) add(resources []constructs.IConstruct) {
	var taken []constructs.IConstruct
	var snapshots []any
	for _, resource := range resources {
		if s := f.inspectors.snapshot(resource); s != nil {
			taken, snapshots = append(taken, resource), append(snapshots, s)
		}
	}
	resolved, _ := f.stack.Resolve(snapshots).([]any)
	for i := range resolved {
		r := resourceOf(resolved[i])
		switch {
		case !mark.IsDeployed(r.kind):
			continue
		case taken[i] == f.within || !r.refersToOthers():
			f.of[r.logicalID] = r.fingerprint()
			f.inspectors.release(snapshots[i])
		default:
			f.of[r.logicalID] = awscdk.Lazy_UncachedAny(&fingerprint{f.stack, snapshots[i]}, nil)
		}
		if r.kind == "AWS::ApiGateway::Method" && r.properties["AuthorizationType"] != "COGNITO_USER_POOLS" {
			f.hasOthers = true
		}
		if id, ok := r.authorizer(); ok {
			f.authorizers[id] = true
		}
	}
}

// addAuthorizers adds the stack's authorizers that methods refer to.
func (f *fingerprints) addAuthorizers() {
	var authorizers []constructs.IConstruct
	for _, node := range *f.stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if authorizer, ok := node.(awsapigateway.CfnAuthorizer); ok {
			if id, _ := f.stack.Resolve(authorizer.LogicalId()).(string); f.authorizers[id] && f.of[id] == nil {
				authorizers = append(authorizers, authorizer)
			}
		}
	}
	f.add(authorizers)
}

// fingerprint is the fingerprint of a resource that may refer to another stack. CDK
// knows how to write such a reference only once it has connected the stacks.
type fingerprint struct {
	stack    awscdk.Stack
	snapshot any
}

// Produce implements awscdk.IAnyProducer.
func (f *fingerprint) Produce(awscdk.IResolveContext) any {
	return resourceOf(f.stack.Resolve(f.snapshot)).fingerprint()
}

// Attributes that CDK's resources pass to an inspector.
const (
	attributeType       = "aws:cdk:cloudformation:type"
	attributeLogicalID  = "aws:cdk:cloudformation:logicalId"
	attributeProperties = "aws:cdk:cloudformation:props"
)

// inspectors are free for reuse: creating one is a call to Node.
type inspectors struct{ free []awscdk.TreeInspector }

func (p *inspectors) release(snapshot any) {
	if inspector, ok := snapshot.(awscdk.TreeInspector); ok {
		p.free = append(p.free, inspector)
	}
}

func (p *inspectors) next() awscdk.TreeInspector {
	last := len(p.free) - 1
	if last < 0 {
		return awscdk.NewTreeInspector()
	}
	inspector := p.free[last]
	p.free = p.free[:last]
	return inspector
}

// isDeployed reports whether a construct is an L1 that a deployment copies.
func isDeployed(construct constructs.IConstruct) bool {
	switch construct.(type) {
	case awsapigateway.CfnMethod, awsapigateway.CfnAuthorizer, awsapigateway.CfnGatewayResponse,
		awsapigateway.CfnModel, awsapigateway.CfnRequestValidator:
		return true
	}
	return false
}

// snapshot returns a value that resolves to the current state of a resource, or nil if
// a deployment does not copy its type.
func (p *inspectors) snapshot(construct constructs.IConstruct) any {
	type inspectable interface {
		Inspect(awscdk.TreeInspector)
	}
	if isDeployed(construct) {
		inspector := p.next()
		construct.(inspectable).Inspect(inspector)
		return inspector
	}
	switch resource := construct.(type) {
	case inspectable: // the L1 of another type
	case awscdk.CfnResource:
		return map[string]any{"attributes": map[string]any{
			attributeType:       resource.CfnResourceType(),
			attributeLogicalID:  resource.LogicalId(),
			attributeProperties: resource.CfnProperties(),
		}}
	}
	return nil
}

// resource is a resolved snapshot.
type resource struct {
	kind, logicalID string
	properties      map[string]any // as in the template
}

func resourceOf(resolved any) resource {
	snapshot, _ := resolved.(map[string]any)
	attributes, _ := snapshot["attributes"].(map[string]any)
	given, _ := attributes[attributeProperties].(map[string]any)
	r := resource{properties: map[string]any{}}
	r.kind, _ = attributes[attributeType].(string)
	r.logicalID, _ = attributes[attributeLogicalID].(string)
	for name, value := range given {
		r.properties[templateName(name)] = value
	}
	return r
}

// templateName returns the name that a property of an L1 has in the template.
func templateName(name string) string {
	if name == "providerArns" {
		return "ProviderARNs"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// authorizer returns the logical id of a method's authorizer.
func (r resource) authorizer() (id string, ok bool) {
	reference, _ := r.properties["AuthorizerId"].(map[string]any)
	id, ok = reference["Ref"].(string)
	return id, ok
}

func (r resource) fingerprint() string { return mark.Fingerprint(r.kind, r.properties) }

// refersToOthers reports whether a property refers to a resource that may be outside
// the API's stack.
func (r resource) refersToOthers() bool {
	for name, value := range r.properties {
		switch name {
		case "RestApiId", "ResourceId", "AuthorizerId", "RequestValidatorId", "RequestModels":
		default:
			if refers(value) {
				return true
			}
		}
	}
	return false
}

// refers reports whether a resolved value contains a reference to a resource.
func refers(value any) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, refers)
	case map[string]any:
		for key, inner := range v {
			ref, _ := inner.(string)
			if key == "Fn::GetAtt" || key == "Ref" && !strings.HasPrefix(ref, "AWS::") || refers(inner) {
				return true
			}
		}
	}
	return false
}

func (p *protectedApi) Follow(deployment awsapigateway.Deployment) {
	var problems validation.Collector
	if deployment == nil {
		problems.Addf("deployment", "is nil: pass the deployment of a stage")
	} else if deployment.Api() != p.api {
		problems.Addf("deployment", "%s is not a deployment of %s: pass a deployment of that API", *deployment.Node().Path(), *p.api.Node().Path())
	}
	construction.PanicIfInvalid(p.api, "Follow", &problems)
	switch {
	case deployment == p.deployment:
		return
	case p.deployment != nil:
		// CDK makes the RestApi's own deployment follow and depend on everything.
		deployment.AddToLogicalId(p.deployment.DeploymentId())
		deployment.Node().AddDependency(p.deployment)
	default:
		deployment.AddToLogicalId(p.deployed)
		lastly(deployment, func() {
			waits := deployment.Node()
			for _, resource := range p.resources() {
				waits.AddDependency(resource)
			}
		})
	}
	setMark(p.server.app.L1(deployment), mark.Deploys, p.deployed)
}

// resources returns what the API deploys: resources below it or with its id, and its
// authorizer.
func (p *protectedApi) resources() []constructs.IConstruct {
	below := map[constructs.IConstruct]bool{}
	for _, node := range *p.api.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		below[node] = true
	}
	var authorizer constructs.IConstruct
	if p.authorizer != nil {
		authorizer = p.cfnAuthorizer()
	}
	var found []constructs.IConstruct
	for _, node := range *p.stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if isDeployed(node) && node != authorizer && (below[node] || p.isNamedBy(node)) {
			found = append(found, node)
		}
	}
	if authorizer != nil {
		found = append(found, authorizer)
	}
	return found
}

// isNamedBy reports whether an L1 refers to the API.
func (p *protectedApi) isNamedBy(resource constructs.IConstruct) bool {
	named, ok := resource.(interface{ RestApiId() *string })
	return ok && *named.RestApiId() == *p.api.RestApiId()
}

// lastPriority is the priority of an aspect that runs after users' aspects.
const lastPriority = 1000

// lastly calls do when the app is synthesized, once it is complete.
func lastly(construct constructs.IConstruct, do func()) {
	awscdk.Aspects_Of(construct).Add(&last{construct, do}, &awscdk.AspectOptions{Priority: jsii.Number(lastPriority)})
}

// last is an aspect for one construct.
type last struct {
	construct constructs.IConstruct
	do        func()
}

// Visit implements awscdk.IAspect.
func (l *last) Visit(node constructs.IConstruct) {
	if node == l.construct {
		l.do()
	}
}
