package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/internal/validation"
)

func (p *protectedApi) Follow(deployment awsapigateway.Deployment) {
	var problems validation.Collector
	if deployment == nil {
		problems.Addf("deployment", "is nil: pass the deployment of a stage")
	} else if deployment.Api() != p.api {
		problems.Addf("deployment", "%s is not a deployment of %s: pass one that is", *deployment.Node().Path(), *p.api.Node().Path())
	}
	construction.PanicIfInvalid(p.api, "Follow", &problems)
	switch {
	case deployment == p.deployment:
		return
	case p.deployment != nil:
		// CDK has the RestApi's own deployment follow and wait for everything.
		deployment.AddToLogicalId(p.deployment.DeploymentId())
		deployment.Node().AddDependency(p.deployment)
	default:
		deployment.AddToLogicalId(p.deployed)
		lastly(deployment, func() {
			waits := deployment.Node()
			for _, resource := range p.resources() {
				waits.AddDependency(resource)
			}
		})
	}
	setMark(p.server.app.L1(deployment), mark.Deploys, p.deployed)
}

// resources returns what the API deploys: what stands below it or names it, and
// its authorizer.
func (p *protectedApi) resources() []constructs.IConstruct {
	below := map[constructs.IConstruct]bool{}
	for _, node := range *p.api.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		below[node] = true
	}
	var found []constructs.IConstruct
	for _, node := range *p.stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if isDeployed(node) && node != constructs.IConstruct(p.cfnAuthorizer) && (below[node] || p.isNamedBy(node)) {
			found = append(found, node)
		}
	}
	if p.authorizer != nil {
		found = append(found, p.cfnAuthorizer)
	}
	return found
}

// isNamedBy reports whether an L1 belongs to the API.
func (p *protectedApi) isNamedBy(resource constructs.IConstruct) bool {
	named, ok := resource.(interface{ RestApiId() *string })
	return ok && *named.RestApiId() == *p.api.RestApiId()
}
