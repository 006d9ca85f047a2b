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
	candidates, err := candidatesOf(server, apis, clients)
	if err != nil {
		return walkthrough.Target{}, err
	}
	for _, scopes := range []func(candidate, pair) (string, string){candidate.meant, candidate.required, candidate.unlessOpen} {
		for _, c := range candidates {
			for _, methods := range c.pairs {
				if get, post := scopes(c, methods); get != "" {
					target := walkthrough.Target{
						APIURL: c.api.URL, TokenURL: c.client.TokenURL, TokenOperation: c.client.TokenOperation, ClientID: c.client.ID, ClientSecret: c.client.Secret,
						GetScope: get, PostScope: post, DeniedScope: Denied(c.client.Scopes, declared(server, c.client.UserPool)),
						GetPath: methods.get.Path, PostPath: methods.post.Path, AnyAnswer: !isArticles(server, c.api),
					}
					target.Methods, target.Untried = refusals(server.Methods(c.api.Key), c.client, clients)
					return target, nil
				}
			}
		}
	}
	return walkthrough.Target{}, errNoTarget
}

// maxWork bounds the comparisons of scopes, so that no template keeps a command
// or a page waiting: they are about a second.
const maxWork = 50_000_000

// minPerPair is what a pair of methods counts for, whatever there is to compare.
const minPerPair = 50

var errTooLarge = errors.New("the walk-through has too many methods, clients and scopes to choose from in this template: name an API and a client")

// candidate are the methods of an API that a client may open.
type candidate struct {
	api    local.API
	client local.Client
	pairs  []pair
	// namedGet and namedPost are [Named] of the client's scopes.
	namedGet, namedPost string
}

// candidatesOf returns every API with every client, or an error if they are too
// many to try.
func candidatesOf(server *local.Server, apis []local.API, clients []local.Client) (candidates []candidate, err error) {
	work := 0
	for _, api := range apis {
		methods := server.Methods(api.Key)
		gets, posts := serving(methods, "GET"), serving(methods, "POST")
		for _, client := range clients {
			if work += len(client.Scopes) * (scopesOf(gets) + scopesOf(posts)); work > maxWork {
				return nil, errTooLarge
			}
			g, p := distinct(gets, client), distinct(posts, client)
			if work += max(len(client.Scopes), minPerPair) * (len(p)*scopesOf(g) + len(g)*scopesOf(p)); work > maxWork {
				return nil, errTooLarge
			}
			namedGet, namedPost := Named(client.Scopes)
			candidates = append(candidates, candidate{api, client, pairs(g, p), namedGet, namedPost})
		}
	}
	return candidates, nil
}

// scopesOf counts the scopes that methods require, and at least one for each.
func scopesOf(methods []local.Method) (n int) {
	for _, m := range methods {
		n += max(1, len(m.Scopes))
	}
	return n
}

// pair are two methods that the walk-through calls.
type pair struct{ get, post local.Method }

// pairs returns all of them, the ones that are easiest to call first.
func pairs(gets, posts []local.Method) []pair {
	var all []pair
	for _, get := range gets {
		for _, post := range posts {
			all = append(all, pair{get, post})
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return compareEase(a.get.Path+a.post.Path, b.get.Path+b.post.Path) })
	return all
}

// compareEase orders paths by how easy they are to call.
func compareEase(a, b string) int {
	return cmp.Or(cmp.Compare(strings.Count(a, "{"), strings.Count(b, "{")), cmp.Compare(len(a), len(b)))
}

// distinct returns the methods that a client may open, and of those that require
// the same the one that is easiest to call.
func distinct(methods []local.Method, client local.Client) []local.Method {
	seen := map[string]bool{}
	methods = slices.Clone(methods)
	slices.SortStableFunc(methods, func(a, b local.Method) int { return compareEase(a.Path, b.Path) })
	return slices.DeleteFunc(methods, func(m local.Method) bool {
		required := strings.Join(m.Scopes, " ") + "\n" + strings.Join(m.UserPools, " ")
		unfit := seen[required] || len(m.Scopes) > 0 && !slices.ContainsFunc(client.Scopes, func(held string) bool { return slices.Contains(m.Scopes, held) })
		seen[required] = true
		return unfit
	})
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
func (c candidate) meant(p pair) (getScope, postScope string) {
	for _, m := range []local.Method{p.get, p.post} {
		if len(m.Scopes) > 1 || len(m.Scopes) == 1 && (m.Scopes[0] != c.namedGet && m.Scopes[0] != c.namedPost || !opens(m, m.Scopes[0], c.client)) {
			return "", ""
		}
	}
	return c.namedGet, c.namedPost
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
func (c candidate) required(p pair) (getScope, postScope string) {
	gets := c.held(func(scope string) bool { return opens(p.get, scope, c.client) })
	posts := c.held(func(scope string) bool { return opens(p.post, scope, c.client) && !slices.Contains(gets, scope) })
	if len(gets) == 0 || len(posts) == 0 {
		return "", ""
	}
	return gets[0], posts[0]
}

// unlessOpen takes any scope for a method that requires none, and the method's
// own though its authorizer takes no token of the client: the walk-through shows
// what is wrong.
func (c candidate) unlessOpen(p pair) (getScope, postScope string) {
	if len(p.get.Scopes) > 0 && len(p.post.Scopes) > 0 && slices.Contains(p.get.UserPools, c.client.UserPool) && slices.Contains(p.post.UserPools, c.client.UserPool) {
		return "", "" // nothing is wrong with them but that they are the same
	}
	wanted := func(m local.Method) []string {
		return c.held(func(scope string) bool {
			return isCustom(scope) && (len(m.Scopes) == 0 || slices.Contains(m.Scopes, scope))
		})
	}
	gets := wanted(p.get)
	for _, post := range wanted(p.post) {
		if get := slices.IndexFunc(gets, func(scope string) bool { return scope != post }); get >= 0 {
			return gets[get], post
		}
	}
	return "", ""
}

// held returns the scopes of the client that are of a kind.
func (c candidate) held(kind func(scope string) bool) (scopes []string) {
	for _, scope := range c.client.Scopes {
		if kind(scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
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
		if pool.Key == userPool {
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
	contract, err := server.FindContract(api.Key)
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
