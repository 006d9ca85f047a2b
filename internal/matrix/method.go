package matrix

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/local"
)

// The types of authorization.
const (
	none    = "NONE"
	cognito = "COGNITO_USER_POOLS"
	iam     = "AWS_IAM"
	custom  = "CUSTOM"
)

// methodsOf returns the rows of a stage, by path.
func (t Target) methodsOf(api local.API) (rows []Method) {
	declared := t.Methods[api.Key]
	isProtected := slices.ContainsFunc(declared, func(m local.Method) bool { return m.Authorization == cognito && len(m.Scopes) > 0 })
	asks := slices.ContainsFunc(declared, func(m local.Method) bool { return m.Authorization != none })
	paths := newPaths(declared)
	for _, m := range declared {
		row := Method{
			API: api.Key, Stage: api.Stage, HTTPMethod: m.HTTPMethod, Path: m.Path, URL: strings.TrimSuffix(api.URL, "/") + paths.fill(m.Path),
			Authorization: m.Authorization, Scopes: m.Scopes, UserPools: m.UserPools, APIKeyRequired: m.APIKeyRequired, Public: m.Public,
			Findings:       t.findingsOf(m),
			identitySource: m.IdentitySource, audience: m.IdentityValidationExpression, authorizer: m.Authorizer, isProtected: isProtected,
			isException: asks && m.Authorization == none, keyElsewhere: m.APIKeyFromAuthorizer,
		}
		for _, row.Called = range calledWith(m, declared) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b Method) int { return cmp.Compare(a.Path, b.Path) })
	return rows
}

// tokenHeader returns the header where the method's authorizer expects a token: the first
// header in its identity sources.
func (m Method) tokenHeader() string {
	for source := range strings.SplitSeq(m.identitySource, ",") {
		if header, found := strings.CutPrefix(strings.TrimSpace(source), "method.request.header."); found {
			return header
		}
	}
	return "Authorization"
}

// isSent reports whether a caller sends what the authorizer's identity sources name: a
// token, or an API key.
func (m Method) isSent(c Caller) bool {
	if c.Kind != Nobody && c.Kind != NobodyWithKey || !strings.Contains(m.identitySource, "method.request.") {
		return true
	}
	return m.APIKeyRequired && c.hasKey() && strings.EqualFold(strings.TrimSpace(m.identitySource), "method.request.header.X-API-Key")
}

// calledWith returns the HTTP methods to try a method with: two for ANY, since API Gateway
// treats all of them alike.
func calledWith(m local.Method, all []local.Method) []string {
	if m.HTTPMethod != "ANY" {
		return []string{m.HTTPMethod}
	}
	var free []string
	for _, name := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} {
		if !slices.ContainsFunc(all, func(other local.Method) bool { return other.HTTPMethod == name && other.Path == m.Path }) {
			free = append(free, name)
		}
	}
	return free[:min(2, len(free))]
}

// paths fills path parameters with values that match no other resource.
type paths struct {
	value   string
	deepest int
}

func newPaths(methods []local.Method) paths {
	p := paths{value: "verify"}
	fixed := map[string]bool{}
	for _, m := range methods {
		segments := strings.Split(m.Path, "/")
		p.deepest = max(p.deepest, len(segments))
		for _, segment := range segments {
			fixed[segment] = true
		}
	}
	for fixed[p.value] {
		p.value += "-"
	}
	return p
}

var (
	greedy    = regexp.MustCompile(`\{[^}]*\+\}`)
	parameter = regexp.MustCompile(`\{[^}]*\}`)
)

// fill returns a request path for a resource. A greedy parameter gets more segments than
// any other path has.
func (p paths) fill(path string) string {
	more := p.deepest - len(strings.Split(path, "/"))
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			segments[i] = url.PathEscape(segment)
		}
	}
	path = strings.Join(segments, "/")
	path = greedy.ReplaceAllLiteralString(path, p.value+strings.Repeat("/"+p.value, more))
	return parameter.ReplaceAllLiteralString(path, p.value)
}
