//go:build !race

package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

func TestNoCredentialsAreStoredByDefault(t *testing.T) {
	o := newOrders()
	c := o.client("Reporting", o.read)
	if secret := c.Secret(); secret != nil {
		t.Errorf("there is a secret: %v", secret)
	}
	cdktest.Equal(t, "secrets", len(cdktest.Synth(t, o.stack).OfType("AWS::SecretsManager::Secret")), 0)
}

func TestStoredCredentials(t *testing.T) {
	o := newOrders()
	c := o.auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{
		Scopes:           scopes(o.write, o.read),
		StoreCredentials: jsii.Bool(true),
	})
	reader := newReader(o.stack)
	c.GrantRead(reader)
	tokenURL := o.stack.Resolve(o.auth.TokenUrl())
	template := cdktest.Synth(t, o.stack)

	client, secret := template.At("Auth/Reporting"), template.At("Auth/Reporting/Secret")
	host := tokenURL.(map[string]any)["Fn::Join"].([]any)[1].([]any)
	var text []any
	text = append(text, `{"client_id":"`, client.Ref(), `","client_secret":"`, client.GetAtt("ClientSecret"),
		`","scope":"orders/write orders/read","token_url":"`+host[0].(string))
	text = append(text, host[1:len(host)-1]...)
	text = append(text, host[len(host)-1].(string)+`"}`)
	cdktest.Equal(t, "properties", secret.Properties, map[string]any{
		"Description":  "OAuth 2.0 client credentials of Reporting for orders",
		"SecretString": map[string]any{"Fn::Join": []any{"", text}},
	})
	cdktest.Equal(t, "DeletionPolicy", secret.Attributes["DeletionPolicy"], any("Delete"))
	cdktest.Equal(t, "Secret", o.stack.Resolve(c.Secret().SecretArn()), secret.Ref())
	cdktest.Equal(t, "policy of the reader", template.At("Reader/DefaultPolicy").Get("PolicyDocument.Statement"), any([]any{map[string]any{
		"Action":   []any{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"},
		"Effect":   "Allow",
		"Resource": secret.Ref(),
	}}))
}

func TestStoredCredentialsWithANameAndAKey(t *testing.T) {
	o := newOrders()
	c := o.auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{
		Scopes:              scopes(o.read),
		StoreCredentials:    jsii.Bool(true),
		SecretName:          jsii.String("orders/reporting"),
		SecretEncryptionKey: awskms.NewKey(o.stack, jsii.String("Key"), nil),
	})
	c.GrantRead(newReader(o.stack))
	template := cdktest.Synth(t, o.stack)

	secret, key := template.At("Auth/Reporting/Secret"), template.At("Key")
	cdktest.Equal(t, "Name", secret.Get("Name"), any("orders/reporting"))
	cdktest.Equal(t, "KmsKeyId", secret.Get("KmsKeyId"), key.GetAtt("Arn"))
	// With a key of the same stack, CDK permits the reader in the key's policy.
	statements := key.Get("KeyPolicy.Statement").([]any)
	cdktest.Equal(t, "key policy", statements[len(statements)-1], any(map[string]any{
		"Action":    "kms:Decrypt",
		"Condition": map[string]any{"StringEquals": map[string]any{"kms:ViaService": map[string]any{"Fn::Join": []any{"", []any{"secretsmanager.", map[string]any{"Ref": "AWS::Region"}, ".amazonaws.com"}}}}},
		"Effect":    "Allow",
		"Principal": map[string]any{"AWS": template.At("Reader").GetAtt("Arn")},
		"Resource":  "*",
	}))
}

func TestGrantReadRejects(t *testing.T) {
	o := newOrders()
	failure := cdktest.MustPanic(t, func() { o.client("Reporting", o.read).GrantRead(nil) })
	cdktest.Equal(t, "message", failure.(error).Error(), "Test/Auth/Reporting/GrantRead: 2 problems:\n"+
		"   1. StoreCredentials: is not set, so there is no secret to read: set it in the ClientProps\n"+
		"   2. grantee: is nil: pass the role or function that reads the credentials")
}

func TestSecretPropsRejected(t *testing.T) {
	o := newOrders()
	key := awskms.NewKey(o.stack, jsii.String("Key"), nil)
	const needsSecret = ": has no effect without StoreCredentials: set that too, or leave it out"
	stored := jsii.Bool(true)
	for name, test := range map[string]struct {
		props machineauth.ClientProps
		want  string
	}{
		"name without secret": {machineauth.ClientProps{SecretName: jsii.String("a")}, "SecretName" + needsSecret},
		"key without secret": {machineauth.ClientProps{SecretEncryptionKey: key, StoreCredentials: jsii.Bool(false)},
			"SecretEncryptionKey" + needsSecret},
		"bad name": {machineauth.ClientProps{SecretName: jsii.String("a b"), StoreCredentials: stored},
			`SecretName: must be 1 to 512 characters of ASCII letters, digits and / _ + = . @ -, got "a b"`},
		"empty name": {machineauth.ClientProps{SecretName: jsii.String(""), StoreCredentials: stored},
			`SecretName: must be 1 to 512 characters of ASCII letters, digits and / _ + = . @ -, got ""`},
		"valid":      {machineauth.ClientProps{SecretName: jsii.String("a/Z-9_+=.@"), SecretEncryptionKey: key, StoreCredentials: stored}, ""},
		"unresolved": {machineauth.ClientProps{SecretName: parameter(o.stack, "SecretName"), StoreCredentials: stored}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.props.Validate()
			if test.want != "" {
				mustBeInvalid(t, err, "ClientProps: "+test.want)
			} else if err != nil {
				t.Errorf("unwanted error: %v", err)
			}
		})
	}
}

func newReader(stack awscdk.Stack) awsiam.Role {
	return awsiam.NewRole(stack, jsii.String("Reader"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
}
