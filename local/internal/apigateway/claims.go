package apigateway

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// claimTexts makes $context.authorizer.claims of a token's claims. API Gateway
// hands all of them on as text, exp and iat as Java prints dates.
func claimTexts(claims map[string]any) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, claim := range claims {
		texts[name] = claimText(name, claim)
	}
	return texts
}

func claimText(name string, claim any) string {
	switch v := claim.(type) {
	case string:
		return v
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return numberClaimText(name, v.String())
	case float64:
		return numberClaimText(name, strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		// Commas between the items of a list, and JSON for an object, are working
		// choices.
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = claimText("", item)
		}
		return strings.Join(items, ",")
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	}
}

func numberClaimText(name, number string) string {
	if name == "exp" || name == "iat" {
		if seconds, err := strconv.ParseInt(number, 10, 64); err == nil {
			return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 UTC 2006")
		}
	}
	return number
}
