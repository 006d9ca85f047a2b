package observability_test

import (
	"testing"

	"example.com/weather-events-api/internal/cdktest"
)

func TestMain(m *testing.M) { cdktest.Main(m) }
