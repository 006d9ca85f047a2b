package machineauth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// Validate checks what does not depend on the authorization server; it returns
// nil, or a *[ValidationError] that lists every problem.
func (p *ClientProps) Validate() error {
	var problems validation.Collector
	if p != nil {
		p.validateName(&problems, p.ClientName)
		validateWholeUnits(&problems, "AccessTokenValidity", p.AccessTokenValidity, limits.MinAccessTokenValidity, limits.MaxAccessTokenValidity, time.Minute)
		p.validateSecret(&problems)
		p.validateGenerations(&problems)
	}
	return problems.Err("ClientProps")
}

// validateName checks the name with room for what the current generation adds.
func (p *ClientProps) validateName(problems *validation.Collector, name *string) {
	rule := limits.PoolOrClientName
	if generations := p.generations(); len(generations) > 0 {
		rule.Max -= len(nameSuffix(generations[len(generations)-1]))
	}
	problems.String("ClientName", name, rule)
}

func (p *ClientProps) validateSecret(problems *validation.Collector) {
	problems.String("SecretName", p.SecretName, limits.SecretName)
	if isTrue(p.StoreCredentials) {
		return
	}
	const needsSecret = "has no effect without StoreCredentials: set that too, or leave it out"
	if p.SecretName != nil {
		problems.Addf("SecretName", needsSecret)
	}
	if p.SecretEncryptionKey != nil {
		problems.Addf("SecretEncryptionKey", needsSecret)
	}
}

// maxGeneration leaves room for a date, 20260131.
const maxGeneration = 999_999_999

func (p *ClientProps) validateGenerations(problems *validation.Collector) {
	if p.Generations != nil && p.generations() == nil {
		problems.Addf("Generations", "must be one whole number from 1 to %d, or two in ascending order while a rotation is open, got %s",
			maxGeneration, listed(*p.Generations))
	}
}

// generations returns the numbers of the generations, or nil if they are invalid.
func (p *ClientProps) generations() []int {
	if p.Generations == nil {
		return []int{1}
	}
	var numbers []int
	for _, n := range *p.Generations {
		if n == nil || *n < 1 || *n > maxGeneration || *n != float64(int(*n)) {
			return nil
		}
		numbers = append(numbers, int(*n))
	}
	if len(numbers) > 2 || len(numbers) == 2 && numbers[0] >= numbers[1] {
		return nil
	}
	return numbers
}

func listed(numbers []*float64) string {
	texts := make([]string, 0, len(numbers))
	for _, n := range numbers {
		if n == nil {
			texts = append(texts, "nil")
		} else {
			texts = append(texts, fmt.Sprint(*n))
		}
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func isTrue(b *bool) bool { return b != nil && *b }

func (p *ClientProps) clientName(id string) string {
	if p.ClientName != nil {
		return *p.ClientName
	}
	return id
}

// isTaken reports whether a child of s has this id.
func (s *authorizationServer) isTaken(id string) bool {
	return id == userPoolID || id == resourceServerID || id == domainID ||
		slices.ContainsFunc(s.clients, func(c *client) bool { return c.owner == s && c.id == id })
}

// validate checks props of a client to be made.
func (c *client) validate(problems *validation.Collector, props *ClientProps) {
	c.validateScopeCount(problems, props)
	validateAccess(problems, c.access)
	if props.ClientName == nil {
		props.validateName(problems, &c.id)
	}
	compared := map[*client]bool{}
	for _, server := range c.servers() {
		for _, other := range server.clients {
			same := c.owner != nil && other.owner == c.owner && other.id == c.id // is reported by its id
			if !compared[other] && !same {
				other.validateDistinct(problems, props.clientName(c.id), props)
			}
			compared[other] = true
		}
	}
	if servers := c.servers(); len(servers) > 0 && isTrue(props.StoreCredentials) && !servers[0].knowsTokenURL() {
		problems.Addf("StoreCredentials", "stores where tokens come from, which %s", servers[0].unknownTokenURL())
	}
	problems.Merge(props.Validate())
}

// validateScopeCount leaves out a client whose Scopes or empty Access are reported.
func (c *client) validateScopeCount(problems *validation.Collector, props *ClientProps) {
	n := len(c.Scopes())
	if n == 0 && (len(c.access) > 0 && props.Scopes == nil || c.owner == nil && props.Scopes != nil) {
		return
	}
	property := "Access"
	if c.owner != nil && (props.Scopes != nil || props.Access == nil) {
		property = "Scopes"
	}
	if n == 0 || n > limits.ScopesPerClient {
		problems.Addf(property, "must have 1 to %d scopes, got %d", limits.ScopesPerClient, n)
	}
}

// validateDistinct reports what a new client would have in common with c.
func (c *client) validateDistinct(problems *validation.Collector, clientName string, props *ClientProps) {
	for _, number := range props.generations() {
		name := clientName + nameSuffix(number)
		if slices.ContainsFunc(c.generations, func(g *generation) bool { return g.name == name }) {
			problems.Addf("ClientName", "%s is the name of client %q already: give every client its own name", validation.Quote(name), c.id)
		}
	}
	if c.secretName != nil && props.SecretName != nil && *c.secretName == *props.SecretName {
		problems.Addf("SecretName", "%s is the name of the secret of client %q already: give every secret its own name", validation.Quote(*props.SecretName), c.id)
	}
}
