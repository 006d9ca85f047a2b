package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/validation"
)

// checker collects the findings of one world: one outcome of all conditions.
type checker struct {
	*model
	rule     *row
	findings []Finding
	fatal    map[*item]bool // resources with a fatal finding
}

// finding is what a check reports; report turns it into a Finding.
type finding struct {
	severity Severity // "" means the severity of the rule
	subject  string
	message  string
	remedy   string
}

// at returns a place below a resource.
func (it *item) at(path ...any) place { return place{it, path} }

// report adds a finding about a resource.
func (c *checker) report(at place, f finding) {
	if cmp.Or(f.severity, c.rule.Severity) == Fatal {
		c.fatal[at.item] = true
	}
	path := append([]any{"Resources", at.LogicalID}, at.below...)
	c.add(at.stack, path, Place{
		LogicalID:     at.LogicalID,
		Property:      c.path(at.below),
		ConstructPath: at.stack.ConstructPath(at.Resource),
	}, f)
}

// reportPath adds a finding about a part of a template, given its path from the top.
func (c *checker) reportPath(stack *cfn.Stack, path []any, f finding) {
	if path[0] == "Resources" {
		if it := c.byID[stack][textOf(path[1])]; it != nil {
			c.report(it.at(path[2:]...), f)
			return
		}
	}
	c.add(stack, path, Place{Property: c.path(path)}, f)
}

// path returns a path as a place shows it.
func (c *checker) path(steps []any) string {
	shown := slices.Clone(steps)
	for i, step := range steps {
		if name, isName := step.(string); isName { // a document given as text may have unknown names
			shown[i] = c.world.Show(name)
		}
	}
	return cfn.Path(shown...)
}

func (c *checker) add(stack *cfn.Stack, path []any, at Place, f finding) {
	at.File, at.Line = stack.Name, stack.Locate(path...)
	found := Finding{
		Rule:     c.rule.ID,
		Severity: cmp.Or(f.severity, c.rule.Severity),
		Place:    at,
		Subject:  c.world.Show(f.subject),
		Message:  c.world.Show(f.message),
		Remedy:   c.world.Show(f.remedy),
	}
	if found.Severity != Fatal {
		found.Acknowledged = cmp.Or(acknowledgment(stack, at.ConstructPath, found.ID()), acknowledgment(stack, at.ConstructPath, Plugin+"::"+found.Rule))
	}
	c.findings = append(c.findings, found)
}

func acknowledgment(stack *cfn.Stack, constructPath, id string) string {
	reason, acknowledged := stack.Acknowledged(constructPath, id)
	if acknowledged && reason == "" {
		return "no reason was given"
	}
	return reason
}

// outcome holds the findings of one world.
type outcome struct {
	world    *cfn.World
	findings []Finding
	open     []string // ids of the APIs that are not protected
}

func check(stacks []*cfn.Stack, unread []*cfn.UnreadError) ([]Finding, error) {
	var seen []outcome
	protected := map[string]bool{} // in any world
	worlds := cfn.NewOutcomes(stacks)
	for world := worlds.Next(); world != nil; world = worlds.Next() {
		c, err := checkWorld(world, nil)
		if err != nil {
			return nil, err
		}
		if !world.IsPossible() {
			continue
		}
		found := outcome{world: world, findings: c.findings}
		for _, a := range c.apis {
			if a.isProtected() {
				protected[a.id] = true
			} else {
				found.open = append(found.open, a.id)
			}
		}
		seen = append(seen, found)
	}
	merged := merger{all: map[Finding]*sighting{}}
	for _, found := range seen {
		if slices.ContainsFunc(found.open, func(id string) bool { return protected[id] }) {
			c, err := checkWorld(found.world, protected)
			if err != nil {
				return nil, err
			}
			found.findings = c.findings
		}
		merged.add(found.findings, found.world.Assumed)
	}
	findings := merged.findings()
	if names, in := worlds.Unseen(); len(names) > 0 {
		findings = append(findings, Finding{
			Rule: ruleUnread, Severity: Warning, Place: Place{File: in.Name, Line: 1},
			Message: fmt.Sprintf("the template has more outcomes of parameters and conditions than the rules check: not all combinations of %s were checked", list(names)),
			Remedy:  "check copies of the template that fix some of these parameters: give each one AllowedValue, and that value as its Default",
		})
	}
	for _, u := range unread {
		findings = append(findings, Finding{
			Rule: ruleUnread, Severity: Error, Place: Place{File: u.File, Line: 1},
			Message: fmt.Sprintf("the template cannot be read and was not checked: %v", u.Err),
			Remedy:  "expand its macros and check it separately; in a CDK app, acknowledge this on the stack",
		})
	}
	order := map[string]int{}
	for i, stack := range stacks {
		order[stack.Name] = i
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(ruleIndex(a.Rule), ruleIndex(b.Rule)))
	})
	return findings, nil
}

// checkWorld checks one world. protected has the ids of APIs that are protected in any
// world.
func checkWorld(world *cfn.World, protected map[string]bool) (*checker, error) {
	c := &checker{model: newModel(world), fatal: map[*item]bool{}}
	for _, a := range c.apis {
		a.elsewhere = protected[a.id] && !a.isProtected()
	}
	for i := range table {
		c.rule = &table[i]
		c.rule.check(c)
	}
	for _, stack := range world.Stacks() {
		if err := world.Resolver(stack).Failure(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// merger merges the findings of several worlds.
type merger struct {
	worlds int
	order  []Finding
	all    map[Finding]*sighting
}

type sighting struct {
	in      map[int]bool // worlds, by their numbers
	assumed []string     // of the first world
}

func (m *merger) add(found []Finding, assumed []string) {
	m.worlds++
	for _, f := range found {
		seen := m.all[f]
		if seen == nil {
			seen = &sighting{assumed: assumed, in: map[int]bool{}}
			m.all[f] = seen
			m.order = append(m.order, f)
		}
		seen.in[m.worlds] = true
	}
}

// findings returns each finding once. If a finding does not apply in every world, its
// message says when it does.
func (m *merger) findings() []Finding {
	var findings []Finding
	for i, f := range m.order {
		seen := m.all[f]
		if len(seen.in) < m.worlds {
			if f.Severity == Warning && f.Rule != ruleUnread || m.isSaid(f, m.order[:i]) {
				continue
			}
			if len(seen.assumed) > 0 {
				f.When = strings.Join(seen.assumed, " and ")
				f.Message += ", when " + f.When
			}
		}
		findings = append(findings, f)
	}
	return findings
}

// isSaid reports whether an earlier finding says the same about other worlds, where names
// have other values.
func (m *merger) isSaid(f Finding, before []Finding) bool {
	return slices.ContainsFunc(before, func(other Finding) bool {
		if other.Rule != f.Rule || other.Place != f.Place || other.Severity != f.Severity || other.Subject != f.Subject || other.Remedy != f.Remedy {
			return false
		}
		for world := range m.all[f].in {
			if m.all[other].in[world] {
				return false
			}
		}
		return true
	})
}

// quote quotes a text for a message. Unknown values are shown by their names.
func (c *checker) quote(text string) string { return validation.Quote(c.world.Show(text)) }

// list joins names for a message, and shortens a long list.
func list(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
