package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// synthesis compares the app with the same resources written by hand, and with an
// empty app.
func synthesis(dir string, rounds int) error {
	for _, validation := range []string{"true", "false"} {
		environment, err := appEnvironment(filepath.Join(dir, "cdk.out"), validation)
		if err != nil {
			return err
		}
		took, err := byTurns(rounds,
			command{"", environment, []string{filepath.Join(dir, "app")}},
			command{"", environment, []string{filepath.Join(dir, "inline")}},
			command{"bench/typescript", environment, []string{"node", "app.js"}},
			command{"", environment, []string{filepath.Join(dir, "empty")}},
		)
		if err != nil {
			return err
		}
		name := map[string]string{"true": "validation on", "false": "validation off"}[validation]
		targets := map[string][2]string{"true": {"1.05", "1.25"}}[validation]
		rowOf("synthesis against inline Go, "+name, took[0], took[1], targets[0])
		rowOf("synthesis against TypeScript, "+name, took[0], took[2], targets[1])
		rowOf("synthesis against an app without resources, "+name, took[0], took[3], "")
	}
	return nil
}

// callsToNode compares how often the app and the same resources in Go call Node,
// where CDK runs. The numbers do not vary between runs.
func callsToNode(dir string, _ int) error {
	environment, err := appEnvironment(filepath.Join(dir, "cdk.out"), "false")
	if err != nil {
		return err
	}
	var calls [2]int
	for i, name := range []string{"app", "inline"} {
		cmd := exec.Command(filepath.Join(dir, name))
		cmd.Env = append(append(os.Environ(), environment...), "JSII_DEBUG=1")
		log, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, log)
		}
		calls[i] = bytes.Count(log, []byte(`> {"api":`))
	}
	fmt.Printf("| calls to Node against inline Go | %d | %d | %.2f | |\n", calls[0], calls[1], float64(calls[0])/float64(calls[1]))
	return nil
}

// commandLine compares `cdk synth` as a user types it with the app without the CLI.
func commandLine(dir string, rounds int) error {
	environment, err := appEnvironment(filepath.Join(dir, "cdk.out"), "true")
	if err != nil {
		return err
	}
	took, err := byTurns(rounds,
		command{"", nil, []string{"cdk", "synth", "--quiet", "--output", filepath.Join(dir, "cli.out")}},
		command{"", environment, []string{"go", "run", "."}},
		command{"", environment, []string{filepath.Join(dir, "app")}},
	)
	if err != nil {
		return err
	}
	rowOf("`cdk synth` against the prebuilt app", took[0], took[2], "")
	rowOf("`go run .` against the prebuilt app", took[1], took[2], "1.3")
	return nil
}

// growth measures how the time of an app grows with its contents, and CDK's share of
// it.
func growth(dir string, rounds int) error {
	one, err := fastest(rounds, dir, "scale", "-apis", "1")
	if err != nil {
		return err
	}
	oneInline, err := fastest(rounds, dir, "inline", "-apis", "1")
	if err != nil {
		return err
	}
	for _, apis := range []int{10, 50, 100} {
		flags := []string{"-apis", strconv.Itoa(apis)}
		took, err := fastest(rounds, dir, "scale", flags...)
		if err != nil {
			return err
		}
		inline, err := fastest(rounds, dir, "inline", flags...)
		if err != nil {
			return err
		}
		further := time.Duration(apis - 1)
		row(fmt.Sprintf("%d APIs against 1", apis), took, one, "")
		row("… each API after the first against inline Go", (took-one)/further, (inline-oneInline)/further, "1.35")
	}
	return growthToQuotas(dir, rounds)
}

// growthToQuotas measures as many scopes as Cognito allows a resource server and a
// client, and as many clients as fit into CloudFormation's 500 resources.
func growthToQuotas(dir string, rounds int) error {
	clientsAndScopes := func(clients, scopes int) (time.Duration, error) {
		return fastest(rounds, dir, "scale", "-clients", strconv.Itoa(clients), "-scopes", strconv.Itoa(scopes))
	}
	few, err := clientsAndScopes(10, 1)
	if err != nil {
		return err
	}
	for _, size := range []struct{ clients, scopes int }{{10, 100}, {100, 100}, {450, 100}} {
		took, err := clientsAndScopes(size.clients, size.scopes)
		if err != nil {
			return err
		}
		row(fmt.Sprintf("%d clients and %d scopes against 10 and 1", size.clients, size.scopes), took, few, "")
	}
	return nil
}

// fastest returns the shortest time that a program prints, of at most three runs.
func fastest(rounds int, dir, program string, flags ...string) (time.Duration, error) {
	var best time.Duration
	for range min(rounds, 3) {
		printed, err := output("", []string{"CDK_VALIDATION=false"}, append([]string{filepath.Join(dir, program)}, flags...)...)
		if err != nil {
			return 0, err
		}
		milliseconds, err := strconv.Atoi(strings.TrimSpace(printed))
		if err != nil {
			return 0, err
		}
		if took := time.Duration(milliseconds) * time.Millisecond; best == 0 || took < best {
			best = took
		}
	}
	return best, nil
}

// suite compares the test suite cold (nothing cached) and warm (run again without
// changes).
func suite(_ string, _ int) error {
	cache, err := os.MkdirTemp("", "bench-cache")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache)
	var took [2]time.Duration
	for i := range took {
		start := time.Now()
		if _, err := output("", []string{"GOCACHE=" + cache}, "go", "test", "-vet=off", "-count=1", "./..."); err != nil {
			return err
		}
		took[i] = time.Since(start)
	}
	row("`make test` warm against cold", took[1], took[0], "")
	return nil
}

var benchmarkLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)-\d+\s+\d+\s+(\d+(?:\.\d+)?) ns/op`)

// localServer runs the benchmarks of package local, of mapping templates, of
// backends and of the matrix. The fastest of 3 runs counts.
func localServer(_ string, _ int) error {
	printed, err := output("", nil, "go", "test", "./local", "./local/internal/velocity", "./local/internal/apigateway", "./local/internal/lambda", "./internal/matrix",
		"-p", "1", "-run", "^$", "-bench", ".", "-benchtime", "0.2s", "-count", "3")
	if err != nil {
		return err
	}
	took := map[string]time.Duration{}
	for _, match := range benchmarkLine.FindAllStringSubmatch(printed, -1) {
		nanoseconds, err := strconv.ParseFloat(match[2], 64)
		if err != nil {
			return err
		}
		if once, measured := time.Duration(nanoseconds), took[match[1]]; measured == 0 || once < measured {
			took[match[1]] = once
		}
	}
	bare := took["Get/bare_handler"]
	row("local: GET with a repeated token against a bare handler", took["Get/repeated_token"], bare, "2")
	row("local: GET with a fresh token against a bare handler", took["Get/fresh_token"], bare, "")
	row("local: refused GET against a bare handler", took["Get/refused"], bare, "")
	row("local: token request against a bare handler", took["TokenRequest"], bare, "")
	row("local: rendering a mapping template with a loop against a bare handler", took["Render"], bare, "")
	row("local: Lambda function in the same process against the function behind net/http", took["Lambda"], took["BareFunction"], "2")
	row("local: program by the Runtime API against 1 ms", took["Program"], time.Millisecond, "1")
	row("local: HTTP_PROXY against httputil.ReverseProxy", took["HTTPProxy"], took["ReverseProxy"], "1.43")
	row("verify: 60 methods by 12 clients against 2 s", took["Matrix"], 2*time.Second, "1")
	for _, resources := range []string{"10", "50", "100", "200"} {
		row("local: GET with "+resources+" resources against 1", took["GetByResources/"+resources], took["GetByResources/1"], "")
	}
	row("local: start against 300 ms", took["Start"], 300*time.Millisecond, "1")
	row("local: start to the first token against 300 ms", took["StartToFirstToken"], 300*time.Millisecond, "1")
	return nil
}
