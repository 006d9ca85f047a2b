package matrix

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/local"
)

// expect returns the cell that the templates imply for a method and a caller.
func (t Target) expect(m Method, c Caller) Cell {
	cell := t.expectToken(m, c)
	switch {
	case c.Kind == Keyless && !m.asksForBoth():
		return Cell{NotCalled: "the method does not ask for a token and a key"}
	case m.keyElsewhere && m.Authorization != custom && (cell.Expected != Closed || cell.Hole):
		return Cell{Expected: Closed, Why: "takes its API key from a Lambda authorizer, but has none"}
	case m.keyElsewhere:
		return cell
	case m.APIKeyRequired && (c.Kind == Nobody || c.Kind == Keyless) && (cell.Expected != Closed || cell.Hole):
		return Cell{Expected: Closed, Why: "requires an API key; none is sent"}
	}
	return cell
}

// asksForBoth reports whether a method requires a token and an API key.
func (m Method) asksForBoth() bool {
	return m.APIKeyRequired && !m.keyElsewhere && m.Authorization == cognito
}

// expectToken is expect without regard to API keys.
func (t Target) expectToken(m Method, c Caller) Cell {
	closed := func(format string, args ...any) Cell {
		return Cell{Expected: Closed, Why: fmt.Sprintf(format, args...)}
	}
	switch m.Authorization {
	case none:
		return m.expectOpen(c)
	case iam:
		return closed("requires a request signed with AWS credentials; this one is not signed")
	case custom:
		// Without an identity source, API Gateway does not call the function.
		if !m.isSent(c) {
			return closed("the authorizer %s requires %s; none is sent", m.authorizer, m.identitySource)
		}
		return Cell{Expected: Undecided, Why: "the authorizer " + m.authorizer + " decides: the templates do not say whom its Lambda function lets in"}
	case cognito:
	default:
		return Cell{Expected: Undecided, Why: "has authorization type " + m.Authorization}
	}
	pools := t.poolNames(m.UserPools)
	switch {
	case c.Kind == Nobody, c.Kind == NobodyWithKey:
		return closed("requires a token of %s; none is sent", pools)
	case c.Kind == Foreign:
		return closed("requires a token that %s signed; somebody else signed this one", pools)
	case len(m.Scopes) == 0:
		return closed("has no scopes, so it expects an ID token; this is an access token")
	case m.audience != "":
		return closed("its authorizer matches the audience against %s; an access token has no audience", m.audience)
	case c.Kind == Keyless:
		if t.opener(m) < 0 {
			return closed("no client holds %s", or(m.Scopes))
		}
		return Cell{Expected: Open, Why: "the token opens it"} // with a key
	}
	if client := t.Clients[c.client]; !slices.Contains(m.UserPools, client.UserPool) {
		return closed("takes tokens of %s; the client is of %s", pools, t.poolName(client.UserPool))
	}
	common := slices.IndexFunc(m.Scopes, func(scope string) bool { return slices.Contains(c.Scopes, scope) })
	if common < 0 {
		return closed("requires %s; the token has %s", or(m.Scopes), scopesText(c.Scopes))
	}
	return Cell{Expected: Open, Why: fmt.Sprintf("requires %s; the token has %s", or(m.Scopes), m.Scopes[common])}
}

// opener returns the index of a client whose token opens a method, -1 without one.
func (t Target) opener(m Method) int {
	return slices.IndexFunc(t.Clients, func(client local.Client) bool {
		return noToken(client, customScopes(client)) == "" && slices.Contains(m.UserPools, client.UserPool) &&
			slices.ContainsFunc(client.Scopes, func(scope string) bool { return slices.Contains(m.Scopes, scope) })
	})
}

// expectOpen is expect for a method without authorization. It is a hole if other methods of
// the API require a token, unless the templates give a reason.
func (m Method) expectOpen(c Caller) Cell {
	const open = "AuthorizationType NONE lets everybody in"
	finding := m.finding(ruleOpen)
	switch {
	case m.Public != "":
		return Cell{Expected: Open, Why: open + ", which is meant: " + m.Public}
	case finding.Accepted != "":
		return Cell{Expected: Open, Why: open + ", which is accepted: " + finding.Accepted}
	case c.Kind == Client:
		return Cell{Expected: Open, Why: open}
	case finding.Rule != "":
		return Cell{Expected: Closed, Hole: true, Why: fmt.Sprintf("%s, and nothing says why (%s)", open, ruleOpen)}
	case m.isPreflight():
		return Cell{Expected: Open, Why: open + ": a browser asks for CORS headers without a token"}
	case m.isProtected:
		return Cell{Expected: Closed, Hole: true, Why: open + ", while other methods of the API require a scope, and nothing says why"}
	case m.isException && m.HTTPMethod != http.MethodOptions: // browsers send preflights without credentials
		return Cell{Expected: Closed, Hole: true, Why: open + ", while other methods of the API check their callers, and nothing says why"}
	case m.isException:
		return Cell{Expected: Open, Why: open + ": a browser asks for CORS headers without credentials"}
	}
	return Cell{Expected: Open, Why: open + ", as no method of the API checks its callers"}
}

// isPreflight reports whether a method may be a CORS preflight. judge checks its response.
func (m Method) isPreflight() bool {
	return m.isProtected && m.HTTPMethod == http.MethodOptions && m.Authorization == none && m.Public == "" && m.finding(ruleOpen).Rule == ""
}

func (t Target) poolNames(keys []string) string {
	var names []string
	for _, key := range keys {
		names = append(names, t.poolName(key))
	}
	return or(names)
}

// or joins names with "or", and shortens a long list.
func or(names []string) string {
	const most = 4
	if len(names) > most {
		return fmt.Sprintf("%s or one of %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " or ")
}

func scopesText(scopes []string) string {
	const most = 4
	switch {
	case len(scopes) == 0:
		return "no scope"
	case len(scopes) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(scopes[:most], ", "), len(scopes)-most)
	}
	return strings.Join(scopes, ", ")
}
