//go:build linux

package lambda_test

import (
	"slices"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/lambda"
)

// BenchmarkProgram measures a call of a handler that does nothing.
func BenchmarkProgram(b *testing.B) {
	function := program(b, "raw", lambda.Config{})
	payload := []byte(`{"httpMethod":"GET"}`)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := function.Invoke(b.Context(), payload); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
}
