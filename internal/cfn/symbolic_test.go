package cfn

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// expression draws a value from parameters, resources, a client secret and functions.
func expression(t *rapid.T, depth int) any {
	one := func(name string, of ...any) any { return rapid.SampledFrom(of).Draw(t, name) }
	inner := func() any { return expression(t, depth-1) }
	list := func() any {
		if rapid.Bool().Draw(t, "splits") {
			return map[string]any{"Fn::Split": []any{one("delimiter", ":", "/", "-", ",", "||", "1", "_"), inner()}}
		}
		return []any{inner(), inner(), inner()}
	}
	if depth == 0 {
		return one("leaf", "a", "a-b", "", "1", "ClientSecret", map[string]any{"Ref": "P"}, map[string]any{"Ref": "Q"}, map[string]any{"Ref": "B"},
			map[string]any{"Ref": "Pool"}, map[string]any{"Ref": "C"}, map[string]any{"Ref": "AWS::Region"}, map[string]any{"Ref": "AWS::AccountId"},
			map[string]any{"Fn::GetAtt": []any{"Pool", "Arn"}}, map[string]any{"Fn::GetAtt": []any{"C", "ClientSecret"}}, map[string]any{"Fn::GetAtt": "B.Arn"},
			map[string]any{"Fn::GetAtt": []any{"C", map[string]any{"Ref": "Attribute"}}}, map[string]any{"Fn::Sub": "x${C.ClientSecret}/${Pool}"})
	}
	switch one("function", "leaf", "Join", "Sub", "Select", "If", "Base64", "FindInMap", "JoinList") {
	case "Join":
		return map[string]any{"Fn::Join": []any{one("delimiter", "", "/", "-", ":"), []any{inner(), inner()}}}
	case "JoinList":
		return map[string]any{"Fn::Join": []any{inner(), list()}}
	case "Sub":
		return map[string]any{"Fn::Sub": []any{one("text", "${v}", "a${v}-${v}", "${v}/${Pool}", "arn:aws:x:${AWS::Region}:${Q}:${v}", "${!v}"), map[string]any{"v": inner()}}}
	case "Select":
		return map[string]any{"Fn::Select": []any{one("index", 0, 1, "1", 5), list()}}
	case "If":
		return map[string]any{"Fn::If": []any{one("condition", "Yes", "No"), inner(), inner()}}
	case "Base64":
		return map[string]any{"Fn::Base64": inner()}
	case "FindInMap":
		return map[string]any{"Fn::FindInMap": []any{"M", map[string]any{"Ref": one("key", "P", "Q")}, "k"}}
	}
	return expression(t, 0)
}

// TestWorldsAgreeWithResolvers compares a world's answers about two values with the
// values once everything is known and secrets differ.
func TestWorldsAgreeWithResolvers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		depth := rapid.IntRange(0, 4).Draw(t, "depth")
		template := map[string]any{
			"Parameters": map[string]any{"P": map[string]any{"Type": "String", "Default": "p"}, "Q": map[string]any{"Type": "String"},
				"Attribute": map[string]any{"Type": "String", "Default": "ClientSecret"}},
			"Conditions": map[string]any{"Yes": map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "P"}, "p"}}, "No": map[string]any{"Fn::Equals": []any{"a", "b"}}},
			"Mappings":   map[string]any{"M": map[string]any{"p": map[string]any{"k": "v"}, "q": map[string]any{"k": "w"}}},
			"Resources": map[string]any{
				"A":    map[string]any{"Type": "T", "Properties": map[string]any{"X": expression(t, depth), "Y": expression(t, depth)}},
				"B":    map[string]any{"Type": "T"},
				"C":    map[string]any{"Type": typeAppClient},
				"Pool": map[string]any{"Type": typeUserPool},
			},
		}
		text, err := json.Marshal(template)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := ParseTemplate("test", text)
		if err != nil {
			t.Fatal(err)
		}
		parsed.Environment = Environment{StackName: "s", AccountID: "111122223333", Region: "eu-west-1"}
		world := NewWorld([]*Stack{{ID: "test", Template: parsed}})
		values := map[string]any{}
		for _, name := range []string{"X", "Y"} {
			a, _ := world.Resolver(world.Stacks()[0]).Resource("A")
			values[name] = world.Resolver(world.Stacks()[0]).Value(a, name)
		}
		one, oneErrors := resolveWith(t, parsed, "s3cret/1:a-b")
		other, otherErrors := resolveWith(t, parsed, "other||,_1:c/d")
		for _, name := range []string{"X", "Y"} {
			if oneErrors[name] != nil || otherErrors[name] != nil {
				continue
			}
			if !reflect.DeepEqual(one[name], other[name]) && !world.HoldsSecret(values[name]) {
				t.Fatalf("%s is %q or %q, so it depends on a secret: the world has %q\n%s", name, one[name], other[name], values[name], text)
			}
			if IsKnown(fmt.Sprint(values[name])) && !reflect.DeepEqual(one[name], values[name]) {
				t.Fatalf("%s is %q, the world has %q\n%s", name, one[name], values[name], text)
			}
		}
		if oneErrors["X"] == nil && oneErrors["Y"] == nil && reflect.DeepEqual(values["X"], values["Y"]) && !reflect.DeepEqual(one["X"], one["Y"]) {
			t.Fatalf("the world has %q for both %q and %q\n%s", values["X"], one["X"], one["Y"], text)
		}
	})
}

// resolveWith resolves the properties of A with a value for everything.
func resolveWith(t *rapid.T, template *Template, secret string) (values map[string]any, errors map[string]error) {
	resolver, err := NewResolver(template, Options{
		Parameters: map[string]string{"Q": "q-1:x/y,z"},
		Ref: func(resource *Resource) (any, error) {
			return map[string]string{"B": "b/1-2:3", "C": "1client1", "Pool": "eu-west-1_p1"}[resource.LogicalID], nil
		},
		GetAtt: func(resource *Resource, attribute string) (any, error) {
			switch resource.LogicalID + "." + attribute {
			case "Pool.Arn":
				return "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_p1", nil
			case "C.ClientSecret":
				return Secret(secret), nil
			}
			return "arn:x:y/z-1", nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	values, errors = map[string]any{}, map[string]error{}
	a, _ := resolver.Resource("A")
	for _, name := range []string{"X", "Y"} {
		values[name], _, errors[name] = resolver.property(a, name)
	}
	return values, errors
}
