package machineauth

import (
	"maps"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
)

// checkSecrets holds rule 6: a client secret is in no output and in no property
// of any resource, but for the value of a Secrets Manager secret.
func checkSecrets(findings *findings, tree *stackTree) {
	var holders []constructs.IConstruct
	var values []any
	for _, node := range tree.nodes {
		switch node := node.(type) {
		case awscdk.CfnOutput:
			holders, values = append(holders, node), append(values, node.Value())
		case awssecretsmanager.CfnSecret:
			properties := maps.Clone(tree.propertiesOf(node))
			delete(properties, "secretString")
			delete(properties, "generateSecretString")
			holders, values = append(holders, node), append(values, properties)
		case awscdk.CfnResource:
			holders, values = append(holders, node), append(values, tree.propertiesOf(node))
		}
	}
	for i, value := range tree.resolve(values) {
		if !holdsClientSecret(value) {
			continue
		}
		place := owner(holders[i])
		if _, ok := holders[i].(awscdk.CfnOutput); ok {
			place = "output " + place
		}
		findings.addf("%s: shows a client secret in plain text: keep it in a Secrets Manager secret and give readers the secret's ARN", place)
	}
}

const secretAttribute = "ClientSecret"

var subOfSecret = regexp.MustCompile(`\$\{[^!{}]+\.` + secretAttribute + `\}`)

// holdsClientSecret tells whether a resolved value reads the ClientSecret
// attribute of any resource: only an app client has it.
func holdsClientSecret(value any) bool {
	switch v := value.(type) {
	case string:
		return subOfSecret.MatchString(v)
	case []any:
		for _, element := range v {
			if holdsClientSecret(element) {
				return true
			}
		}
	case map[string]any:
		if attribute, ok := v["Fn::GetAtt"].([]any); ok && len(attribute) == 2 && attribute[1] == secretAttribute {
			return true
		}
		for _, element := range v {
			if holdsClientSecret(element) {
				return true
			}
		}
	}
	return false
}
