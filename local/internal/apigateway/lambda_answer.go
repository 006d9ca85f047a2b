package apigateway

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// proxyAnswer is what a Lambda function that is sent the whole request answers.
type proxyAnswer struct {
	status  int
	header  http.Header
	body    string
	encoded bool
}

// parseProxyAnswer reads an answer. Every member may be left out or be null, and
// there may be no other, as was seen live; names are as they are spelled here.
func parseProxyAnswer(payload []byte) (*proxyAnswer, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, fmt.Errorf("it is not a JSON object but %.100q", payload)
	}
	if members == nil {
		return nil, errors.New("it is null")
	}
	a := &proxyAnswer{status: http.StatusOK, header: http.Header{}}
	var single map[string]any
	var multi map[string][]any
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		var err error
		switch name {
		case "statusCode":
			a.status, err = answerStatus(value)
		case "headers":
			err = readMember(value, &single, "an object of texts")
		case "multiValueHeaders":
			err = readMember(value, &multi, "an object of lists of texts")
		case "body":
			err = readMember(value, &a.body, "text: JSON has to be written as text too")
		case "isBase64Encoded":
			err = readMember(value, &a.encoded, "true or false")
		default:
			err = errors.New("allowed are statusCode, headers, multiValueHeaders, body and isBase64Encoded")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%.60s: %w", name, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(multi)) {
		for _, value := range multi[name] {
			errs = append(errs, a.add(name, value))
		}
	}
	// A value that both maps have for a name counts once, as documented.
	several := a.header.Clone()
	for _, name := range slices.Sorted(maps.Keys(single)) {
		value := single[name]
		if text, ok := headerText(value); ok && slices.Contains(several[answerHeader(name)], text) {
			continue
		}
		errs = append(errs, a.add(name, value))
	}
	return a, errors.Join(errs...)
}

func readMember(value json.RawMessage, into any, what string) error {
	if json.Unmarshal(value, into) != nil {
		return errors.New("must be " + what) // what it is may be secret
	}
	return nil
}

// answerStatus reads a status, which may be text.
func answerStatus(value json.RawMessage) (int, error) {
	var text string
	if json.Unmarshal(value, &text) != nil {
		text = string(value)
	}
	if text == "null" || text == "" {
		return http.StatusOK, nil
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf("must be 200 to 599, got %.60s", value)
	}
	return status, nil
}

// headerText returns the value of a header: a string, or true or false.
func headerText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// add adds a header. One that is no header is an error: it could be another
// header, or the body, to the client.
func (a *proxyAnswer) add(name string, value any) error {
	text, ok := headerText(value)
	switch {
	case !isToken(name):
		return fmt.Errorf("headers: %.60q is not the name of a header", name)
	case !ok:
		return fmt.Errorf("headers: the value of %s is not text", name)
	case slices.ContainsFunc([]rune(text), isControl):
		return fmt.Errorf("headers: the value of %s has control characters", name)
	}
	if name = answerHeader(name); name != "" {
		a.header[name] = append(a.header[name], text)
	}
	return nil
}

// answerHeader returns the name under which a header of a backend's answer
// reaches the client, "" if it does not.
//
// Source: "Important notes for REST APIs", Amazon API Gateway developer guide.
func answerHeader(name string) string {
	if canonical := http.CanonicalHeaderKey(name); canonical == "Te" || canonical == "Keep-Alive" {
		return ""
	}
	return integrationHeaderName(name)
}

func (a *proxyAnswer) send(x *exchange) (int, *refusal) {
	if a.encoded && x.api.isBinary(x.request.Header.Get("Accept")) {
		decoded, err := base64.StdEncoding.DecodeString(a.body)
		if err != nil {
			return 0, misconfigured("the function's body is not base64, though isBase64Encoded says so: " + err.Error())
		}
		a.body = string(decoded)
	}
	if a.header[traceHeader] == nil {
		a.header[traceHeader] = []string{x.trace()}
	}
	finish(a.header, a.status, a.body)
	maps.Copy(x.writer.Header(), a.header)
	x.send(a.status, a.body)
	return a.status, nil
}
