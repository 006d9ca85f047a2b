package local

import (
	"slices"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/local/internal/apigateway"
)

// APIKey is one API key. It does not authorize: it identifies callers for the rates and
// quotas of usage plans, which this package does not enforce.
type APIKey struct {
	// Key and Stack are as for an [API].
	Key   string `json:"key"`
	Stack string `json:"stack"`
	// LogicalID is the logical id of the ApiKey.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	ID        string `json:"id"`
	// Value is what a caller sends in the header X-API-Key, or what a Lambda authorizer
	// returns as usageIdentifierKey. It comes from the template, or derives from the
	// logical id as client secrets do.
	Value   string `json:"value"`
	Enabled bool   `json:"enabled"`
	// Stages are the stages of the key's usage plans, each as API/STAGE with the key of
	// the [API]. Without a stage, the key opens nothing.
	Stages []string `json:"stages"`
}

// APIKeys returns every API key, in template order.
func (s *System) APIKeys() []APIKey {
	keys := []APIKey{}
	for _, key := range s.apiKeys {
		r := key.resource
		shown := APIKey{
			Key: r.key(), Stack: r.stack.name, LogicalID: r.LogicalID, Name: r.properties().String("Name", r.LogicalID),
			ID: r.id(), Value: key.value, Enabled: key.enabled, Stages: []string{},
		}
		for _, of := range key.stages {
			if name := of.api.resource.key() + "/" + of.stage; !slices.Contains(shown.Stages, name) {
				shown.Stages = append(shown.Stages, name)
			}
		}
		keys = append(keys, shown)
	}
	return keys
}

// apiKey is an API key with the stages that it opens.
type apiKey struct {
	resource resource
	value    string
	enabled  bool
	stages   []planStage
}

// planStage is a stage in a usage plan.
type planStage struct {
	api   *restAPI
	stage string
}

const typeAPIKey = "AWS::ApiGateway::ApiKey"

// apiKey reads an API key. StageKeys have no effect, as in every account with usage
// plans.
func (s *System) apiKey(r resource, p *cfn.Properties) {
	p.Ignore("CustomerId", "Description", "GenerateDistinctId", "Name", "StageKeys", "Tags")
	key := &apiKey{resource: r, value: r.apiKeyValue(), enabled: p.Bool("Enabled", false)}
	if length := len(p.String("Value", "")); p.Has("Value") && (length < limits.MinAPIKey || length > limits.MaxAPIKey) {
		p.Problemf("Value", "must have %d to %d characters, got %d: API Gateway refuses to create the key", limits.MinAPIKey, limits.MaxAPIKey, length)
	}
	for _, other := range s.apiKeys {
		if other.value == key.value {
			p.Problemf("Value", "is the value of %s too: API Gateway refuses to create a second key with it", other.resource.label())
		}
	}
	s.apiKeys = append(s.apiKeys, key)
}

// usagePlan reads the stages that the keys of a plan open. It skips APIs that no stack
// declares.
func (s *System) usagePlan(r resource, p *cfn.Properties) {
	p.Ignore("Description", "Quota", "Tags", "Throttle", "UsagePlanName")
	stages := []planStage{}
	for _, of := range p.List("ApiStages") {
		of.Ignore("Throttle")
		id, stage := of.RequiredString("ApiId"), of.RequiredString("Stage")
		if api := s.apiByID[id]; api != nil {
			stages = append(stages, planStage{api, stage})
		}
	}
	s.usagePlans[r.id()] = stages
}

// usagePlanKey adds a key to a plan. It skips a key that no stack declares: its value
// is unknown.
func (s *System) usagePlanKey(_ resource, p *cfn.Properties) {
	p.OneOf("KeyType", "", "API_KEY")
	id, plan := p.RequiredString("KeyId"), p.RequiredString("UsagePlanId")
	for _, key := range s.apiKeys {
		if key.resource.id() == id {
			key.stages = append(key.stages, s.usagePlans[plan]...)
		}
	}
}

// keysOf returns all keys, each with its stages of one API.
func (s *System) keysOf(api *restAPI) []apigateway.APIKey {
	var keys []apigateway.APIKey
	for _, key := range s.apiKeys {
		seen := apigateway.APIKey{ID: key.resource.id(), Value: key.value, Enabled: key.enabled}
		for _, of := range key.stages {
			if of.api == api {
				seen.Stages = append(seen.Stages, of.stage)
			}
		}
		keys = append(keys, seen)
	}
	return keys
}

// apiKeyValue returns the value in the template, or one that API Gateway would generate.
func (r resource) apiKeyValue() string {
	return r.properties().String("Value", r.stack.ids.APIKey(r.LogicalID))
}
