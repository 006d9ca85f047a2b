// Bench prints one table of what speed this project claims, each figure a ratio
// of two things measured in the same run, by turns. Run it with `make bench`.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 7, "how often each command is measured")
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

// rowOf prints one line of the table of what was measured by turns.
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
