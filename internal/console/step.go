package console

import (
	"net/http"

	"example.com/weather-events-api/internal/walkthrough"
)

type stepName struct {
	Step string `json:"step"`
}

// stepResult is a step that was taken, with what was sent and received.
type stepResult struct {
	Step      walkthrough.Step `json:"step"`
	Exchanges []exchange       `json:"exchanges"`
	// More counts the exchanges that are left out.
	More int `json:"more"`
}

// step takes one step of the walk-through, as the command verify does.
func (c *console) step(r *http.Request, name stepName) (stepResult, error) {
	target, err := walkthrough.FindTarget(c.system)
	if err != nil {
		return stepResult{}, err
	}
	recorder := &recorder{base: c.transport, secrets: []string{target.ClientSecret, target.APIKey}}
	for _, method := range target.Methods {
		recorder.secrets = append(recorder.secrets, method.Refused.ClientSecret)
	}
	target.Transport = recorder
	step, err := walkthrough.RunStep(r.Context(), target, name.Step)
	if err != nil {
		return stepResult{}, err
	}
	return stepResult{*step, recorder.exchanges, recorder.more}, nil
}
