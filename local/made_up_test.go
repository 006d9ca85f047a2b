package local_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// A secret that Secrets Manager generates has a value of the requested form.
func TestSecretsAreMadeUp(t *testing.T) {
	const resources = `
Resources:
  Pool: {Type: AWS::Cognito::UserPool}
  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, ClientName: !Sub "{{resolve:secretsmanager:${Fields}:SecretString:name}}"}}
  Plain: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {PasswordLength: 40, ExcludePunctuation: true}}}
  Fields: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {SecretStringTemplate: '{"name": "admin"}', GenerateStringKey: password}}}
`
	system, err := local.Load(sources("a", resources))
	if err != nil {
		t.Fatal(err)
	}
	if got := system.Secret("Plain").Value; len(got) != 40 {
		t.Errorf("got %q", got)
	}
	var fields struct{ Name, Password string }
	if err := json.Unmarshal([]byte(system.Secret("Fields").Value), &fields); err != nil || fields.Name != "admin" || len(fields.Password) != 32 {
		t.Errorf("%v %+v", err, fields)
	}
	if got := system.Client("Client").Name; got != "admin" {
		t.Errorf("the client is %q", got)
	}
}

func TestSecretsThatCannotBeMadeUp(t *testing.T) {
	for properties, want := range map[string]string{
		`{SecretStringTemplate: "[]", GenerateStringKey: a}`: "Made.Properties.GenerateSecretString.SecretStringTemplate: must be a JSON object, which gets the field a",
		`{GenerateStringKey: a}`:                             "Made.Properties.GenerateSecretString.SecretStringTemplate: must be a JSON object",
		`{PasswordLength: 0}`:                                "Made.Properties.GenerateSecretString.PasswordLength: must be 1 to 4096, got 0",
		`{PasswordLength: 4097}`:                             "PasswordLength: must be 1 to 4096, got 4097",
		`{Length: 5}`:                                        "Made.Properties.GenerateSecretString.Length: this property of AWS::SecretsManager::Secret is not supported",
	} {
		if _, err := local.Load(sources("a", "Resources:\n  Made: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: "+properties+"}}\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", properties, err, want)
		}
	}
}

// The attributes of a resource that is not served are unknown. Each is shown by its
// name and opens nothing.
func TestAttributesOfWhatIsNotServed(t *testing.T) {
	const balancer = "  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}\n"
	stack := strings.Replace(api("!GetAtt Pool.Arn", "orders/read", ""), "Resources:\n", "Resources:\n  Pool: {Type: AWS::Cognito::UserPool}\n"+balancer, 1)
	server := serveSource(t, sources("a", strings.Replace(stack, "[orders/read]", "[!GetAtt Balancer.DNSName]", 1)))
	if got := server.Methods("Api")[0].Scopes[0]; got != "Balancer.DNSName" {
		t.Errorf("got %q", got)
	}
	expect(t, call(t, "GET", server.API("Api").URL, "", ""), 401, unauthorized)
	_, err := local.Load(sources("a", strings.Replace(stack, "!GetAtt Pool.Arn", "!GetAtt Balancer.Arn", 1)))
	if want := `Authorizer.Properties.ProviderARNs: must name a user pool, got "Balancer.Arn"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// The document of an API is read from its local file, before packaging.
func TestTheDocumentIsAFile(t *testing.T) {
	const document = `{"swagger": "2.0", "info": {"title": "%s"}, "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}},
		"x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}, "responses": {"default": {"statusCode": "200"}}}}}}}`
	const template = `
Parameters: {Bucket: {Type: String, Default: b}}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {%s}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api, StageName: v1}}
`
	for _, test := range []struct{ name, property, want string }{
		{"location", "BodyS3Location: docs/api.json", ""},
		{"include", "Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./docs/api.json}}}", ""},
		{"location of a broken document", "BodyS3Location: docs/broken.json", `Api.Properties.BodyS3Location: the document cannot be read: `},
		{"include of a list", "Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: docs/list.json}}}", `list.json: a document must be an object, got a list`},
		{"location elsewhere", "BodyS3Location: {Bucket: b, Key: api.json}", "Api.Properties.BodyS3Location: is not supported: the document is neither an asset of a cloud assembly nor a file beside the template; give it there, or in Body"},
		{"location out of the folder", "BodyS3Location: ../api.json", "Api.Properties.BodyS3Location: is not supported"},
		{"include elsewhere", `Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Sub "s3://${Bucket}/api.json"}}}`,
			"Api.Properties.Body: Fn::Transform is not supported: only AWS can run macros, except AWS::Include in the Body of an API whose Location is an asset or a file beside the template"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			for name, text := range map[string]string{
				"template.yaml": strings.Replace(template, "%s", test.property, 1), "docs/api.json": strings.Replace(document, "%s", "from a file", 1), "../api.json": document,
				"docs/broken.json": "{", "docs/list.json": "[]",
			} {
				file := filepath.Join(folder, "app", name)
				if os.MkdirAll(filepath.Dir(file), 0o700) != nil || os.WriteFile(file, []byte(text), 0o600) != nil {
					t.Fatal("no file", file)
				}
			}
			server, err := local.New(local.FromTemplateFile(filepath.Join(folder, "app", "template.yaml")))
			if test.want != "" {
				if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%v, want %s", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			if got := call(t, "GET", server.APIs()[0].URL+"a", "", ""); got.status != 200 || server.APIs()[0].Name != "from a file" {
				t.Errorf("%+v of %+v", got, server.APIs())
			}
		})
	}
}

// An asset of a cloud assembly is the file that the manifest names.
func TestTheDocumentIsAnAsset(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"version": "48.0.0", "artifacts": {"a": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
			"properties": {"templateFile": "a.template.json", "stackName": "a"}, "dependencies": ["a.assets"]},
			"a.assets": {"type": "cdk:asset-manifest", "properties": {"file": "a.assets.json"}}}}`,
		"a.assets.json": `{"version": "48.0.0", "files": {"h": {"source": {"path": "asset.h.json", "packaging": "file"},
			"destinations": {"current": {"bucketName": "b", "objectKey": "h.json"}}}}}`,
		"a.template.json": `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"BodyS3Location": {"Bucket": {"Fn::Sub": "assets-${AWS::AccountId}"}, "Key": "h.json"}}},
			"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}}}}`,
		"asset.h.json": `{"openapi": "3.0.1", "info": {"title": "an asset"}, "paths": {"/a": {"get": {
			"x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}, "responses": {"default": {"statusCode": "200"}}}}}}}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	system, err := local.Load(local.FromAssembly(folder))
	if err != nil {
		t.Fatal(err)
	}
	if got := system.APIs()[0].Name; got != "an asset" || len(system.Methods("Api")) != 1 {
		t.Errorf("got %q with %v", got, system.Methods("Api"))
	}
}
