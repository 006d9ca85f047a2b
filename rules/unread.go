package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// checkUnread holds on what may add methods, clients or secrets, and stands in no
// template that was read.
func checkUnread(c *checker) {
	c.checkNested()
	c.checkDocuments()
	c.checkMacros()
}

// checkNested holds on stacks whose template was not read, once for each template.
func (c *checker) checkNested() {
	seen := map[string]bool{}
	for _, it := range c.items {
		what := "template " + c.quote(it.text("TemplateURL"))
		switch {
		case it.Type != typeStack && it.Type != typeStackSet && !strings.HasSuffix(it.Type, "::MODULE"):
			continue
		case slices.ContainsFunc(c.world.Stacks(), func(nested *cfn.Stack) bool { return nested.Parent == it.stack && nested.In == it.Resource }):
			continue
		case it.stack.LeavesOut(it.Resource) && c.givenAPI(it) == "": // which is said
			continue
		case strings.HasSuffix(it.Type, "::MODULE"):
			what = "module " + it.Type
		case it.text("TemplateURL") == "":
			what = "template of " + it.LogicalID
		}
		if name := c.givenAPI(it); name != "" {
			c.report(it.at("Properties", "Parameters", name), finding{
				message: "the nested stack gets the id of a protected API, but its template is missing: the methods it adds are unchecked",
				remedy:  "give the template as a file of the app (NestedStack), or acknowledge this at the stack",
			})
		} else if !seen[what] {
			seen[what] = true
			c.report(it.at(), finding{
				severity: Warning,
				message:  "the " + what + " is missing: what it deploys is unchecked",
				remedy:   "lint it separately, or give its path in the folder of this template",
			})
		}
	}
}

// givenAPI returns the parameter by which a nested stack gets the id of an API of
// constructs, or "".
func (c *checker) givenAPI(it *item) string {
	given := object(it.value("Parameters"))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if a := c.apisByID[textOf(given[name])]; a != nil && a.isMarked() {
			return name
		}
	}
	return ""
}

// checkDocuments holds on documents of APIs by whom nobody said that they are
// protected. Of those of constructs method-authorization speaks.
func (c *checker) checkDocuments() {
	for _, a := range c.apis {
		i := slices.IndexFunc(a.methods, func(entry *method) bool { return entry.authorization == unreadable })
		if i < 0 || a.isMarked() {
			continue
		}
		c.report(a.methods[i].place, finding{
			severity: Warning,
			message:  "the rules cannot read the API's document here: the methods it adds are unchecked",
			remedy:   "give the document in Body, or by the path of a file in the folder of this template, or lint the template that AWS processed",
		})
	}
}

// checkMacros holds on what decides who is let in, and only AWS knows, as a macro
// makes it.
func (c *checker) checkMacros() {
	for _, it := range c.items {
		decides := it.Type == typeMethod || it.Type == typeAuthorizer || it.Type == typeClient
		if path := it.Properties.Macro(); decides && path != nil && !c.fatal[it] {
			c.report(it.at(append([]any{"Properties"}, path...)...), finding{
				severity: Warning,
				message:  fmt.Sprintf("only AWS runs the macro that makes this part of the %s: it is unchecked", it.Type),
				remedy:   "lint the template that AWS processed",
			})
		}
	}
}
