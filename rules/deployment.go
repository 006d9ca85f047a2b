package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
)

// checkStages holds on every deployment that a stage of a protected API uses.
func checkStages(c *checker) {
	for _, a := range c.apis {
		if !a.isProtected() {
			continue
		}
		used := map[string]place{} // where stages name deployments
		for _, stage := range a.stages {
			used[stage.text("DeploymentId")] = stage.at("Properties", "DeploymentId")
			if canary := textOf(field(stage.value("CanarySetting"), "DeploymentId")); canary != "" {
				used[canary] = stage.at("Properties", "CanarySetting", "DeploymentId")
			}
		}
		changed := map[*item]bool{} // parts that were reported
		for _, deployment := range a.deployments {
			ref := deployment.resolver.Ref(deployment.Resource)
			if _, isUsed := used[ref]; isUsed || deployment.text("StageName") != "" {
				c.checkDeployment(a, deployment, changed)
			}
			delete(used, ref)
		}
		for _, ref := range slices.Sorted(maps.Keys(used)) {
			if a.isMarked() {
				c.report(used[ref], finding{
					message: fmt.Sprintf("the stage has the deployment %s, which no template holds: it keeps what the API was then", c.quote(ref)),
					remedy:  "use the deployment that the RestApi makes, or one that Follow of the ProtectedApi was called with",
				})
			}
		}
	}
}

func (c *checker) checkDeployment(a *api, deployment *item, changed map[*item]bool) {
	// What constructs promise: the logical id of a deployment follows from what it
	// takes a copy of, so that any change makes a new copy.
	followed, isFollowing := deployment.mark[mark.Deploys].(map[string]any)
	if a.isMarked() && !isFollowing {
		c.report(deployment.at(), finding{
			message: "the deployment was made by hand: its stage keeps what the API was when it was deployed first",
			remedy:  "call Follow of the ProtectedApi with the deployment, or use the one that the RestApi makes",
		})
		return
	}
	if a.isMarked() && isOverridden(deployment) {
		c.report(deployment.at(), finding{
			message: "the logical id of the deployment was overridden: it does not follow what the API asks for, so that its stage would keep what was deployed before",
			remedy:  "leave the logical id as CDK makes it",
		})
		return
	}
	behind := map[bool][]string{} // by whether they are in another stack
	for _, part := range a.parts {
		elsewhere := outermost(part.stack) != outermost(deployment.stack)
		switch {
		case !c.dependsOn(deployment, part):
			behind[elsewhere] = append(behind[elsewhere], part.LogicalID)
		case a.isMarked() && !changed[part] && textOf(followed[part.LogicalID]) != part.fingerprint():
			changed[part] = true
			if c.fatal[part] && followed[part.LogicalID] != nil {
				continue // one override broke both
			}
			remedy := "set it by the construct or its L1, not by a raw override"
			switch {
			case part.stack != deployment.stack:
				remedy = "create it in the stack of the deployment: the logical id of a deployment follows what is in its own stack"
			case followed[part.LogicalID] == nil:
				remedy = "create it before the app is synthesized, by a construct or an L1, and call Node().AddDependency of the deployment with it"
			}
			c.report(part.at("Properties"), finding{
				message: fmt.Sprintf("the deployment %s does not follow this %s: its stage keeps what was deployed before", deployment.LogicalID, part.Type),
				remedy:  remedy,
			})
		}
	}
	for _, elsewhere := range []bool{false, true} {
		if len(behind[elsewhere]) == 0 {
			continue
		}
		c.report(deployment.at(), finding{
			message: "CloudFormation may take this copy of the API before it creates " + list(behind[elsewhere]) +
				": the stage goes without, and later changes never reach it",
			remedy: dependRemedy(a, deployment, elsewhere),
		})
	}
}

// dependRemedy says how a deployment comes after parts of its API. What is in
// another stack refers to the API, and often waits for its stack, so that the
// deployment cannot wait for it there.
func dependRemedy(a *api, deployment *item, elsewhere bool) string {
	switch {
	case elsewhere && a.isMarked():
		return "create them in the stack of the API"
	case elsewhere:
		return "move them into the template of the deployment, or the deployment and its stages into a stack that is deployed after both"
	case deployment.stack.ConstructPath(deployment.Resource) != "" || a.isMarked():
		return "call Node().AddDependency of the deployment with each, or with the nested stack that it is in"
	}
	return "name each in the DependsOn of the deployment, or the nested stack that it is in"
}

// checkResponsesTwice holds on gateway responses: an API has one of each type.
func checkResponsesTwice(c *checker) {
	c.checkOncePerAPI(typeResponse, "ResponseType", "gateway response")
}

func checkStagesTwice(c *checker) {
	c.checkOncePerAPI(typeStage, "StageName", "stage")
	for _, a := range c.apis {
		for _, deployment := range a.deployments {
			for _, stage := range a.stages {
				if name := deployment.text("StageName"); name != "" && name == stage.text("StageName") {
					c.report(deployment.at("Properties", "StageName"), finding{
						message: fmt.Sprintf("the deployment makes stage %s, as %s does: API Gateway refuses the second", c.quote(name), stage.LogicalID),
						remedy:  "leave out StageName of the deployment",
					})
				}
			}
		}
	}
}

func (c *checker) checkOncePerAPI(kind, property, what string) {
	type key struct {
		api  *api
		name string
	}
	first := map[key]*item{}
	c.each(kind, func(it *item) {
		name := it.text(property)
		at := key{c.api(it.text("RestApiId")), name}
		if name == "" || at.api.id == "" {
			return
		}
		if other := first[at]; other != nil {
			c.report(it.at("Properties", property), finding{
				message: fmt.Sprintf("the API has the %s %s already, %s: API Gateway refuses the second", what, c.quote(name), other.LogicalID),
				remedy:  "remove one of the two",
			})
			return
		}
		first[at] = it
	})
}

// followingID is how CDK ends the logical id of a deployment, with the hash of
// what constructs gave it.
var followingID = regexp.MustCompile(`[0-9a-f]{32}$`)

// isOverridden reports whether a deployment that CDK made has another logical id.
func isOverridden(deployment *item) bool {
	return deployment.stack.ConstructPath(deployment.Resource) != "" && !followingID.MatchString(deployment.LogicalID)
}

// fingerprint returns the fingerprint of what a stage enforces of a resource.
func (it *item) fingerprint() string {
	if it.print == "" {
		properties, _ := cfn.Plain(it.Properties).(map[string]any)
		it.print = mark.Fingerprint(it.Type, properties)
	}
	return it.print
}

// dependsOn reports whether CloudFormation creates b before a.
func (c *checker) dependsOn(a, b *item) bool {
	for from := a; from != nil; from = c.outer(from) {
		for to := b; to != nil; to = c.outer(to) {
			if from.stack == to.stack {
				return from != to && c.closure(from)[to.LogicalID]
			}
		}
	}
	return waitsFor(outermost(a.stack), outermost(b.stack), map[*cfn.Stack]bool{})
}

// outer returns the resource that stands for the stack of it in the stack around.
func (c *checker) outer(it *item) *item {
	if it.stack.Parent == nil {
		return nil
	}
	return c.byID[it.stack.Parent][it.stack.In.LogicalID]
}

func outermost(stack *cfn.Stack) *cfn.Stack {
	for stack.Parent != nil {
		stack = stack.Parent
	}
	return stack
}

func waitsFor(a, b *cfn.Stack, seen map[*cfn.Stack]bool) bool {
	seen[a] = true
	for _, before := range a.DependsOn {
		if before == b || !seen[before] && waitsFor(before, b, seen) {
			return true
		}
	}
	return false
}

// closure returns the logical ids that are created before a resource, in its stack.
func (c *checker) closure(from *item) map[string]bool {
	if known := c.closures[from]; known != nil {
		return known
	}
	reached := map[string]bool{}
	waiting := []*item{from}
	for len(waiting) > 0 {
		next := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		for _, id := range next.references() {
			if !reached[id] {
				reached[id] = true
				if it := c.byID[from.stack][id]; it != nil {
					waiting = append(waiting, it)
				}
			}
		}
	}
	c.closures[from] = reached
	return reached
}

// references returns the logical ids that a resource names, read once.
func (it *item) references() []string {
	if it.refs == nil {
		it.refs = it.resolver.References(it.Resource)
	}
	return it.refs
}
