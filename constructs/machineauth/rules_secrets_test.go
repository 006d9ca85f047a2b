//go:build !race

package machineauth_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// Rule 5: no Lambda reads a secret.
func TestReadingTheSecretByCustomResource(t *testing.T) {
	o := newOrders()
	o.client("Reporting", o.read).UserPoolClient().UserPoolClientSecret()
	awscdk.NewCustomResource(o.stack, jsii.String("Mine"), &awscdk.CustomResourceProps{ServiceToken: jsii.String("arn")})

	cdktest.Equal(t, "findings", cdktest.Findings(t, awscdk.Stage_Of(o.stack)), []string{
		"Test/Auth/Reporting/Resource/DescribeCognitoUserPoolClient: is a custom resource, whose Lambda sees and may log what it reads: for a client's secret use ClientSecret of the Client, not UserPoolClientSecret",
	})
}

const isShown = ": shows a client secret in plain text: keep it in a Secrets Manager secret and give readers the secret's ARN"

// Rule 6: no secret in plain text.
func TestPlacesOfAClientSecret(t *testing.T) {
	app := cdktest.NewApp(nil)
	o := newOrdersIn(newStackIn(app, "Test"))
	c := o.client("Reporting", o.read)
	secret := c.ClientSecret().UnsafeUnwrap()
	client := *o.stack.GetLogicalId(cfnClient(c))
	output := func(id string, value *string) {
		awscdk.NewCfnOutput(o.stack, &id, &awscdk.CfnOutputProps{Value: value})
	}
	resource := func(id string, properties map[string]any) {
		awscdk.NewCfnResource(o.stack, &id, &awscdk.CfnResourceProps{Type: jsii.String("Test::Any::Thing"), Properties: &properties})
	}

	output("Plain", secret)
	output("Joined", jsii.String("secret="+*secret))
	output("Sub", awscdk.Fn_Sub(jsii.String("secret=${"+client+".ClientSecret}"), nil))
	output("SubVariable", awscdk.Fn_Sub(jsii.String("secret=${s}"), &map[string]*string{"s": secret}))
	awsssm.NewStringParameter(o.stack, jsii.String("Parameter"), &awsssm.StringParameterProps{StringValue: secret})
	resource("Nested", map[string]any{"Environment": []any{map[string]any{"Value": secret}}})
	resource("NestedSub", map[string]any{"Environment": awscdk.Fn_Sub(jsii.String("${"+client+".ClientSecret}"), nil)})
	attribute := cfnClient(c).GetAtt(jsii.String("ClientSecret"), awscdk.ResolutionTypeHint_STRING)
	for id, value := range map[string]any{
		"AsObject": attribute,
		"AsNumber": awscdk.Token_AsNumber(attribute),
		"AsList":   awscdk.Token_AsList(attribute, nil),
		"Raw":      map[string]any{"Fn::GetAtt": []any{client, "ClientSecret"}},
		"RawText":  map[string]any{"Fn::GetAtt": client + ".ClientSecret"},
	} {
		resource(id, map[string]any{"Plain": "text", "Value": value})
	}
	awssecretsmanager.NewCfnSecret(o.stack, jsii.String("Described"), &awssecretsmanager.CfnSecretProps{
		SecretString: secret, Description: secret,
	})
	stored := o.auth.AddClient(jsii.String("Stored"), &machineauth.ClientProps{Scopes: scopes(o.read), StoreCredentials: jsii.Bool(true), Generations: jsii.Numbers(1, 2)})
	output("Current", stored.ClientSecret().UnsafeUnwrap())
	output("Previous", cfnOf(stored.PreviousUserPoolClient()).AttrClientSecret())
	other := newStackIn(app, "Other")
	awsssm.NewStringParameter(other, jsii.String("Parameter"), &awsssm.StringParameterProps{StringValue: c.ClientSecret().UnsafeUnwrap()})

	// What follows is allowed.
	awssecretsmanager.NewSecret(o.stack, jsii.String("Secret"), &awssecretsmanager.SecretProps{
		SecretObjectValue: &map[string]awscdk.SecretValue{"client_secret": c.ClientSecret()},
	})
	awssecretsmanager.NewCfnSecret(o.stack, jsii.String("Generated"), &awssecretsmanager.CfnSecretProps{
		GenerateSecretString: &awssecretsmanager.CfnSecret_GenerateSecretStringProperty{
			SecretStringTemplate: secret, GenerateStringKey: jsii.String("salt"),
		},
	})
	output("ClientId", c.ClientId())
	output("SecretArn", stored.Secret().SecretArn())
	output("SubId", awscdk.Fn_Sub(jsii.String("${"+client+"} ${!"+client+".ClientSecret}"), nil))
	resource("Id", map[string]any{"Value": c.ClientId()})

	findings := cdktest.Findings(t, app)
	slices.Sort(findings)
	cdktest.Equal(t, "findings", findings, []string{
		"Test/AsList" + isShown,
		"Test/AsNumber" + isShown,
		"Test/AsObject" + isShown,
		"Test/Described" + isShown,
		"Test/Nested" + isShown,
		"Test/NestedSub" + isShown,
		"Test/Parameter" + isShown,
		"Test/Raw" + isShown,
		"Test/RawText" + isShown,
		"output Test/Current" + isShown,
		// CDK exports it for the parameter in the other stack:
		`output Test/Exports/Output{"Fn::GetAtt":["` + client + `","ClientSecret"]}` + isShown,
		"output Test/Joined" + isShown,
		"output Test/Plain" + isShown,
		"output Test/Previous" + isShown,
		"output Test/Sub" + isShown,
		"output Test/SubVariable" + isShown,
	})
}

func TestOutputOfTheSecretAttribute(t *testing.T) {
	o := newOrders()
	awscdk.NewCfnOutput(o.stack, jsii.String("Leak"), &awscdk.CfnOutputProps{Value: cfnClient(o.client("Reporting", o.read)).AttrClientSecret()})
	cdktest.MustFailSynth(t, o.stack, "[Test] output Test/Leak"+isShown)
}

func TestPropertyOfTheSecretAttribute(t *testing.T) {
	o := newOrders()
	secret := cfnClient(o.client("Reporting", o.read)).AttrClientSecret()
	awsssm.NewStringParameter(o.stack, jsii.String("Leak"), &awsssm.StringParameterProps{StringValue: secret})
	cdktest.MustFailSynth(t, o.stack, "[Test] Test/Leak"+isShown)
}

func TestASecretsManagerSecretKeepsTheClientSecret(t *testing.T) {
	o := newOrders()
	c := o.client("Reporting", o.read)
	awssecretsmanager.NewSecret(o.stack, jsii.String("Secret"), &awssecretsmanager.SecretProps{SecretStringValue: c.ClientSecret()})
	template := cdktest.Synth(t, o.stack)
	cdktest.Equal(t, "SecretString", template.At("Secret").Get("SecretString"), template.At("Auth/Reporting").GetAtt("ClientSecret"))
}
