package local_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// model adds a model to the weather API.
func (e edit) model(name, schema string) {
	var parsed any
	if err := json.Unmarshal([]byte(schema), &parsed); err != nil {
		panic(err)
	}
	e.add(name, "AWS::ApiGateway::Model", map[string]any{"RestApiId": e.properties(getMethod)["RestApiId"], "Name": name, "Schema": parsed})
}

// method adds a copy of GET at another path.
func (e edit) method(id, pathPart string, change func(map[string]any)) {
	get := e.properties(getMethod)
	e.add(id+"Resource", "AWS::ApiGateway::Resource", map[string]any{
		"RestApiId": get["RestApiId"], "ParentId": get["ResourceId"], "PathPart": pathPart,
	})
	method := map[string]any{}
	for name, value := range get {
		method[name] = value
	}
	method["ResourceId"] = map[string]any{"Ref": id + "Resource"}
	if change != nil {
		change(method)
	}
	e.add(id, "AWS::ApiGateway::Method", method)
}

func TestWhatOpenAPICannotSayIsRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(e edit)
		want   []string
	}{
		{"keywords of a later draft", func(e edit) { e.model("Later", `{"properties":{"a":{"const":1,"if":{}}}}`) }, []string{
			"Later.Properties.Schema.properties.a: has const, which has no meaning in a model (JSON Schema draft 4) but has one in OpenAPI 3.1: remove it",
			"Later.Properties.Schema.properties.a: has if, which",
		}},
		{"a reference to a non-schema", func(e edit) {
			e.model("Odd", `{"shapes":{"a":{"type":"string"}},"properties":{"a":{"$ref":"#/shapes/a"}}}`)
		}, []string{`Odd.Properties.Schema.properties.a: refers to "#/shapes/a", which is not a schema in a model of the API`}},
		{"paths that OpenAPI cannot tell apart", func(e edit) {
			e.method("One", "{id}", nil)
			e.method("Rest", "{proxy+}", nil)
		}, []string{"Rest.Properties.Path: OpenAPI cannot distinguish /{proxy+} from /{id}: rename or remove one of them"}},
		{"a name of two operations", func(e edit) {
			name := func(method map[string]any) { method["OperationName"] = "list" }
			e.method("One", "a", name)
			e.method("Two", "b", name)
		}, []string{`OperationName: "list" names both get /a and get /b: OpenAPI requires unique names`}},
		{"a parameter that the path lacks", func(e edit) {
			e.method("One", "a", func(method map[string]any) {
				method["RequestParameters"] = map[string]any{"method.request.path.id": true}
			})
		}, []string{"One.Properties.RequestParameters: method.request.path.id is not in the path /a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := readTemplate(t)
			test.change(template)
			server := serveSource(t, template.source(t))
			_, err := server.OpenAPIs()[0].YAML()
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

func TestAResponseModelHasToExist(t *testing.T) {
	template := readTemplate(t)
	response := template.properties(getMethod)["MethodResponses"].([]any)[0].(map[string]any)
	response["ResponseModels"] = map[string]any{"application/json": "Nothing"}
	want := `Properties.MethodResponses[0].ResponseModels["application/json"]: "Nothing" is not a model of the API`
	if got := template.refusal(t); !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
}

// secondPool makes the authorizer accept the tokens of two user pools, in its own
// header.
func secondPool(t *testing.T) *local.System {
	t.Helper()
	return serveSource(t, sources("two pools", replaced(t, "testdata/contract.yaml",
		"ProviderARNs: [!GetAtt Pool.Arn]", "ProviderARNs: [!GetAtt Pool.Arn, !GetAtt Other.Arn]",
		"IdentitySource: method.request.header.Authorization", "IdentitySource: method.request.header.X-Token\n      IdentityValidationExpression: web",
		"Resources:\n", "Resources:\n  Other: {Type: AWS::Cognito::UserPool}\n  OtherDomain: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Other, Domain: other}}\n")))
}

// An OpenAPI flow requires a token URL.
func TestTheTokensOfAUserPoolWithoutADomain(t *testing.T) {
	contract := serve(t, withoutDomain).OpenAPIs()[0]
	got := document(t, contract)
	scheme := got.Components.SecuritySchemes["accessToken"]
	if len(got.Components.SecuritySchemes) != 1 || scheme == nil || scheme.Value.Type != "http" || scheme.Value.Scheme != "bearer" || scheme.Value.Flows != nil {
		t.Fatalf("%v", got.Components.SecuritySchemes)
	}
	for _, want := range []string{"by the operation GetClientToken", "https://cognito-idp.REGION.amazonaws.com/"} {
		if !strings.Contains(scheme.Value.Description, want) {
			t.Errorf("no %q in %q", want, scheme.Value.Description)
		}
	}
	if security := *got.Paths.Value("/").Post.Security; len(security) != 1 || !slices.Equal(security[0]["accessToken"], []string{"orders/post"}) {
		t.Errorf("POST requires %v", security)
	}
	contract.TokenURL = "https://auth.example.org/oauth2/token"
	got = document(t, contract)
	if scheme := got.Components.SecuritySchemes["oauth2"]; scheme == nil || scheme.Value.Flows.ClientCredentials.TokenURL != contract.TokenURL {
		t.Errorf("with a token URL: %v", got.Components.SecuritySchemes)
	}
}

func TestTheTokensOfTwoUserPools(t *testing.T) {
	contract := secondPool(t).OpenAPIs()[0]
	got := document(t, contract)
	security := *got.Paths.Value("/parcels").Post.Security
	if len(security) != 2 || security[0]["oauth2"] == nil || security[1]["oauth2-2"] == nil {
		t.Fatalf("%v", security)
	}
	schemes := got.Components.SecuritySchemes
	custom, prefix := schemes["oauth2"].Value, schemes["oauth2-2"].Value
	if url := custom.Flows.ClientCredentials.TokenURL; url != "https://auth.example.org/oauth2/token" {
		t.Errorf("token URL of the custom domain: %s", url)
	}
	if url := prefix.Flows.ClientCredentials.TokenURL; url != "https://DOMAIN.auth.REGION.amazoncognito.com/oauth2/token" || !strings.Contains(prefix.Description, "DOMAIN and REGION stand for") {
		t.Errorf("unknown token URL: %s, %s", url, prefix.Description)
	}
	if got := prefix.Flows.ClientCredentials.Scopes["depot/write"]; got != "Declared by no resource server of the user pool, so no client can get it" {
		t.Errorf("scope of the other pool: %q", got)
	}
	for _, want := range []string{"Send it in the header X-Token, not in Authorization.", "The audience must match web; an access token has none and is always refused."} {
		if !strings.Contains(custom.Description, want) {
			t.Errorf("%q does not say %q", custom.Description, want)
		}
	}

	contract.TokenURL = "https://auth.example.com/oauth2/token"
	if _, err := contract.JSON(); err == nil || !strings.Contains(err.Error(), "TokenURL: cannot replace the token URLs of several user pools, Other, Pool") {
		t.Errorf("got %v", err)
	}
}

func TestAContractHoldsNoPassword(t *testing.T) {
	server := serve(t, weather)
	for _, url := range []string{"https://anna@api.example.org", "https://anna:s3cret@api.example.org/v1", "//anna:s3cret@api.example.org", `https://anna:s3cret@\api.example.org`} {
		for property, set := range map[string]func(*local.OpenAPI){
			"ServerURL": func(c *local.OpenAPI) { c.ServerURL = url },
			"TokenURL":  func(c *local.OpenAPI) { c.TokenURL = url },
		} {
			contract := server.OpenAPIs()[0]
			set(&contract)
			text, err := contract.YAML()
			if err == nil || !strings.Contains(err.Error(), property+": must have no user name or password in it") || strings.Contains(err.Error(), "s3cret") || text != nil {
				t.Errorf("%s %s: %v\n%s", property, url, err, text)
			}
		}
	}
	contract := server.OpenAPIs()[0]
	contract.ServerURL, contract.TokenURL = "https://api.example.org/@v1", "https://auth.example.org/oauth2/token?for=a@b"
	if _, err := contract.YAML(); err != nil {
		t.Error(err)
	}
}
