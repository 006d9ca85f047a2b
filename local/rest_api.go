package local

import (
	"context"
	"encoding/json"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

const (
	typeRestAPI          = "AWS::ApiGateway::RestApi"
	typeResource         = "AWS::ApiGateway::Resource"
	typeMethod           = "AWS::ApiGateway::Method"
	typeAuthorizer       = "AWS::ApiGateway::Authorizer"
	typeDeployment       = "AWS::ApiGateway::Deployment"
	typeStage            = "AWS::ApiGateway::Stage"
	typeModel            = "AWS::ApiGateway::Model"
	typeRequestValidator = "AWS::ApiGateway::RequestValidator"
	typeGatewayResponse  = "AWS::ApiGateway::GatewayResponse"
)

// restAPI gathers the resources of one REST API. Its maps are by physical id,
// which is what resources of an API know each other by.
type restAPI struct {
	resource    *cfn.Resource
	config      apigateway.Config
	name        string
	description string
	version     string            // of an OpenAPI document
	paths       map[string]string // of resources
	authorizers map[string]*apigateway.Authorizer
	validators  map[string]requestValidator
	started     *apigateway.API
	mappings    []mapping

	defaultEndpointOff bool
}

type requestValidator struct{ body, parameters bool }

func (d *deployment) deployRestAPIs() {
	var apis []*restAPI
	d.resources(typeRestAPI, func(resource *cfn.Resource, p *cfn.Properties) {
		api := d.restAPI(resource, p)
		d.restAPIs[api.config.ID] = api
		apis = append(apis, api)
	})
	d.deployResources()
	d.resources(typeAuthorizer, d.authorizer)
	d.resources(typeModel, d.model)
	d.resources(typeRequestValidator, d.requestValidator)
	d.resources(typeGatewayResponse, d.gatewayResponse)
	d.resources(typeMethod, d.method)
	d.resources(typeDeployment, d.apiDeployment)
	d.resources(typeStage, d.stage)
	d.resources(typeDomainName, d.domainName)
	d.resources(typeBasePathMapping, d.basePathMapping)
	for _, api := range apis {
		d.startRestAPI(api)
	}
}

func (d *deployment) restAPI(resource *cfn.Resource, p *cfn.Properties) *restAPI {
	p.Ignore("ApiKeySourceType", "EndpointAccessMode", "EndpointConfiguration", "FailOnWarnings",
		"MinimumCompressionSize", "Mode", "Parameters", "SecurityPolicy", "Tags")
	p.Refuse("BodyS3Location", "the document is in S3; give it in Body")
	p.Refuse("CloneFrom", "the API to clone is not in the template")
	p.Refuse("Policy", "resource policies are not evaluated")
	id := d.apiID(resource)
	api := &restAPI{
		resource:    resource,
		name:        p.String("Name", ""),
		description: p.String("Description", ""),
		config: apigateway.Config{
			Label:            resource.LogicalID,
			ID:               id,
			AccountID:        d.ids.pseudo.AccountID,
			BinaryMediaTypes: p.Strings("BinaryMediaTypes"),
			OnRequest:        noteRequest,
		},
		paths:       map[string]string{d.rootResourceID(resource.LogicalID): "/"},
		authorizers: map[string]*apigateway.Authorizer{},
		validators:  map[string]requestValidator{},

		defaultEndpointOff: p.Bool("DisableExecuteApiEndpoint", false),
	}
	if p.Has("Body") {
		d.importOpenAPI(api, p.Object("Body"))
	}
	return api
}

// apiOf returns the API that a resource belongs to.
func (d *deployment) apiOf(p *cfn.Properties) *restAPI {
	id := p.RequiredString("RestApiId")
	api := d.restAPIs[id]
	if api == nil && id != "" {
		p.Problemf("RestApiId", "API %q is not in the template: only APIs of the same template are served", id)
	}
	return api
}

// deployResources finds the path of every resource. A resource may stand before
// its parent in the template.
func (d *deployment) deployResources() {
	type child struct {
		resource         *cfn.Resource
		id, parent, part string
	}
	waiting := map[*restAPI][]child{}
	var apis []*restAPI
	d.resources(typeResource, func(resource *cfn.Resource, p *cfn.Properties) {
		c := child{resource, d.id(resource), p.RequiredString("ParentId"), p.RequiredString("PathPart")}
		if api := d.apiOf(p); api != nil {
			if waiting[api] == nil {
				apis = append(apis, api)
			}
			waiting[api] = append(waiting[api], c)
		}
	})
	for _, api := range apis {
		for placed := true; placed; {
			placed = false
			var rest []child
			for _, c := range waiting[api] {
				parent, found := api.paths[c.parent]
				if !found {
					rest = append(rest, c)
					continue
				}
				api.paths[c.id] = strings.TrimSuffix(parent, "/") + "/" + c.part
				placed = true
			}
			waiting[api] = rest
		}
		for _, orphan := range waiting[api] {
			d.problemf(orphan.resource, "ParentId", "resource %q is not one of API %s", orphan.parent, api.resource.LogicalID)
		}
	}
}

func (d *deployment) authorizer(resource *cfn.Resource, p *cfn.Properties) {
	p.Ignore("AuthType", "AuthorizerCredentials", "AuthorizerResultTtlInSeconds", "AuthorizerUri", "Name")
	authorizer := &apigateway.Authorizer{
		Label:                        resource.LogicalID + ".Properties",
		Type:                         p.RequiredString("Type"),
		IdentitySource:               p.String("IdentitySource", ""),
		IdentityValidationExpression: p.String("IdentityValidationExpression", ""),
		Verifiers:                    d.verifiers(p, "ProviderARNs"),
	}
	if api := d.apiOf(p); api != nil {
		api.authorizers[d.id(resource)] = authorizer
	}
}

func (d *deployment) model(resource *cfn.Resource, p *cfn.Properties) {
	p.Ignore("ContentType", "Description")
	name := p.String("Name", d.id(resource))
	schema, _ := p.Value("Schema")
	if api := d.apiOf(p); api != nil {
		api.config.Models = append(api.config.Models, apigateway.Model{Label: resource.LogicalID + ".Properties", Name: name, Schema: schemaText(schema)})
	}
}

// schemaText returns a schema that a template gives as an object or as text.
func schemaText(schema any) string {
	if text, ok := schema.(string); ok {
		return text
	}
	encoded, _ := json.Marshal(schema) // of strings, numbers, booleans, lists and maps: cannot fail
	return string(encoded)
}

func (d *deployment) requestValidator(resource *cfn.Resource, p *cfn.Properties) {
	p.Ignore("Name")
	validator := requestValidator{
		body:       p.Bool("ValidateRequestBody", false),
		parameters: p.Bool("ValidateRequestParameters", false),
	}
	if api := d.apiOf(p); api != nil {
		api.validators[d.id(resource)] = validator
	}
}

func (d *deployment) gatewayResponse(resource *cfn.Resource, p *cfn.Properties) {
	response := apigateway.GatewayResponse{
		Label:              resource.LogicalID + ".Properties",
		ResponseType:       p.RequiredString("ResponseType"),
		StatusCode:         p.String("StatusCode", ""),
		ResponseParameters: p.StringMap("ResponseParameters"),
		ResponseTemplates:  p.StringMap("ResponseTemplates"),
	}
	if api := d.apiOf(p); api != nil {
		api.config.GatewayResponses = append(api.config.GatewayResponses, response)
	}
}

// apiDeployment reads a deployment, which may make a stage of its own. What it
// holds is not read from it: every stage serves the API as the template has it.
func (d *deployment) apiDeployment(resource *cfn.Resource, p *cfn.Properties) {
	p.Ignore("Description")
	p.Refuse("DeploymentCanarySettings", "there is one deployment of an API here")
	api := d.apiOf(p)
	name := p.String("StageName", "")
	description := p.Object("StageDescription")
	variables := d.stageSettings(description)
	if api != nil && name != "" {
		api.addStage(resource, name, d.id(resource), variables)
	}
}

func (d *deployment) stage(resource *cfn.Resource, p *cfn.Properties) {
	p.Ignore("DocumentationVersion", "Tags")
	api := d.apiOf(p)
	name := p.RequiredString("StageName")
	deployment := p.RequiredString("DeploymentId")
	variables := d.stageSettings(p)
	if api != nil && name != "" {
		api.addStage(resource, name, deployment, variables)
	}
}

// stageSettings reads what a stage and the stage of a deployment share, and
// returns the stage variables. Throttling is not served: it is a limit on
// traffic that no test on one machine should run into.
func (d *deployment) stageSettings(p *cfn.Properties) map[string]string {
	p.Ignore("AccessLogSetting", "ClientCertificateId", "DataTraceEnabled", "Description", "LoggingLevel", "MethodSettings", "MetricsEnabled",
		"ThrottlingBurstLimit", "ThrottlingRateLimit", "TracingEnabled")
	p.Refuse("CanarySetting", "there is one deployment of an API here")
	if p.Bool("CacheClusterEnabled", false) {
		p.Problemf("CacheClusterEnabled", "must be false: answers are not cached")
	}
	p.Ignore("CacheClusterSize", "CacheDataEncrypted", "CacheTtlInSeconds", "CachingEnabled")
	return p.StringMap("Variables")
}

func (api *restAPI) addStage(resource *cfn.Resource, name, deployment string, variables map[string]string) {
	api.config.Stages = append(api.config.Stages, apigateway.Stage{
		Label: resource.LogicalID + ".Properties", Name: name, DeploymentID: deployment, Variables: variables,
	})
}

// startRestAPI compiles an API and mounts its stages.
func (d *deployment) startRestAPI(api *restAPI) {
	if len(d.problems.Problems) > 0 {
		return // of an API that was read in part, most problems would be consequences
	}
	started, err := apigateway.New(api.config)
	if err != nil {
		d.refuse(err)
		return
	}
	api.started = started
	if !api.defaultEndpointOff {
		d.mount(api.config.ID, started)
	}
	d.mountMappings(api, started)
	d.addContract(api, started)
	for _, stage := range api.config.Stages {
		url, reachable := api.url(d.url, stage.Name)
		if !reachable {
			d.problemf(api.resource, "DisableExecuteApiEndpoint", "must be false: no base path mapping leads to the stage %s", stage.Name)
			continue
		}
		d.apis = append(d.apis, API{
			LogicalID: api.resource.LogicalID,
			Name:      api.name,
			Stage:     stage.Name,
			URL:       url,
			path:      constructPath(api.resource),
		})
	}
}

func noteRequest(ctx context.Context, event apigateway.RequestEvent) {
	noteAccess(ctx, event.ClientID, event.Reason)
}
