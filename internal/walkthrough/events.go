package walkthrough

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"reflect"

	"example.com/weather-events-api/internal/tokenrequest"
)

// articleEvents are the events that GET returns in the article.
var articleEvents = []map[string]any{
	{"name": "Storms Dudley, Eunice and Franklin", "dateStart": "2022-02-16", "dateEnd": "2022-02-21"},
	{"name": "Storms Malik and Corrie", "dateStart": "2022-01-29", "dateEnd": "2022-01-31"},
}

// wantEvents expects 200 and the article's events as JSON.
func wantEvents(a answer, step *Step) error {
	if a.status != http.StatusOK {
		return errors.New(a.String())
	}
	contentType := a.header.Get("Content-Type")
	if mediaType, _, _ := mime.ParseMediaType(contentType); mediaType != jsonType {
		return fmt.Errorf("200, but the Content-Type is %q", contentType)
	}
	body, err := decodeObject(a.body)
	if err != nil {
		return fmt.Errorf("200, but the body %w: %s", err, a.body)
	}
	if err := compareEvents(body["events"]); err != nil {
		return fmt.Errorf("200, but %w", err)
	}
	step.Got = fmt.Sprintf("200, %s, %d events", jsonType, len(articleEvents))
	return nil
}

// compareEvents compares the events with the article's, in order. Other members are
// ignored.
func compareEvents(member any) error {
	events, ok := member.([]any)
	if !ok {
		return fmt.Errorf("events is %s, not a list", show(member))
	}
	if len(events) != len(articleEvents) {
		return fmt.Errorf("the number of events is %d: %s", len(events), show(events))
	}
	for i, want := range articleEvents {
		got, _ := events[i].(map[string]any)
		for name := range want {
			if got[name] != want[name] {
				return fmt.Errorf("event %d is %s", i+1, show(events[i]))
			}
		}
	}
	return nil
}

// wantOpened expects an answer from behind the authorizer, without a server error.
func wantOpened(a answer, step *Step) error {
	if !a.isOpened() {
		return errors.New(a.String())
	}
	step.Got = fmt.Sprint(a.status)
	return nil
}

func (a answer) isOpened() bool {
	return !a.isRefused() && a.status != http.StatusForbidden && a.status < http.StatusInternalServerError
}

// isRefused reports whether API Gateway refused the token. A gateway response can
// change the status and body, but not the error type.
func (a answer) isRefused() bool {
	return a.status == http.StatusUnauthorized || tokenrequest.ErrorType(a.header, nil) == "UnauthorizedException"
}

// wantRefused expects a refusal with any body.
func wantRefused(a answer, step *Step) error {
	if !a.isRefused() {
		return fmt.Errorf("not refused: %s", a)
	}
	step.Got = fmt.Sprint(a.status)
	return nil
}

func wantUnauthorized(a answer, step *Step) error {
	if a.status == http.StatusOK {
		return fmt.Errorf("not refused: %s", a)
	}
	return wantMessage(a, step, http.StatusUnauthorized, unauthorized)
}

func wantCreated(a answer, step *Step) error {
	return wantMessage(a, step, http.StatusOK, created)
}

// wantMessage expects a status and a JSON body, in any format.
func wantMessage(a answer, step *Step, status int, body string) error {
	got, err := decodeObject(a.body)
	want, _ := decodeObject([]byte(body))
	if a.status != status || err != nil || !reflect.DeepEqual(got, want) {
		return errors.New(a.String())
	}
	step.Got = fmt.Sprintf("%d %s", status, body)
	return nil
}

// show returns a decoded JSON value as JSON, or "missing" for none.
func show(value any) string {
	if value == nil {
		return "missing"
	}
	text, _ := json.Marshal(value)
	return string(text)
}
