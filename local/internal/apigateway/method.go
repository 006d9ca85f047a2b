package apigateway

// method is a compiled Method.
type method struct {
	httpMethod       string
	path, resourceID string
	pathNames        []string
	authorization    authorization // nil: everybody may call
	needsKey         bool
	validator        requestValidator
	integration      integration
}

// compiler holds what the methods of an API share.
type compiler struct {
	config            *Config
	all               *problems
	tree              *tree
	models            map[string]*model
	authorizers       map[*Authorizer]*authorizer
	lambdaAuthorizers map[*Authorizer]*lambdaAuthorizer
	methods           []*method
}

// method compiles a method and puts it at its resource.
func (c *compiler) method(config *Method) {
	at := c.all.at(config.Label)
	declared := compileMethodResponses(config.MethodResponses, c.models, at.in("MethodResponses"))
	m := &method{
		httpMethod:    config.HTTPMethod,
		path:          config.Path,
		resourceID:    config.ResourceID,
		authorization: c.authorization(config, at),
		needsKey:      config.APIKeyRequired,
		validator:     compileRequestValidator(config, c.models, at),
		integration:   c.compileIntegration(config, declared, at.in("Integration")),
	}
	c.methods = append(c.methods, m)
	var n *node
	if n, m.pathNames = c.tree.resource(config.Path, at.in("Path")); n != nil {
		n.add(m, config.HTTPMethod, at.in("HttpMethod"))
	}
}
