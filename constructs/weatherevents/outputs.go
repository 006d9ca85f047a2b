package weatherevents

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
)

const apiURLOutput = "ApiUrl"

// createOutputs creates the outputs that a client needs. They belong to the stack, so
// CDK does not add a hash to their names and scripts can rely on them.
func (w *weatherEventsApi) createOutputs(props *WeatherEventsApiProps) {
	prefix := *props.OutputPrefix
	stack := w.stack
	output := func(name string, value *string, description string) {
		awscdk.NewCfnOutput(stack, jsii.String(prefix+name), &awscdk.CfnOutputProps{
			Value:       value,
			Description: jsii.String(description),
		})
	}
	output(apiURLOutput, w.Url(), "URL of the weather events API")
	output("TokenUrl", w.server.TokenUrl(), "URL of the token endpoint")
	if operation := w.server.TokenOperation(); operation != nil {
		output("TokenOperation", operation, "Operation of Cognito's API, at TokenUrl, that issues the tokens")
	}
	output("UserPoolId", construction.UserPoolID(w.server.UserPool()), "Id of the user pool that issues the tokens")
	if w.domain != nil {
		output("ApiDomainTarget", w.domain.AliasTarget(), "Target of the DNS alias record for the API's domain")
	}
	if props.TokenDomainName != nil {
		domain := w.server.Domain().(awscognito.UserPoolDomain)
		output("TokenDomainTarget", domain.CloudFrontEndpoint(), "Target of the DNS alias record for the token endpoint's domain")
	}
	if w.serviceClient != nil {
		output("ClientId", w.serviceClient.ClientId(), "Id of the service client; its secret is in the user pool")
		output("Scopes", w.serviceClient.Scope(), "Scopes that the service client may request")
		if secret := w.serviceClient.Secret(); secret != nil {
			output("CredentialsArn", secret.SecretArn(), "ARN of the secret that holds the credentials of the service client")
		}
	}
}

// outputsTaken reports whether a stack already has outputs with prefix.
func outputsTaken(stack awscdk.Stack, prefix string) bool {
	return construction.NodeOf(stack).TryFindChild(jsii.String(prefix+apiURLOutput)) != nil
}
