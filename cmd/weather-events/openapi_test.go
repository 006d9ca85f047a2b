package main

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write docs/openapi.yaml")

func TestOpenAPIIsThatOfTheDocs(t *testing.T) {
	const docs = "../../docs/openapi.yaml"
	got := runCommand(t, "openapi", "--template", weather)
	if got.status != statusPassed || got.err != "" {
		t.Fatalf("%+v", got)
	}
	if *update {
		if err := os.WriteFile(docs, []byte(got.out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(readText(t, docs), got.out); diff != "" {
		t.Errorf("docs/openapi.yaml is stale: run go test ./cmd/weather-events -update (-docs +template)\n%s", diff)
	}
}

func TestOpenAPIWithURLs(t *testing.T) {
	got := runCommand(t, "openapi", "--template", weather, "--api", "RestApi", "--server-url", "https://api.example.org/v1/", "--token-url", "https://auth.example.org/oauth2/token")
	for _, want := range []string{"servers:\n  - url: https://api.example.org/v1\npaths:", "tokenUrl: https://auth.example.org/oauth2/token\n"} {
		if got.status != statusPassed || !strings.Contains(got.out, want) || strings.Contains(got.out, "DOMAIN") {
			t.Errorf("%+v, want %q", got, want)
		}
	}
}

func TestOpenAPIAsJSONIsTheSame(t *testing.T) {
	var asJSON, asYAML any
	if err := json.Unmarshal([]byte(runCommand(t, "openapi", "--template", weather, "--json").out), &asJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(runCommand(t, "openapi", "--template", weather).out), &asYAML); err != nil {
		t.Fatal(err)
	}
	converted, err := json.Marshal(asYAML) // to read numbers as JSON does
	if err != nil {
		t.Fatal(err)
	}
	asYAML = nil
	if err := json.Unmarshal(converted, &asYAML); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON, asYAML); diff != "" {
		t.Errorf("(-JSON +YAML)\n%s", diff)
	}
}

func TestOpenAPIOfUnusableInput(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		want      string
	}{
		{"no assembly", []string{"--assembly", t.TempDir()}, "run cdk synth first (in this project: `make synth`)"},
		{"unknown API", []string{"--template", weather, "--api", "Nothing"}, `0 of 1 APIs are named "Nothing"`},
		{"server URL", []string{"--template", weather, "--server-url", "/v1"}, `--server-url must be an absolute http or https URL, got "/v1"`},
		{"token URL", []string{"--template", weather, "--token-url", "ftp://a.b"}, `--token-url must be an absolute http or https URL, got "ftp://a.b"`},
		{"secret in the token URL", []string{"--template", weather, "--token-url", "https://me:hush@auth.example.org/oauth2/token"},
			`--token-url must have no user name or password in it, got "https://…@auth.example.org/oauth2/token"`},
		{"both URLs", []string{"--template", weather, "--server-url", "a", "--token-url", "b"}, "got \"a\"\n--token-url must be an absolute http or https URL, got \"b\""},
		{"secret in an invalid token URL", []string{"--template", weather, "--token-url", "ftp://me:hush@a.b"}, `--token-url must be an absolute http or https URL, got "ftp://…@a.b"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runCommand(t, append([]string{"openapi"}, test.arguments...)...)
			if got.status != statusUsage || !strings.HasPrefix(got.err, "weather-events: ") || !strings.Contains(got.err, test.want) || got.out != "" {
				t.Errorf("%+v, want %q", got, test.want)
			}
		})
	}
}
