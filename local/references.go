package local

import "fmt"

// ref answers Ref for a resource as AWS documents it for the resource's type.
func (d *deployment) ref(r resource) (any, error) {
	if t := d.types[r.Type]; t != nil && t.ref != nil {
		return t.ref(r), nil
	}
	if name := r.RefProperty(); name != "" {
		return r.property(name)
	}
	return r.id(), nil
}

// attribute answers Fn::GetAtt.
func (d *deployment) attribute(r resource, name string) (any, error) {
	if r.IsID(name) {
		return d.ref(r)
	}
	if t := d.types[r.Type]; t != nil && t.attributes[name] != nil {
		return t.attributes[name](r), nil
	}
	if d.types[r.Type] == nil {
		return r.LogicalID + "." + name, nil // as an id, nobody knows it before it is deployed
	}
	return nil, fmt.Errorf("the attribute %s of a %s is not known here", name, r.Type)
}
