package local_test

import (
	"maps"
	"strings"
	"testing"
)

// addDomain maps a base path of api.example.org to the stage.
func addDomain(template edit, basePath string) {
	ref := func(id string) map[string]any { return map[string]any{"Ref": id} }
	template.add("Domain", "AWS::ApiGateway::DomainName", map[string]any{
		"DomainName": "api.example.org", "SecurityPolicy": "TLS_1_2",
		"RegionalCertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/abc",
		"EndpointConfiguration":  map[string]any{"Types": []any{"REGIONAL"}},
	})
	mapping := map[string]any{"DomainName": ref("Domain"), "RestApiId": ref("WeatherEventsRestApi4662D512"), "Stage": ref("WeatherEventsRestApiDeploymentStageweather16A4A093")}
	if basePath != "" {
		mapping["BasePath"] = basePath
	}
	template.add("Mapping", "AWS::ApiGateway::BasePathMapping", mapping)
	template["Outputs"].(map[string]any)["Target"] = map[string]any{"Value": map[string]any{"Fn::GetAtt": []any{"Domain", "RegionalDomainName"}}}
}

func TestAnApiAtItsOwnDomain(t *testing.T) {
	for basePath, path := range map[string]string{"": "/api.example.org/", "v1": "/api.example.org/v1/"} {
		t.Run("base path "+basePath, func(t *testing.T) {
			template := readTemplate(t)
			template.properties(restAPI)["DisableExecuteApiEndpoint"] = true
			addDomain(template, basePath)
			server := serveSource(t, template.source(t))

			api := server.API("RestApi")
			if want := server.URL() + path; api.URL != want {
				t.Fatalf("the API is at %s, want %s", api.URL, want)
			}
			for _, url := range []string{api.URL, strings.TrimSuffix(api.URL, "/")} {
				if got := ask(t, "GET", url); got.status != 401 || got.body != `{"message":"Unauthorized"}` {
					t.Errorf("%s: %d %s", url, got.status, got.body)
				}
			}
			if got := ask(t, "GET", api.URL+"unknown"); got.status != 403 || got.body != `{"message":"Missing Authentication Token"}` {
				t.Errorf("unknown path: %d %s", got.status, got.body)
			}
			if basePath != "" {
				got := ask(t, "GET", server.URL()+"/api.example.org/v2/")
				if got.status != 403 || got.body != `{"message":"Forbidden"}` || got.header.Get("X-Amzn-Errortype") != "ForbiddenException" {
					t.Errorf("no mapping: %d %s", got.status, got.body)
				}
			}
		})
	}
}

// An encoded slash belongs to its segment, at a domain too.
func TestAnEncodedSlashAtADomain(t *testing.T) {
	for _, basePath := range []string{"", "v1"} {
		template := readTemplate(t)
		addDomain(template, basePath)
		method := template.properties(getMethod)
		template.add("Thing", "AWS::ApiGateway::Resource", map[string]any{
			"RestApiId": method["RestApiId"], "ParentId": method["ResourceId"], "PathPart": "{thing}",
		})
		below := maps.Clone(method)
		below["ResourceId"] = map[string]any{"Ref": "Thing"}
		template.add("ThingGet", "AWS::ApiGateway::Method", below)
		server := serveSource(t, template.source(t))

		url := strings.TrimSuffix(server.URL()+"/api.example.org/"+basePath, "/")
		for path, status := range map[string]int{"/a%2Fb": 401, "/a/b": 403} {
			if got := ask(t, "GET", url+path); got.status != status {
				t.Errorf("%s: %d %s, want %d", url+path, got.status, got.body, status)
			}
		}
	}
}

func TestTheDefaultEndpointStaysBesideADomain(t *testing.T) {
	template := readTemplate(t)
	addDomain(template, "")
	server := serveSource(t, template.source(t))
	url := server.API("RestApi").URL
	if strings.Contains(url, "api.example.org") {
		t.Errorf("the API is at %s, want the default endpoint", url)
	}
	for _, url := range []string{url, server.URL() + "/api.example.org/"} {
		if got := ask(t, "GET", url); got.status != 401 {
			t.Errorf("%s: %d %s", url, got.status, got.body)
		}
	}
}

func TestTheDefaultEndpointIsOff(t *testing.T) {
	template := readTemplate(t)
	url := serveSource(t, template.source(t)).API("RestApi").URL
	_, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	template.properties(restAPI)["DisableExecuteApiEndpoint"] = true
	addDomain(template, "")
	server := serveSource(t, template.source(t))
	if got := ask(t, "GET", server.URL()+"/"+path); got.status != 404 {
		t.Errorf("the default endpoint answers %d %s", got.status, got.body)
	}
}
