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
	var behind []string
	for _, part := range a.parts {
		switch {
		case !c.dependsOn(deployment, part):
			behind = append(behind, part.LogicalID)
		case a.isMarked() && !changed[part] && textOf(followed[part.LogicalID]) != part.fingerprint():
			changed[part] = true
			c.report(part.at("Properties"), finding{
				message: fmt.Sprintf("the deployment %s does not follow what this %s has come to: its stage would keep what was deployed before", deployment.LogicalID, part.Type),
				remedy:  "set properties by the construct or its L1, not by a raw override, and add resources of the API in the stack of its deployment",
			})
		}
	}
	if len(behind) > 0 {
		c.report(deployment.at(), finding{
			message: "CloudFormation may take this copy of the API before it creates " + list(behind) +
				": the stage would be without, and later changes of them never reach it",
			remedy: "make the deployment depend on each (DependsOn, or Node().AddDependency)",
		})
	}
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
