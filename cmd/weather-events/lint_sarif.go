package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"example.com/weather-events-api/rules"
)

// sarif returns the report in the Static Analysis Results Interchange Format 2.1.0.
// A path that could not be checked is a notification, so that a file without results
// does not look like one without findings.
func (r *lintReport) sarif() *sarif.Report {
	run := sarif.NewRun().WithTool(sarif.NewTool().WithDriver(sarif.NewToolComponent().WithName("weather-events lint")))
	for _, rule := range rules.Table() {
		run.AddRule(rule.ID).
			WithShortDescription(sarif.NewMultiformatMessageString().WithText(rule.ID + ": " + rule.Protects)).
			WithFullDescription(sarif.NewMultiformatMessageString().WithText(rule.Protects)).
			WithHelp(sarif.NewMultiformatMessageString().
				WithText(fmt.Sprintf("What it protects: %s. Source: %s", rule.Protects, rule.Source)).
				WithMarkdown(fmt.Sprintf("What it protects: %s. [Source](%s)", rule.Protects, rule.Source))).
			WithHelpURI(rule.Source).
			WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(rule.Severity)))
	}
	for _, finding := range r.Findings {
		result := run.CreateResultForRule(finding.Rule).
			WithLevel(sarifLevel(finding.Severity)).
			WithMessage(sarifMessage(finding)).
			AddLocation(sarifLocation(finding)).
			WithProperties(sarif.NewPropertyBag().Add("severity", string(finding.Severity)))
		if finding.Acknowledged != "" {
			result.AddSuppression(sarif.NewSuppression().WithKind("inSource").WithStatus("accepted").WithJustification(finding.Acknowledged))
		}
	}
	invocation := sarif.NewInvocation().WithExecutionSuccessful(r.unusable() == nil)
	for _, path := range r.Paths {
		if path.Status == lintUnusable {
			invocation.AddToolExecutionNotification(sarif.NewNotification().WithLevel(sarif.LevelError).
				WithMessage(sarif.NewTextMessage(path.Error)).
				AddLocation(sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(fileURI(path.Path))))))
		}
	}
	return sarif.NewReport().AddRun(run.AddInvocation(invocation))
}

// sarifLevel returns the SARIF level, which has nothing above error.
func sarifLevel(severity rules.Severity) string {
	if severity == rules.Warning {
		return sarif.LevelWarning
	}
	return sarif.LevelError
}

// sarifMessage includes the logical place, which GitHub does not show.
func sarifMessage(finding lintFinding) *sarif.Message {
	text := fmt.Sprintf("%s: %s.\nRemedy: %s.", logicalPlace(finding.Place), finding.Message, finding.Remedy)
	return sarif.NewTextMessage(strings.ReplaceAll(text, "](", "] (")) // otherwise a link to a URL from the template
}

func sarifLocation(finding lintFinding) *sarif.Location {
	location := sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(fileURI(finding.File))).
		WithRegion(sarif.NewRegion().WithStartLine(max(1, finding.Line))))
	if place := logicalPlace(finding.Place); place != "" {
		location.AddLogicalLocation(sarif.NewLogicalLocation().WithName(cmp.Or(finding.LogicalID, path.Base(place))).WithFullyQualifiedName(place))
	}
	return location
}

// logicalPlace returns the construct path, or else the logical id, or else the
// property.
func logicalPlace(place rules.Place) string {
	return cmp.Or(place.ConstructPath, place.LogicalID, place.Property)
}

// fileURI returns the path relative to the working folder, where a code host looks
// for it, or the absolute path if it is outside.
func fileURI(file string) string {
	if filepath.IsAbs(file) {
		if here, err := os.Getwd(); err == nil {
			if relative, err := filepath.Rel(here, file); err == nil {
				file = relative
			}
		}
	}
	if absolute, err := filepath.Abs(file); err == nil && !filepath.IsLocal(file) {
		return (&url.URL{Scheme: "file", Path: filepath.ToSlash(absolute)}).String()
	}
	return (&url.URL{Path: filepath.ToSlash(filepath.Clean(file))}).String()
}
