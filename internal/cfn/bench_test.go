package cfn

import (
	"fmt"
	"strings"
	"testing"
)

// largeTemplate returns a template of that many resources, which refer to each other.
func largeTemplate(resources int) []byte {
	var b strings.Builder
	b.WriteString(`{"Parameters":{"P":{"Type":"String","Default":"x"}},"Conditions":{"C":{"Fn::Equals":[{"Ref":"P"},"x"]}},"Resources":{"R0":{"Type":"T"}`)
	for i := 1; i < resources; i++ {
		fmt.Fprintf(&b, `,"R%d":{"Type":"AWS::ApiGateway::Method","DependsOn":["R%d"],"Properties":{"HttpMethod":"GET",`+
			`"ResourceId":{"Ref":"R%d"},"Uri":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":apigateway:",{"Fn::GetAtt":["R%d","Arn"]}]]},`+
			`"Name":{"Fn::Sub":"${P}-${AWS::Region}-${R%d}"},"Key":{"Fn::If":["C",{"Ref":"AWS::NoValue"},"b"]},`+
			`"Responses":[{"StatusCode":"200","Parameters":{"a.b":true}}]},"Metadata":{"aws:cdk:path":"s/R%d"}}`, i, i-1, i-1, i-1, i-1, i)
	}
	b.WriteString("}}")
	return []byte(b.String())
}

func BenchmarkLoadAndResolve(b *testing.B) {
	data := largeTemplate(200)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		template, err := ParseTemplate("large", data)
		if err != nil {
			b.Fatal(err)
		}
		resolver, err := NewResolver(template, Options{
			Ref:    func(r *Resource) (any, error) { return r.LogicalID, nil },
			GetAtt: func(r *Resource, attribute string) (any, error) { return r.LogicalID + attribute, nil },
		})
		if err != nil {
			b.Fatal(err)
		}
		for _, resource := range resolver.Resources() {
			properties := resolver.Properties(resource)
			for _, name := range properties.Names() {
				properties.Value(name)
			}
			if err := properties.Done(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkWorld reads a template of nearly the largest size and resolves every property
// and function in it.
func BenchmarkWorld(b *testing.B) {
	for name, data := range map[string][]byte{"JSON": nearlyTooLarge(b, true), "YAML": nearlyTooLarge(b, false)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				template, err := ParseTemplate("large", data)
				if err != nil {
					b.Fatal(err)
				}
				w := NewWorld([]*Stack{{ID: "large", Template: template}})
				r := w.Resolver(w.Stacks()[0])
				for _, resource := range r.Resources() {
					for _, property := range resource.Properties.Names() {
						if r.Value(resource, property) == nil {
							b.Fatalf("%s has no %s", resource.LogicalID, property)
						}
					}
					r.References(resource)
				}
				r.EachFunction(func(path []any, value any) {
					if w.HoldsSecret(value) {
						b.Fatalf("%v holds a secret", path)
					}
				})
				if err := r.Failure(); err != nil {
					b.Fatal(err)
				}
				if choices := w.choices(); len(choices) > 0 {
					b.Fatal("the template asks for nothing")
				}
			}
		})
	}
}

// nearlyTooLarge returns a template of as many methods as fit.
func nearlyTooLarge(b *testing.B, inJSON bool) []byte {
	resource := func(i int) string {
		integration := repeat(5, ",", func(j int) string {
			return fmt.Sprintf(`{"StatusCode":"20%d","SelectionPattern":"2..","ResponseParameters":{"method.response.header.X-Name":"'%d'"},"ResponseTemplates":{"application/json":{"Fn::Sub":"{\"id\": \"${R%d}\", \"region\": \"${AWS::Region}\"}"}}}`, j, j, i)
		})
		return fmt.Sprintf(`"M%d":{"Type":"AWS::ApiGateway::Method","DependsOn":["R%d"],"Metadata":{"aws:cdk:path":"stack/Api/Default/m%d/GET/Resource"},`+
			`"Properties":{"HttpMethod":"GET","RestApiId":{"Ref":"Api"},"ResourceId":{"Ref":"R%d"},"AuthorizationType":"COGNITO_USER_POOLS","AuthorizerId":{"Ref":"Authorizer"},`+
			`"AuthorizationScopes":[{"Fn::Join":["",[{"Ref":"Server"},"/read.",{"Ref":"P"}]]},{"Fn::Sub":"${Server}/write"}],`+
			`"MethodResponses":[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-Name":true}}],"Integration":{"Type":"AWS_PROXY","IntegrationHttpMethod":"POST",`+
			`"Uri":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":apigateway:",{"Ref":"AWS::Region"},":lambda:path/2015-03-31/functions/",{"Fn::GetAtt":["F%d","Arn"]},"/invocations"]]},`+
			`"RequestTemplates":{"application/json":"%s"},"IntegrationResponses":[%s]}}},`+
			`"R%d":{"Type":"AWS::ApiGateway::Resource","Properties":{"RestApiId":{"Ref":"Api"},"ParentId":{"Fn::GetAtt":["Api","RootResourceId"]},"PathPart":"r%d"}}`,
			i, i, i, i, i%10, strings.Repeat(`#set($x = 1)\n`, 130), integration, i, i)
	}
	text := `{"Parameters":{"P":{"Type":"String","Default":"x"}},"Resources":{` + repeat(240, ",", resource) + `,` +
		repeat(10, ",", func(i int) string {
			return fmt.Sprintf(`"F%d":{"Type":"AWS::Lambda::Function","Properties":{"Handler":"x"}}`, i)
		}) +
		`,"Api":{"Type":"AWS::ApiGateway::RestApi"},"Pool":{"Type":"AWS::Cognito::UserPool"},` +
		`"Server":{"Type":"AWS::Cognito::UserPoolResourceServer","Properties":{"UserPoolId":{"Ref":"Pool"},"Identifier":{"Fn::Sub":"api-${P}"}}},` +
		`"Authorizer":{"Type":"AWS::ApiGateway::Authorizer","Properties":{"ProviderARNs":[{"Fn::GetAtt":["Pool","Arn"]}]}}}}`
	if !inJSON {
		text = "# YAML\n" + text
	}
	if len(text) < maxTemplateBytes*9/10 || len(text) > maxTemplateBytes {
		b.Fatalf("the template has %d bytes", len(text))
	}
	return []byte(text)
}
