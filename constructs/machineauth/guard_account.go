package machineauth

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
)

// checkAccountRole holds rule 4: no protected API sets the account's API
// Gateway CloudWatch role unless it was asked to by name.
func (g *guard) checkAccountRole(findings *findings, tree *stackTree) {
	for _, node := range tree.nodes {
		account, ok := node.(awsapigateway.CfnAccount)
		if !ok {
			continue
		}
		path := *account.Node().Path()
		for _, server := range g.servers {
			for _, p := range server.protected {
				if strings.HasPrefix(path, p.path+"/") && !isTrue(p.options.AllowAccountCloudWatchRole) {
					findings.addf("%s: sets the API Gateway CloudWatch role of the whole account and Region: create the RestApi with CloudWatchRole false, or accept it with ProtectOptions.AllowAccountCloudWatchRole", path)
				}
			}
		}
	}
}

func isTrue(b *bool) bool { return b != nil && *b }
