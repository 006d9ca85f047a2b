package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// checkUnread reports parts that may add methods, clients or secrets, but that no rule
// has read.
func checkUnread(c *checker) {
	c.checkNested()
	c.checkDocuments()
	c.checkMacros()
}

// checkNested reports stacks whose template was not read, once per template.
func (c *checker) checkNested() {
	seen := map[string]bool{}
	for _, it := range c.items {
		what := "template " + c.quote(it.text("TemplateURL"))
		switch {
		case it.Type != typeStack && it.Type != typeStackSet && !strings.HasSuffix(it.Type, "::MODULE"):
			continue
		case slices.ContainsFunc(c.world.Stacks(), func(nested *cfn.Stack) bool { return nested.Parent == it.stack && nested.In == it.Resource }):
			continue
		case it.stack.LeavesOut(it.Resource) && c.givenAPI(it) == "": // an UnreadError reports it
			continue
		case strings.HasSuffix(it.Type, "::MODULE"):
			what = "module " + it.Type
		case it.text("TemplateURL") == "":
			what = "template of " + it.LogicalID
		}
		if name := c.givenAPI(it); name != "" {
			c.report(it.at("Properties", "Parameters", name), finding{
				message: "the nested stack gets the id of a protected API, but its template is missing: the methods that it adds were not checked",
				remedy:  "make the template part of the app (NestedStack), or acknowledge this on the stack",
			})
		} else if !seen[what] {
			seen[what] = true
			c.report(it.at(), finding{
				severity: Warning,
				message:  "the " + what + " is missing: what it deploys was not checked",
				remedy:   "lint it separately, or refer to it by a path in the folder of this template",
			})
		}
	}
}

// givenAPI returns the parameter that passes the id of an API of constructs to a nested
// stack, or "".
func (c *checker) givenAPI(it *item) string {
	given := object(it.value("Parameters"))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if a := c.apisByID[textOf(given[name])]; a != nil && a.isMarked() {
			return name
		}
	}
	return ""
}

// checkDocuments reports unreadable documents of unmarked APIs. For marked APIs,
// method-authorization reports them.
func (c *checker) checkDocuments() {
	for _, a := range c.apis {
		i := slices.IndexFunc(a.methods, func(entry *method) bool { return entry.authorization == unreadable })
		if i < 0 || a.isMarked() {
			continue
		}
		c.report(a.methods[i].place, finding{
			severity: Warning,
			message:  "the rules cannot read this part of the API's OpenAPI document: the methods that it adds were not checked",
			remedy:   "write the document into Body, refer to it by a path in the folder of this template, or lint the template that AWS processed",
		})
	}
}

// checkMacros reports methods, authorizers and clients that a macro creates, because only
// AWS can run the macro.
func (c *checker) checkMacros() {
	for _, it := range c.items {
		decides := it.Type == typeMethod || it.Type == typeAuthorizer || it.Type == typeClient
		if path := it.Properties.Macro(); decides && path != nil && !c.fatal[it] {
			c.report(it.at(append([]any{"Properties"}, path...)...), finding{
				severity: Warning,
				message:  fmt.Sprintf("only AWS can run the macro that creates this part of the %s: it was not checked", it.Type),
				remedy:   "lint the template that AWS processed",
			})
		}
	}
}
