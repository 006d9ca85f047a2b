package cfn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadTemplate holds which files around a template are read: those in its
// folder and below that it names by their paths.
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
		{"what is no template", map[string]string{"t.yaml": nested("n.yaml"), "n.yaml": "x"}, nil, []string{"n.yaml: "}},
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

// TestDocumentsOfFiles holds that the document of an API that is a file is its Body.
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
