package cfn

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are the fuzz targets' first templates, one of every shape.
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
			t.Fatalf("template %v, error %v: want exactly one", template, err)
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
				// A callback may read a value that leads back to itself.
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
		if resolver.resolved > 2*maxResolvedBytes+len(data) {
			t.Fatalf("resolved %d bytes", resolver.resolved)
		}
	})
}

// FuzzWorld resolves two templates together, the second beside the first or nested in it,
// in the world without assumptions and in the other worlds.
func FuzzWorld(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed), []byte(seed), false)
	}
	for _, pair := range [][2]string{{exporting, "Resources: {A: {Type: T, Properties: {X: !ImportValue pool, Y: !GetStackOutput {StackName: a, OutputName: Id}, Z: !Select [1, !Split [/, !ImportValue \"a:arn\"]]}}}"}, {writing, reading}, {nesting2, nested2}} {
		f.Add([]byte(pair[0]), []byte(pair[1]), false)
		f.Add([]byte(pair[0]), []byte(pair[1]), true)
	}
	f.Fuzz(func(t *testing.T, first, second []byte, nested bool) {
		outer, err := ParseTemplate("a", first)
		if err != nil {
			return
		}
		inner, err := ParseTemplate("b", second)
		if err != nil {
			return
		}
		outer.Environment = Environment{StackName: "a", Region: "eu-west-1"}
		stacks := []*Stack{{ID: "a", Template: outer}, {ID: "b", Template: inner}}
		if nested {
			stacks[1].Parent, stacks[1].In = stacks[0], outer.Resources[0]
			for _, resource := range outer.Resources {
				if resource.Type == typeStack {
					stacks[1].In = resource
				}
			}
			stacks[1].ID = "a/" + stacks[1].In.LogicalID
		}
		base := NewWorld(stacks)
		once, again := showEverything(t, base), showEverything(t, NewWorld(stacks))
		if once != again {
			t.Fatalf("two worlds of the same stacks differ:\n%s\n%s", once, again)
		}
		outcomes := NewOutcomes(stacks)
		count := 0
		for w := outcomes.Next(); w != nil; w = outcomes.Next() {
			if count++; count > 2*maxWorlds+2 {
				t.Fatalf("there are %d worlds", count)
			}
			showEverything(t, w)
		}
	})
}

// showEverything resolves everything in a world and returns it as messages show it.
func showEverything(t *testing.T, w *World) string {
	var all strings.Builder
	show := func(at string, value any) {
		if value != nil {
			mustBePlain(t, value)
		}
		text := w.Show(fmt.Sprint(value))
		if !utf8.ValidString(text) {
			t.Fatalf("%s shows a part of a symbol: %q", at, text)
		}
		fmt.Fprintln(&all, at, text, w.HoldsSecret(value))
	}
	for _, stack := range w.Stacks() {
		r := w.Resolver(stack)
		for _, resource := range r.Resources() {
			show("Ref "+resource.LogicalID, r.Ref(resource))
			show("References", strings.Join(r.References(resource), " "))
			for _, name := range resource.Properties.Names() {
				show(Path(resource.LogicalID, "Properties", name), r.Value(resource, name))
			}
			for _, name := range resource.Metadata.Names() {
				show(Path(resource.LogicalID, "Metadata", name), r.Metadata(resource, name))
			}
		}
		for _, output := range stack.Template.Outputs {
			if value, err := w.output(stack, output); err == nil {
				show("Outputs."+output.Name, value)
			}
		}
		r.EachFunction(func(path []any, value any) {
			show(fmt.Sprint(stack.Locate(path...), " ", Path(path...)), value)
			r.NamesParameter(path...)
		})
		if r.resolved > 2*maxResolvedBytes {
			t.Fatalf("resolved %d bytes", r.resolved)
		}
	}
	w.Secrets(func(stack *Stack, path []any, _ any) { fmt.Fprintln(&all, stack.ID, Path(path...)) })
	fmt.Fprintln(&all, strings.Join(w.Assumed, "\n"), w.IsPossible())
	return all.String()
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
