package local

import (
	"context"
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/cells"
	"example.com/weather-events-api/local/internal/apigateway"
)

// logf logs a printable line.
func (d *deployment) logf(format string, args ...any) {
	if d.options.log != nil {
		d.options.log(cells.Printable(d.redacting.Replace(fmt.Sprintf(format, args...))))
	}
}

// noteRequest adds to the log entry of a request what an API says about it: also what
// a backend said.
func (d *deployment) noteRequest(ctx context.Context, event apigateway.RequestEvent) {
	noteAccess(ctx, event.ClientID, d.redacting.Replace(event.Reason))
}

// redact replaces the secrets of the templates.
func (d *deployment) redact(text string) string { return d.redactor().Replace(text) }

// redactor returns what replaces the secrets of the templates.
func (d *deployment) redactor() *strings.Replacer {
	var pairs []string
	for _, r := range d.resources() {
		secret, name := "", ""
		switch r.Type {
		case typeUserPoolClient:
			secret, name = r.clientSecret(), "the client secret of "
		case typeAPIKey:
			secret, name = r.apiKeyValue(), "the value of "
		}
		if secret != "" {
			pairs = append(pairs, secret, name+r.label())
		}
	}
	return strings.NewReplacer(pairs...)
}
