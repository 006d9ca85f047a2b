package machineauth

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// newSecret creates the secret that holds what a service needs to get tokens.
// CloudFormation updates it before it deletes an app client, so that it never
// names one that is gone.
func (c *client) newSecret(props *ClientProps) awssecretsmanager.Secret {
	credentials := c.current().credentials()
	credentials["token_url"] = c.home().TokenUrl()
	if operation := c.home().TokenOperation(); operation != nil {
		credentials["token_operation"] = operation
	}
	credentials["scope"] = c.Scope()
	if previous := c.previous(); previous != nil {
		credentials["previous"] = previous.credentials()
	}
	return awssecretsmanager.NewSecret(c, jsii.String("Secret"), &awssecretsmanager.SecretProps{
		Description:   jsii.String("OAuth 2.0 client credentials of " + props.clientName(c.id) + " for " + identifiers(c.servers())),
		SecretName:    props.SecretName,
		EncryptionKey: props.SecretEncryptionKey,
		// In the template, the text refers to the app client's attributes.
		SecretStringValue: awscdk.SecretValue_UnsafePlainText(awscdk.Stack_Of(c).ToJsonString(credentials, nil)),
	})
}

// identifiers names the first of several servers: with all of them, a description
// could be longer than Secrets Manager takes.
func identifiers(servers []*authorizationServer) string {
	if more := len(servers) - 1; more > 0 {
		return fmt.Sprintf("%s and %d more", servers[0].identifier, more)
	}
	return servers[0].identifier
}

func (g *generation) credentials() map[string]any {
	return map[string]any{"client_id": g.clientID(), "client_secret": g.clientSecret()}
}

func (c *client) GrantRead(grantee awsiam.IGrantable) awsiam.Grant {
	var problems validation.Collector
	if c.secret == nil {
		problems.Addf("StoreCredentials", "is not set, so there is no secret to read: set it in the ClientProps")
	}
	if grantee == nil {
		problems.Addf("grantee", "is nil: pass the role or function that reads the credentials")
	}
	construction.PanicIfInvalid(c, "GrantRead", &problems)
	return c.secret.GrantRead(grantee, nil)
}
