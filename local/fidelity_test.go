package local_test

import (
	"bytes"
	"cmp"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/weather-events-api/local"
)

// fidelity is a row of testdata/fidelity: what AWS answers where the answer is not
// obvious. The API has one mock method, built from the given fields, or the methods of
// an imported document.
type fidelity struct {
	Name, Source, Sure string

	Method, Path string
	// Request is the request template for application/json. Requests are request
	// templates by content type.
	Request     string
	Requests    map[string]string
	Passthrough string
	Responses   []map[string]any
	// Declares are the statuses of the method responses. Default: the statuses of the
	// responses.
	Declares []string
	// Echo is a template. Its text is the answer to Body.
	Echo, Body string
	Want       *string

	// Models are schemas by name. The method's body uses M.
	Models     map[string]any
	Parameters map[string]bool
	Gateway    []map[string]any
	Variables  map[string]string

	// Service is the end of the Uri of an AWS service integration, such as
	// s3:path/bucket/{key}.
	Service string
	// Integration is merged into the integration, which is a mock without a Type. The
	// method declares every request parameter that it maps.
	Integration map[string]any
	// Binary are the BinaryMediaTypes.
	Binary []string
	// Properties are merged into the method's properties.
	Properties map[string]any
	// Document is the API's OpenAPI document, Import the parameters of the import.
	Document any
	Import   map[string]string
	// Resources are merged into the template's resources.
	Resources map[string]any

	// Refused is the reason why the API is not served.
	Refused string
	Send    []exchange
}

// exchange is a request and the answer to it.
type exchange struct {
	Method, Path, Body string
	Header             map[string]string
	// Answer is what the backend answers, Receives the request that it must receive.
	Answer   backendAnswer
	Receives *backendRequest
	Want     struct {
		Status int
		Body   *string
		// A header with an empty value must be absent.
		Header map[string]string
	}
}

func TestFidelity(t *testing.T) {
	files, err := filepath.Glob("testdata/fidelity/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no rows: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var rows []fidelity
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(&rows); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, row := range rows {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml")+"/"+row.Name, row.test)
		}
	}
}

func (f fidelity) test(t *testing.T) {
	if !slices.Contains([]string{"recorded", "said", "documented", "expected"}, f.Sure) || f.Source == "" {
		t.Errorf("source %q, sure %q: want a source, and recorded, said, documented or expected", f.Source, f.Sure)
	}
	f.expand()
	backend := startFidelityBackend(t)
	srv, err := local.New(local.FromTemplate("fidelity", f.template(t)), backend.options(&f)...)
	if f.Refused != "" {
		if err == nil || !strings.Contains(err.Error(), f.Refused) {
			t.Errorf("got %v, want %q", err, f.Refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	if len(f.Send) == 0 {
		t.Error("the row sends no request")
	}
	for _, send := range f.Send {
		check := backend.expect(t, send.Answer, send.Receives)
		send.check(t, cmp.Or(send.Method, f.Method, http.MethodGet), strings.TrimSuffix(srv.API("Api").URL, "/"))
		check()
	}
}

func (e *exchange) check(t *testing.T, method, url string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url+"/"+strings.TrimPrefix(e.Path, "/"), strings.NewReader(e.Body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range e.Header {
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
	if response.StatusCode != e.Want.Status || e.Want.Body != nil && string(body) != *e.Want.Body {
		want := "any body"
		if e.Want.Body != nil {
			want = *e.Want.Body
		}
		t.Errorf("%s %s %s: got %d %s, want %d %s", method, e.Path, e.Body, response.StatusCode, body, e.Want.Status, want)
	}
	for name, want := range e.Want.Header {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: header %s: got %q, want %q", e.Path, name, got, want)
		}
	}
}

// expand fills in the fields that a row leaves out. Only a request template sees the
// body, so an override takes it to the response template.
func (f *fidelity) expand() {
	if f.Echo != "" {
		f.Method = http.MethodPost
		f.Request = `#set($context.requestOverride.path.echo = "` + f.Echo + `"){"statusCode": 200}`
		f.Responses = []map[string]any{{"StatusCode": "200", "ResponseTemplates": map[string]string{"application/json": "$context.requestOverride.path.echo"}}}
	}
	if f.Want != nil {
		send := exchange{Body: f.Body}
		send.Want.Status, send.Want.Body = http.StatusOK, f.Want
		f.Send = append(f.Send, send)
	}
	if f.Requests == nil && f.Request != "" {
		f.Requests = map[string]string{"application/json": f.Request}
	}
}

// template returns the CloudFormation template of a row.
func (f *fidelity) template(t *testing.T) []byte {
	t.Helper()
	type object = map[string]any
	ref := func(id string) object { return object{"Ref": id} }
	resource := func(kind string, properties object) object {
		properties["RestApiId"] = ref("Api")
		return object{"Type": "AWS::ApiGateway::" + kind, "Properties": properties}
	}
	api := object{"Name": "t", "BinaryMediaTypes": f.Binary}
	resources := object{
		"Api":        object{"Type": "AWS::ApiGateway::RestApi", "Properties": api},
		"Deployment": resource("Deployment", object{}),
		"Stage":      resource("Stage", object{"DeploymentId": ref("Deployment"), "StageName": "test", "Variables": f.Variables}),
	}
	if f.Document != nil {
		api["Body"] = f.Document
		api["Parameters"] = f.Import
	} else {
		f.addMethod(resources, resource)
	}
	for i, response := range f.Gateway {
		resources["Gateway"+string(rune('A'+i))] = resource("GatewayResponse", response)
	}
	template := object{"Resources": resources}
	for id, resource := range f.Resources {
		if id == "Mappings" {
			template[id] = resource
			continue
		}
		resources[id] = resource
	}
	data, err := yaml.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (f *fidelity) addMethod(resources map[string]any, resource func(string, map[string]any) map[string]any) {
	type object = map[string]any
	ref := func(id string) object { return object{"Ref": id} }
	var at any = object{"Fn::GetAtt": "Api.RootResourceId"}
	if f.Path != "" {
		resources["Resource"] = resource("Resource", object{"ParentId": at, "PathPart": f.Path})
		at = ref("Resource")
	}
	method := object{
		"ResourceId": at, "HttpMethod": cmp.Or(f.Method, http.MethodGet), "AuthorizationType": "NONE",
		"MethodResponses": f.methodResponses(),
	}
	integration := object{
		"Type": "MOCK", "IntegrationResponses": f.Responses, "RequestTemplates": f.Requests,
		"PassthroughBehavior": cmp.Or(f.Passthrough, "WHEN_NO_MATCH"),
	}
	if f.Service != "" {
		maps.Copy(integration, object{
			"Type": "AWS", "Uri": "arn:aws:apigateway:us-east-1:" + f.Service, "IntegrationHttpMethod": "POST",
			"Credentials": "arn:aws:iam::123456789012:role/api",
		})
	}
	maps.Copy(integration, f.Integration)
	method["Integration"] = integration
	declared := object{}
	mapped, _ := integration["RequestParameters"].(object)
	for _, source := range mapped {
		if parameter := source.(string); strings.HasPrefix(parameter, "method.request.") {
			declared[parameter] = false
		}
	}
	method["RequestParameters"] = declared
	if f.Parameters != nil || f.Models != nil {
		resources["Validator"] = resource("RequestValidator", object{"ValidateRequestBody": true, "ValidateRequestParameters": true})
		method["RequestValidatorId"], method["RequestParameters"] = ref("Validator"), f.Parameters
	}
	for name, schema := range f.Models {
		resources["Model"+name] = resource("Model", object{"ContentType": "application/json", "Name": name, "Schema": schema})
		method["RequestModels"] = object{"application/json": "M"}
	}
	for name, value := range f.Properties {
		method[name] = value
	}
	resources["Method"] = resource("Method", method)
}

// methodResponses declares the statuses and all headers of the responses.
func (f *fidelity) methodResponses() []map[string]any {
	var declared []map[string]any
	for _, response := range f.Responses {
		headers := map[string]bool{}
		parameters, _ := response["ResponseParameters"].(map[string]any)
		for name := range parameters {
			headers[name] = true
		}
		declared = append(declared, map[string]any{"StatusCode": response["StatusCode"], "ResponseParameters": headers})
	}
	if f.Declares == nil {
		return declared
	}
	declared = nil
	for _, status := range f.Declares {
		declared = append(declared, map[string]any{"StatusCode": status})
	}
	return declared
}
