package rules

import (
	"encoding/json"
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
)

// checkQuotas reports APIs that exceed API Gateway's quotas. AWS raises most of them on
// request, which no template shows.
func checkQuotas(c *checker) {
	exceeds := func(at place, what string, got, most int) {
		c.report(at, finding{
			severity: Warning,
			message:  fmt.Sprintf("the API has %d %s, and API Gateway allows %d unless AWS raised the quota", got, what, most),
			remedy:   "ask AWS Support to raise the quota, or split the API",
		})
	}
	for _, a := range c.apis {
		if most := limits.AuthorizersPerAPI; len(a.authorizers) > most {
			exceeds(a.authorizers[most].place, "authorizers", len(a.authorizers), most)
		}
		if most := limits.StagesPerAPI; len(a.stages) > most {
			exceeds(a.stages[most].at(), "stages", len(a.stages), most)
		}
		if most, last := limits.ResourcesPerAPI, a.places(); len(last) > most {
			exceeds(last[most], "resources", len(last), most)
		}
		if a.item == nil {
			continue
		}
		if got, most := leastLength(a.item.value("Policy")), limits.ResourcePolicy; got > most {
			exceeds(a.item.at("Properties", "Policy"), "characters of resource policy", got, most)
		}
	}
	c.each(typeStage, func(it *item) {
		if got, most := len(object(it.value("Variables"))), limits.StageVariables; got > most {
			c.report(it.at("Properties", "Variables"), finding{
				message: fmt.Sprintf("the stage has %d variables, API Gateway allows at most %d", got, most),
				remedy:  "move values elsewhere, for example to Systems Manager parameters",
			})
		}
	})
}

// places returns the places of an API's resources. An operation creates the resources of
// its path.
func (a *api) places() (places []place) {
	for _, resource := range a.resources {
		places = append(places, resource.at())
	}
	type child struct {
		parent int
		part   string
	}
	number := map[child]int{} // from 1, as the root is 0
	for _, entry := range a.methods {
		at := 0
		for part := range strings.SplitSeq(entry.path, "/") {
			if part == "" || len(entry.below) == 0 || entry.authorization == unreadable {
				continue
			}
			resource := child{at, part}
			if number[resource] == 0 {
				places = append(places, entry.place)
				number[resource] = len(places)
			}
			at = number[resource]
		}
	}
	return places
}

// leastLength returns the minimum length of a value as JSON. An unknown value may be
// empty.
func leastLength(value any) int {
	switch v := value.(type) {
	case nil:
		return 0
	case string:
		if !cfn.IsKnown(v) {
			return len(`""`)
		}
	case []any:
		length := len("[]") + max(0, len(v)-1)
		for _, entry := range v {
			length += leastLength(entry)
		}
		return length
	case map[string]any:
		length := len("{}") + max(0, len(v)-1)
		for name, entry := range v {
			length += leastLength(name) + len(":") + leastLength(entry)
		}
		return length
	}
	encoded, _ := json.Marshal(value) // of what was read from JSON: cannot fail
	return len(encoded)
}
