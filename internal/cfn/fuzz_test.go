package cfn

import (
	"fmt"
	"strings"
	"testing"
)

// seeds are templates of every shape that the fuzz targets begin with.
var seeds = []string{
	`{"Resources":{"A":{"Type":"T::T"}}}`,
	`{"Resources":{"A":{"Type":"T","Properties":{"P":{"Ref":"B"},"Q":{"Fn::GetAtt":["B","Arn"]},"R":[1,1.0,true,"{{resolve:secretsmanager:x:SecretString:k}}"]}},"B":{"Type":"T"}}}`,
	"Parameters:\n  P: {Type: String, Default: a}\n  L: {Type: CommaDelimitedList, Default: 'a, b'}\n" +
		"Conditions:\n  C: !Equals [!Ref P, a]\n  D: !And [!Condition C, !Not [!Condition C]]\n" +
		"Mappings:\n  M: {a: {b: c, d: [e]}}\n" +
		"Resources:\n  A:\n    Type: T\n    Condition: C\n    Properties:\n" +
		"      S: !Sub '${P}-${!x}-${AWS::Region}-${B.Arn}'\n      J: !Join ['', [a, !Ref P]]\n" +
		"      F: !FindInMap [M, !Ref P, b]\n      I: !If [C, !Ref AWS::NoValue, x]\n" +
		"      E: !Select [0, !Split [',', 'a,b']]\n      T: !Sub ['${v}', {v: !Ref P}]\n" +
		"      L: !Ref L\n      V: |\n        #set($x = 1)\n        $x\n  B:\n    Type: T\n" +
		"Outputs:\n  O: {Value: !GetAtt A.Arn, Export: {Name: !Ref P}}\n",
	"a: &x [1]\nb: *x\n",
	"a:\n-\nb: 1\n",
	"- - - a",
	"? a\n: b",
	"!Ref a: b",
	"{a: b, c: [d, !Ref e]}",
	`{"Transform":"AWS::Serverless-2016-10-31","Resources":{}}`,
	"%YAML 1.1\n---\na: b\n...\n",
	"Resources:\n  A:\n    Type: T\n    Properties: {P: {'Fn::Base64': {'Fn::Sub': x}, Q: 1}}\n",
}

func FuzzParseTemplate(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		template, err := ParseTemplate("fuzz", data)
		if (template == nil) == (err == nil) {
			t.Fatalf("template %v, error %v: must be one of both", template, err)
		}
		if err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Fatal("the error has no message")
		}
	})
}

func FuzzResolve(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		template, err := ParseTemplate("fuzz", data)
		if err != nil {
			return
		}
		parameters := map[string]string{}
		for _, p := range template.Parameters {
			parameters[p.Name] = "1"
		}
		var resolver *Resolver
		resolver, err = NewResolver(template, Options{
			Parameters: parameters,
			Imports:    map[string]string{"x": "y"},
			Ref: func(resource *Resource) (any, error) {
				// A callback may read what leads back to itself.
				return resolver.Properties(resource).String("Name", resource.LogicalID), nil
			},
			GetAtt: func(resource *Resource, attribute string) (any, error) { return attribute, nil },
			Secret: func(SecretReference) (string, error) { return "secret", nil },
		})
		if err != nil {
			return
		}
		for _, resource := range resolver.Resources() {
			properties := resolver.Properties(resource)
			for _, name := range properties.Names() {
				if value, found := properties.Value(name); found {
					mustBePlain(t, value)
				}
			}
			_ = properties.Done()
		}
		_, _ = resolver.Outputs()
		if resolver.resolved > 2*maxResolvedBytes+len(data) {
			t.Fatalf("resolved %d bytes", resolver.resolved)
		}
	})
}

// mustBePlain fails on anything that is not a plain resolved value.
func mustBePlain(t *testing.T, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, item := range v {
			mustBePlain(t, item)
		}
	case []any:
		for _, item := range v {
			mustBePlain(t, item)
		}
	default:
		if _, ok := scalarText(v); !ok {
			t.Fatalf("%T is not a plain value", v)
		}
	}
}

// largeTemplate returns a template of so many resources that refer to each other.
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
