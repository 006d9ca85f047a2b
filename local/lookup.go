package local

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// APIs returns every stage of every REST API, in template order.
func (s *System) APIs() []API { return slices.Clone(s.apis) }

// API returns a stage of a REST API. The name is its logical id, with or without the
// hash that CDK appends; the end of its construct path, such as "RestApi" or
// "WeatherEvents/RestApi"; or its name. If several stacks have the logical id, put the
// stack in front, as in "Orders/RestApi". If the API has several stages, append the
// stage, as in "RestApi/v1".
//
// API panics and lists the candidates unless the name matches exactly one.
// [System.FindAPI] returns an error instead.
func (s *System) API(name string) API { return must(s.FindAPI(name)) }

// FindAPI is [System.API] with an error instead of a panic.
func (s *System) FindAPI(name string) (API, error) {
	return find(s.apis, "API", name, func(a API) identity { return identity{a.Key, a.Stack, a.LogicalID, a.path, a.Name, a.Stage, ""} })
}

// Clients returns every client of every user pool, in template order.
func (s *System) Clients() []Client {
	clients := slices.Clone(s.clients)
	for i := range clients {
		clients[i].Scopes = slices.Clone(clients[i].Scopes)
	}
	return clients
}

// Client returns an app client by its name, as [System.API] does.
func (s *System) Client(name string) Client { return must(s.FindClient(name)) }

// FindClient is [System.Client] with an error instead of a panic.
func (s *System) FindClient(name string) (Client, error) {
	return find(s.clients, "client", name, func(c Client) identity {
		return identity{c.Key, c.Stack, c.LogicalID, c.path, c.Name, "", "of " + c.UserPool + ", "}
	})
}

// identity holds the names that match a resource; stage is empty for a resource without
// stages.
type identity struct{ key, stack, logicalID, path, name, stage, detail string }

// hash matches the suffix that CDK appends to a logical id.
var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

func (i identity) is(name string) bool {
	if resource, ofStage := strings.CutSuffix(name, "/"+i.stage); ofStage && i.stage != "" && i.isResource(resource) {
		return true
	}
	return i.isResource(name)
}

// exactly returns the unique name.
func (i identity) exactly() string { return strings.TrimSuffix(i.key+"/"+i.stage, "/") }

func (i identity) isResource(name string) bool {
	if ofStack, found := strings.CutPrefix(name, i.stack+"/"); found && i.isLogicalID(ofStack) {
		return true
	}
	return i.isLogicalID(name) || name == i.name || strings.HasSuffix("/"+i.path, "/"+name)
}

func (i identity) isLogicalID(name string) bool {
	return i.logicalID != "" && (name == i.logicalID || name == hash.ReplaceAllString(i.logicalID, ""))
}

func must[T any](found T, err error) T {
	if err != nil {
		panic(fmt.Errorf("local: %w", err))
	}
	return found
}

func find[T any](all []T, kind, name string, identify func(T) identity) (T, error) {
	var exact, found []T
	var known []string
	for _, candidate := range all {
		id := identify(candidate)
		if name == id.logicalID || name == id.key || name == id.exactly() {
			exact = append(exact, candidate)
		}
		if id.is(name) {
			found = append(found, candidate)
		}
		known = append(known, fmt.Sprintf("%s (%s%q)", id.exactly(), id.detail, id.name))
	}
	if len(exact) > 0 {
		found = exact
	}
	if len(found) != 1 {
		var none T
		return none, fmt.Errorf("%d of %d %ss are named %q, want one; there are: %s", len(found), len(all), kind, name, strings.Join(known, ", "))
	}
	return found[0], nil
}
