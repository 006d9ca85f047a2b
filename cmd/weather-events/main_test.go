package main

import (
	"net"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestUnusableInput(t *testing.T) {
	empty, notJSON := t.TempDir(), writeFile(t, "outputs.json", "x")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, test := range []struct {
		name      string
		arguments []string
		want      string
	}{
		{"no assembly", []string{"verify", "--assembly", empty}, "run cdk synth first (in this project: `make synth`)"},
		{"no template", []string{"serve", "--template", "nowhere.json"}, "nowhere.json"},
		{"one of two sources", []string{"serve", "--template", weather, "--assembly", empty}, "run cdk synth first"},
		{"two targets", []string{"verify", "--outputs", "a", "--deployed", "b"}, "can't be used together"},
		{"unknown command", []string{"sevre"}, "sevre"},
		{"unknown flag", []string{"serve", "--tempalte", "a"}, "--tempalte"},
		{"unknown parameter", []string{"verify", "--template", weather, "--parameter", "Nmae=x"}, "Nmae"},
		{"unknown client", []string{"token", "--template", weather, "--client", "Nobody"}, `0 of 1 clients are named "Nobody"`},
		{"unknown API", []string{"verify", "--template", weather, "--api", "Nothing"}, `0 of 1 APIs are named "Nothing"`},
		{"a scope that is refused", []string{"token", "--template", weather, "--scope", "weather-api/delete"}, `does not hold "weather-api/delete"; it holds weather-api/post, weather-api/get`},
		{"an address without a port", []string{"serve", "--template", weather, "--addr", "localhost"}, `--addr must be HOST:PORT, such as 127.0.0.1:8080, got "localhost"`},
		{"an address that is taken", []string{"serve", "--template", weather, "--addr", taken.Addr().String()}, "--addr names another host or port; port 0 picks one that is free"},
		{"a parameter without a value", []string{"verify", "--template", weather, "--parameter", "Env"}, `--parameter: must be KEY=VALUE, got "Env"`},
		{"a backend without a URL", []string{"serve", "--template", weather, "--http", "shop"}, `--http: must be FROM=TO, got "shop"`},
		{"a Region of nothing in AWS", []string{"verify", "--template", weather, "--region", "eu-west-1"}, "--region only applies to --deployed and --outputs"},
		{"two flags at once", []string{"verify", "--template", weather, "--timeout=-1s", "--call-allowed"}, "--timeout must be above 0, got -1s\n--call-allowed and --token-url only apply to --deployed"},
		{"no outputs", []string{"verify", "--outputs", "nowhere.json"}, "read the outputs"},
		{"outputs that are none", []string{"verify", "--outputs", notJSON}, "is not a file that cdk deploy --outputs-file wrote"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runCommand(t, test.arguments...)
			if got.status != statusUsage || !strings.HasPrefix(got.err, "weather-events: ") || !strings.Contains(got.err, test.want) || got.out != "" {
				t.Errorf("%+v, want %q", got, test.want)
			}
		})
	}
}

// The troubleshooting guide lists the messages that commands print.
func TestTroubleshootingKnowsTheMessages(t *testing.T) {
	page := readText(t, "../../docs/troubleshooting.md")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	sam := writeFile(t, "template.yaml", "Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: AWS::SNS::Topic}}")
	t.Chdir(t.TempDir())
	for message, arguments := range map[string][]string{
		"no cloud assembly at cdk.out": {"lint"},
		"address already in use":       {"serve", "--template", sam, "--addr", taken.Addr().String()},
		"only AWS expands the macro":   {"serve", "--template", sam, "--addr", "127.0.0.1:0"},
	} {
		if got := runCommand(t, arguments...); !strings.Contains(got.err, message) || !strings.Contains(page, "`"+message+"`") {
			t.Errorf("%q: %s", message, got.err)
		}
	}
}

func TestHelp(t *testing.T) {
	if got := runCommand(t, "--help"); got.status != statusPassed || !strings.Contains(got.out, "serve") || !strings.Contains(got.out, "verify") || !strings.Contains(got.out, "token") || !strings.Contains(got.out, "openapi") {
		t.Errorf("%+v", got)
	}
	for command, defaults := range map[string][]string{"serve": {"127.0.0.1:8080", "10"}, "token": {"127.0.0.1:8080"}, "verify": {"10s", "10"}} {
		for _, value := range defaults {
			if got := runCommand(t, command, "--help"); !strings.Contains(squeezed(got.out), "Default: "+value+".") {
				t.Errorf("%s does not tell the default %s", command, value)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	release := &debug.BuildInfo{
		GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "0123abc"}},
	}
	if got, want := version(release, true), "v1.2.3 (0123abc, go1.26.8)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := version(nil, false); !strings.HasPrefix(got, "unknown") {
		t.Errorf("without build information: %s", got)
	}
}

// --version needs no command and ignores the arguments after it.
func TestVersionFlag(t *testing.T) {
	for _, arguments := range [][]string{{"--version"}, {"--version", "serve"}} {
		got := runCommand(t, arguments...)
		if got.status != statusPassed || got.err != "" || !strings.HasPrefix(got.out, "weather-events ") || !strings.HasSuffix(got.out, runtime.Version()+")\n") {
			t.Errorf("%v: %+v", arguments, got)
		}
	}
}
