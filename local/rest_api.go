package local

import (
	"cmp"
	"encoding/json"
	"slices"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

// API is one stage of a REST API.
type API struct {
	// Key is unique among APIs: the logical id, or STACK/LOGICALID if several stacks
	// have the logical id.
	Key string `json:"key"`
	// Stack is the name of the stack. A nested stack is PARENT/LOGICALID.
	Stack string `json:"stack"`
	// LogicalID is the logical id of the RestApi.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	Stage     string `json:"stage"`
	// URL is the URL of the stage, with a trailing slash.
	URL string `json:"url"`
	// DomainName and BasePath are the custom domain of the stage, if the API disables
	// its default endpoint. BasePath may be empty.
	DomainName string `json:"domainName,omitempty"`
	BasePath   string `json:"basePath,omitempty"`

	path string // of the CDK construct
}

// restAPI gathers the resources of one REST API. Its maps are by physical id, by which
// the resources of an API refer to each other.
type restAPI struct {
	resource    resource
	config      apigateway.Config
	name        string
	description string
	version     string          // of an OpenAPI document
	parts       map[string]part // of resources
	authorizers map[string]*apigateway.Authorizer
	validators  map[string]requestValidator
	places      []place // of the methods of config
	started     *apigateway.API
	mappings    []mapping

	defaultEndpointOff bool
}

type requestValidator struct{ body, parameters bool }

// part is an AWS::ApiGateway::Resource: a path part below its parent.
type part struct {
	resource     resource
	parent, text string
}

func (s *System) restAPI(r resource, p *cfn.Properties) {
	p.Ignore("EndpointAccessMode", "FailOnWarnings", "MinimumCompressionSize", "Mode", "SecurityPolicy", "Tags")
	p.Refuse("CloneFrom", "the API to clone is not in the template; give its methods here, or in Body")
	id := r.apiID()
	api := &restAPI{
		resource:    r,
		name:        p.String("Name", ""),
		description: p.String("Description", ""),
		config: apigateway.Config{
			Label:            r.label(),
			ID:               id,
			AccountID:        r.stack.ids.pseudo.AccountID,
			Region:           r.stack.ids.pseudo.Region,
			APIKeySource:     apigateway.APIKeySource(p.OneOf("ApiKeySourceType", string(apigateway.HeaderKeySource), string(apigateway.HeaderKeySource), string(apigateway.AuthorizerKeySource))),
			BinaryMediaTypes: p.Strings("BinaryMediaTypes"),
			Function:         s.functionOf,
			OnAsyncFailure:   func(err error) { s.logf("an asynchronous invocation: %s", err) },
			Service:          s.serviceOf,
			HTTP:             s.httpEndpoint,
			Stub:             s.options.stub,
			StubAll:          s.options.stubAll,
			Clock:            s.options.timeoutClock,
			OnRequest:        s.noteRequest,
		},
		parts:       map[string]part{r.rootResourceID(): {resource: r}},
		authorizers: map[string]*apigateway.Authorizer{},
		validators:  map[string]requestValidator{},

		defaultEndpointOff: p.Bool("DisableExecuteApiEndpoint", false),
	}
	s.refusePolicy(p, "Policy", api)
	parameters := p.StringMap("Parameters")
	if parameters["endpointConfigurationTypes"] == "PRIVATE" {
		s.refuseUnlessWaived(p, "Parameters", withoutPrivateEndpoint, api)
	}
	s.refusePrivate(p, api)
	switch {
	case r.Unread != nil:
		s.refuseUnread(r, p)
	case p.Has("Body"):
		s.importOpenAPI(api, p.Object("Body"), parameters["basepath"])
	default:
		p.Refuse("BodyS3Location", "the document is neither an asset of a cloud assembly nor a file beside the template; give it there, or in Body")
	}
	s.apiByID[id] = api
	s.restAPIs = append(s.restAPIs, api)
}

// refuseUnread refuses an OpenAPI document that cannot be read.
func (s *System) refuseUnread(r resource, p *cfn.Properties) {
	property := "BodyS3Location"
	if !p.Has(property) {
		property = "Body"
	}
	p.Ignore(property)
	p.Problemf(property, "the document cannot be read: %v", r.Unread)
}

// refusePolicy refuses a resource policy unless it lets anyone call every method.
func (s *System) refusePolicy(p *cfn.Properties, property string, api *restAPI) {
	if !p.Has(property) {
		return
	}
	if slices.Contains(s.options.without, withoutResourcePolicy) {
		s.refuseUnlessWaived(p, property, withoutResourcePolicy, api) // without resolving it
	} else if policy, found := p.Value(property); found && !isOpenPolicy(policy) {
		s.refuseUnlessWaived(p, property, withoutResourcePolicy, api)
	}
}

// refusePrivate refuses a private endpoint of an API or a domain.
func (s *System) refusePrivate(p *cfn.Properties, of any) {
	endpoint := p.Object("EndpointConfiguration")
	endpoint.Ignore("IpAddressType", "VpcEndpointIds")
	if slices.Contains(endpoint.Strings("Types"), "PRIVATE") {
		s.refuseUnlessWaived(p, "EndpointConfiguration", withoutPrivateEndpoint, of)
	}
}

// apiOf returns the API that a resource belongs to.
func (s *System) apiOf(p *cfn.Properties) *restAPI {
	id := p.RequiredString("RestApiId")
	api := s.apiByID[id]
	if api == nil && id != "" {
		p.Problemf("RestApiId", "API %s is in none of the templates: also serve the one that creates it, and refer to it by an export, a parameter or Ref", s.quote(id))
	}
	return api
}

// apiResource adds a resource. It may precede its parent in the template.
func (s *System) apiResource(r resource, p *cfn.Properties) {
	added := part{r, p.RequiredString("ParentId"), p.RequiredString("PathPart")}
	if api := s.apiOf(p); api != nil {
		api.parts[r.id()] = added
	}
}

// path returns the path of a resource by its id.
func (api *restAPI) path(id string) (path string, found bool) {
	root := api.resource.rootResourceID()
	for range len(api.parts) {
		if id == root {
			return cmp.Or(path, "/"), true
		}
		part, found := api.parts[id]
		if !found {
			return "", false
		}
		path, id = "/"+part.text+path, part.parent
	}
	return path, id == root
}

// checkParts reports resources whose parent does not belong to the API.
func (s *System) checkParts(api *restAPI) {
	for _, r := range s.resources() {
		if part, found := api.parts[r.id()]; found && part.resource.stack == r.stack && r.LogicalID == part.resource.LogicalID && part.parent != "" {
			if _, found := api.path(part.parent); !found {
				s.problemf(r, "ParentId", "resource %s is not one of API %s", s.quote(part.parent), api.resource.label())
			}
		}
	}
}

func (s *System) model(r resource, p *cfn.Properties) {
	p.Ignore("ContentType", "Description")
	name := p.String("Name", r.id())
	schema, _ := p.Value("Schema")
	if api := s.apiOf(p); api != nil {
		if slices.ContainsFunc(api.config.StandardModels(), func(m apigateway.Model) bool { return m.Name == name }) {
			p.Problemf("Name", "%q is the name of a model that every API has", name)
		}
		api.config.Models = append(api.config.Models, apigateway.Model{Label: r.label() + ".Properties", Name: name, Schema: schemaText(schema)})
	}
}

// schemaText returns a schema as text; a template may give an object or text.
func schemaText(schema any) string {
	if text, ok := schema.(string); ok {
		return text
	}
	encoded, _ := json.Marshal(schema) // of strings, numbers, booleans, lists and maps: cannot fail
	return string(encoded)
}

func (s *System) requestValidator(r resource, p *cfn.Properties) {
	p.Ignore("Name")
	validator := requestValidator{
		body:       p.Bool("ValidateRequestBody", false),
		parameters: p.Bool("ValidateRequestParameters", false),
	}
	if api := s.apiOf(p); api != nil {
		api.validators[r.id()] = validator
	}
}

func (s *System) gatewayResponse(r resource, p *cfn.Properties) {
	response := apigateway.GatewayResponse{
		Label:              r.label() + ".Properties",
		ResponseType:       p.RequiredString("ResponseType"),
		StatusCode:         p.String("StatusCode", ""),
		ResponseParameters: p.StringMap("ResponseParameters"),
		ResponseTemplates:  p.StringMap("ResponseTemplates"),
	}
	if api := s.apiOf(p); api != nil {
		api.config.GatewayResponses = append(api.config.GatewayResponses, response)
	}
}

// apiDeployment reads a deployment, which may create a stage. Every stage serves the API
// as the template declares it, not a snapshot.
func (s *System) apiDeployment(r resource, p *cfn.Properties) {
	p.Ignore("Description")
	api := s.apiOf(p)
	s.refuseCanary(p, "DeploymentCanarySettings", api)
	name := p.String("StageName", "")
	description := p.Object("StageDescription")
	variables := s.stageSettings(description, api)
	if api != nil && name != "" {
		api.addStage(r, name, r.id(), variables)
	}
}

func (s *System) stage(r resource, p *cfn.Properties) {
	p.Ignore("DocumentationVersion", "Tags")
	api := s.apiOf(p)
	name := r.stageName()
	if p.Has("StageName") {
		name = p.RequiredString("StageName")
	}
	deployment := p.RequiredString("DeploymentId")
	variables := s.stageSettings(p, api)
	if api != nil && name != "" {
		api.addStage(r, name, deployment, variables)
	}
}

// stageSettings reads the settings that a Stage and a StageDescription share, and returns
// the stage variables. Throttling is not enforced: a test on one machine should not
// reach its limits.
func (s *System) stageSettings(p *cfn.Properties, api *restAPI) map[string]string {
	p.Ignore("AccessLogSetting", "ClientCertificateId", "DataTraceEnabled", "Description", "LoggingLevel", "MethodSettings", "MetricsEnabled",
		"ThrottlingBurstLimit", "ThrottlingRateLimit", "TracingEnabled")
	s.refuseCanary(p, "CanarySetting", api)
	if p.Bool("CacheClusterEnabled", false) { // caching needs a cluster, whatever the methods' settings
		s.refuseUnlessWaived(p, "CacheClusterEnabled", withoutCache, api)
	}
	p.Ignore("CacheClusterSize", "CacheDataEncrypted", "CacheTtlInSeconds", "CachingEnabled")
	return p.StringMap("Variables")
}

// refuseCanary refuses a canary that receives requests.
func (s *System) refuseCanary(p *cfn.Properties, property string, api *restAPI) {
	canary := p.Object(property)
	canary.Ignore("DeploymentId", "StageVariableOverrides", "UseStageCache")
	if canary.Number("PercentTraffic", 0) > 0 {
		s.refuseUnlessWaived(p, property, withoutCanary, api)
	}
}

func (api *restAPI) addStage(r resource, name, deployment string, variables map[string]string) {
	api.config.Stages = append(api.config.Stages, apigateway.Stage{
		Label: r.label() + ".Properties", Name: name, DeploymentID: deployment, Variables: variables,
	})
}

// startRestAPIs compiles the APIs and mounts their stages.
func (s *System) startRestAPIs() {
	for _, api := range s.restAPIs {
		s.checkParts(api)
	}
	if len(s.problems.Problems) > 0 {
		return // most problems of a partly read API would follow from these
	}
	for _, domain := range s.domains {
		domain.url = s.mount(domain.stack, domain.name, domain)
	}
	for _, api := range s.restAPIs {
		api.config.APIKeys = s.keysOf(api)
		s.startRestAPI(api)
	}
}

func (s *System) startRestAPI(api *restAPI) {
	started, err := apigateway.New(api.config)
	if err != nil {
		s.refuse(err)
		return
	}
	api.started = started
	s.onClose(started.Close)
	if !api.defaultEndpointOff {
		s.mount(api.resource.stack, api.config.ID, started)
	}
	s.mountMappings(api, started)
	s.addOpenAPI(api, started)
	for _, stage := range api.config.Stages {
		url, by, reachable := api.at(s.url, stage.Name)
		if !reachable {
			s.problemf(api.resource, "DisableExecuteApiEndpoint", "must be false: no base path mapping leads to the stage %s", stage.Name)
			continue
		}
		shown := API{
			Key:       api.resource.key(),
			Stack:     api.resource.stack.name,
			LogicalID: api.resource.LogicalID,
			Name:      api.name,
			Stage:     stage.Name,
			URL:       url,
			BasePath:  by.basePath,
			path:      api.resource.constructPath(),
		}
		if by.domain != nil {
			shown.DomainName = by.domain.name
		}
		s.apis = append(s.apis, shown)
	}
}
