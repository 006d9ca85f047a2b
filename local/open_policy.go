package local

import (
	"encoding/json"
	"regexp"
	"slices"
)

// everyResource matches what stands for all methods of all stages of an API in its
// policy.
var everyResource = regexp.MustCompile(`^(\*|execute-api:/(\*/)*\*|arn:[^:]*:execute-api:\*:\*:\*)$`)

// isOpenPolicy reports whether a resource policy lets everybody call every method,
// so that an API with it is as one without.
func isOpenPolicy(policy any) bool {
	if text, isText := policy.(string); isText {
		if text == "" {
			return true // no policy, as the Serverless Framework writes it
		}
		policy = nil
		_ = json.Unmarshal([]byte(text), &policy) // what is not JSON is not open
	}
	document, _ := policy.(map[string]any)
	lets := false
	for _, one := range listed(document["Statement"]) {
		statement, _ := one.(map[string]any)
		if statement["Effect"] != "Allow" {
			return false
		}
		lets = lets || letsEverybody(statement)
	}
	return lets
}

func letsEverybody(statement map[string]any) bool {
	for name := range statement {
		if !slices.Contains([]string{"Sid", "Effect", "Principal", "Action", "Resource"}, name) {
			return false
		}
	}
	principal := statement["Principal"]
	if kinds, isObject := principal.(map[string]any); isObject {
		principal = kinds["AWS"]
	}
	return slices.Contains(listed(principal), any("*")) &&
		slices.ContainsFunc(listed(statement["Action"]), func(action any) bool {
			return action == "execute-api:Invoke" || action == "execute-api:*" || action == "*"
		}) &&
		slices.ContainsFunc(listed(statement["Resource"]), func(resource any) bool {
			text, _ := resource.(string)
			return everyResource.MatchString(text)
		})
}

// listed returns the values of a list, or the one value that is none.
func listed(value any) []any {
	if list, isList := value.([]any); isList {
		return list
	}
	return []any{value}
}
