package cfn

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// manifestOf returns a manifest of artifacts in JSON.
func manifestOf(artifacts ...string) string {
	return `{"artifacts":{` + strings.Join(artifacts, ",") + `}}`
}

func stackJSON(id, file string, more ...string) string {
	return fmt.Sprintf(`%q:{"type":"aws:cloudformation:stack","environment":"aws://111122223333/eu-west-1","properties":{"templateFile":%q}%s}`,
		id, file, strings.Join(append([]string{""}, more...), ","))
}

// nesting returns a template with one nested stack for each TemplateURL or, in
// parentheses, for each path in CDK's metadata.
func nesting(urls ...string) string {
	text := "Resources:\n  A: {Type: T}\n"
	for i, url := range urls {
		note := ""
		if file, noted := strings.CutPrefix(url, "("); noted {
			url, note = "https://elsewhere/x", `, Metadata: {"aws:asset:property": TemplateURL, "aws:asset:path": `+strings.Trim(file, ")")+"}"
		}
		text += fmt.Sprintf("  N%d: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: %s}%s}\n", i, url, note)
	}
	return text
}

const assetsJSON = `"x.assets":{"type":"cdk:asset-manifest","properties":{"file":"x.assets.json"}}`

func TestReadAssembly(t *testing.T) {
	assets := `{"files":{
		"h1":{"source":{"path":"n1.json"},"destinations":{"a":{"objectKey":"h1.json"},"b":{"objectKey":"h1.json"}}},
		"h2":{"source":{"path":"n2.json"},"destinations":{"a":{"objectKey":"prefix/h2.json"}}},
		"none":{"source":{"path":"gone.json"},"destinations":{"a":{"objectKey":""}}}}}`
	tests := []struct {
		name  string
		files map[string]string
		// want are "ID file", with "in LOGICALID of ID" for nested stacks and
		// "after ID" for dependencies.
		want   []string
		unread []string
	}{
		{"several stacks, in the order of their ids", map[string]string{
			"manifest.json": manifestOf(stackJSON("b", "b.json"), stackJSON("a", "a.json")),
			"a.json":        oneResource, "b.json": oneResource,
		}, []string{"a.json a.json", "b.json b.json"}, nil},
		{"stages in stages", map[string]string{
			"manifest.json":     manifestOf(stackJSON("z", "z.json"), `"s":{"type":"cdk:cloud-assembly","properties":{"directoryName":"s"}}`),
			"z.json":            oneResource,
			"s/manifest.json":   manifestOf(stackJSON("a", "a.json"), `"t":{"type":"cdk:cloud-assembly","properties":{"directoryName":"t"}}`),
			"s/a.json":          oneResource,
			"s/t/manifest.json": manifestOf(stackJSON("m", "m.json")),
			"s/t/m.json":        oneResource,
		}, []string{"s/a.json s/a.json", "s/t/m.json s/t/m.json", "z.json z.json"}, nil},
		{"dependencies on the stacks read", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), stackJSON("b", "b.json", `"dependencies":["a","x.assets","c","gone"]`), stackJSON("c", "c.json"), assetsJSON),
			"a.json":        oneResource, "b.json": oneResource, "c.json": "{",
		}, []string{"a.json a.json", "b.json b.json after a.json"}, []string{"c.json: c.json:1:1: unexpected end of JSON input"}},
		{"nested stacks by CDK's metadata", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json")),
			"a.json":        nesting("(n1.json)", "(n2.json)"),
			"n1.json":       nesting("(n2.json)"), "n2.json": oneResource,
		}, []string{"a.json a.json", "a.json/N0 n1.json in N0 of a.json", "a.json/N0/N0 n2.json in N0 of a.json/N0", "a.json/N1 n2.json in N1 of a.json"}, nil},
		{"nested stacks of a stage", map[string]string{
			"manifest.json":   manifestOf(`"s":{"type":"cdk:cloud-assembly","properties":{"directoryName":"s"}}`),
			"s/manifest.json": manifestOf(stackJSON("a", "a.json")),
			"s/a.json":        nesting("(n.json)", "(../n.json)"),
			"s/n.json":        oneResource, "n.json": oneResource,
		}, []string{"s/a.json s/a.json", "s/a.json/N0 s/n.json in N0 of s/a.json", "s/a.json/N1 n.json in N1 of s/a.json"}, nil},
		{"nested stacks by the key of an asset", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), assetsJSON),
			"x.assets.json": assets,
			"a.json": nesting(`https://s3/bucket/h1.json`, `!Sub "https://s3.${AWS::Region}.x/bucket/prefix/h2.json"`,
				`!Join ["", ["https://s3.", !Ref AWS::URLSuffix, "/bucket/h1.json"]]`, `!Join ["/", ["https://s3/bucket", h1.json]]`,
				`https://s3/bucket/other-h1.json`, `https://s3/bucket/h2.json`, `!Ref AWS::Region`, `{}`),
			"n1.json": oneResource, "n2.json": oneResource,
		}, []string{"a.json a.json", "a.json/N0 n1.json in N0 of a.json", "a.json/N1 n2.json in N1 of a.json",
			"a.json/N2 n1.json in N2 of a.json", "a.json/N3 n1.json in N3 of a.json"}, nil},
		{"the URL wins over CDK's metadata", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), assetsJSON),
			"x.assets.json": assets,
			"a.json":        `{"Resources":{"N":{"Type":"AWS::CloudFormation::Stack","Metadata":{"aws:asset:property":"TemplateURL","aws:asset:path":"n2.json"},"Properties":{"TemplateURL":"https://s3/h1.json"}}}}`,
			"n1.json":       oneResource, "n2.json": oneResource,
		}, []string{"a.json a.json", "a.json/N n1.json in N of a.json"}, nil},
		{"unreadable templates among readable ones, each said once", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), stackJSON("b", "b.json"), stackJSON("c", "c.json"), stackJSON("d", "")),
			"a.json":        nesting("(gone.json)", "(gone.json)", "(n.json)"),
			"b.json":        `{"Transform":"AWS::Serverless-2016-10-31","Resources":{}}`,
			"c.json":        oneResource,
			"n.json":        oneResource,
		}, []string{"a.json a.json", "a.json/N2 n.json in N2 of a.json", "c.json c.json"},
			[]string{"gone.json: openat gone.json: no such file", "b.json: Transform: only AWS expands the macro", ".: is not a regular file"}},
		{"paths out of the folder", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), stackJSON("b", "../../etc/passwd"), stackJSON("c", "/etc/passwd"), `"x.assets":{"type":"cdk:asset-manifest","properties":{"file":"../x"}}`),
			"a.json":        nesting("(../n.json)", "(/etc/passwd)"),
		}, []string{"a.json a.json"},
			[]string{"../n.json: openat ../n.json: path escapes", "etc/passwd: openat etc/passwd: no such file", "../../etc/passwd: openat ../../etc/passwd: path escapes"}},
		{"nested in itself", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), stackJSON("b", "b.json")),
			"a.json":        nesting("(a.json)", "(c.json)"),
			"b.json":        oneResource,
			"c.json":        nesting("(a.json)"),
		}, []string{"a.json a.json", "a.json/N1 c.json in N1 of a.json", "b.json b.json"}, []string{"a.json: the stack is nested in itself, by a.json/N0"}},
		{"two stacks of one file", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), stackJSON("b", "a.json")),
			"a.json":        oneResource,
		}, []string{"a.json a.json"}, []string{"a.json: two stacks are deployed from the same file"}},
		{"an invalid asset manifest", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json"), assetsJSON),
			"x.assets.json": `{"files":[]}`,
			"a.json":        nesting("https://s3/h1.json"),
		}, []string{"a.json a.json"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stacks, unread, err := ReadAssembly(writeFiles(t, test.files))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, describeStacks(stacks)); diff != "" {
				t.Error(diff)
			}
			if len(unread) != len(test.unread) {
				t.Errorf("unread: %v, want %q", unread, test.unread)
			}
			for _, one := range unread {
				if !errors.Is(one, one.Err) || one.File == "" {
					t.Errorf("%#v", one)
				}
			}
			for i, want := range test.unread[:min(len(unread), len(test.unread))] {
				wantError(t, unread[i], want)
			}
		})
	}
}

func describeStacks(stacks []*Stack) []string {
	var all []string
	for _, stack := range stacks {
		text := stack.ID + " " + stack.Name
		if stack.Parent != nil {
			text += " in " + stack.In.LogicalID + " of " + stack.Parent.ID
		}
		for _, other := range stack.DependsOn {
			text += " after " + other.ID
		}
		all = append(all, text)
	}
	return all
}

func TestReadAssemblyTellsWhereStacksAreDeployed(t *testing.T) {
	stacks, _, err := ReadAssembly(writeFiles(t, map[string]string{
		"manifest.json": manifestOf(`"a":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/us-east-1","properties":{"templateFile":"a.json","stackName":"named"}}`),
		"a.json":        nesting("(n.json)"), "n.json": oneResource,
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []Environment
	for _, stack := range stacks {
		got = append(got, stack.Environment)
	}
	want := []Environment{{StackName: "named", Region: "us-east-1"}, {Region: "us-east-1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadAssemblyIsBounded(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"stacks", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json")),
			"a.json":        nesting(slices.Repeat([]string{"(b.json)"}, 400)...), "b.json": nesting(slices.Repeat([]string{"(c.json)"}, 400)...), "c.json": oneResource,
		}, "the assembly holds more than 1000 stacks"},
		{"bytes", map[string]string{
			"manifest.json": manifestOf(stackJSON("a", "a.json")),
			"a.json":        nesting(slices.Repeat([]string{"(b.json)"}, 400)...), "b.json": strings.Replace(oneResource, `"T"`, `"`+strings.Repeat("T", 990_000)+`"`, 1),
		}, "the templates of the assembly exceed 64 MB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stacks, unread, err := ReadAssembly(writeFiles(t, test.files))
			if err != nil {
				t.Fatal(err)
			}
			if len(stacks) > maxStacks || len(unread) == 0 || len(unread) > 2 {
				t.Fatalf("%d stacks were read, %v were not", len(stacks), unread)
			}
			wantError(t, unread[0], test.want)
		})
	}
}

func TestReadAssemblyErrors(t *testing.T) {
	endless := manifestOf(`"a":{"type":"cdk:cloud-assembly","properties":{"directoryName":"a"}}`, `"b":{"type":"cdk:cloud-assembly","properties":{"directoryName":"a/../a"}}`)
	tests := []struct {
		name, want string
		files      map[string]string
	}{
		{"no JSON", "manifest.json: ", map[string]string{"manifest.json": "["}},
		{"a stage out of the folder", "escapes", map[string]string{"manifest.json": manifestOf(`"s":{"type":"cdk:cloud-assembly","properties":{"directoryName":".."}}`)}},
		{"a stage in itself", "nested in itself", map[string]string{"manifest.json": manifestOf(`"s":{"type":"cdk:cloud-assembly","properties":{"directoryName":"."}}`)}},
		{"a stage twice", "nested in itself", map[string]string{"manifest.json": endless, "a/manifest.json": manifestOf()}},
		{"a stage without manifest", "a/manifest.json", map[string]string{"manifest.json": endless}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := ReadAssembly(writeFiles(t, test.files))
			wantError(t, err, "cloud assembly at ", test.want)
		})
	}
	_, _, err := ReadAssembly(filepath.Join(t.TempDir(), "gone"))
	wantError(t, err, "no cloud assembly at ")
}

func TestReadAssemblyDoesNotFollowLinksForever(t *testing.T) {
	dir := writeFiles(t, map[string]string{"manifest.json": manifestOf(
		`"a":{"type":"cdk:cloud-assembly","properties":{"directoryName":"a"}}`, `"b":{"type":"cdk:cloud-assembly","properties":{"directoryName":"b"}}`)})
	for _, name := range []string{"a", "b"} {
		if err := os.Symlink(".", filepath.Join(dir, name)); err != nil {
			t.Skipf("this user cannot create symbolic links, as on Windows: %v", err)
		}
	}
	_, _, err := ReadAssembly(dir)
	wantError(t, err, "cloud assembly at ")
}

// The CDK CLI deploys no stack without resources, but CloudFormation does deploy a nested
// one.
func TestAStackWithoutResources(t *testing.T) {
	stacks, unread, err := ReadAssembly(writeFiles(t, map[string]string{
		"manifest.json": manifestOf(stackJSON("Empty", "empty.json"), stackJSON("Full", "full.json")),
		"empty.json":    `{"Parameters":{"P":{"Type":"String"}}}`,
		"full.json":     `{"Resources":{"N":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"x"},"Metadata":{"aws:asset:property":"TemplateURL","aws:asset:path":"nested.json"}}}}`,
		"nested.json":   `{"Resources":{}}`,
	}))
	if err != nil || len(stacks) != 2 || len(unread) != 1 || unread[0].File != "nested.json" || !strings.Contains(unread[0].Error(), "must have at least one resource") {
		t.Errorf("got %v, %v, %v", describeStacks(stacks), unread, err)
	}
}

// TestReadTemplate checks which files around a template are read: the files in or below
// its folder whose paths it names.
func TestReadTemplate(t *testing.T) {
	const leaf = "Resources: {L: {Type: T}}"
	nested := func(url string) string {
		return "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: " + url + "}}}"
	}
	set := func(body string) string {
		return "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: " + body
	}
	tests := []struct {
		name   string
		files  map[string]string
		stacks []string // ID, and the name and line of its last resource
		unread []string
	}{
		{"a file beside it", map[string]string{"t.yaml": nested("n.yaml"), "n.yaml": leaf}, []string{"t.yaml/N n.yaml:1 L"}, nil},
		{"a file below it", map[string]string{"t.yaml": nested("./a/n.yaml"), "a/n.yaml": nested("m.yaml"), "a/m.yaml": leaf}, []string{"t.yaml/N a/n.yaml:1 N", "t.yaml/N/N a/m.yaml:1 L"}, nil},
		{"up and down again", map[string]string{"t.yaml": nested("a/n.yaml"), "a/n.yaml": nested("../m.yaml"), "m.yaml": leaf}, []string{"t.yaml/N a/n.yaml:1 N", "t.yaml/N/N m.yaml:1 L"}, nil},
		{"a file that is not there", map[string]string{"t.yaml": nested("n.yaml")}, nil, nil},
		{"a file above it", map[string]string{"t.yaml": nested("../n.yaml"), "../n.yaml": leaf}, nil, nil},
		{"an absolute path", map[string]string{"t.yaml": nested("/n.yaml")}, nil, nil},
		{"a URL", map[string]string{"t.yaml": nested("https://example.org/n.yaml")}, nil, nil},
		{"a folder", map[string]string{"t.yaml": nested("a"), "a/n.yaml": leaf}, nil, nil},
		{"a link out of the folder", map[string]string{"t.yaml": nested("link.yaml"), "../n.yaml": leaf, "link.yaml": "-> ../n.yaml"}, nil, nil},
		{"itself", map[string]string{"t.yaml": nested("t.yaml")}, nil, []string{"t.yaml: the stack is nested in itself"}},
		{"each other", map[string]string{"t.yaml": nested("n.yaml"), "n.yaml": nested("m.yaml"), "m.yaml": nested("n.yaml")},
			[]string{"t.yaml/N n.yaml:1 N", "t.yaml/N/N m.yaml:1 N"}, []string{"n.yaml: the stack is nested in itself"}},
		{"a file that is not a template", map[string]string{"t.yaml": nested("n.yaml"), "n.yaml": "x"}, nil, []string{"n.yaml: "}},
		{"a stack set", map[string]string{"t.yaml": set("|\n        " + leaf)}, []string{"t.yaml/S t.yaml:5 L"}, nil},
		{"a stack set in JSON", map[string]string{"t.yaml": set(`'{"Resources": {"L": {"Type": "T"}}}'`)}, []string{"t.yaml/S t.yaml:5 L"}, nil},
		{"a stack set in a file", map[string]string{"t.yaml": strings.Replace(nested("n.yaml"), "::Stack,", "::StackSet,", 1), "n.yaml": leaf}, []string{"t.yaml/N n.yaml:1 L"}, nil},
		{"a stack set whose text is no template", map[string]string{"t.yaml": set("x")}, nil, []string{"t.yaml: TemplateBody of S: "}},
		{"a stack set whose text a function makes", map[string]string{"t.yaml": set("!Sub x")}, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "in")
			for name, content := range test.files {
				file := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
					t.Fatal(err)
				}
				if target, isLink := strings.CutPrefix(content, "-> "); isLink {
					if err := os.Symlink(target, file); err != nil {
						t.Fatal(err)
					}
				} else if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			stacks, unread, err := ReadTemplate("t.yaml")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, stack := range stacks[1:] {
				last := stack.Resources[len(stack.Resources)-1].LogicalID
				got = append(got, stack.ID+" "+stack.Name+":"+string('0'+rune(stack.Locate("Resources", last)))+" "+last)
			}
			if diff := cmp.Diff(test.stacks, got); diff != "" {
				t.Error(diff)
			}
			if len(unread) != len(test.unread) {
				t.Fatalf("unread: %v, want %q", unread, test.unread)
			}
			for i, want := range test.unread {
				if !strings.HasPrefix(unread[i].Error(), want) {
					t.Errorf("unread: %v, want %q", unread[i], want)
				}
			}
		})
	}
}

// TestDocumentsOfFiles checks that an API's document in a file is its Body.
func TestDocumentsOfFiles(t *testing.T) {
	tests := []struct{ name, properties, want string }{
		{"BodyS3Location", "BodyS3Location: api.yaml", "map[paths:map[/:map[get:b]]]"},
		{"AWS::Include", "Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./api.yaml}}}", "map[paths:map[/:map[get:b]]]"},
		{"another bucket", "Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://b/api.yaml'}}}", "${Fn::Transform}"},
		{"another macro", "Body: {Fn::Transform: {Name: M, Parameters: {Location: api.yaml}}}", "${Fn::Transform}"},
		{"beside the macro", "Body: {openapi: 3.0.1, Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}", "${Fn::Transform openapi}"},
		{"not there", "BodyS3Location: gone.yaml", "<nil>"},
		{"no object", "BodyS3Location: list.yaml", "<nil>"},
		{"no YAML", "BodyS3Location: bad.yaml", "<nil>"},
		{"above", "BodyS3Location: ../api.yaml", "<nil>"},
		{"a place in S3", "BodyS3Location: {Bucket: b, Key: api.yaml}", "<nil>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for name, content := range map[string]string{
				"t.yaml":   "Parameters: {P: {Type: String, Default: b}}\nResources:\n  A:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      " + test.properties + "\n",
				"api.yaml": "\n\n\n\n\n\n\n\npaths:\n  /:\n    get: {Ref: P}\n", "list.yaml": "[]", "bad.yaml": "{",
			} {
				if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			stacks, unread, err := ReadTemplate("t.yaml")
			if err != nil || len(unread) > 0 || len(stacks) != 1 {
				t.Fatal(stacks, unread, err)
			}
			w := NewWorld(stacks)
			if got := shown(w, valueAt(t, w, "t.yaml A.Body")); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if line := stacks[0].Locate("Resources", "A", "Properties", "Body", "paths", "/"); test.want[0] == 'm' && line != 6 {
				t.Errorf("it is in line %d", line)
			}
		})
	}
}
