package apigateway

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// mockStatusCode reads the statusCode of what a mock integration is sent. It has
// to be an integer in an object. API Gateway is lenient about what else is there:
// names may be bare and quotes single, and what is between two commas of the
// object need not be anything, so that {statusCode: 200, foo}: [ba r]} will do.
func mockStatusCode(text string) (int, bool) {
	text = strings.Trim(text, " \t\r\n")
	if !strings.HasPrefix(text, "{") || !strings.HasSuffix(text, "}") {
		return 0, false
	}
	var value string
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) == nil {
		value = string(object["statusCode"])
	} else {
		for _, member := range members(text[1 : len(text)-1]) {
			if match := lenientStatus.FindStringSubmatch(member); match != nil {
				value = match[1] // of two, the last counts, as in JSON
			}
		}
	}
	status, err := strconv.Atoi(value)
	return status, err == nil
}

var lenientStatus = regexp.MustCompile(`^\s*(?:statusCode|"statusCode"|'statusCode')\s*:\s*(-?(?:0|[1-9][0-9]*))\s*$`)

// members splits the inside of an object at its commas, those in strings and in
// what is nested aside.
func members(text string) []string {
	var found []string
	start, depth := 0, 0
	var quote byte // that a string was opened with
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			switch c {
			case '\\':
				i++
			case quote:
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth = max(0, depth-1)
		case c == ',' && depth == 0:
			found = append(found, text[start:i])
			start = i + 1
		}
	}
	return append(found, text[start:])
}
