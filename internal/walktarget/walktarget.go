// Package walktarget finds in a served template what the walk-through can be
// taken with.
package walktarget

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

var errNoTarget = errors.New("the walk-through needs GET and POST of one API, behind a scope each, and a client that gets tokens with both scopes: nothing in this template is like that")

// Of returns what the walk-through fits: an API with GET and POST, and a client
// that holds a scope of each. The error says that there is none.
func Of(server *local.Server) (walkthrough.Target, error) {
	return Among(server, server.APIs(), server.Clients())
}

// Among is [Of] for some of the server's APIs and clients.
func Among(server *local.Server, apis []local.API, clients []local.Client) (walkthrough.Target, error) {
	clients = slices.DeleteFunc(slices.Clone(clients), func(c local.Client) bool { return c.TokenURL == "" || c.Secret == "" })
	for _, scopes := range []func(get, post local.Method, client local.Client) (string, string){meant, required, unlessOpen} {
		for _, api := range apis {
			for _, methods := range pairs(server.Methods(api.LogicalID)) {
				for _, client := range clients {
					if get, post := scopes(methods.get, methods.post, client); get != "" {
						target := walkthrough.Target{
							APIURL: api.URL, TokenURL: client.TokenURL, TokenOperation: client.TokenOperation, ClientID: client.ID, ClientSecret: client.Secret,
							GetScope: get, PostScope: post, DeniedScope: Denied(client.Scopes, declared(server, client.UserPool)),
							GetPath: methods.get.Path, PostPath: methods.post.Path, AnyAnswer: !isArticles(server, api),
						}
						target.Methods, target.Untried = refusals(server.Methods(api.LogicalID), client, clients)
						return target, nil
					}
				}
			}
		}
	}
	return walkthrough.Target{}, errNoTarget
}

// pair are two methods that the walk-through calls.
type pair struct{ get, post local.Method }

// pairs returns those of an API, the ones that are easiest to call first.
func pairs(methods []local.Method) []pair {
	var all []pair
	for _, get := range serving(methods, "GET") {
		for _, post := range serving(methods, "POST") {
			all = append(all, pair{get, post})
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int {
		return cmp.Or(
			cmp.Compare(strings.Count(a.get.Path+a.post.Path, "{"), strings.Count(b.get.Path+b.post.Path, "{")),
			cmp.Compare(len(a.get.Path+a.post.Path), len(b.get.Path+b.post.Path)),
		)
	})
	return all
}

// serving returns the methods that a request with an HTTP method reaches, but
// those that everybody may call.
func serving(methods []local.Method, httpMethod string) []local.Method {
	var found []local.Method
	for _, m := range methods {
		if m.Public == "" && (m.HTTPMethod == httpMethod || m.HTTPMethod == "ANY" && !has(methods, httpMethod, m.Path)) {
			found = append(found, m)
		}
	}
	return found
}

func has(methods []local.Method, httpMethod, path string) bool {
	return slices.ContainsFunc(methods, func(m local.Method) bool { return m.HTTPMethod == httpMethod && m.Path == path })
}

// meant returns the scopes whose names say what they are for, if each method
// requires one of them or none: then a template that swaps them is wrong.
func meant(get, post local.Method, client local.Client) (getScope, postScope string) {
	getScope, postScope = Named(client.Scopes)
	for _, m := range []local.Method{get, post} {
		if len(m.Scopes) > 1 {
			return "", ""
		}
		for _, scope := range m.Scopes {
			if scope != getScope && scope != postScope || !opens(m, scope, client) {
				return "", ""
			}
		}
	}
	return getScope, postScope
}

// Named returns of the scopes that a client holds the ones that are called get
// and post, if there are both.
func Named(held []string) (get, post string) {
	for _, scope := range held {
		identifier, isGet := strings.CutSuffix(scope, "/get")
		if isGet && slices.Contains(held, identifier+"/post") {
			return scope, identifier + "/post"
		}
	}
	return "", ""
}

// required returns scopes that the methods require, one of POST only.
func required(get, post local.Method, client local.Client) (getScope, postScope string) {
	for _, p := range client.Scopes {
		for _, g := range client.Scopes {
			if opens(get, g, client) && opens(post, p, client) && !opens(get, p, client) {
				return g, p
			}
		}
	}
	return "", ""
}

// unlessOpen takes any scope for a method that requires none, and the method's
// own though its authorizer takes no token of the client: the walk-through shows
// what is wrong.
func unlessOpen(get, post local.Method, client local.Client) (getScope, postScope string) {
	wanted := func(m local.Method, scope string) bool {
		return isCustom(scope) && (len(m.Scopes) == 0 || slices.Contains(m.Scopes, scope))
	}
	if len(get.Scopes) > 0 && len(post.Scopes) > 0 && slices.Contains(get.UserPools, client.UserPool) && slices.Contains(post.UserPools, client.UserPool) {
		return "", "" // nothing is wrong with them but that they are the same
	}
	for _, p := range client.Scopes {
		for _, g := range client.Scopes {
			if g != p && wanted(get, g) && wanted(post, p) {
				return g, p
			}
		}
	}
	return "", ""
}

// opens reports whether a method takes a token of the client with a scope.
func opens(m local.Method, scope string, client local.Client) bool {
	return isCustom(scope) && slices.Contains(m.Scopes, scope) && slices.Contains(m.UserPools, client.UserPool)
}

// isCustom reports whether a scope is one that a client gets for itself: those of
// Cognito's own, which have no resource server, are for people.
func isCustom(scope string) bool { return strings.Contains(scope, "/") }

// declared returns the scopes of a user pool.
func declared(server *local.Server, userPool string) (scopes []string) {
	for _, pool := range server.UserPools() {
		if pool.LogicalID == userPool {
			for _, resourceServer := range pool.ResourceServers {
				for _, scope := range resourceServer.Scopes {
					scopes = append(scopes, scope.Name)
				}
			}
		}
	}
	return scopes
}

// Denied returns a scope that a client does not hold: of those that its user pool
// declares or, if it holds them all, one that is made up.
func Denied(held, declared []string) string {
	for _, scope := range held {
		if identifier := scope[:max(0, strings.LastIndex(scope, "/"))]; identifier != "" {
			declared = append(slices.Clip(declared), identifier+"/delete", identifier+"/not-granted")
		}
	}
	index := slices.IndexFunc(declared, func(scope string) bool { return !slices.Contains(held, scope) })
	if index < 0 {
		return ""
	}
	return declared[index]
}

// isArticles reports whether an API answers as the article's does: whether its
// contract shows the article's events.
func isArticles(server *local.Server, api local.API) bool {
	contract, err := server.FindContract(api.LogicalID)
	if err != nil {
		return false
	}
	document, err := contract.JSON()
	return err == nil && strings.Contains(string(document), "Storms Dudley, Eunice and Franklin")
}

// refusals returns the methods that have to refuse whoever may not call them,
// each with a token of one of the clients that it has to refuse, that of client
// rather than another's. untried are the methods that everybody may call.
func refusals(methods []local.Method, client local.Client, clients []local.Client) (refusing []walkthrough.Method, untried []string) {
	for _, m := range methods {
		if m.Public != "" {
			untried = append(untried, m.HTTPMethod+" "+m.Path+", which is public: "+m.Public)
			continue
		}
		refusing = append(refusing, walkthrough.Method{HTTPMethod: verb(m, methods), Path: m.Path, Refused: refused(m, client, clients)})
	}
	return refusing, untried
}

// verb returns an HTTP method that reaches m.
func verb(m local.Method, methods []local.Method) string {
	if m.HTTPMethod == "ANY" {
		for _, httpMethod := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if !has(methods, httpMethod, m.Path) {
				return httpMethod
			}
		}
		return "HEAD"
	}
	return m.HTTPMethod
}

// refused asks for every scope of a client that does not open m.
func refused(m local.Method, client local.Client, clients []local.Client) walkthrough.Grant {
	for i, c := range append([]local.Client{client}, clients...) {
		if len(m.UserPools) > 0 && !slices.Contains(m.UserPools, c.UserPool) {
			continue
		}
		var scopes []string
		for _, scope := range c.Scopes {
			if isCustom(scope) && !slices.Contains(m.Scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
		switch grant := (walkthrough.Grant{Scope: strings.Join(scopes, " ")}); {
		case len(scopes) == 0:
		case i == 0:
			return grant
		default:
			grant.TokenURL, grant.TokenOperation, grant.ClientID, grant.ClientSecret = c.TokenURL, c.TokenOperation, c.ID, c.Secret
			return grant
		}
	}
	return walkthrough.Grant{}
}
