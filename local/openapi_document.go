package local

import (
	"cmp"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/openapi"
)

// OpenAPI is the OpenAPI 3.1 document of a REST API: the operations of all stages,
// the scopes that each requires, where to get a token, the models, and the errors
// to expect. It says what this package enforces.
type OpenAPI struct {
	// Key, Stack, LogicalID and Name are those of the [API].
	Key, Stack, LogicalID, Name string
	// ServerURL is the URL of the API. Default: one URL for each stage as API
	// Gateway makes them, with the variables restApiId and region.
	ServerURL string
	// TokenURL is the URL of the token endpoint. Default: the user pool's custom
	// domain, or https://DOMAIN.auth.REGION.amazoncognito.com/oauth2/token for a
	// prefix, because OpenAPI has no variables there. A user pool without a domain
	// has no token URL: its tokens are described as bearer tokens that
	// GetClientToken issues. It is an error to set TokenURL for an API that takes
	// tokens of several user pools, and to put a user name or password in either URL.
	TokenURL string

	api  openapi.API
	path string // of the CDK construct
}

// YAML returns the document as YAML. The same template always gives the same text.
//
// The error names what OpenAPI 3.1 cannot say, by logical id and property: two
// paths that it cannot tell apart, or a model with keywords of a later JSON
// schema than API Gateway's.
func (o OpenAPI) YAML() ([]byte, error) { return o.render((*openapi.Document).YAML) }

// JSON is [OpenAPI.YAML] in JSON.
func (o OpenAPI) JSON() ([]byte, error) { return o.render((*openapi.Document).JSON) }

func (o OpenAPI) render(as func(*openapi.Document) ([]byte, error)) ([]byte, error) {
	o.api.ServerURL, o.api.TokenURL = o.ServerURL, o.TokenURL
	document, err := openapi.New(o.api)
	if err != nil {
		return nil, err
	}
	return as(document)
}

// OpenAPIs returns the document of every REST API, in template order.
func (s *System) OpenAPIs() []OpenAPI { return slices.Clone(s.openAPIs) }

// OpenAPI returns the document of a REST API by its name, as [System.API] does. It covers
// all stages unless the name ends with one.
func (s *System) OpenAPI(name string) OpenAPI { return must(s.FindOpenAPI(name)) }

// FindOpenAPI is [System.OpenAPI] with an error instead of a panic.
func (s *System) FindOpenAPI(name string) (OpenAPI, error) {
	of := func(name string) (OpenAPI, error) {
		return find(s.openAPIs, "API", name, func(o OpenAPI) identity { return identity{o.Key, o.Stack, o.LogicalID, o.path, o.Name, "", ""} })
	}
	found, err := of(name)
	if slash := strings.LastIndex(name, "/"); err != nil && slash >= 0 {
		if api, unknown := of(name[:slash]); unknown == nil && api.keepStage(name[slash+1:]) {
			return api, nil
		}
	}
	return found, err
}

// keepStage removes all other stages, if the stage exists.
func (o *OpenAPI) keepStage(name string) bool {
	at := slices.IndexFunc(o.api.Config.Stages, func(s apigateway.Stage) bool { return s.Name == name })
	if at < 0 {
		return false
	}
	o.api.Config.Stages = o.api.Config.Stages[at : at+1]
	return true
}

// addOpenAPI adds the document of a started API.
func (s *System) addOpenAPI(api *restAPI, started *apigateway.API) {
	pools := map[apigateway.TokenVerifier]openapi.Pool{}
	for _, pool := range s.pools {
		var scopes []openapi.Scope
		for _, server := range pool.servers {
			for _, scope := range server.Scopes {
				scopes = append(scopes, openapi.Scope(scope))
			}
		}
		pools[poolVerifier{pool}] = openapi.Pool{LogicalID: pool.key(), TokenURL: pool.customTokenURL(), NoDomain: len(pool.domains) == 0, Scopes: scopes}
	}
	s.openAPIs = append(s.openAPIs, OpenAPI{
		Key:       api.resource.key(),
		Stack:     api.resource.stack.name,
		LogicalID: api.resource.LogicalID,
		Name:      api.name,
		path:      api.resource.constructPath(),
		api: openapi.API{
			Title:       cmp.Or(api.name, api.resource.LogicalID),
			Version:     api.version,
			Description: api.description,
			Config:      api.config,
			Served:      started,
			Pools:       pools,
			Waivers:     s.waivedOf(api),
			Region:      api.resource.stack.ids.pseudo.Region,
		},
	})
}

// customTokenURL returns the token endpoint of a custom domain, which is the same on
// AWS, or "". A prefix has no dots, and may contain ids that AWS generates.
func (p *userPool) customTokenURL() string {
	for _, domain := range p.domains {
		if strings.Contains(domain, ".") {
			return "https://" + domain + "/oauth2/token"
		}
	}
	return ""
}
