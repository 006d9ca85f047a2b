package apigateway

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/pattern"
)

// policy is a compiled policy document of a Lambda authorizer. What cannot be evaluated
// here, such as a condition, never allows a call.
//
// Source: "Grammar of the IAM JSON policy language", AWS Identity and Access
// Management user guide.
type policy struct{ statements []statement }

type statement struct {
	allow     bool
	actions   elements
	resources elements
	// A condition, or a variable in a resource, cannot be evaluated: a Deny with one
	// denies, an Allow with one does not allow.
	hasCondition, hasVariable bool
}

// elements holds the patterns of Action or Resource, or of NotAction or NotResource.
type elements struct {
	patterns []string
	not      bool
}

// maxPolicyBytes limits the size of a policy. AWS does not document a limit.
const maxPolicyBytes = 512 << 10

// invokeAction is the action of calling a method, in lower case for comparison.
const invokeAction = "execute-api:invoke"

// decision is the decision of a policy about a call.
type decision int

const (
	implicitDeny decision = iota
	explicitDeny
	allowed
)

// decide decides about a call that the ARNs are spellings of: the policy must allow the
// first one, and an explicit Deny of any of them wins. The reason explains a denial.
func (p *policy) decide(arns ...string) (decision, string) {
	result, reason := implicitDeny, "no statement of its policy allows the call"
	for _, s := range p.statements {
		if !s.actions.match(invokeAction, pattern.MatchWildcards) {
			continue
		}
		matches := func(arn string) bool { return s.resources.match(arn, matchARN) }
		isUncertain := s.hasCondition || s.hasVariable
		switch {
		case !s.allow && isUncertain && (s.hasVariable || slices.ContainsFunc(arns, matches)):
			return explicitDeny, "a statement of its policy that denies calls has a condition or a variable, which is not evaluated here"
		case !s.allow && slices.ContainsFunc(arns, matches):
			return explicitDeny, "a statement of its policy denies the call"
		case s.allow && isUncertain && matches(arns[0]):
			reason = "the statement of its policy that allows the call has a condition or a variable, which is not evaluated here"
		case s.allow && matches(arns[0]):
			result = allowed
		}
	}
	return result, reason
}

func (e elements) match(text string, matches func(pattern, text string) bool) bool {
	return e.not != slices.ContainsFunc(e.patterns, func(pattern string) bool { return matches(pattern, text) })
}

// matchARN reports whether the pattern of a resource matches an ARN. A wildcard does not
// match a colon, except in the last part of the pattern.
func matchARN(arnPattern, arn string) bool {
	if arnPattern == "*" {
		return true
	}
	const parts = 6
	patterns := strings.SplitN(arnPattern, ":", parts)
	texts := strings.SplitN(arn, ":", len(patterns)) // the same number: an ARN has all parts
	for i := range patterns {
		if !pattern.MatchWildcards(patterns[i], texts[i]) {
			return false
		}
	}
	return true
}

// parsePolicy reads a policy document. It returns an error for a document that API Gateway
// cannot parse, or might not.
func parsePolicy(document json.RawMessage) (*policy, error) {
	if len(document) > maxPolicyBytes {
		return nil, fmt.Errorf("it has %d bytes; allowed are %d here", len(document), maxPolicyBytes)
	}
	members, err := object(document, "Version", "Id", "Statement")
	if err != nil {
		return nil, err
	}
	var version string
	if raw := members["Version"]; raw != nil && (json.Unmarshal(raw, &version) != nil || version != "2012-10-17" && version != "2008-10-17") {
		return nil, fmt.Errorf("the Version must be 2012-10-17 or 2008-10-17, got %.40s", raw)
	}
	var statements []json.RawMessage
	switch raw := members["Statement"]; {
	case raw == nil:
		return nil, errors.New("it has no Statement")
	case json.Unmarshal(raw, &statements) != nil:
		statements = []json.RawMessage{raw}
	}
	p := &policy{}
	for i, raw := range statements {
		s, err := parseStatement(raw)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i, err)
		}
		p.statements = append(p.statements, s)
	}
	return p, nil
}

func parseStatement(raw json.RawMessage) (s statement, err error) {
	members, err := object(raw, "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
	if err != nil {
		return s, err
	}
	switch effect := string(members["Effect"]); effect {
	case `"Allow"`:
		s.allow = true
	case `"Deny"`:
	default:
		return s, fmt.Errorf("the Effect must be Allow or Deny, got %.40s", cmp.Or(effect, "none"))
	}
	if s.actions, err = parseElements(members, "Action"); err != nil {
		return s, err
	}
	for i, action := range s.actions.patterns {
		s.actions.patterns[i] = strings.ToLower(action)
	}
	if s.resources, err = parseElements(members, "Resource"); err != nil {
		return s, err
	}
	for _, resource := range s.resources.patterns {
		if resource != "*" && !strings.HasPrefix(resource, "arn:") {
			return s, errors.New("a Resource must be * or an ARN")
		}
		s.hasVariable = s.hasVariable || strings.Contains(resource, "${")
	}
	if raw := members["Condition"]; raw != nil {
		conditions, err := object(raw)
		if err != nil {
			return s, fmt.Errorf("the Condition: %w", err)
		}
		s.hasCondition = len(conditions) > 0
	}
	return s, nil
}

// parseElements reads the member name or Notname of a statement, whichever exists: a
// string or a list of strings.
func parseElements(members map[string]json.RawMessage, name string) (elements, error) {
	e := elements{}
	raw, inverse := members[name], members["Not"+name]
	if (raw == nil) == (inverse == nil) {
		return e, fmt.Errorf("it needs either %s or Not%s", name, name)
	}
	if raw == nil {
		raw, e.not = inverse, true
	}
	var one *string
	if json.Unmarshal(raw, &one) == nil && one != nil {
		e.patterns = []string{*one}
		return e, nil
	}
	var list []*string
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 || slices.Contains(list, nil) {
		return e, fmt.Errorf("%s must be a string or a list of strings", name)
	}
	for _, pattern := range list {
		e.patterns = append(e.patterns, *pattern)
	}
	return e, nil
}

// object reads a JSON object. Without names, any member is allowed. With names, other
// members are an error, and members that are null are dropped.
func object(raw json.RawMessage, names ...string) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, errors.New("it is not a JSON object")
	}
	for name, value := range members {
		switch {
		case len(names) == 0:
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("it has %.40q; allowed are %s", name, strings.Join(names, ", "))
		case string(value) == "null":
			delete(members, name)
		}
	}
	return members, nil
}
