package rules_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/weather-events-api/rules"
)

// FuzzCheck runs the rules on any input: they end soon, and their findings are printable.
func FuzzCheck(f *testing.F) {
	for _, good := range []func(testing.TB) *system{marked, byHand} {
		for _, changes := range []edit{all(), openAPI, swagger, set("Get.AuthorizationType", "NONE"), add(function), add(describe), add(second),
			all(env("AllowedValues: [dev, prod]"), set("Conditions.Dev", isDev), set("Get.Condition", "Dev"), set("Domain.Domain", "!If [Dev, a, b]")),
			all(set("Mappings.M", "{a: {b: NONE}}"), set("Get.AuthorizationType", "!FindInMap [M, !Ref AWS::Region, b]")),
			all(declare("x"), add(account), add(readers), add(otherWith), add(prefix)),
		} {
			s := good(f).with(changes)
			s.finish()
			data, err := json.Marshal(s.templates[alone])
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add([]byte(file(f, "testdata/by-hand.yaml")))
	table := rules.Table()
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		findings, err := rules.Check(rules.FromTemplate("fuzz", data))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("took %s", took)
		}
		if err != nil && (findings != nil || strings.TrimSpace(err.Error()) == "") {
			t.Fatalf("findings %v, error %q", findings, err)
		}
		for _, finding := range findings {
			isRule := slices.ContainsFunc(table, func(rule rules.Rule) bool { return rule.ID == finding.Rule })
			if !isRule || finding.Line < 1 || finding.File != "fuzz" || finding.Message == "" || finding.Remedy == "" || !utf8.ValidString(finding.String()+finding.ID()) {
				t.Errorf("%+q", finding)
			}
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	for _, bench := range []struct {
		name string
		data []byte
	}{
		{"app", []byte(file(b, "../testdata/weather-events-api.template.json"))},
		{"largest", largest(b)},
		{"largest with conditions", largest(b, env(""), set("Conditions.Dev", isDev), set("Conditions.Prod", isProd), set("Get.AuthorizationScopes", "!If [Dev, [orders/read], !If [Prod, [orders/read], [orders/read]]]"))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.data)))
			for b.Loop() {
				if _, err := rules.Check(rules.FromTemplate("bench", bench.data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// largest is about the largest template CloudFormation accepts: 500 resources in
// 1,000,000 bytes.
func largest(t testing.TB, changes ...edit) []byte {
	s := marked(t)
	count := 500 - len(s.templates[alone]["Resources"].(tree))
	for i := range count {
		id := fmt.Sprint("Resource", i)
		switch i % 5 {
		case 0:
			again("Client", id, set(id+".ClientName", id))(s)
		case 1:
			again("Orders", id, set(id+".PathPart", id))(s)
		default:
			again("Get", id, set(id+".ResourceId", fmt.Sprint("!Ref Resource", i-i%5+1)), set(id+".HttpMethod", []string{"GET", "PUT", "DELETE"}[i%5-2]))(s)
			parts := []any{}
			for range 8 {
				parts = append(parts, strings.Repeat("x", 225), tree{"Fn::Sub": "${Api}/${AWS::Region}"}, tree{"Fn::Select": []any{0, []any{tree{"Ref": "Pool"}, "x"}}})
			}
			at, last := s.locate(id + ".Integration.Uri")
			at.(tree)[last] = tree{"Fn::Join": []any{"", parts}}
		}
	}
	s.with(changes...).finish()
	data, err := json.Marshal(s.templates[alone])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTheLargestTemplate(t *testing.T) {
	data := largest(t)
	if len(data) < 950_000 || len(data) > 1_000_000 {
		t.Fatalf("%d bytes", len(data))
	}
	findings, err := rules.Check(rules.FromTemplate("largest", data))
	if err != nil || len(findings) > 0 {
		t.Errorf("findings %v, error %v", findings, err)
	}
}
