package walkthrough

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"example.com/weather-events-api/local"
)

var errNoTarget = errors.New("the walk-through needs an API with a method that requires a token in the Authorization header, and a client that can get a token with a scope: this template has none")

// FindTarget returns the API and the client that suit the walk-through best: an API
// with GET and POST and a client that holds a scope for each, or the next best. The
// error says that there is nothing to call.
func FindTarget(system *local.System) (Target, error) {
	return FindTargetAmong(system, system.APIs(), system.Clients())
}

// FindTargetAmong is [FindTarget] for some of the system's APIs and clients.
func FindTargetAmong(system *local.System, apis []local.API, clients []local.Client) (Target, error) {
	apis = slices.DeleteFunc(slices.Clone(apis), func(a local.API) bool {
		return !slices.ContainsFunc(system.Methods(a.Key), func(m local.Method) bool { return untold(m) == "" })
	})
	clients = slices.DeleteFunc(slices.Clone(clients), func(c local.Client) bool {
		return c.TokenURL == "" || c.Secret == "" || !slices.ContainsFunc(c.Scopes, isCustom)
	})
	candidates := candidatesOf(system, apis, clients)
	for _, scopes := range fits {
		for _, c := range candidates {
			for _, methods := range c.pairs {
				if get, post := scopes(c, methods); get != "" {
					return c.target(system, methods, get, post, clients), nil
				}
			}
		}
	}
	return Target{}, errNoTarget
}

// fits choose the scopes for a pair of methods, or return "". The most telling
// choices come first.
var fits = []func(candidate, pair) (getScope, postScope string){
	candidate.meant, candidate.required, candidate.unlessOpen, candidate.same, candidate.meantAlone, candidate.alone, candidate.neither,
}

// target returns the target for a candidate.
func (c candidate) target(system *local.System, methods pair, getScope, postScope string, clients []local.Client) Target {
	target := Target{
		APIURL: c.api.URL, TokenURL: c.client.TokenURL, TokenOperation: c.client.TokenOperation, ClientID: c.client.ID, ClientSecret: c.client.Secret,
		GetScope: getScope, PostScope: postScope, DeniedScope: DeniedScope(c.client.Scopes, declared(system, c.client.UserPool)),
		AnyAnswer: !isArticles(system, c.api),
	}
	all := system.Methods(c.api.Key)
	key := APIKey(system, c.api)
	if slices.ContainsFunc(all, func(m local.Method) bool { return m.APIKeyRequired }) {
		target.APIKey = key
	}
	if target.GetPath = methods.get.Path; !methods.get.exists() {
		target.NoGet = lack(all, "GET", c.client, key)
	}
	if target.PostPath = methods.post.Path; !methods.post.exists() {
		target.NoPost = lack(all, "POST", c.client, key)
	}
	target.Methods, target.Untried = refusals(all, c.client, clients)
	return target
}

// APIKey returns the value of an enabled API key of the stage, or "".
func APIKey(system *local.System, api local.API) string {
	for _, key := range system.APIKeys() {
		if key.Enabled && slices.Contains(key.Stages, api.Key+"/"+api.Stage) {
			return key.Value
		}
	}
	return ""
}

// untold returns why the walk-through cannot tell who may call a method, or "" if
// scopes decide.
func untold(m local.Method) string {
	switch {
	case m.Public != "":
		return "is public: " + m.Public
	case m.Authorization == "AWS_IAM":
		return "requires a signature with AWS credentials"
	case m.Authorization == "CUSTOM":
		return "is decided by the Lambda authorizer " + m.Authorizer
	case m.APIKeyFromAuthorizer:
		return "takes its API key from a Lambda authorizer, but has none"
	case m.IdentitySource != "" && !strings.EqualFold(m.IdentitySource, "method.request.header.Authorization"):
		return "looks for a token in " + m.IdentitySource
	case m.IdentityValidationExpression != "":
		return "matches the audience against " + m.IdentityValidationExpression + ", which an access token does not have"
	}
	return ""
}

// lack returns why a client cannot call any method that requests with httpMethod
// reach.
func lack(methods []local.Method, httpMethod string, client local.Client, key string) string {
	serving := serving(methods, httpMethod)
	switch {
	case len(serving) == 0:
		return "the API has no " + httpMethod + " that requires a token"
	case key == "" && slices.ContainsFunc(serving, func(m local.Method) bool { return m.APIKeyRequired }):
		return httpMethod + " requires an API key, but no usage plan of the stage has one"
	}
	return "client " + client.Key + " holds no scope that opens " + httpMethod
}

// maxWork bounds the scope comparisons to about a second, so that no template keeps
// a command or the page waiting.
const maxWork = 50_000_000

// minPerPair is the least work that a pair of methods counts as.
const minPerPair = 50

// candidate is an API and a client, with the methods that the client may call.
type candidate struct {
	api    local.API
	client local.Client
	pairs  []pair
	// namedGet and namedPost are the [NamedScopes] of the client.
	namedGet, namedPost string
}

// candidatesOf returns every API with every client. If there are too many to
// compare, it returns the first ones with the methods that are easiest to call.
func candidatesOf(system *local.System, apis []local.API, clients []local.Client) (candidates []candidate) {
	work := 0
	for _, api := range apis {
		methods := system.Methods(api.Key)
		if APIKey(system, api) == "" {
			methods = slices.DeleteFunc(methods, func(m local.Method) bool { return m.APIKeyRequired }) // no caller has a key
		}
		gets, posts := serving(methods, "GET"), serving(methods, "POST")
		for _, client := range clients {
			work += len(client.Scopes) * (scopesOf(gets) + scopesOf(posts))
			if len(candidates) > 0 && work > maxWork {
				return candidates
			}
			g, p := distinct(gets, client), distinct(posts, client)
			work += max(len(client.Scopes), minPerPair) * (len(p)*scopesOf(g) + len(g)*scopesOf(p))
			if work > maxWork {
				g, p = g[:min(1, len(g))], p[:min(1, len(p))]
			}
			namedGet, namedPost := NamedScopes(client.Scopes)
			candidates = append(candidates, candidate{api, client, pairs(g, p), namedGet, namedPost})
		}
	}
	return candidates
}

// scopesOf counts the scopes that methods require, at least one per method.
func scopesOf(methods []local.Method) (n int) {
	for _, m := range methods {
		n += max(1, len(m.Scopes))
	}
	return n
}

// pair is a GET and a POST that the walk-through calls. Either may be missing.
type pair struct{ get, post callable }

// callable is a method, or none.
type callable struct{ local.Method }

func (m callable) exists() bool { return m.HTTPMethod != "" }

func (p pair) isWhole() bool { return p.get.exists() && p.post.exists() }

// pairs returns all pairs, the easiest to call first.
func pairs(gets, posts []local.Method) []pair {
	var all []pair
	for _, get := range gets {
		for _, post := range posts {
			all = append(all, pair{callable{get}, callable{post}})
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return compareEase(a.get.Path+a.post.Path, b.get.Path+b.post.Path) })
	for _, get := range gets {
		all = append(all, pair{get: callable{get}})
	}
	for _, post := range posts {
		all = append(all, pair{post: callable{post}})
	}
	return append(all, pair{})
}

// compareEase orders paths by how easy they are to call: few parameters, then short.
func compareEase(a, b string) int {
	return cmp.Or(cmp.Compare(strings.Count(a, "{"), strings.Count(b, "{")), cmp.Compare(len(a), len(b)))
}

// distinct returns the methods that a client may open. Of methods that require the
// same scopes, it returns the easiest to call.
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

// serving returns the methods that a request with httpMethod reaches, without those
// that something other than scopes protects.
func serving(methods []local.Method, httpMethod string) []local.Method {
	var found []local.Method
	for _, m := range methods {
		if untold(m) == "" && (m.HTTPMethod == httpMethod || m.HTTPMethod == "ANY" && !has(methods, httpMethod, m.Path)) {
			found = append(found, m)
		}
	}
	return found
}

func has(methods []local.Method, httpMethod, path string) bool {
	return slices.ContainsFunc(methods, func(m local.Method) bool { return m.HTTPMethod == httpMethod && m.Path == path })
}

// declared returns the scopes of a user pool.
func declared(system *local.System, userPool string) (scopes []string) {
	for _, pool := range system.UserPools() {
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

// DeniedScope returns a scope that a client does not hold: one that its user pool
// declares, or else one that does not exist.
func DeniedScope(held, declared []string) string {
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

// isArticles reports whether an API is the article's: whether its OpenAPI document
// shows the article's events.
func isArticles(system *local.System, api local.API) bool {
	openAPI, err := system.FindOpenAPI(api.Key)
	if err != nil {
		return false
	}
	document, err := openAPI.JSON()
	return err == nil && strings.Contains(string(document), "Storms Dudley, Eunice and Franklin")
}

// refusals returns the methods that must refuse callers, each with a token request
// that it must refuse: one of client if possible, otherwise one of another client.
// untried are the methods that something other than scopes protects.
func refusals(methods []local.Method, client local.Client, clients []local.Client) (refusing []Method, untried []string) {
	for _, m := range methods {
		if why := untold(m); why != "" {
			untried = append(untried, m.HTTPMethod+" "+m.Path+", which "+why)
			continue
		}
		refusing = append(refusing, Method{HTTPMethod: verb(m, methods), Path: m.Path, Refused: refused(m, client, clients)})
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

// refused requests every scope of a client that does not open m.
func refused(m local.Method, client local.Client, clients []local.Client) Grant {
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
		switch grant := (Grant{Scope: strings.Join(scopes, " ")}); {
		case len(scopes) == 0:
		case i == 0:
			return grant
		default:
			grant.TokenURL, grant.TokenOperation, grant.ClientID, grant.ClientSecret = c.TokenURL, c.TokenOperation, c.ID, c.Secret
			return grant
		}
	}
	return Grant{}
}
