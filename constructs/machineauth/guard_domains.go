package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
)

// checkDomains rejects two authorization servers of one stack with one domain
// prefix: CloudFormation would create the first and fail on the second.
func (g *guard) checkDomains(findings *findings) {
	if len(g.servers) < 2 {
		return
	}
	first := map[string]*authorizationServer{}
	for _, server := range g.servers {
		domain, ok := server.domain.(awscognito.UserPoolDomain)
		if !ok || *awscdk.Stack_Of(domain).Node().Path() != *awscdk.Stack_Of(server).Node().Path() {
			continue
		}
		stack := awscdk.Stack_Of(server)
		prefix := domain.Node().DefaultChild().(awscognito.CfnUserPoolDomain).Domain()
		key := *stack.Node().Path() + " " + toJSON(stack.Resolve(prefix))
		if other := first[key]; other != nil {
			if *other.domain.Node().Path() == *domain.Node().Path() {
				continue // two resource servers of one pool share its domain
			}
			findings.addf("%s: has the same domain prefix as %s: give each its own DomainPrefix", *server.Node().Path(), *other.Node().Path())
			continue
		}
		first[key] = server
	}
}
