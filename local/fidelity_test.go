package local_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/weather-events-api/local"
)

// fidelity is a row of testdata/fidelity.yaml: what AWS answers where it is not
// obvious. An API has one mock method, made of the fields that are given.
type fidelity struct {
	Name, Source, Sure    string
	Method, Path, Request string
	Responses             []map[string]any
	Send                  []struct {
		Path, Body string
		Header     map[string]string
		Want       struct {
			Status int
			Body   string
			Header map[string]string
		}
	}
}

func TestFidelity(t *testing.T) {
	data, err := os.ReadFile("testdata/fidelity.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows []fidelity
	if err := yaml.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			srv, err := local.New(local.FromTemplate("fidelity", row.template(t)), local.WithAddress("127.0.0.1:0"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = srv.Close() })
			url := strings.TrimSuffix(srv.API("Api").URL, "/")
			for _, send := range row.Send {
				request, err := http.NewRequestWithContext(t.Context(), row.method(), url+"/"+strings.TrimPrefix(send.Path, "/"), strings.NewReader(send.Body))
				if err != nil {
					t.Fatal(err)
				}
				for name, value := range send.Header {
					request.Header.Set(name, value)
				}
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				if response.StatusCode != send.Want.Status || string(body) != send.Want.Body {
					t.Errorf("%s: got %d %s, want %d %s", send.Path, response.StatusCode, body, send.Want.Status, send.Want.Body)
				}
				for name, want := range send.Want.Header {
					if got := response.Header.Get(name); got != want {
						t.Errorf("%s: header %s: got %q, want %q", send.Path, name, got, want)
					}
				}
			}
		})
	}
}

func (f fidelity) method() string {
	if f.Method == "" {
		return http.MethodGet
	}
	return f.Method
}

// template returns the CloudFormation template of a row.
func (f fidelity) template(t *testing.T) []byte {
	t.Helper()
	type object = map[string]any
	ref := func(id string) object { return object{"Ref": id} }
	integration := object{"Type": "MOCK", "IntegrationResponses": f.Responses}
	if f.Request != "" {
		integration["RequestTemplates"] = object{"application/json": f.Request}
	}
	resources := object{
		"Api": object{"Type": "AWS::ApiGateway::RestApi", "Properties": object{"Name": "t"}},
		"Deployment": object{"Type": "AWS::ApiGateway::Deployment", "DependsOn": "Method", "Properties": object{
			"RestApiId": ref("Api"),
		}},
		"Stage": object{"Type": "AWS::ApiGateway::Stage", "Properties": object{
			"RestApiId": ref("Api"), "DeploymentId": ref("Deployment"), "StageName": "test",
		}},
	}
	var resource any = object{"Fn::GetAtt": "Api.RootResourceId"}
	if f.Path != "" {
		resources["Resource"] = object{"Type": "AWS::ApiGateway::Resource", "Properties": object{
			"RestApiId": ref("Api"), "ParentId": resource, "PathPart": f.Path,
		}}
		resource = ref("Resource")
	}
	resources["Method"] = object{"Type": "AWS::ApiGateway::Method", "Properties": object{
		"RestApiId": ref("Api"), "ResourceId": resource, "HttpMethod": f.method(), "AuthorizationType": "NONE",
		"Integration": integration, "MethodResponses": []object{{"StatusCode": "200"}},
	}}
	data, err := yaml.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
