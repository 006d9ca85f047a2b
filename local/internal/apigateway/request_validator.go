package apigateway

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// requestValidator is what a method demands of a request.
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

// checkModels reports names that are none of the API's models.
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
	// A content type that no model is for is not validated, as documented. An
	// integration with the passthrough behavior NEVER is what keeps it out.
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
		return misconfigured(err.Error()) // as a mapping template that is too much work
	case err != nil:
		return invalidBody(err)
	}
	return nil
}

// missing returns the names of the required parameters that are not there or
// blank, in the order of their kinds and names, an assumption.
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

// last is how API Gateway makes one value of several.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// headerValue knows the Host header, which net/http keeps apart.
func headerValue(r *http.Request, name string) string {
	if name = http.CanonicalHeaderKey(name); name == "Host" {
		return r.Host
	}
	return last(r.Header[name])
}

// validateBody checks a payload against a model. An empty one is taken for {}.
// The wording of the error, which $context.error.validationErrorString shows, is
// not AWS's.
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
