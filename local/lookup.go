package local

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// APIs returns every stage of every REST API, in the order of the template.
func (s *System) APIs() []API { return slices.Clone(s.apis) }

// API returns the one stage of a REST API, named by its logical id, with or
// without the hash that CDK puts behind it, by the end of its construct path,
// such as "RestApi" or "WeatherEvents/RestApi", or by its name. A logical id that
// several stacks have has the name of the stack in front, as in "Orders/RestApi",
// and one of several stages has its name behind, as in "RestApi/v1".
//
// It panics, and lists what there is, unless that names exactly one: a test that
// asks for an API which is not there cannot go on. [System.FindAPI] returns an
// error instead.
func (s *System) API(name string) API { return must(s.FindAPI(name)) }

// FindAPI is [System.API] with an error instead of a panic.
func (s *System) FindAPI(name string) (API, error) {
	return find(s.apis, "API", name, func(a API) identity { return identity{a.Key, a.Stack, a.LogicalID, a.path, a.Name, a.Stage, ""} })
}

// Clients returns every client of every user pool, in the order of the template.
func (s *System) Clients() []Client {
	clients := slices.Clone(s.clients)
	for i := range clients {
		clients[i].Scopes = slices.Clone(clients[i].Scopes)
	}
	return clients
}

// Client returns the app client that name stands for, as [System.API] does.
func (s *System) Client(name string) Client { return must(s.FindClient(name)) }

// FindClient is [System.Client] with an error instead of a panic.
func (s *System) FindClient(name string) (Client, error) {
	return find(s.clients, "client", name, func(c Client) identity {
		return identity{c.Key, c.Stack, c.LogicalID, c.path, c.Name, "", "of " + c.UserPool + ", "}
	})
}

// identity is what a resource can be named by, with its stage behind if it has one.
type identity struct{ key, stack, logicalID, path, name, stage, detail string }

// hash is what CDK puts behind a logical id.
var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

func (i identity) is(name string) bool {
	if resource, ofStage := strings.CutSuffix(name, "/"+i.stage); ofStage && i.stage != "" && i.isResource(resource) {
		return true
	}
	return i.isResource(name)
}

// exactly is the name that nothing else has.
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
