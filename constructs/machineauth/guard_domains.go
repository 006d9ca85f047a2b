package machineauth

import "github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

// checkDomains rejects two user pool domains of one stack with one prefix:
// CloudFormation would create the first and fail on the second.
func checkDomains(findings *findings, tree *stackTree) {
	var domains []awscognito.CfnUserPoolDomain
	var prefixes []any
	for _, node := range tree.nodes {
		if domain, ok := node.(awscognito.CfnUserPoolDomain); ok {
			domains = append(domains, domain)
			prefixes = append(prefixes, tree.propertiesOf(domain)["domain"])
		}
	}
	if len(domains) < 2 {
		return
	}
	first := map[string]awscognito.CfnUserPoolDomain{}
	for i, prefix := range tree.resolve(prefixes) {
		key := toJSON(prefix)
		if other := first[key]; other != nil {
			findings.addf("%s: has the same domain prefix as %s: give each its own DomainPrefix", owner(domains[i]), owner(other))
			continue
		}
		first[key] = domains[i]
	}
}
