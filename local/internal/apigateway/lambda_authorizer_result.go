package apigateway

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// authorizerResult is what a Lambda authorizer answered. It is not changed.
type authorizerResult struct {
	policy *policy
	caller caller
	size   int
}

// The names in $context.authorizer that the function does not give by itself.
const (
	principalName = "principalId"
	latencyName   = "integrationLatency"
)

// parseResult reads an answer. Names are as they are spelled here, and what else there
// is has no effect.
//
// Source: "Output from an API Gateway Lambda authorizer", Amazon API Gateway developer
// guide.
func parseResult(answer []byte) (*authorizerResult, error) {
	if len(answer) > maxAnswerBytes {
		return nil, fmt.Errorf("it answered %d bytes; Lambda takes %d", len(answer), maxAnswerBytes)
	}
	members, err := object(answer)
	if err != nil {
		return nil, fmt.Errorf("its answer: %w", err)
	}
	maps.DeleteFunc(members, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	r := &authorizerResult{size: len(answer), caller: caller{context: map[string]string{}}}
	if members["policyDocument"] == nil {
		return nil, errors.New("its answer has no policyDocument")
	}
	if r.policy, err = parsePolicy(members["policyDocument"]); err != nil {
		return nil, fmt.Errorf("its policyDocument: %w", err)
	}
	if raw := members["context"]; raw != nil {
		values, err := object(raw)
		if err != nil {
			return nil, fmt.Errorf("its context: %w", err)
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if r.caller.context[name], err = scalarText(values[name]); err != nil {
				return nil, fmt.Errorf("its context: %.100q is neither a text, a number nor a boolean", name)
			}
		}
	}
	// What the context says under these names is not believed.
	r.caller.context[principalName] = ""
	if raw := members["principalId"]; raw != nil {
		if r.caller.context[principalName], err = scalarText(raw); err != nil {
			return nil, errors.New("its principalId is not a text")
		}
	}
	if raw := members["usageIdentifierKey"]; raw != nil && json.Unmarshal(raw, &r.caller.usageIdentifierKey) != nil {
		return nil, errors.New("its usageIdentifierKey is not a text")
	}
	r.caller = r.caller.after(0)
	return r, nil
}

// scalarText returns a text, number or boolean as text.
func scalarText(raw json.RawMessage) (string, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", err
	}
	switch v := value.(type) {
	case string:
		return v, nil
	case bool, float64:
		return string(raw), nil
	}
	return "", errors.New("it is no scalar")
}

// after returns the caller with how long the authorizer took.
func (c caller) after(latency time.Duration) caller {
	c.context, c.latency = maps.Clone(c.context), latency
	c.context[latencyName] = strconv.FormatInt(latency.Milliseconds(), 10)
	return c
}

// maxCachedBytes bounds what a resultCache holds, in bytes of answers.
const maxCachedBytes = 16 << 20

// resultCache remembers what a Lambda authorizer answered.
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

// get returns nil for what is not there, or no longer valid.
func (c *resultCache) get(key [sha256.Size]byte) *authorizerResult {
	now := c.clock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.results[key]; now.Before(found.expires) {
		return found.authorizerResult
	}
	return nil
}

// put forgets any other results when there is no room.
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
