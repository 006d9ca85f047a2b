package rules

import (
	"cmp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/mark"
)

// model holds what the rules check, from all stacks of one world: user pools and REST
// APIs, each with the resources that belong to it.
type model struct {
	world *cfn.World
	items []*item
	pools []*pool
	apis  []*api

	poolsByID map[string]*pool
	apisByID  map[string]*api
	closures  map[*item]map[string]bool
	byID      map[*cfn.Stack]map[string]*item
}

// item is one resource of one stack.
type item struct {
	*cfn.Resource
	stack    *cfn.Stack
	resolver *cfn.Resolver
	mark     map[string]any
	refs     []string
	print    string // cached fingerprint
}

// pool is a user pool. item is nil if no template contains it.
type pool struct {
	id      string
	item    *item
	servers []*server
	clients []*client
	strays  []*client // clients that constructs created for this pool, but that are in another one
	domains []*item
	// undeclared are scopes that clients and methods use and no server declares.
	undeclared []string
}

type server struct {
	*item
	pool       *pool
	identifier string
	scopes     []string // "identifier/scope"
	known      bool     // whether scopes is complete
}

type client struct {
	*item
	pool   *pool
	home   *pool // the pool for which constructs created it; differs from pool if the client is elsewhere
	flows  []string
	scopes []string
	// Whether the lists are complete.
	flowsKnown, scopesKnown bool
	oauth                   bool // AllowedOAuthFlowsUserPoolClient
	byAPI                   bool // whether it gets tokens from GetClientToken
}

// isMachine reports whether the client gets tokens without a person.
func (c *client) isMachine() bool { return c.byAPI || slices.Contains(c.flows, clientCredentials) }

// place is a resource and a path below it.
type place struct {
	*item
	below []any
}

const (
	typeUserPool       = "AWS::Cognito::UserPool"
	typeResourceServer = "AWS::Cognito::UserPoolResourceServer"
	typeClient         = "AWS::Cognito::UserPoolClient"
	typeDomain         = "AWS::Cognito::UserPoolDomain"
	typeRestAPI        = "AWS::ApiGateway::RestApi"
	typeResource       = "AWS::ApiGateway::Resource"
	typeMethod         = "AWS::ApiGateway::Method"
	typeAuthorizer     = "AWS::ApiGateway::Authorizer"
	typeDeployment     = "AWS::ApiGateway::Deployment"
	typeStage          = "AWS::ApiGateway::Stage"
	typeAccount        = "AWS::ApiGateway::Account"
	typeSecret         = "AWS::SecretsManager::Secret"
	typeDomainName     = "AWS::ApiGateway::DomainName"
	typeBasePath       = "AWS::ApiGateway::BasePathMapping"
	typeResponse       = "AWS::ApiGateway::GatewayResponse"
	typeStack          = "AWS::CloudFormation::Stack"
	typeFunction       = "AWS::Lambda::Function"
	typeAlias          = "AWS::Lambda::Alias"
	typeVersion        = "AWS::Lambda::Version"
	typeTopic          = "AWS::SNS::Topic"
	typeSubscription   = "AWS::SNS::Subscription"
	typeRole           = "AWS::IAM::Role"
	typePolicy         = "AWS::IAM::Policy"
	typeRolePolicy     = "AWS::IAM::RolePolicy"
	typeManagedPolicy  = "AWS::IAM::ManagedPolicy"
	typeStackSet       = "AWS::CloudFormation::StackSet"

	cognito = "COGNITO_USER_POOLS"
	iam     = "AWS_IAM"
	custom  = "CUSTOM"
	none    = "NONE"
)

func newModel(world *cfn.World) *model {
	m := &model{
		world: world, poolsByID: map[string]*pool{}, apisByID: map[string]*api{},
		closures: map[*item]map[string]bool{}, byID: map[*cfn.Stack]map[string]*item{},
	}
	for _, stack := range world.Stacks() {
		resolver := world.Resolver(stack)
		m.byID[stack] = map[string]*item{}
		for _, resource := range m.resources(stack) {
			it := &item{Resource: resource, stack: stack, resolver: resolver}
			it.mark, _ = resolver.Metadata(resource, mark.Key).(map[string]any)
			m.items = append(m.items, it)
			m.byID[stack][resource.LogicalID] = it
		}
	}
	m.each(typeUserPool, func(it *item) { m.pool(it.resolver.Ref(it.Resource)).item = it })
	m.each(typeResourceServer, m.addServer)
	m.each(typeClient, m.addClient)
	m.each(typeDomain, func(it *item) {
		p := m.pool(it.text("UserPoolId"))
		p.domains = append(p.domains, it)
	})
	m.each(typeRestAPI, func(it *item) { m.api(it.resolver.Ref(it.Resource)).item = it })
	m.each(typeAuthorizer, m.addAuthorizer)
	for _, a := range m.apis {
		if a.item != nil {
			a.readMark(m, a.item)
			m.addBody(a)
		}
	}
	m.each(typeResource, func(it *item) {
		a := m.api(it.text("RestApiId"))
		a.resources = append(a.resources, it)
	})
	paths := m.paths()
	m.each(typeMethod, func(it *item) { m.addMethod(it, paths) })
	m.each(typeDeployment, func(it *item) {
		a := m.api(it.text("RestApiId"))
		a.deployments = append(a.deployments, it)
		if _, follows := it.mark[mark.Deploys].(map[string]any); follows && a.protectedBy == "" {
			a.followed = true
			if len(a.authorizers) == 1 && len(a.authorizers[0].pools) == 1 {
				a.protectedBy = m.poolOfARN(a.authorizers[0].pools[0]).id
			}
		}
	})
	m.each(typeStage, func(it *item) {
		a := m.api(it.text("RestApiId"))
		a.stages = append(a.stages, it)
	})
	for _, it := range m.items {
		if mark.IsDeployed(it.Type) {
			a := m.api(it.text("RestApiId"))
			a.parts = append(a.parts, it)
		}
	}
	return m
}

// resources returns the resources that exist in a stack. Conditions of types that the
// rules do not check create no further worlds.
func (m *model) resources(stack *cfn.Stack) []*cfn.Resource {
	resolver := m.world.Resolver(stack)
	return slices.DeleteFunc(slices.Clone(stack.Template.Resources), func(resource *cfn.Resource) (absent bool) {
		has := func() {
			_, found := resolver.Resource(resource.LogicalID)
			absent = !found
		}
		if isKnown := slices.ContainsFunc(knownTypes, func(prefix string) bool { return strings.HasPrefix(resource.Type, prefix) }); isKnown {
			has()
		} else {
			m.world.Unasked(has)
		}
		return absent
	})
}

// knownTypes are the prefixes of the resource types that the rules check.
var knownTypes = []string{"AWS::ApiGateway::", "AWS::Cognito::", "AWS::CloudFormation::", "AWS::SecretsManager::", "AWS::SSM::",
	"AWS::IAM::", "AWS::Lambda::", "AWS::SNS::", "Custom::"}

// each calls use for each resource of a type.
func (m *model) each(resourceType string, use func(*item)) {
	for _, it := range m.items {
		if it.Type == resourceType {
			use(it)
		}
	}
}

// pool returns the pool with an id. An id that was cut out of an unknown ARN is the same
// pool as that ARN.
func (m *model) pool(id string) *pool {
	id = m.world.Origin(id)
	if m.poolsByID[id] == nil {
		m.poolsByID[id] = &pool{id: id}
		m.pools = append(m.pools, m.poolsByID[id])
	}
	return m.poolsByID[id]
}

// poolOfARN returns the pool with an ARN.
func (m *model) poolOfARN(arn string) *pool {
	if _, id, found := strings.Cut(arn, ":userpool/"); found {
		return m.pool(id)
	}
	return m.pool(arn)
}

func (m *model) addServer(it *item) {
	s := &server{item: it, pool: m.pool(it.text("UserPoolId")), identifier: it.text("Identifier"), known: true}
	switch scopes := it.value("Scopes").(type) {
	case nil:
	case []any:
		for _, scope := range scopes {
			name := cmp.Or(textOf(object(scope)["ScopeName"]), textOf(scope)) // an unknown scope is a text
			s.scopes = append(s.scopes, s.identifier+"/"+name)
		}
	default:
		s.known = false
	}
	s.pool.servers = append(s.pool.servers, s)
}

func (m *model) addClient(it *item) {
	c := &client{item: it, pool: m.pool(it.text("UserPoolId")), oauth: isTrue(it.value("AllowedOAuthFlowsUserPoolClient"))}
	c.flows, c.flowsKnown = it.texts("AllowedOAuthFlows")
	c.scopes, c.scopesKnown = it.texts("AllowedOAuthScopes")
	explicit, _ := it.texts("ExplicitAuthFlows")
	c.byAPI = slices.Contains(explicit, clienttoken.AuthFlow)
	c.pool.clients = append(c.pool.clients, c)
	c.home = c.pool
	if id := textOf(it.mark[mark.Machine]); id != "" {
		c.home = m.pool(id)
	}
	if c.home != c.pool {
		c.home.strays = append(c.home.strays, c)
	}
}

// poolsOf returns the pools whose tokens open a method, as far as they are known.
func (m *model) poolsOf(method *method) []*pool {
	var pools []*pool
	if method.authorization == cognito && method.authorizer != nil {
		for _, arn := range method.authorizer.pools {
			pools = append(pools, m.poolOfARN(arn))
		}
	}
	return pools
}

// isOurs reports whether constructs created an authorization server in the pool, or an
// API that the pool protects.
func (m *model) isOurs(p *pool) bool {
	return slices.ContainsFunc(p.servers, func(s *server) bool { return isTrue(s.mark[mark.AuthorizationServer]) }) ||
		slices.ContainsFunc(m.apis, func(a *api) bool { return a.protectedBy == p.id })
}

// requires returns the scopes that methods require in tokens of a pool, each with one
// such method.
func (m *model) requires(p *pool) map[string]*method {
	required := map[string]*method{}
	for _, a := range m.apis {
		for _, entry := range a.methods {
			if entry.isScoped() && slices.Contains(m.poolsOf(entry), p) {
				for _, scope := range entry.scopes {
					if required[scope] == nil {
						required[scope] = entry
					}
				}
			}
		}
	}
	return required
}

// requiresUnknown reports whether a method requires unknown scopes.
func (m *model) requiresUnknown(p *pool) bool {
	return slices.ContainsFunc(m.apis, func(a *api) bool {
		return slices.ContainsFunc(a.methods, func(entry *method) bool {
			return entry.isScoped() && !entry.scopesKnown && slices.Contains(m.poolsOf(entry), p)
		})
	})
}

// declares reports whether a resource server of the pool declares a scope, and whether
// that is certain: a pool outside the templates may have other resource servers.
func (p *pool) declares(scope string) (declared, known bool) {
	known = p.item != nil && cfn.IsKnown(scope)
	for _, s := range p.servers {
		if slices.Contains(s.scopes, scope) {
			return true, true
		}
		known = known && s.known && allKnown(s.scopes)
	}
	return slices.Contains(limits.CognitoScopes, scope), known
}
