package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// Overrides are the parameters that a template set with
// $context.requestOverride and $context.responseOverride.
type Overrides struct {
	Request  RequestOverride
	Response ResponseOverride
}

// RequestOverride replaces parameters of the request to the integration. A nil
// map overrides nothing.
type RequestOverride struct {
	Header, QueryString map[string][]string
	Path                map[string]string
}

// ResponseOverride replaces parameters of the response to the client.
type ResponseOverride struct {
	Status int // 0 overrides nothing; otherwise 100 to 599
	Header map[string][]string
}

// overrideGroups are the groups whose every name may be set.
var overrideGroups = []string{
	"requestOverride.header", "requestOverride.path", "requestOverride.querystring",
	"responseOverride.header",
}

// isOverride reports whether what follows $context may be set.
func isOverride(name string) bool {
	if name == "responseOverride.status" {
		return true
	}
	for _, group := range overrideGroups {
		if strings.HasPrefix(name, group+".") {
			return true
		}
	}
	return false
}

// overrides gathers what one rendering sets.
type overrides struct {
	status int
	groups map[string]*overrideGroup
}

func newOverrides() *overrides {
	o := &overrides{groups: map[string]*overrideGroup{}}
	for _, name := range overrideGroups {
		o.groups[name] = &overrideGroup{name: name, values: map[string][]string{}}
	}
	return o
}

// property returns what $context.name holds where it is a group of overrides or
// the status.
func (o *overrides) property(name string) (value any, ok bool) {
	if group, ok := o.groups[name]; ok {
		return group, true
	}
	if name != "responseOverride.status" {
		return nil, false
	}
	if o.status == 0 {
		return nil, true
	}
	return int64(o.status), true
}

// setStatus sets the status of the response. An override is final: a second one
// of the same parameter makes API Gateway answer with a 5XX.
func (o *overrides) setStatus(value any) error {
	if o.status != 0 {
		return errTwice("responseOverride.status")
	}
	text, err := velocity.Text(value, maxOverrideBytes)
	if err != nil {
		return err
	}
	status, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || status < 100 || status > 599 {
		return fmt.Errorf("$context.responseOverride.status is %q; allowed is an integer from 100 to 599", text)
	}
	o.status = status
	return nil
}

func errTwice(name string) error {
	return fmt.Errorf("$context.%s is overridden twice; API Gateway allows it once", name)
}

// maxOverrideBytes is API Gateway's limit for all header values together.
const maxOverrideBytes = 10240

// overrideGroup is one of the groups, such as $context.responseOverride.header.
type overrideGroup struct {
	name   string
	values map[string][]string
}

// Property returns an override that was set, null otherwise.
func (g *overrideGroup) Property(name string) (any, error) {
	values, ok := g.values[name]
	if !ok {
		return nil, nil
	}
	return strings.Join(values, ","), nil
}

// Call refuses every method: an override is set with #set.
func (g *overrideGroup) Call(method string, _ []any) (any, error) {
	return nil, fmt.Errorf("the method %s of $context.%s is not supported; use #set", method, g.name)
}

// SetProperty sets an override. A list gives several values.
func (g *overrideGroup) SetProperty(name string, value any) error {
	if _, ok := g.values[name]; ok {
		return errTwice(g.name + "." + name)
	}
	items := []any{value}
	if list, ok := value.(*velocity.List); ok {
		items = list.Items()
	}
	values := make([]string, len(items))
	for i, item := range items {
		var err error
		if values[i], err = velocity.Text(item, maxOverrideBytes); err != nil {
			return err
		}
	}
	g.values[name] = values
	return nil
}

// result returns what was set.
func (o *overrides) result() Overrides {
	set := func(name string) map[string][]string {
		if values := o.groups[name].values; len(values) > 0 {
			return values
		}
		return nil
	}
	result := Overrides{
		Request:  RequestOverride{Header: set("requestOverride.header"), QueryString: set("requestOverride.querystring")},
		Response: ResponseOverride{Status: o.status, Header: set("responseOverride.header")},
	}
	for name, values := range set("requestOverride.path") {
		if result.Request.Path == nil {
			result.Request.Path = map[string]string{}
		}
		result.Request.Path[name] = strings.Join(values, ",")
	}
	return result
}
