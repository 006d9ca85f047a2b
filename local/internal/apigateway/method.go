package apigateway

import "slices"

// method is a compiled Method.
type method struct {
	httpMethod       string
	path, resourceID string
	pathNames        []string
	authorizer       *authorizer // nil: everybody may call
	scopes           []string
	needsKey         bool
	validator        requestValidator
	integration      integration
}

// compiler holds what the methods of an API share.
type compiler struct {
	config      *Config
	all         *problems
	tree        *tree
	models      map[string]*model
	authorizers map[*Authorizer]*authorizer
	methods     []*method
}

// method compiles a method and puts it at its resource.
func (c *compiler) method(config *Method) {
	at := c.all.at(config.Label)
	declared := compileMethodResponses(config.MethodResponses, c.models, at.in("MethodResponses"))
	m := &method{
		httpMethod:  config.HTTPMethod,
		path:        config.Path,
		resourceID:  config.ResourceID,
		authorizer:  c.authorizer(config, at),
		scopes:      slices.Clone(config.AuthorizationScopes),
		needsKey:    config.APIKeyRequired,
		validator:   compileRequestValidator(config, c.models, at),
		integration: c.compileIntegration(config, declared, at.in("Integration")),
	}
	c.methods = append(c.methods, m)
	var n *node
	if n, m.pathNames = c.tree.resource(config.Path, at.in("Path")); n != nil {
		n.add(m, config.HTTPMethod, at.in("HttpMethod"))
	}
}

func (c *compiler) authorizer(config *Method, at place) *authorizer {
	switch config.AuthorizationType {
	case AuthorizationNone:
		if config.Authorizer != nil {
			at.in("AuthorizerId").addf("is set on a method whose AuthorizationType is %s", AuthorizationNone)
		}
		if len(config.AuthorizationScopes) > 0 {
			at.in("AuthorizationScopes").addf("are set on a method whose AuthorizationType is %s", AuthorizationNone)
		}
		return nil
	case AuthorizationCognitoUserPools:
		if config.Authorizer == nil {
			at.in("AuthorizerId").addf("is missing; AuthorizationType %s needs an authorizer", AuthorizationCognitoUserPools)
			return nil
		}
		if c.authorizers[config.Authorizer] == nil {
			c.authorizers[config.Authorizer] = compileAuthorizer(config.Authorizer, c.all)
		}
		return c.authorizers[config.Authorizer]
	}
	at.in("AuthorizationType").addf("%q is not supported; allowed are %s and %s",
		config.AuthorizationType, AuthorizationNone, AuthorizationCognitoUserPools)
	return nil
}
