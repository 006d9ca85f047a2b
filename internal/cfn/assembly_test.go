package cfn

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// chooseOf reads the assembly in a folder and returns what the names select.
func chooseOf(dir string, names ...string) ([]*Stack, error) {
	stacks, unread, err := ReadAssembly(dir)
	if err != nil {
		return nil, err
	}
	return ChooseStacks(stacks, unread, names)
}

func stagedAssembly(t *testing.T) string {
	return writeFiles(t, map[string]string{
		"manifest.json": `{"version":"54.0.0","artifacts":{
			"weather.assets":{"type":"cdk:asset-manifest","properties":{"file":"x"}},
			"weather":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region",
				"properties":{"templateFile":"weather.template.json"}},
			"assembly-Prod":{"type":"cdk:cloud-assembly","properties":{"directoryName":"assembly-Prod"},"displayName":"Prod"}}}`,
		"weather.template.json": oneResource,
		"assembly-Prod/manifest.json": `{"artifacts":{"Prodweather1234":{"type":"aws:cloudformation:stack","environment":"aws://111122223333/eu-west-1",
			"displayName":"Prod/weather","properties":{"templateFile":"prod.template.json","stackName":"Prod-weather"}}}}`,
		"assembly-Prod/prod.template.json": `{"Resources":{"P":{"Type":"T"}}}`,
	})
}

func TestChooseStacks(t *testing.T) {
	prod := Environment{StackName: "Prod-weather", AccountID: "111122223333", Region: "eu-west-1"}
	tests := []struct {
		name, stack, file string
		want              Environment
	}{
		{"artifact id", "weather", "weather.template.json", Environment{StackName: "weather"}},
		{"stack name", "Prod-weather", "assembly-Prod/prod.template.json", prod},
		{"display name", "Prod/weather", "assembly-Prod/prod.template.json", prod},
		{"artifact id in a stage", "Prodweather1234", "assembly-Prod/prod.template.json", prod},
	}
	dir := stagedAssembly(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stacks, err := chooseOf(dir, test.stack)
			if err != nil || len(stacks) != 1 {
				t.Fatal(len(stacks), err)
			}
			template := stacks[0].Template
			if template.Environment != test.want || template.Name != test.file {
				t.Errorf("got %+v of %s, want %+v of %s", template.Environment, template.Name, test.want, test.file)
			}
		})
	}
}

func TestChooseStacksTakesAllWithoutAName(t *testing.T) {
	stacks, err := chooseOf(stagedAssembly(t))
	if err != nil || len(stacks) != 2 {
		t.Fatal(len(stacks), err)
	}
	if name := stacks[1].Environment.StackName; name != "weather" {
		t.Errorf("the stack name is %q, want the artifact id", name)
	}
}

func TestChooseStacksErrors(t *testing.T) {
	stack := func(templateFile string) map[string]string {
		return map[string]string{"manifest.json": `{"artifacts":{"a":{"type":"aws:cloudformation:stack","properties":{"templateFile":"` + templateFile + `"}}}}`}
	}
	tests := []struct {
		name, stack string
		files       map[string]string
		want        string
	}{
		{"unknown stack", "x", stack("a.json"), "there is no stack x: use one of a"},
		{"two with the same name", "n", map[string]string{"manifest.json": `{"artifacts":{
			"b":{"type":"aws:cloudformation:stack","properties":{"stackName":"n"}},"a":{"type":"aws:cloudformation:stack","properties":{"stackName":"n"}}}}`},
			"2 stacks are called n: use one of a, b"},
		{"names of several lines", "x", map[string]string{"manifest.json": `{"artifacts":{
			"b\nforged":{"type":"aws:cloudformation:stack"},"a":{"type":"aws:cloudformation:stack"}}}`}, `use one of a, "b\nforged"`},
		{"a file name of several lines", "", stack(`a\nforged`), `manifest.json: artifact a: a file name must be printable, got "a\nforged"`},
		{"a folder with an escape sequence", "", map[string]string{"manifest.json": `{"artifacts":{"a":{"type":"cdk:cloud-assembly","properties":{"directoryName":"\u001b[2J"}}}}`},
			`a file name must be printable, got "\x1b[2J"`},
		{"no JSON", "", map[string]string{"manifest.json": `{`}, "manifest.json: unexpected end"},
		{"outside", "", stack("../outside.json"), "escapes"},
		{"absolute", "", stack("/../../etc/passwd"), "escapes"},
		{"no template", "", stack("gone.json"), "gone.json: "},
		{"nested in itself", "", map[string]string{"manifest.json": `{"artifacts":{"a":{"type":"cdk:cloud-assembly","properties":{"directoryName":"."}}}}`},
			"the cloud assembly is nested in itself"},
		{"stage outside", "", map[string]string{"manifest.json": `{"artifacts":{"a":{"type":"cdk:cloud-assembly","properties":{"directoryName":".."}}}}`},
			"escapes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var names []string
			if test.stack != "" {
				names = []string{test.stack}
			}
			_, err := chooseOf(writeFiles(t, test.files), names...)
			wantError(t, err, test.want)
			if none := new(NoAssemblyError); errors.As(err, &none) {
				t.Error("the error claims that there is no cloud assembly")
			}
		})
	}
}

func TestReadAssemblyDoesNotFollowALinkOutside(t *testing.T) {
	outside := writeFiles(t, map[string]string{"secret.json": oneResource})
	dir := writeFiles(t, map[string]string{
		"manifest.json": `{"artifacts":{"a":{"type":"aws:cloudformation:stack","properties":{"templateFile":"a.json"}}}}`,
	})
	if err := os.Symlink(filepath.Join(outside, "secret.json"), filepath.Join(dir, "a.json")); err != nil {
		t.Skipf("this user cannot create symbolic links, as on Windows: %v", err)
	}
	_, err := chooseOf(dir)
	wantError(t, err, "escapes")
}

func TestReadAssemblyWithoutAssembly(t *testing.T) {
	empty := t.TempDir()
	for name, dir := range map[string]string{"no folder": filepath.Join(empty, "gone"), "no manifest": empty} {
		t.Run(name, func(t *testing.T) {
			_, err := chooseOf(dir)
			wantError(t, err, "no cloud assembly at "+dir+": run cdk synth first")
			if none := new(NoAssemblyError); !errors.As(err, &none) || none.Dir != dir || !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%T is not a *NoAssemblyError of %s that wraps fs.ErrNotExist", err, dir)
			}
		})
	}
}

func TestWhatAnAssemblySaysAboutConstructs(t *testing.T) {
	const inFile = `{"/app/Api/Resource":[{"type":"aws:cdk:logicalId","data":"A"}],"/app/Api":[{"type":"aws:cdk:acknowledged-rules","data":{"w::one":"because","w::two":""}}],
		"/app":[{"type":"aws:cdk:acknowledged-rules","data":{"w::one":"above","w::app":"all"}},{"type":"aws:cdk:other","data":[1]}]}`
	const inline = `"metadata":{"/app/Other":[{"type":"aws:cdk:logicalId","data":"B"},{"type":"aws:cdk:acknowledged-rules","data":{"w::one":"inline"}}]}`
	named := `{"Resources":{"A":{"Type":"AWS::CloudFormation::Stack","Metadata":{"aws:asset:property":"TemplateURL","aws:asset:path":"n.json"}},"B":{"Type":"T","Metadata":{"aws:cdk:path":"named/B"}},"C":{"Type":"T"}}}`
	stacks, unread, err := ReadAssembly(writeFiles(t, map[string]string{
		"manifest.json": manifestOf(stackJSON("a", "a.json", inline, `"additionalMetadataFile":"m.json"`), stackJSON("b", "b.json", `"additionalMetadataFile":"gone.json"`, inline)),
		"m.json":        inFile, "a.json": named, "n.json": oneResource, "b.json": named,
	}))
	if err != nil || len(unread) > 0 || len(stacks) != 4 {
		t.Fatalf("%v, %v, %v", describeStacks(stacks), unread, err)
	}
	_, unread, err = ReadAssembly(writeFiles(t, map[string]string{"manifest.json": manifestOf(stackJSON("a", "a.json", `"metadata":{"/app":1}`)), "a.json": named, "n.json": oneResource}))
	if err != nil || len(unread) > 0 {
		t.Errorf("invalid metadata: %v, %v", unread, err)
	}
	a, _ := stacks[0].Resource("A")
	b, _ := stacks[0].Resource("B")
	c, _ := stacks[0].Resource("C")
	for resource, want := range map[*Resource]string{a: "app/Api/Resource", b: "named/B", c: ""} {
		if got := stacks[0].ConstructPath(resource); got != want {
			t.Errorf("%s is of the construct %q, want %q", resource.LogicalID, got, want)
		}
	}
	tests := []struct {
		stack          int
		path, id, want string
		isAcknowledged bool
	}{
		{0, "app/Api/Resource", "w::one", "because", true},
		{0, "app/Api", "w::two", "", true},
		{0, "app/Api/Resource", "w::app", "all", true},
		{0, "app/Apis", "w::one", "above", true},
		{0, "app", "w::two", "", false},
		{0, "other", "w::app", "", false},
		{0, "", "w::app", "", false},
		{0, "app/Other/Resource", "w::one", "inline", true},
		{1, "app/Api/Resource", "w::one", "because", true}, // nested
		{2, "app/Other", "w::one", "inline", true},         // without the file
		{2, "app/Api", "w::one", "", false},
	}
	for _, test := range tests {
		reason, acknowledged := stacks[test.stack].Acknowledged(test.path, test.id)
		if reason != test.want || acknowledged != test.isAcknowledged {
			t.Errorf("%s at %q of %s: %q, %t", test.id, test.path, stacks[test.stack].ID, reason, acknowledged)
		}
	}
}
