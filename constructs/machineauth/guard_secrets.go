package machineauth

import (
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
)

// checkSecrets holds rule 6: a client secret is in no output and in no property
// of any resource, but for the value of a Secrets Manager secret.
func (g *guard) checkSecrets(findings *findings, stacks []stackTree) {
	for _, tree := range stacks {
		var places []string
		var values []any
		for _, node := range tree.nodes {
			if output, ok := node.(awscdk.CfnOutput); ok {
				places = append(places, "output "+*output.Node().Path())
				values = append(values, output.Value())
			} else if resource, ok := node.(awscdk.CfnResource); ok {
				properties := *resource.CfnProperties()
				if _, keeper := node.(awssecretsmanager.CfnSecret); keeper {
					delete(properties, "secretString")
					delete(properties, "generateSecretString")
				}
				places = append(places, owner(resource))
				values = append(values, properties)
			}
		}
		for i, value := range resolve(tree.stack, values) {
			if holdsClientSecret(value) {
				findings.addf("%s: shows a client secret in plain text: keep it in a Secrets Manager secret and give readers the secret's ARN", places[i])
			}
		}
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
