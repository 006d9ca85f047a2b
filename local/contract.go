package local

import (
	"cmp"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/contract"
)

// Contract is what a client of a REST API has to know, as OpenAPI 3.1: the
// operations of all stages, the scopes that they require, where to get a token,
// the API's models, and the errors to expect. It says what this package enforces.
type Contract struct {
	// Key tells it from all others, as that of an [API], and Stack is its stack.
	Key, Stack string
	// LogicalID is that of the RestApi in the template, Name its name.
	LogicalID, Name string
	// ServerURL is the URL of the API. Default: one URL for each stage as API
	// Gateway makes them, with the variables restApiId and region.
	ServerURL string
	// TokenURL is the URL of the token endpoint. Default: that of the user pool's
	// custom domain, or for one with a prefix
	// https://DOMAIN.auth.REGION.amazoncognito.com/oauth2/token, because OpenAPI
	// has no variables there. Of a user pool without a domain there is none: its
	// tokens are described as bearer tokens, got by GetClientToken. It stands for one user pool: set for an API that
	// takes tokens of several, it is an error. So is a user name or a password in
	// either URL.
	TokenURL string

	api  contract.API
	path string // of the CDK construct
}

// YAML returns the contract as YAML. The same template always gives the same text.
//
// The error names what OpenAPI 3.1 cannot say, by logical id and property: two
// paths that it cannot tell apart, or a model with keywords of a later JSON
// schema than API Gateway's.
func (c Contract) YAML() ([]byte, error) { return c.render((*contract.Document).YAML) }

// JSON is [Contract.YAML] in JSON.
func (c Contract) JSON() ([]byte, error) { return c.render((*contract.Document).JSON) }

func (c Contract) render(as func(*contract.Document) ([]byte, error)) ([]byte, error) {
	c.api.ServerURL, c.api.TokenURL = c.ServerURL, c.TokenURL
	document, err := contract.New(c.api)
	if err != nil {
		return nil, err
	}
	return as(document)
}

// Contracts returns that of every REST API, in the order of the template.
func (s *System) Contracts() []Contract { return slices.Clone(s.contracts) }

// Contract returns that of the REST API that name stands for, as [System.API]
// does. It is of all stages, unless the name ends with one.
func (s *System) Contract(name string) Contract { return must(s.FindContract(name)) }

// FindContract is [System.Contract] with an error instead of a panic.
func (s *System) FindContract(name string) (Contract, error) {
	of := func(name string) (Contract, error) {
		return find(s.contracts, "API", name, func(c Contract) identity { return identity{c.Key, c.Stack, c.LogicalID, c.path, c.Name, "", ""} })
	}
	found, err := of(name)
	if slash := strings.LastIndex(name, "/"); err != nil && slash >= 0 {
		if api, unknown := of(name[:slash]); unknown == nil && api.keepStage(name[slash+1:]) {
			return api, nil
		}
	}
	return found, err
}

// keepStage leaves out all other stages, if there is this one.
func (c *Contract) keepStage(name string) bool {
	at := slices.IndexFunc(c.api.Config.Stages, func(s apigateway.Stage) bool { return s.Name == name })
	if at < 0 {
		return false
	}
	c.api.Config.Stages = c.api.Config.Stages[at : at+1]
	return true
}

// addContract makes the contract of an API that was started.
func (s *System) addContract(api *restAPI, started *apigateway.API) {
	pools := map[apigateway.TokenVerifier]contract.Pool{}
	for _, pool := range s.pools {
		var scopes []contract.Scope
		for _, server := range pool.servers {
			for _, scope := range server.Scopes {
				scopes = append(scopes, contract.Scope(scope))
			}
		}
		pools[poolVerifier{pool}] = contract.Pool{LogicalID: pool.key(), TokenURL: pool.customTokenURL(), NoDomain: len(pool.domains) == 0, Scopes: scopes}
	}
	s.contracts = append(s.contracts, Contract{
		Key:       api.resource.key(),
		Stack:     api.resource.stack.name,
		LogicalID: api.resource.LogicalID,
		Name:      api.name,
		path:      api.resource.constructPath(),
		api: contract.API{
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

// customTokenURL is the token endpoint of a custom domain, which is the same in
// AWS. A prefix, which has no dots, may hold ids that AWS makes up.
func (p *userPool) customTokenURL() string {
	for _, domain := range p.domains {
		if strings.Contains(domain, ".") {
			return "https://" + domain + "/oauth2/token"
		}
	}
	return ""
}
