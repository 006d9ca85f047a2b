package machineauth

import (
	"maps"
	"regexp"
	"strings"

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
	for i, reads := range tree.readClientSecret(values) {
		if !reads {
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

// readClientSecret tells of each value whether it reads a client secret. Only
// the tokens in them are resolved: all of the values would be several times as
// much to send to CDK and back.
func (t *stackTree) readClientSecret(values []any) []bool {
	var tokens tokens
	reads := make([]bool, len(values))
	tokensOf := make([][]int, len(values))
	for i, value := range values {
		reads[i] = holdsClientSecret(value)
		tokensOf[i] = tokens.add(nil, value)
	}
	resolved := t.resolve(tokens.all)
	for i := range values {
		for _, token := range tokensOf[i] {
			reads[i] = reads[i] || holdsClientSecret(resolved[token])
		}
	}
	return reads
}

// holdsClientSecret tells whether a value reads the ClientSecret attribute of
// any resource: only an app client has it.
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
		switch attribute := v["Fn::GetAtt"].(type) {
		case []any:
			if len(attribute) == 2 && attribute[1] == secretAttribute {
				return true
			}
		case string:
			if strings.HasSuffix(attribute, "."+secretAttribute) {
				return true
			}
		}
		for _, element := range v {
			if holdsClientSecret(element) {
				return true
			}
		}
	}
	return false
}
