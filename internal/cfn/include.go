package cfn

import "fmt"

// includeBody puts the document of a REST API that is a file into the Body of the
// API: an asset, or a file beside the template, in BodyS3Location or in
// AWS::Include. One that cannot be read is left as it is, and said in Unread.
//
// Source: aws cloudformation package, AWS CLI Command Reference.
func (s *stackSet) includeBody(artifact *stackArtifact, api *Resource, folder string) {
	if s.root == nil {
		return
	}
	property, location, holder := "BodyS3Location", any(nil), api.Properties
	if body, found := api.Properties.Get("Body"); found {
		property = "Body"
		if holder = includes(body); holder == nil {
			return
		}
		location, _ = holder.Get("Location")
	} else if location, found = api.Properties.Get(property); !found {
		return
	}
	file := ""
	if object, isObject := location.(*Object); isObject && object.find("Key") != nil {
		key, _ := object.Get("Key")
		file = artifact.asset(key)
	} else if file = artifact.asset(location); file == "" {
		name := "Location"
		if property != "Body" {
			name = property
		}
		file = s.localFile(holder, name, folder)
	}
	if file == "" {
		return
	}
	var document any
	data, err := s.read(file)
	if err == nil {
		document, err = parse(s.name(file), data)
	}
	if _, isObject := document.(*Object); err == nil && !isObject {
		err = fmt.Errorf("%s: a document must be an object, got %s", s.name(file), describe(document))
	}
	if api.Unread = err; err == nil {
		api.Properties.replace(property, "Body", document)
	}
}

// includes returns the parameters of AWS::Include if that makes a value.
func includes(body any) *Object {
	object, _ := body.(*Object)
	name, argument, _ := object.function()
	macro, _ := argument.(*Object)
	if kind, _ := macro.Get("Name"); name != "Fn::Transform" || object.Len() != 1 || kind != "AWS::Include" {
		return nil
	}
	parameters, _ := macro.Get("Parameters")
	holder, _ := parameters.(*Object)
	return holder
}

// replace puts another value under another name in place of one, before anybody
// reads the object. All of the value is in the line of that.
func (o *Object) replace(name, by string, value any) {
	entry := o.find(name)
	entry.name, entry.value = by, inLine(value, entry.line)
	if i, found := o.index[name]; found {
		delete(o.index, name)
		o.index[by] = i
	}
}

func inLine(value any, line int) any {
	switch v := value.(type) {
	case *Object:
		made := &Object{line: line}
		for _, entry := range v.list {
			made.add(entry.name, inLine(entry.value, line), line)
		}
		return made
	case []any:
		made := make([]any, 0, len(v))
		for _, item := range v {
			made = append(made, inLine(item, line))
		}
		return made
	}
	return value
}
