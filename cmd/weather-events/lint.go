package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/rules"
)

type lintCommand struct {
	Paths  []string `arg:"" optional:"" name:"path" help:"Cloud assembly (the folder that cdk synth writes) or CloudFormation template, JSON or YAML. Default: cdk.out."`
	Strict bool     `help:"Fail on warnings too."`
	JSON   bool     `name:"json" help:"Print the findings, or the rules, as JSON." xor:"format"`
	SARIF  bool     `name:"sarif" help:"Print the findings as SARIF 2.1.0, which code hosts show at the lines of the template." xor:"format,rules"`
	Rules  bool     `help:"Print the table of rules instead." xor:"rules"`
}

const defaultAssembly = "cdk.out"

func (c *lintCommand) Run(ctx context.Context, terminal terminal) error {
	if c.Rules {
		return c.printRules(terminal)
	}
	report, err := await(ctx, func() (*lintReport, error) { return c.check(), nil })
	if err != nil {
		return err
	}
	if err := c.print(terminal, report); err != nil {
		return err
	}
	if err := report.unusable(); err != nil {
		return err
	}
	if !report.Passed {
		return errFailed
	}
	return nil
}

func (c *lintCommand) print(terminal terminal, report *lintReport) error {
	switch {
	case c.JSON:
		return writeJSON(terminal.out, report, indented)
	case c.SARIF:
		return writeJSON(terminal.out, report.sarif(), indented)
	}
	_, err := io.WriteString(terminal.out, report.table(isTerminal(terminal.out)))
	return err
}

func (c *lintCommand) printRules(terminal terminal) error {
	switch {
	case len(c.Paths) > 0:
		return fmt.Errorf("--rules takes no path, got %q", c.Paths[0])
	case c.JSON:
		return writeJSON(terminal.out, rules.Table(), indented)
	}
	_, err := io.WriteString(terminal.out, rulesTable(isTerminal(terminal.out)))
	return err
}

// lintReport is the result of lint. Its JSON is documented in
// docs/lint-any-template.md.
type lintReport struct {
	// Passed reports whether every path was checked and has no finding that counts.
	Passed bool         `json:"passed"`
	Paths  []lintedPath `json:"paths"`
	// Findings are in the order of the paths.
	Findings []lintFinding `json:"findings"`

	strict bool
}

// lintedPath is a path to check.
type lintedPath struct {
	Path   string     `json:"path"`
	Status lintStatus `json:"status"`
	// Templates is the number of templates, including those of nested stacks.
	Templates int `json:"templates"`
	// Error says why the path is unusable.
	Error string `json:"error,omitempty"`
}

type lintStatus string

const (
	lintPassed   lintStatus = "passed"
	lintFailed   lintStatus = "failed" // has findings that count
	lintUnusable lintStatus = "unusable"
)

// lintFinding is a finding with a file path relative to the working folder.
type lintFinding struct {
	// Path is the argument of the command.
	Path string `json:"path"`
	// ID acknowledges the finding in a CDK app.
	ID string `json:"id"`
	rules.Finding
	// Counts reports whether the finding fails the path.
	Counts bool `json:"counts"`
}

// loaded is the content of a path.
type loaded struct {
	lintedPath
	isFolder bool
	stacks   []*cfn.Stack
	unread   []*cfn.UnreadError
}

// check checks every path: each assembly separately, and all templates together,
// because one may import what another exports.
func (c *lintCommand) check() *lintReport {
	paths := c.Paths
	if len(paths) == 0 {
		paths = []string{defaultAssembly}
	}
	report := &lintReport{Passed: true, Findings: []lintFinding{}, strict: c.Strict}
	var all, templates []*loaded
	for _, path := range paths {
		read := c.load(path)
		all = append(all, read)
		if read.Status == lintPassed && !read.isFolder {
			templates = append(templates, read)
		}
	}
	found := c.hold(templates)
	for _, read := range all {
		if read.isFolder && read.Status == lintPassed {
			maps.Copy(found, c.hold([]*loaded{read}))
		}
	}
	for _, read := range all {
		for _, finding := range found[read] {
			if finding.Counts && read.Status == lintPassed {
				read.Status = lintFailed
			}
		}
		report.Passed = report.Passed && read.Status == lintPassed
		report.Paths = append(report.Paths, read.lintedPath)
		report.Findings = append(report.Findings, found[read]...)
	}
	return report
}

// load reads an assembly or a template.
func (c *lintCommand) load(path string) *loaded {
	read := &loaded{lintedPath: lintedPath{Path: path, Status: lintPassed}}
	unusable := func(err error) *loaded {
		read.Status, read.Error = lintUnusable, err.Error()
		return read
	}
	if info, err := os.Stat(path); err == nil {
		read.isFolder = info.IsDir()
	} else if len(c.Paths) == 0 {
		return unusable(fmt.Errorf("no cloud assembly at %s: run cdk synth first (in this project: `make synth`), or pass the path of an assembly or template", path))
	}
	source := rules.FromTemplateFile(path)
	if read.isFolder {
		source = rules.FromAssembly(path)
	}
	var err error
	read.stacks, read.unread, err = source()
	read.Templates = len(read.stacks)
	switch {
	case read.isFolder && errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%s: this folder has no manifest.json, so it is not a cloud assembly: pass the folder that cdk synth wrote (cdk.out), or each template", path)
	case err == nil && len(read.stacks)+len(read.unread) == 0:
		err = fmt.Errorf("%s: its manifest.json has no stack: pass the folder that cdk synth wrote (cdk.out), or each template", path)
	}
	if err != nil {
		return unusable(err)
	}
	return read
}

// hold checks several paths together.
func (c *lintCommand) hold(together []*loaded) map[*loaded][]lintFinding {
	byPath := map[*loaded][]lintFinding{}
	owners := map[string]*loaded{} // by file
	isNested := map[string]bool{}
	for _, read := range together {
		for _, stack := range read.stacks {
			owners[filepath.Clean(stack.Name)] = read
			if stack.Parent != nil && filepath.Clean(stack.Name) != filepath.Clean(read.Path) {
				isNested[filepath.Clean(stack.Name)] = true
			}
		}
		for _, unread := range read.unread {
			owners[filepath.Clean(unread.File)] = read
		}
	}
	var sources []rules.Source
	given := map[string]bool{}
	for _, read := range together {
		file := filepath.Clean(read.Path)
		if !isNested[file] && !given[file] {
			sources = append(sources, func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return read.stacks, read.unread, nil })
		}
		if !given[file] && !read.isFolder {
			owners[file] = read
		}
		given[file] = true
	}
	if len(sources) == 0 {
		return byPath
	}
	found, err := rules.Check(rules.Together(sources...))
	if err != nil && len(together) > 1 { // too large together
		for _, read := range together {
			maps.Copy(byPath, c.hold([]*loaded{read}))
		}
		return byPath
	}
	if err != nil {
		together[0].Status, together[0].Error = lintUnusable, err.Error()
		return byPath
	}
	for _, finding := range found {
		owner, id := owners[filepath.Clean(finding.File)], finding.ID()
		if owner.isFolder {
			finding.File = filepath.Join(owner.Path, finding.File)
		}
		byPath[owner] = append(byPath[owner], lintFinding{
			Path: owner.Path, ID: id, Finding: finding,
			Counts: finding.Acknowledged == "" && (c.Strict || finding.Severity != rules.Warning),
		})
	}
	return byPath
}

// unusable returns an error that lists every path that could not be checked, or nil.
func (r *lintReport) unusable() error {
	var problems []string
	for _, path := range r.Paths {
		if path.Status == lintUnusable {
			problems = append(problems, path.Error)
		}
	}
	switch len(problems) {
	case 0:
		return nil
	case 1:
		return errors.New(problems[0])
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d of %d paths cannot be checked:", len(problems), len(r.Paths))
	for _, problem := range problems {
		text.WriteString("\n- " + strings.ReplaceAll(problem, "\n", "\n  "))
	}
	return errors.New(text.String())
}
