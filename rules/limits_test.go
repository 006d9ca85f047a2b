package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/validation"
)

// many adds resources One1, One2 and so on, each from a text in which # is the number.
func many(count int, name, text string) edit {
	var resources []string
	for i := range count {
		number := fmt.Sprint(i + 1)
		resources = append(resources, name+number+": "+strings.ReplaceAll(text, "#", number))
	}
	return add("{" + strings.Join(resources, ", ") + "}")
}

const (
	spareAuthorizer = `{Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: "spare#", Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [!GetAtt Pool.Arn]}}`
	spareStage      = `{Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: "spare#", DeploymentId: !Ref Deployment}}`
	spareResource   = `{Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "spare#"}}`
)

// deep adds a path of that many resources to a document.
func deep(count int) edit {
	return func(s *system) {
		at, last := s.locate("Api.Body.paths./orders")
		at.(tree)[strings.Repeat("/x", count)] = at.(tree)[last]
	}
}

var deepest = fmt.Sprintf("warning api-quota Api.Properties.Body.paths[%s].get", validation.Quote(strings.Repeat("/x", 300)))

// variables sets that many variables of a stage.
func variables(count int) edit {
	var all []string
	for i := range count {
		all = append(all, fmt.Sprintf("v%d: x", i))
	}
	return set("Stage.Variables", "{"+strings.Join(all, ", ")+"}")
}

// policy gives an API a resource policy of that many characters, plus the names of a
// parameter with an unknown value.
func policy(length int) edit {
	const frame = `{"Statement":[{"Sid":"","Resource":""},1,true]}`
	return all(set("Parameters.Endpoint", "{Type: String}"),
		set("Api.Policy", `{Statement: [{Sid: `+strings.Repeat("x", length-len(frame))+`, Resource: !Ref Endpoint}, 1, true]}`))
}

var quotaCases = onBoth{
	{"10 authorizers", edits{many(9, "Spare", spareAuthorizer)}, "", ""},
	{"11 authorizers", edits{many(10, "Spare", spareAuthorizer)},
		"warning api-quota Spare9: the API has 11 authorizers, and API Gateway allows 10 unless AWS raised the quota: ask AWS Support to raise the quota, or split the API", "warning api-quota Spare9"},
	{"10 stages", edits{many(9, "Spare", spareStage)}, "", ""},
	{"11 stages", edits{many(10, "Spare", spareStage)},
		"warning api-quota Stage: the API has 11 stages, and API Gateway allows 10", "warning api-quota Stage"},
	{"300 resources", edits{many(299, "Below", spareResource)}, "", ""},
	{"301 resources", edits{many(300, "Below", spareResource)},
		"warning api-quota Orders: the API has 301 resources, and API Gateway allows 300", "warning api-quota Orders"},
	{"300 resources of a document", edits{openAPI, deep(299)}, "", ""},
	{"301 resources of a document", edits{openAPI, deep(300)}, deepest + ": the API has 301 resources", deepest},
	{"a resource policy of 8,192 characters", edits{policy(8192)}, "", ""},
	{"a resource policy of 8,193 characters", edits{policy(8193)},
		"warning api-quota Api.Properties.Policy: the API has 8193 characters of resource policy, and API Gateway allows 8192", "warning api-quota Api.Properties.Policy"},
	{"100 stage variables", edits{variables(100)}, "", ""},
	{"101 stage variables", edits{variables(101)},
		"fatal api-quota Stage.Properties.Variables: the stage has 101 variables, API Gateway allows at most 100: move values elsewhere", "fatal api-quota Stage.Properties.Variables"},
}

func TestQuotas(t *testing.T) { quotaCases.run(t) }
