package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// RequestOverride replaces parameters of the integration request. A nil map
// overrides nothing.
type RequestOverride struct {
	Header, QueryString map[string][]string
	Path                map[string]string
}

// ResponseOverride replaces parameters of the response to the client.
type ResponseOverride struct {
	Status int // 0 overrides nothing; otherwise 100 to 599
	Header map[string][]string
}

// overrideGroups are the groups in which any name may be set.
var overrideGroups = []string{
	"requestOverride.header", "requestOverride.path", "requestOverride.querystring",
	"responseOverride.header",
}

// isOverride reports whether the variable after $context may be set.
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

// Overrides collect what the templates of one request and its response set with
// $context.requestOverride and $context.responseOverride. The response template can
// read what the request template set.
type Overrides struct {
	status int
	groups map[string]*overrideGroup
}

// NewOverrides returns empty overrides.
func NewOverrides() *Overrides {
	o := &Overrides{groups: map[string]*overrideGroup{}}
	for _, name := range overrideGroups {
		o.groups[name] = &overrideGroup{name: name, values: map[string][]string{}}
	}
	return o
}

// property returns the value of $context.name if it is a group of overrides or the
// status.
func (o *Overrides) property(name string) (value any, ok bool) {
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

// setStatus sets the status of the response. An override is final: API Gateway
// answers a second override of the same parameter with 5XX. AWS does not document a
// number that is not a status; we assume that it overrides nothing.
func (o *Overrides) setStatus(value any) error {
	if o.status != 0 {
		return errTwice("responseOverride.status")
	}
	text, err := velocity.Text(value, maxOverrideBytes)
	if err != nil {
		return err
	}
	status, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return fmt.Errorf("$context.responseOverride.status is %q; allowed is an integer from 100 to 599", text)
	}
	if status >= 100 && status <= 599 {
		o.status = status
	}
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

// Property returns an override, or null if it is not set.
func (g *overrideGroup) Property(name string) (any, error) {
	values, ok := g.values[name]
	if !ok {
		return nil, nil
	}
	return strings.Join(values, ","), nil
}

// Call sets or gets an override with a method of a map.
func (g *overrideGroup) Call(method string, args []any) (any, error) {
	if len(args) == 0 || len(args) != overrideMethods[method] {
		return nil, errOverrideMethod(g.name, method)
	}
	name, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("$context.%s.%s got a name that is not a string", g.name, method)
	}
	if method == "put" {
		return nil, g.SetProperty(name, args[1])
	}
	return g.Property(name)
}

// overrideMethods are the methods of a group, by number of arguments.
var overrideMethods = map[string]int{"get": 1, "put": 2}

func errOverrideMethod(group, method string) error {
	return fmt.Errorf("the method %s of $context.%s is not supported; use #set, put(name, value) or get(name)", method, group)
}

// SetProperty sets an override. A list sets several values.
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

// Any reports whether an override is set. It is false for nil.
func (o *Overrides) Any() bool {
	if o == nil {
		return false
	}
	for _, group := range o.groups {
		if len(group.values) > 0 {
			return true
		}
	}
	return o.status != 0
}

// Request returns the overrides of the integration request.
func (o *Overrides) Request() RequestOverride {
	override := RequestOverride{Header: o.set("requestOverride.header"), QueryString: o.set("requestOverride.querystring")}
	for name, values := range o.set("requestOverride.path") {
		if override.Path == nil {
			override.Path = map[string]string{}
		}
		override.Path[name] = strings.Join(values, ",")
	}
	return override
}

// Response returns the overrides of the response.
func (o *Overrides) Response() ResponseOverride {
	return ResponseOverride{Status: o.status, Header: o.set("responseOverride.header")}
}

// set returns the values of a group, or nil.
func (o *Overrides) set(group string) map[string][]string {
	if values := o.groups[group].values; len(values) > 0 {
		return values
	}
	return nil
}
