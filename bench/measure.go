package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// command is one thing to measure.
type command struct {
	dir         string
	environment []string
	words       []string
}

// times are how long one command took, round by round.
type times []time.Duration

func (t times) median() time.Duration {
	sorted := slices.Sorted(slices.Values(t))
	return sorted[len(sorted)/2]
}

// against returns the median of the ratios of t to other within each round, so
// that what else the machine did in a round hits both.
func (t times) against(other times) float64 {
	ratios := make([]float64, len(t))
	for round := range t {
		ratios[round] = float64(t[round]) / float64(other[round])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// byTurns runs the commands one after the other, round after round, and returns
// the times of each. A first round, in which caches fill, does not count.
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

// output runs a command and returns what it printed.
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

// appEnvironment is what the CDK CLI gives an app: the context of cdk.json, and
// where to write.
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
