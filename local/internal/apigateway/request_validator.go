package apigateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// requestValidator validates the requests of a method.
type requestValidator struct {
	required []parameter
	models   byContentType[*model]
}

// parameter is a request parameter.
type parameter struct{ location, name string }

// parseParameter reads method.request.{location}.{name}.
func parseParameter(text string) (parameter, bool) {
	text, ok := strings.CutPrefix(text, "method.request.")
	location, name, named := strings.Cut(text, ".")
	switch location {
	case "header", "querystring", "path":
		return parameter{location, name}, ok && named && name != ""
	}
	return parameter{}, false
}

func compileRequestValidator(m *Method, models map[string]*model, at place) requestValidator {
	var v requestValidator
	for _, text := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		p, ok := parseParameter(text)
		if !ok {
			at.in("RequestParameters").key(text).addf("must be method.request.header, querystring or path, a dot and a name")
		} else if m.RequestParameters[text] && m.ValidateRequestParameters {
			v.required = append(v.required, p)
		}
	}
	v.models = byContentType[*model]{}
	checkModels(m.RequestModels, models, at.in("RequestModels"))
	if m.ValidateRequestBody {
		for contentType, name := range m.RequestModels {
			v.models[contentType] = models[name]
		}
	}
	return v
}

// checkModels reports names that are not models of the API.
func checkModels(byContentType map[string]string, models map[string]*model, at place) {
	for _, contentType := range slices.Sorted(maps.Keys(byContentType)) {
		name := byContentType[contentType]
		if _, found := models[name]; !found {
			at.key(contentType).addf("%q is not a model of the API", name)
		}
	}
}

// validate checks the parameters, then the body.
func (v *requestValidator) validate(x *exchange) *refusal {
	if missing := v.missing(x); len(missing) > 0 {
		return missingParameters(missing)
	}
	// A content type without a model is not validated, as documented. The passthrough
	// behavior NEVER of the integration refuses it.
	model, ok := v.models.choose(x.request.Header.Get("Content-Type"))
	if !ok {
		return nil
	}
	body, refused := x.payload()
	if refused != nil {
		return refused
	}
	switch err := validateBody(model, body); {
	case errors.Is(err, errSteps):
		return misconfigured(err.Error()) // like a mapping template that takes too long
	case err != nil:
		return invalidBody(err)
	}
	return nil
}

// missing returns the names of the required parameters that are absent or blank, by kind
// and name. AWS does not document the order; we assume this one.
func (v *requestValidator) missing(x *exchange) []string {
	var names []string
	for _, p := range v.required {
		var value string
		switch p.location {
		case "path":
			value = x.path()[p.name]
		case "querystring":
			value = last(x.query()[p.name])
		case "header":
			value = headerValue(x.request, p.name)
		}
		if strings.TrimSpace(value) == "" {
			names = append(names, p.name)
		}
	}
	return names
}

// last returns the last of several values, which API Gateway uses where it takes one.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// headerValue returns the value of a header, also of Host, which net/http keeps apart.
func headerValue(r *http.Request, name string) string {
	if name = http.CanonicalHeaderKey(name); name == "Host" {
		return r.Host
	}
	return last(r.Header[name])
}

// validateBody validates a payload against a model. An empty payload counts as {}. The
// error, which $context.error.validationErrorString shows, has other words than on AWS.
func validateBody(model *model, body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return errors.New("[the body is not JSON]")
	}
	if _, err := checkDocument(document, 0); err != nil {
		return fmt.Errorf("[the body %w]", err)
	}
	err = model.validate(document)
	if err == nil || errors.Is(err, errSteps) {
		return err
	}
	return fmt.Errorf("[%s]", oneLine(err))
}

// StandardModels returns the models that every REST API has, except those that the API
// replaces, as an imported document may.
func (c *Config) StandardModels() []Model {
	models := []Model{
		{Name: "Empty", Schema: `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"}`},
		{Name: "Error", Schema: `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object","properties":{"message":{"type":"string"}}}`},
	}
	return slices.DeleteFunc(models, func(standard Model) bool {
		return slices.ContainsFunc(c.Models, func(own Model) bool { return own.Name == standard.Name })
	})
}

// ModelURL returns the URL by which schemas refer to a model of the API.
func (c *Config) ModelURL(name string) string {
	return "https://apigateway.amazonaws.com/restapis/" + c.ID + "/models/" + name
}

var modelName = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// model is a compiled Model.
type model struct {
	schema *jsonschema.Schema
	meter  *meter // shared by all models of the API
}

// validate returns errSteps if it is too much work.
func (m *model) validate(document any) error {
	m.meter.lock.Lock()
	defer m.meter.lock.Unlock()
	m.meter.left = m.meter.budget - m.meter.prices[m.schema]
	invalid := m.schema.Validate(document)
	if m.meter.left < 0 {
		return errSteps
	}
	return invalid
}

// maxSchemas limits the number of objects in all models of an API: the time to compile
// them grows with the square.
const maxSchemas = 10_000

// compileModels compiles the models of an API, by name. A model with a problem is nil.
func compileModels(config *Config, all *problems) map[string]*model {
	base := config.ModelURL("")
	meter := &meter{budget: maxModelSteps, prices: map[*jsonschema.Schema]int64{}, levels: map[*jsonschema.Schema]int{}}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiler.UseLoader(noDocuments{})
	compiler.UseRegexpEngine(meter.compile)
	places := map[string]place{}
	for _, model := range config.StandardModels() {
		places[model.Name] = all.at(config.Label).in("Models").key(model.Name)
		addModel(compiler, base+model.Name, model.Schema, places[model.Name])
	}
	models := map[string]*model{}
	schemas := 0
	for _, model := range config.Models {
		models[model.Name] = nil
		at := all.at(model.Label)
		_, known := places[model.Name]
		switch {
		case !modelName.MatchString(model.Name):
			at.in("Name").addf("must be letters and digits, got %q", model.Name)
		case known:
			at.in("Name").addf("%q is the name of another model too", model.Name)
		default:
			objects, ok := addModel(compiler, base+model.Name, model.Schema, at.in("Schema"))
			if schemas += objects; schemas > maxSchemas {
				at.in("Schema").addf("has too many schemas to serve: those of all models of the API may have %d objects", maxSchemas)
				return models
			}
			if ok {
				places[model.Name] = at.in("Schema")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		schema, err := compiler.Compile(base + name)
		if err != nil {
			places[name].addf("%s", oneLine(err))
			continue
		}
		models[name] = &model{schema, meter}
	}
	for _, name := range slices.Sorted(maps.Keys(models)) {
		if models[name] == nil {
			continue
		}
		if err := meter.watch(models[name].schema); err != nil {
			// The problem may be in a model that this one refers to.
			name, _, _ := strings.Cut(strings.TrimPrefix(err.schema.Location, base), "#")
			places[name].addf("%s", err)
		}
	}
	return models
}

// addModel returns the number of objects in a model, and whether it can be compiled.
func addModel(compiler *jsonschema.Compiler, url, text string, at place) (objects int, ok bool) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		at.addf("is not JSON: %s", err)
		return 0, false
	}
	if object, ok := document.(map[string]any); !ok {
		at.addf("must be a JSON object, got %T", document)
		return 0, false
	} else if draft, given := object["$schema"]; given && draft != "http://json-schema.org/draft-04/schema#" && draft != "http://json-schema.org/draft-04/schema" {
		at.addf("has $schema %q; API Gateway's models are http://json-schema.org/draft-04/schema#", draft)
		return 0, false
	}
	objects, err = checkDocument(document, 0)
	if err == nil {
		err = compiler.AddResource(url, document)
	}
	if err != nil {
		at.addf("%s", err)
	}
	return objects, err == nil
}

// oneLine returns an error of the validator, which may have many lines, as one line of
// limited length.
func oneLine(err error) string {
	text := strings.Join(strings.Fields(errorText(err)), " ")
	if len(text) > maxErrorBytes {
		text = strings.ToValidUTF8(text[:maxErrorBytes], "") + "…"
	}
	return text
}

// noDocuments keeps schemas from reading files and calling servers.
type noDocuments struct{}

func (noDocuments) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is not a model of this API", url)
}

// Limits of a document. AWS does not document any; we assume that documents beyond them
// are invalid, since they would keep the validator busy: it computes with exact fractions,
// for which 1e1000000 has a million digits, and its work for a recursive model grows with
// the square of the nesting.
const (
	maxNumberLength   = 100
	maxNumberExponent = 400 // beyond any double
	maxNesting        = 100
)

var (
	errNumber  = errors.New("has a number with too many digits or too large an exponent")
	errNesting = errors.New("is nested more than " + strconv.Itoa(maxNesting) + " levels deep")
)

// checkDocument checks the limits of a decoded document, and counts its objects.
func checkDocument(document any, depth int) (objects int, err error) {
	if depth > maxNesting {
		return 0, errNesting
	}
	check := func(item any) bool {
		var more int
		more, err = checkDocument(item, depth+1)
		objects += more
		return err == nil
	}
	switch v := document.(type) {
	case json.Number:
		if !isModest(v) {
			return 0, errNumber
		}
	case []any:
		for _, item := range v {
			if !check(item) {
				break
			}
		}
	case map[string]any:
		objects = 1
		for _, item := range v {
			if !check(item) {
				break
			}
		}
	}
	return objects, err
}

func isModest(number json.Number) bool {
	if len(number) > maxNumberLength {
		return false
	}
	_, text, scientific := strings.Cut(strings.ToLower(string(number)), "e")
	if !scientific {
		return true
	}
	exponent, err := strconv.Atoi(text)
	return err == nil && -maxNumberExponent <= exponent && exponent <= maxNumberExponent
}
