package walkthrough

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"example.com/weather-events-api/internal/printable"
)

// longestText bounds what a report quotes of an answer, in characters.
const longestText = 300

// secrets are the strings that a report must not hold.
type secrets struct {
	values []string
	// shown hides nothing.
	shown bool
}

// hide adds a secret: as it is, and as a form, JSON and a Go string write it.
// The newest come first, so that a token goes as a whole even if an older secret
// is a part of it.
func (s *secrets) hide(secret string) {
	if s.shown || secret == "" {
		return
	}
	encoded, _ := json.Marshal(secret)
	inJSON, quoted := string(encoded), strconv.Quote(secret)
	forms := []string{secret, url.QueryEscape(secret), inJSON[1 : len(inJSON)-1], quoted[1 : len(quoted)-1]}
	s.values = append(forms, s.values...)
}

// redact returns text without secrets.
func (s *secrets) redact(text string) string {
	for _, secret := range s.values {
		text = strings.ReplaceAll(text, secret, "[redacted]")
	}
	return text
}

// redactAll redacts every string inside of a JSON value, in place where it can.
func (s *secrets) redactAll(value any) any {
	switch value := value.(type) {
	case string:
		return s.redact(value)
	case []any:
		for i := range value {
			value[i] = s.redactAll(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = s.redactAll(value[name])
		}
	}
	return value
}

// excerpt returns text without secrets, in one printable line of bounded length.
// Secrets go first: shortened before, a part of one could be left over.
func (s *secrets) excerpt(text string) string {
	runes := []rune(printable.Text(strings.Join(strings.Fields(s.redact(text)), " ")))
	if len(runes) > longestText {
		return string(runes[:longestText]) + "..."
	}
	return string(runes)
}
