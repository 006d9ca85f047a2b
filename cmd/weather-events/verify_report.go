package main

import (
	"encoding/json"
	"io"

	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/internal/walkthrough"
)

// verifyReport is what verify found. As JSON it is that of the walk-through, with the
// matrix beside it.
type verifyReport struct {
	matrix *matrix.Matrix      // nil if it was not tried
	walk   *walkthrough.Report // nil if there is none
	noWalk string              // why
}

func (r *verifyReport) passed() bool {
	return (r.matrix == nil || r.matrix.Passed()) && (r.walk == nil || r.walk.Passed())
}

// write writes the report for people: the matrix, then the walk-through.
func (r *verifyReport) write(w io.Writer, options walkthrough.TableOptions) error {
	if r.matrix != nil {
		if err := r.matrix.Write(w, options.Color); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	if r.walk != nil {
		return r.walk.WriteTable(w, options)
	}
	_, err := io.WriteString(w, "No walk-through: "+printable.Text(r.noWalk)+"\n")
	return err
}

// MarshalJSON writes {"passed", "steps", "leftOut", "noWalkThrough", "matrix"}.
func (r *verifyReport) MarshalJSON() ([]byte, error) {
	report := struct {
		Passed  bool                  `json:"passed"`
		Steps   []walkthrough.Step    `json:"steps"`
		LeftOut []walkthrough.LeftOut `json:"leftOut,omitempty"`
		NoWalk  string                `json:"noWalkThrough,omitempty"`
		Matrix  *matrix.Matrix        `json:"matrix,omitempty"`
	}{Passed: r.passed(), Steps: []walkthrough.Step{}, NoWalk: r.noWalk, Matrix: r.matrix}
	if r.walk != nil {
		report.Steps, report.LeftOut = r.walk.Steps, r.walk.LeftOut
	}
	return json.Marshal(report)
}
