// Bench prints the speed figures of this project as a table. Each figure is the
// ratio of two things that were measured alternately in the same run. Run it with
// `make bench`.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 7, "number of measurements of each command")
	flag.Parse()
	if err := run(*rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rounds int) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := build(dir); err != nil {
		return err
	}
	fmt.Printf("%s, %d CPUs, %s, medians of %d rounds and of their ratios; of what grows and of the local server, the fastest of 3\n\n", time.Now().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), rounds)
	fmt.Println("| what | measured | against | ratio | target |")
	fmt.Println("|---|---|---|---|---|")
	for _, section := range []func(string, int) error{synthesis, callsToNode, commandLine, growth, suite, localServer} {
		if err := section(dir, rounds); err != nil {
			return err
		}
	}
	return nil
}

// build compiles everything that is measured.
func build(dir string) error {
	for name, pkg := range map[string]string{"app": ".", "inline": "./bench/inline", "empty": "./bench/empty", "scale": "./bench/scale"} {
		if _, err := output("", nil, "go", "build", "-o", filepath.Join(dir, name), pkg); err != nil {
			return err
		}
	}
	_, err := output("bench/typescript", nil, "npm", "run", "--silent", "build")
	return err
}

// row prints one line of the table.
func row(what string, measured, against time.Duration, target string) {
	ratioRow(what, measured, against, float64(measured)/float64(against), target)
}

// rowOf prints one line of the table for alternating measurements.
func rowOf(what string, measured, against times, target string) {
	ratioRow(what, measured.median(), against.median(), measured.against(against), target)
}

func ratioRow(what string, measured, against time.Duration, ratio float64, target string) {
	fmt.Printf("| %s | %s | %s | %.2f | %s |\n", what, short(measured), short(against), ratio, target)
}

func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
}

// command is a command to measure.
type command struct {
	dir         string
	environment []string
	words       []string
}

// times are the times of one command, by round.
type times []time.Duration

func (t times) median() time.Duration {
	sorted := slices.Sorted(slices.Values(t))
	return sorted[len(sorted)/2]
}

// against returns the median ratio of t to other within each round, so that other
// load on the machine affects both.
func (t times) against(other times) float64 {
	ratios := make([]float64, len(t))
	for round := range t {
		ratios[round] = float64(t[round]) / float64(other[round])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// byTurns runs the commands alternately, and returns the times of each. The first
// round fills caches and does not count.
func byTurns(rounds int, commands ...command) ([]times, error) {
	took := make([]times, len(commands))
	for round := range rounds + 1 {
		for i, c := range commands {
			start := time.Now()
			if _, err := output(c.dir, c.environment, c.words...); err != nil {
				return nil, err
			}
			if round > 0 {
				took[i] = append(took[i], time.Since(start))
			}
		}
	}
	return took, nil
}

// output runs a command and returns its output.
func output(dir string, environment []string, words ...string) (string, error) {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", strings.Join(words, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

// appEnvironment returns what the CDK CLI passes to an app: the context of cdk.json,
// and the output folder.
func appEnvironment(outdir, validation string) ([]string, error) {
	data, err := os.ReadFile("cdk.json")
	if err != nil {
		return nil, err
	}
	var file struct{ Context json.RawMessage }
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	return []string{"CDK_CONTEXT_JSON=" + string(file.Context), "CDK_OUTDIR=" + outdir, "CDK_VALIDATION=" + validation}, nil
}
