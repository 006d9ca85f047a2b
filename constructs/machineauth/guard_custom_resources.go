package machineauth

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// checkCustomResources holds rule 5: nothing of an authorization server is a
// custom resource. CDK adds one when UserPoolClientSecret is read.
func (g *guard) checkCustomResources(findings *findings, tree *stackTree) {
	for _, node := range tree.nodes {
		custom, ok := node.(awscdk.CustomResource)
		if !ok {
			continue
		}
		path := owner(custom)
		for _, server := range g.servers {
			if strings.HasPrefix(path, server.path+"/") {
				findings.addf("%s: is a custom resource, whose Lambda sees and may log what it reads: for a client's secret use ClientSecret of the Client, not UserPoolClientSecret", path)
			}
		}
	}
}
