package apigateway

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/weather-events-api/local/internal/mapping"
)

// identitySource is a part of a request that a Lambda authorizer requires.
type identitySource struct {
	expression string
	values     func(x *exchange) []string
}

// identity holds the values of all sources, in order.
type identity [][]string

var sourceName = regexp.MustCompile(`^[A-Za-z0-9._$-]+$`)

// compileIdentitySources compiles the sources of a Lambda authorizer.
func compileIdentitySources(config *Authorizer, at place) []identitySource {
	var sources []identitySource
	for expression := range strings.SplitSeq(config.IdentitySource, ",") {
		if expression = strings.TrimSpace(expression); expression == "" {
			continue
		}
		values := sourceValues(expression)
		switch {
		case values == nil:
			at.addf("must be method.request.header, method.request.querystring, stageVariables or context and a name, with commas between several, got %q", expression)
		case config.Type == typeToken && !strings.HasPrefix(expression, identityHeaderPrefix):
			at.addf("must be %s and the name of a header for a %s authorizer, got %q", identityHeaderPrefix, typeToken, expression)
		default:
			sources = append(sources, identitySource{expression, values})
		}
	}
	switch {
	case config.Type == typeToken && strings.Contains(config.IdentitySource, ","):
		at.addf("must be one header for a %s authorizer, got %q", typeToken, config.IdentitySource)
	case strings.TrimSpace(config.IdentitySource) != "":
	case config.Type == typeToken:
		at.addf("is missing; a %s authorizer needs %s and the name of a header", typeToken, identityHeaderPrefix)
	case config.ResultTTL > 0:
		at.addf("is missing; AuthorizerResultTtlInSeconds %d needs what to remember an answer by: set it to 0, or name a source", int(config.ResultTTL.Seconds()))
	}
	return sources
}

// sourceValues returns nil for an invalid expression. Path parameters are not allowed, as
// documented.
func sourceValues(expression string) func(*exchange) []string {
	if name, ok := strings.CutPrefix(expression, identityHeaderPrefix); ok && isToken(name) {
		if name = http.CanonicalHeaderKey(name); name == "Host" {
			return func(x *exchange) []string { return []string{x.request.Host} }
		}
		return func(x *exchange) []string { return x.request.Header[name] }
	}
	if name, ok := strings.CutPrefix(expression, "method.request.querystring."); ok && sourceName.MatchString(name) {
		return func(x *exchange) []string { return x.query()[name] }
	}
	if name, ok := strings.CutPrefix(expression, "stageVariables."); ok && variableName.MatchString(name) {
		return func(x *exchange) []string { return []string{x.stage.Variables[name]} }
	}
	if name, ok := strings.CutPrefix(expression, "context."); ok {
		if value, err := mapping.CompileGateway("$" + expression); err == nil && sourceName.MatchString(name) {
			return func(x *exchange) []string {
				text, _ := value.Render(x.templateRequest(nil, nil)) // "" is refused
				return []string{text}
			}
		}
	}
	return nil
}

// identity returns the values of the sources in a request, or refuses the request without
// calling the function.
func (a *lambdaAuthorizer) identity(x *exchange) (identity, *refusal) {
	var all identity
	for _, source := range a.sources {
		values := source.values(x)
		if len(values) == 0 || slices.Contains(values, "") {
			return nil, unauthorized("the request has no " + source.expression + ", which the Lambda authorizer needs")
		}
		if a.isToken && len(values) > 1 {
			// AWS does not document several headers; we assume that it refuses them.
			return nil, unauthorized(fmt.Sprintf("%d values of %s", len(values), source.expression))
		}
		all = append(all, values)
	}
	if a.expression != nil && !a.expression.MatchString(all[0][0]) {
		return nil, unauthorized("the token does not match the identity validation expression")
	}
	return all, nil
}

// key returns the cache key of a result. It does not contain the values.
func (i identity) key(stage string) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%q %q", stage, [][]string(i)))
}

// minSecret is the length from which a value may be a secret.
const minSecret = 8

// redact removes the values, which may be secrets, from a function's error message.
func (i identity) redact(text string) string {
	for _, value := range slices.Concat(i...) {
		for _, secret := range []string{value, strings.TrimPrefix(value, "Bearer ")} {
			if len(secret) >= minSecret {
				text = strings.ReplaceAll(text, secret, "…")
			}
		}
	}
	return text
}

// maxCachedBytes limits a resultCache, in bytes of function output.
const maxCachedBytes = 16 << 20

// resultCache caches the results of a Lambda authorizer.
type resultCache struct {
	ttl   time.Duration
	clock func() time.Time

	mu      sync.Mutex
	results map[[sha256.Size]byte]cachedResult
	size    int
}

type cachedResult struct {
	*authorizerResult
	expires time.Time
}

func newResultCache(ttl time.Duration, clock func() time.Time) *resultCache {
	if clock == nil {
		clock = time.Now
	}
	return &resultCache{ttl: ttl, clock: clock, results: map[[sha256.Size]byte]cachedResult{}}
}

// get returns nil for a result that is missing or has expired.
func (c *resultCache) get(key [sha256.Size]byte) *authorizerResult {
	now := c.clock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.results[key]; now.Before(found.expires) {
		return found.authorizerResult
	}
	return nil
}

// put evicts arbitrary results if there is no room.
func (c *resultCache) put(key [sha256.Size]byte, result *authorizerResult) {
	if c.ttl <= 0 {
		return
	}
	expires := c.clock().Add(c.ttl)
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, found := c.results[key]; found {
		c.forget(key, old)
	}
	for other, old := range c.results {
		if c.size+result.size <= maxCachedBytes {
			break
		}
		c.forget(other, old)
	}
	c.results[key] = cachedResult{result, expires}
	c.size += result.size
}

func (c *resultCache) forget(key [sha256.Size]byte, old cachedResult) {
	delete(c.results, key)
	c.size -= old.size
}
