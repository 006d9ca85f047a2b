package rules_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var everySpelling = flag.Bool("every-spelling", false, "hold every case in every spelling, not in one of twelve")

// The meaning of a template does not depend on its spelling: each case has the same
// findings in every spelling of its references and values, and with its resources spread
// over several stacks.
func TestSpellings(t *testing.T) {
	cases := map[string]onBoth{
		"methods": methodCases, "clients": clientCases, "pools": poolCases, "deployments": deploymentCases,
		"scopes": scopeCases, "secrets": secretCases.both(), "account roles": accountCases,
	}
	for name, respell := range spellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, of := range slices.Sorted(maps.Keys(cases)) {
				for _, test := range cases[of] {
					sample := fnv.New32()
					fmt.Fprint(sample, name, test.name)
					isChosen := *everySpelling || sample.Sum32()%12 == 0
					if !isChosen || slices.Contains(strings.Split(except[name], "; "), test.name) {
						continue
					}
					for _, good := range []func(testing.TB) *system{marked, byHand} {
						s := good(t).with(test.edits...).with(respell)
						want := test.byHand
						if s.marked {
							want = test.marked
						}
						s.sameAs(of+", "+test.name, want)
					}
				}
			}
		})
	}
}

// sameAs compares the findings with the findings for the same template in one piece. If a
// value is spelled differently, the place may differ.
func (s *system) sameAs(name, want string) {
	s.t.Helper()
	head := regexp.MustCompile(`^(\S+ \S+ )(?:[A-Z][A-Za-z]*/)?(\w+)(.*)$`)
	short := func(line string) string {
		line, _, _ = strings.Cut(line, ": ")
		return head.ReplaceAllString(line, "$1$2")
	}
	var wanted, got []string
	left := map[string]int{}
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			wanted = append(wanted, short(line))
			left[short(line)]++
		}
	}
	findings := s.check()
	for _, f := range findings {
		line := short(s.line(f))
		left[line]--
		if s.stacks != nil && f.Rule == "secret-exposed" && left[line] < 0 {
			continue // a value passed between stacks
		}
		got = append(got, line)
	}
	slices.Sort(wanted)
	slices.Sort(got)
	if !slices.Equal(wanted, got) {
		var messages []string
		for _, f := range findings {
			messages = append(messages, f.String())
		}
		s.t.Errorf("%s (marked: %t)\nwant %q\ngot  %q\n%s", name, s.marked, wanted, got, strings.Join(messages, "\n"))
	}
}

// spellings rewrite a system without changing its meaning.
var spellings = map[string]edit{
	"Fn::GetAtt as text": respell(func(r reference) any {
		if r.attribute == "" {
			return r.value()
		}
		return tree{"Fn::GetAtt": r.id + "." + r.attribute}
	}),
	"ids by attributes": respell(func(r reference) any {
		if attribute := idAttributes[r.kind]; r.attribute == "" && attribute != "" {
			return tree{"Fn::GetAtt": []any{r.id, attribute}}
		}
		return r.value()
	}),
	"Fn::Sub": respell(func(r reference) any {
		return tree{"Fn::Sub": "${" + strings.TrimSuffix(r.id+"."+r.attribute, ".") + "}"}
	}),
	"Fn::Sub of variable": respell(func(r reference) any { return tree{"Fn::Sub": []any{"${v}", tree{"v": r.value()}}} }),
	"Fn::Join":            respell(func(r reference) any { return tree{"Fn::Join": []any{"", []any{"", r.value()}}} }),
	"Fn::Select":          respell(func(r reference) any { return tree{"Fn::Select": []any{"1", []any{"x", r.value()}}} }),
	"Fn::If, which is known": all(set("Conditions.Always", "!Equals [a, a]"), respell(func(r reference) any {
		return tree{"Fn::If": []any{"Always", r.value(), "x"}}
	})),
	"Fn::If, which is not known": all(set("Parameters.Free", "{Type: String}"), set("Conditions.Free1", "!Equals [!Ref Free, a]"), respell(func(r reference) any {
		return tree{"Fn::If": []any{"Free1", r.value(), r.value()}}
	})),
	"values by parameters": literals(func(s *system, name, value string) any {
		set("Parameters."+name, fmt.Sprintf("{Type: String, Default: %q}", value))(s)
		return tree{"Ref": name}
	}),
	"values by mappings": literals(func(s *system, name, value string) any {
		set("Mappings.Values.v."+name, fmt.Sprintf("%q", value))(s)
		return tree{"Fn::FindInMap": []any{"Values", "v", name}}
	}),
	"values by Fn::Join": literals(func(_ *system, _, value string) any {
		return tree{"Fn::Join": []any{"", []any{value[:len(value)/2], value[len(value)/2:]}}}
	}),
	"values by Fn::Sub": literals(func(_ *system, _, value string) any { return tree{"Fn::Sub": value} }),

	"authorization in another stack":                  all(split("Auth", exported, isAuth), in(stack{name: "Auth"}, stack{name: alone, dependsOn: []string{"Auth"}})),
	"authorization in another stack, weakly referred": all(split("Auth", weak, isAuth), in(stack{name: "Auth"}, stack{name: alone, dependsOn: []string{"Auth"}})),
	"authorization nested":                            all(nest("Auth", isAuth), in(stack{name: alone})),
	"the API nested":                                  all(nest("Inner", isAPI), in(stack{name: alone})),
	"both nested":                                     all(nest("Auth", isAuth), nest("Inner", isAPI), in(stack{name: alone})),
	"everything nested":                               all(nest("Inner", func(string) bool { return true }), in(stack{name: alone})),
}

// except lists the cases, by name, that a spelling changes or cannot write.
var except = map[string]string{
	"the API nested":                 named + dependencies,
	"both nested":                    named + dependencies + order,
	"everything nested":              named + later + "an id by a parameter whose default is a placeholder",
	"authorization nested":           named + order,
	"authorization in another stack": named + order,
	"authorization in another stack, weakly referred": named + order,
	"values by parameters":                            "100 scopes of a resource server; 101 scopes of a resource server",
}

const (
	// A stack has a name, which these cases contain or leave open.
	named        = "in a stack set whose text is no template; a prefix that may not be too long; a prefix of an unknown value; "
	later        = "a method that came later; an open method that came later; "
	dependencies = later + "dependencies through other resources; dependencies through a missing resource; "
	order        = "after the scopes through another resource; after the scopes through a reference; by an attribute that is not known; an id by a parameter whose default is a placeholder; "
)

var idAttributes = map[string]string{
	"AWS::ApiGateway::Authorizer": "AuthorizerId", "AWS::ApiGateway::Deployment": "DeploymentId", "AWS::ApiGateway::RequestValidator": "RequestValidatorId",
	"AWS::ApiGateway::Resource": "ResourceId", "AWS::ApiGateway::RestApi": "RestApiId", "AWS::Cognito::UserPool": "UserPoolId", "AWS::Cognito::UserPoolClient": "ClientId",
}

// reference is Ref or Fn::GetAtt of a resource of the same template.
type reference struct {
	kind, id, attribute string
}

func (r reference) value() any {
	if r.attribute == "" {
		return tree{"Ref": r.id}
	}
	return tree{"Fn::GetAtt": []any{r.id, r.attribute}}
}

// respell rewrites every reference to a resource.
func respell(write func(reference) any) edit {
	return func(s *system) {
		for _, template := range s.templates {
			rewrite(template, func(id, attribute string) any {
				if kind := kindOf(template, id); kind != "" {
					return write(reference{kind, id, attribute})
				}
				return nil
			})
		}
	}
}

func kindOf(template tree, id string) string {
	resource, _ := template["Resources"].(tree)[id].(tree)
	kind, _ := resource["Type"].(string)
	return kind
}

// rewrite replaces references with the results of write, unless write returns nil. Fn::Sub
// becomes Fn::Join.
func rewrite(value any, write func(id, attribute string) any) any {
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			v[i] = rewrite(item, write)
		}
	case tree:
		id, attribute := referenceOf(v)
		if id != "" {
			if other := write(id, attribute); other != nil {
				return other
			}
			return v
		}
		if text, ok := v["Fn::Sub"].(string); ok && len(v) == 1 {
			return rewrite(tree{"Fn::Join": []any{"", pieces(text)}}, write)
		}
		for name, item := range v {
			v[name] = rewrite(item, write)
		}
	}
	return value
}

func referenceOf(object tree) (id, attribute string) {
	if len(object) != 1 {
		return "", ""
	}
	id, _ = object["Ref"].(string)
	switch get := object["Fn::GetAtt"].(type) {
	case string:
		id, attribute, _ = strings.Cut(get, ".")
	case []any:
		id, _ = get[0].(string)
		attribute, _ = get[1].(string)
		if attribute == "" {
			return "", ""
		}
	}
	return id, attribute
}

var variable = regexp.MustCompile(`\$\{([A-Za-z0-9:]+)(?:\.([A-Za-z0-9.]+))?\}`)

// pieces returns the texts and references of an Fn::Sub.
func pieces(text string) []any {
	list := []any{}
	for {
		at := variable.FindStringSubmatchIndex(text)
		if at == nil {
			return append(list, text)
		}
		r := reference{id: text[at[2]:at[3]]}
		if at[4] >= 0 {
			r.attribute = text[at[4]:at[5]]
		}
		list = append(list, text[:at[0]], r.value())
		text = text[at[1]:]
	}
}

// literals rewrites the literal values of the properties that protection depends on.
func literals(write func(s *system, name, value string) any) edit {
	names := []string{"AuthorizationType", "AuthorizationScopes", "AllowedOAuthFlows", "AllowedOAuthScopes", "Identifier", "ScopeName", "IdentitySource",
		"IdentityValidationExpression", "GenerateSecret", "AllowedOAuthFlowsUserPoolClient", "ExplicitAuthFlows", "HttpMethod", "AllowAdminCreateUserOnly"}
	return func(s *system) {
		count := 0
		literal := func(value any) any {
			switch value.(type) {
			case string, bool:
				count++
				if text := fmt.Sprint(value); text != "" {
					return write(s, fmt.Sprint("V", count), text)
				}
			}
			return value
		}
		var walk func(value any)
		walk = func(value any) {
			switch v := value.(type) {
			case []any:
				for _, item := range v {
					walk(item)
				}
			case tree:
				for _, name := range slices.Sorted(maps.Keys(v)) {
					list, isList := v[name].([]any)
					switch {
					case !slices.Contains(names, name):
						walk(v[name])
					case isList:
						for i, item := range list {
							list[i] = literal(item)
						}
					default:
						v[name] = literal(v[name])
					}
				}
			}
		}
		walk(s.templates[alone]["Resources"])
	}
}
