package console

import (
	"net/http"

	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/rules"
)

// expect returns who can call what of a system, by its templates.
func expect(system *local.System) (*matrix.Matrix, error) {
	target, err := matrix.Of(system).HeldTo(rules.Source(system.Source()))
	if err != nil {
		return nil, err
	}
	return target.Expect(), nil
}

// try returns who can call what by requests too. Stubs answer them, so that no
// backend is called. One asks at a time: there are many.
func (c *console) try(r *http.Request, _ struct{}) (*matrix.Matrix, error) {
	c.trying.Lock()
	defer c.trying.Unlock()
	system, err := c.system.WithoutBackends()
	if err != nil {
		return nil, err
	}
	defer system.Close()
	tried, err := expect(system)
	if err != nil {
		return nil, err
	}
	return tried, tried.Try(r.Context(), matrix.Options{Transport: system.Transport(), Skip: matrix.OnlyDecided})
}
