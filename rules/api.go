package rules

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/mark"
)

// api is a REST API. item is nil if no template contains it.
type api struct {
	id   string
	item *item
	// protectedBy is the id of the pool that protects the API according to a mark of the
	// constructs, or "".
	protectedBy string
	// followed reports whether a deployment of the API has the mark of one that follows
	// it: the constructs protect the API even if its own mark was removed.
	followed bool
	// elsewhere reports whether the API is protected in another world. An outcome in
	// which none of its methods requires a scope is then a hole, not a choice.
	elsewhere   bool
	methods     []*method
	authorizers []*authorizer
	deployments []*item
	stages      []*item
	resources   []*item
	parts       []*item // what a deployment copies, including methods and authorizers
}

// authorizer is an AWS::ApiGateway::Authorizer, or a security scheme in a Body.
type authorizer struct {
	place
	ref            string
	kind           string // COGNITO_USER_POOLS, TOKEN, REQUEST, or another text in the template
	pools          []string
	identitySource string
	expression     string
}

// method is an AWS::ApiGateway::Method, or an operation in a Body.
type method struct {
	place
	api           *api
	httpMethod    string
	path          string
	authorization string
	authorizer    *authorizer // nil if the API has no such authorizer
	authorizerRef string
	scopes        []string
	scopesKnown   bool
	apiKey        bool   // whether it requires an API key
	unclear       string // what the document leaves open about the authorizer, or ""
	preflight     bool
	exceptions    map[string]any  // the mark of a Method, or the x-machineauth of an operation
	needed        map[string]bool // exceptions without which there would be a finding
}

func (m *model) api(id string) *api {
	id = m.world.Origin(id)
	if m.apisByID[id] == nil {
		m.apisByID[id] = &api{id: id}
		m.apis = append(m.apis, m.apisByID[id])
	}
	return m.apisByID[id]
}

func (m *model) addAuthorizer(it *item) {
	pools, _ := it.texts("ProviderARNs")
	a := m.api(it.text("RestApiId"))
	a.authorizers = append(a.authorizers, &authorizer{
		place:          place{item: it},
		ref:            it.resolver.Ref(it.Resource),
		kind:           it.text("Type"),
		pools:          pools,
		identitySource: it.text("IdentitySource"),
		expression:     it.text("IdentityValidationExpression"),
	})
	if a.item == nil {
		a.readMark(m, it)
	}
}

// readMark reads which pool protects the API: its ARN, or the logical id of a pool in the
// same stack.
func (a *api) readMark(m *model, it *item) {
	name, _ := it.mark[mark.ProtectedBy].(string)
	if p := m.byID[it.stack][name]; p != nil && p.Type == typeUserPool {
		a.protectedBy = m.pool(p.resolver.Ref(p.Resource)).id
	} else if name != "" {
		a.protectedBy = m.poolOfARN(name).id
	}
}

// paths returns the paths of all APIs' resources, keyed by the value of Ref.
func (m *model) paths() map[string]string {
	type child struct{ parent, part string }
	children := map[string]*child{}
	m.each(typeResource, func(it *item) {
		children[it.resolver.Ref(it.Resource)] = &child{it.text("ParentId"), it.text("PathPart")}
	})
	paths := map[string]string{}
	for ref := range children {
		var parts []string
		seen := map[string]bool{}
		for at := ref; children[at] != nil && !seen[at]; at = children[at].parent {
			seen[at] = true
			parts = append(parts, m.world.Show(children[at].part))
		}
		slices.Reverse(parts)
		paths[ref] = "/" + strings.Join(parts, "/")
	}
	return paths
}

func (m *model) addMethod(it *item, paths map[string]string) {
	a := m.api(it.text("RestApiId"))
	path, found := paths[it.text("ResourceId")]
	if !found {
		path = "/"
	}
	entry := &method{
		exceptions: it.mark,
		place:      place{item: it}, api: a, path: path,
		httpMethod:    m.world.Show(it.text("HttpMethod")),
		authorization: openIn(it.textOr("AuthorizationType", none)),
		authorizerRef: it.text("AuthorizerId"),
		apiKey:        isTrue(it.value("ApiKeyRequired")),
	}
	entry.scopes, entry.scopesKnown = it.texts("AuthorizationScopes")
	entry.authorizer = a.authorizer(entry.authorizerRef)
	entry.preflight = entry.httpMethod == "OPTIONS" && resourceIntegration(object(it.value("Integration"))).isPreflight()
	a.methods = append(a.methods, entry)
}

// openIn returns NONE in any case, because AWS does not document whether API Gateway is
// case-sensitive here. Other authorization types are returned unchanged.
func openIn(authorization string) string {
	if strings.EqualFold(authorization, none) {
		return none
	}
	return authorization
}

func (a *api) authorizer(ref string) *authorizer {
	for _, candidate := range a.authorizers {
		if candidate.ref == ref {
			return candidate
		}
	}
	return nil
}

// isMarked reports whether constructs declared that the API is protected.
func (a *api) isMarked() bool { return a.protectedBy != "" || a.followed }

// isProtected reports whether the API is marked, or one of its methods has Cognito
// authorization with scopes.
func (a *api) isProtected() bool {
	return a.isMarked() || a.elsewhere || slices.ContainsFunc(a.methods, (*method).isScoped)
}

// isScoped reports whether the method requires a token with a scope.
func (m *method) isScoped() bool {
	return m.authorization == cognito && (len(m.scopes) > 0 || !m.scopesKnown)
}

// name returns the method's name for messages.
func (m *method) name() string { return "method " + m.httpMethod + " " + m.path }

// allowed reports whether the method has an exception with a reason. It also records that
// the exception is needed, so call it only if the rule would otherwise report a finding.
func (m *method) allowed(field string) bool {
	if !hasReason(m.exceptions, field) {
		return false
	}
	if m.needed == nil {
		m.needed = map[string]bool{}
	}
	m.needed[field] = true
	return true
}

// hasReason reports whether a mark's field contains a reason.
func hasReason(mark map[string]any, field string) bool {
	reason, _ := mark[field].(string)
	return strings.TrimSpace(reason) != ""
}
