package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
)

// checkStages checks every deployment that a stage of a protected API uses.
func checkStages(c *checker) {
	for _, a := range c.apis {
		if !a.isProtected() {
			continue
		}
		used := map[string]place{} // deployments in use, by Ref
		for _, stage := range a.stages {
			used[stage.text("DeploymentId")] = stage.at("Properties", "DeploymentId")
			if canary := textOf(field(stage.value("CanarySetting"), "DeploymentId")); canary != "" {
				used[canary] = stage.at("Properties", "CanarySetting", "DeploymentId")
			}
		}
		changed := map[*item]bool{} // parts already reported
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
					message: fmt.Sprintf("the stage uses deployment %s, which is in no template: it keeps the API as it was then", c.quote(ref)),
					remedy:  "use the deployment that the RestApi creates, or pass your own to Follow of the ProtectedApi",
				})
			}
		}
	}
}

func (c *checker) checkDeployment(a *api, deployment *item, changed map[*item]bool) {
	// The constructs promise that the logical id of a deployment follows what it
	// copies, so that any change creates a new copy.
	followed, isFollowing := deployment.mark[mark.Deploys].(map[string]any)
	if a.isMarked() && !isFollowing {
		c.report(deployment.at(), finding{
			message: "the deployment does not follow the API: its stage keeps the API as it was first deployed",
			remedy:  "pass the deployment to Follow of the ProtectedApi, or use the one that the RestApi creates",
		})
		return
	}
	if a.isMarked() && isOverridden(deployment) {
		c.report(deployment.at(), finding{
			message: "the deployment's logical id was overridden and no longer follows the API: its stage would keep the API as it was before",
			remedy:  "keep the logical id that CDK generates",
		})
		return
	}
	behind := map[bool][]string{} // keyed by whether they are in another stack
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
			remedy := "set it through the construct or its L1, not with a raw override"
			switch {
			case part.stack != deployment.stack:
				remedy = "create it in the stack of the deployment, whose logical id only follows resources of its own stack"
			case followed[part.LogicalID] == nil:
				remedy = "create it with a construct or an L1 before the app is synthesized, and pass it to Node().AddDependency of the deployment"
			}
			c.report(part.at("Properties"), finding{
				message: fmt.Sprintf("deployment %s does not follow this %s: its stage keeps the API as it was before", deployment.LogicalID, part.Type),
				remedy:  remedy,
			})
		}
	}
	for _, elsewhere := range []bool{false, true} {
		if len(behind[elsewhere]) == 0 {
			continue
		}
		c.report(deployment.at(), finding{
			message: "CloudFormation may create this copy of the API before it creates " + list(behind[elsewhere]) +
				": the stage then lacks them, and later changes never reach it",
			remedy: dependRemedy(a, deployment, elsewhere),
		})
	}
}

// dependRemedy says how to create a deployment after parts of its API. Parts in another
// stack refer to the API and often depend on its stack, so the deployment cannot depend
// on them.
func dependRemedy(a *api, deployment *item, elsewhere bool) string {
	switch {
	case elsewhere && a.isMarked():
		return "create them in the stack of the API"
	case elsewhere:
		return "move them into the template of the deployment, or the deployment and its stages into a stack that is deployed after both"
	case deployment.stack.ConstructPath(deployment.Resource) != "" || a.isMarked():
		return "pass each, or the nested stack that contains it, to Node().AddDependency of the deployment"
	}
	return "add each, or the nested stack that contains it, to the DependsOn of the deployment"
}

// checkResponsesTwice reports gateway responses of one type that an API has twice.
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
						message: fmt.Sprintf("the deployment creates stage %s, and so does %s: API Gateway refuses the second", c.quote(name), stage.LogicalID),
						remedy:  "remove StageName from the deployment",
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
				message: fmt.Sprintf("the API already has %s %s, %s: API Gateway refuses the second", what, c.quote(name), other.LogicalID),
				remedy:  "remove one of the two",
			})
			return
		}
		first[at] = it
	})
}

// followingID matches the hash of the props with which CDK ends a deployment's logical
// id.
var followingID = regexp.MustCompile(`[0-9a-f]{32}$`)

// isOverridden reports whether a deployment from CDK has a different logical id.
func isOverridden(deployment *item) bool {
	return deployment.stack.ConstructPath(deployment.Resource) != "" && !followingID.MatchString(deployment.LogicalID)
}

// fingerprint returns the fingerprint of the properties that a stage enforces.
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

// outer returns the AWS::CloudFormation::Stack that creates the stack of it, or nil.
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

// closure returns the logical ids in its stack that CloudFormation creates before a
// resource.
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

// references returns the logical ids that a resource refers to. They are read once.
func (it *item) references() []string {
	if it.refs == nil {
		it.refs = it.resolver.References(it.Resource)
	}
	return it.refs
}
