package machineauth_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

func TestDefaultClient(t *testing.T) {
	o := newOrders()
	c := o.client("Reporting", o.write, o.read)
	template := cdktest.Synth(t, o.stack)

	client := template.At("Auth/Reporting")
	cdktest.Equal(t, "properties", client.Properties, map[string]any{
		"UserPoolId":                      template.At("Auth/UserPool").Ref(),
		"ClientName":                      "Reporting",
		"GenerateSecret":                  true,
		"AllowedOAuthFlowsUserPoolClient": true,
		"AllowedOAuthFlows":               []any{"client_credentials"},
		"AllowedOAuthScopes":              []any{"orders/write", "orders/read"},
		"ExplicitAuthFlows":               []any{"ALLOW_REFRESH_TOKEN_AUTH"},
		"PreventUserExistenceErrors":      "ENABLED",
		"EnableTokenRevocation":           true,
		"AccessTokenValidity":             60.0,
		"TokenValidityUnits":              map[string]any{"AccessToken": "minutes"},
	})
	cdktest.Equal(t, "depends on the resource server", client.DependsOn, []string{template.At("Auth/ResourceServer").LogicalID})
	cdktest.Equal(t, "ClientId", o.stack.Resolve(c.ClientId()), client.Ref())
	cdktest.Equal(t, "ClientSecret", o.stack.Resolve(c.ClientSecret()), client.GetAtt("ClientSecret"))
	cdktest.Equal(t, "UserPoolClient", *c.UserPoolClient().Node().Path(), "Test/Auth/Reporting/Resource")
}

func TestAllClientProps(t *testing.T) {
	o := newOrders()
	for id, validity := range map[string]awscdk.Duration{
		"Shortest": minutes(5),
		"Longest":  awscdk.Duration_Days(jsii.Number(1)),
	} {
		o.auth.AddClient(&id, &machineauth.ClientProps{
			Scopes:              scopes(o.read),
			ClientName:          jsii.String("the " + id),
			AccessTokenValidity: validity,
		})
	}
	template := cdktest.Synth(t, o.stack)

	for id, want := range map[string]float64{"Shortest": 5, "Longest": 1440} {
		client := template.At("Auth/" + id)
		cdktest.Equal(t, "AllowedOAuthScopes", client.Get("AllowedOAuthScopes"), any([]any{"orders/read"}))
		cdktest.Equal(t, "ClientName", client.Get("ClientName"), any("the "+id))
		cdktest.Equal(t, "AccessTokenValidity", client.Get("AccessTokenValidity"), any(want))
	}
}

func TestClientOfAnExistingUserPool(t *testing.T) {
	stack := cdktest.NewStack()
	props := ordersProps(machineauth.NewScope("read", "Read orders"))
	props.UserPool = awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_abc"))
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props)
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: props.Scopes})
	template := cdktest.Synth(t, stack)

	client := template.At("Auth/Reporting")
	cdktest.Equal(t, "UserPoolId", client.Get("UserPoolId"), any("eu-west-1_abc"))
	cdktest.Equal(t, "depends on the resource server", client.DependsOn, []string{template.At("Auth/ResourceServer").LogicalID})
}

func TestClientAccessors(t *testing.T) {
	o := newOrders()
	given := scopes(o.write, o.read)
	c := o.auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: given})

	cdktest.Equal(t, "Scope", *c.Scope(), "orders/write orders/read")
	(*given)[0] = o.read
	c.Scopes()[1] = nil
	if got := c.Scopes(); len(got) != 2 || got[0] != o.write || got[1] != o.read {
		t.Errorf("Scopes: a caller can change the client's scopes: %v", got)
	}
}

func TestClientPropsAreNotChanged(t *testing.T) {
	o := newOrders()
	props := &machineauth.ClientProps{Scopes: scopes(o.read)}
	before := *props
	o.auth.AddClient(jsii.String("Reporting"), props)
	if *props != before {
		t.Errorf("props changed\nbefore %+v\nafter  %+v", before, *props)
	}
}

func TestAddClientRejects(t *testing.T) {
	o := newOrders()
	o.client("Taken", o.read)
	o.auth.AddClient(jsii.String("Rotated"), &machineauth.ClientProps{
		Scopes: scopes(o.read), Generations: jsii.Numbers(2, 3), StoreCredentials: jsii.Bool(true), SecretName: jsii.String("orders/rotated"),
	})
	long := strings.Repeat("n", 115)
	stranger := machineauth.NewScope("read", "Read orders") // same name, but not the declared scope
	token := parameter(o.stack, "Name")
	const notDeclared = `"read" is not a scope of resource server "orders": use a scope value from its Scopes (read, write), not one of another server or a new one`

	tests := []struct {
		name  string
		id    *string
		props *machineauth.ClientProps
		want  string
	}{
		{"nil id", nil, &machineauth.ClientProps{Scopes: scopes(o.read)},
			"AddClient: id is empty: pass an id that is unique within its scope"},
		{"nil props", jsii.String("New"), nil,
			"Test/Auth/New: Scopes: must have 1 to 50 scopes, got 0"},
		{"no scope", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes()},
			"Test/Auth/New: Scopes: must have 1 to 50 scopes, got 0"},
		{"nil scope", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(o.read, nil)},
			"Test/Auth/New: Scopes: entry 1 is nil: use a scope from NewScope"},
		{"scope of another server", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(stranger)},
			"Test/Auth/New: Scopes: " + notDeclared},
		{"scope listed twice", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(o.read, o.read)},
			`Test/Auth/New: Scopes: "read" is listed twice: list it once`},
		{"id of another client", jsii.String("Taken"), &machineauth.ClientProps{Scopes: scopes(o.read)},
			`Test/Auth/Taken: id: "Taken" is already taken in this authorization server: use another id`},
		{"id of another child", jsii.String("UserPool"), &machineauth.ClientProps{Scopes: scopes(o.read)},
			`Test/Auth/UserPool: id: "UserPool" is already taken in this authorization server: use another id`},
		{"name of another client", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(o.read), ClientName: jsii.String("Taken")},
			`Test/Auth/New: ClientName: "Taken" is already the name of client "Taken": use another name`},
		{"invalid name", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(o.read), ClientName: jsii.String("a:b")},
			`Test/Auth/New: ClientName: must be 1 to 128 characters of ASCII letters, digits, spaces and _ + = , . @ -, got "a:b"`},
		{"name of a generation", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(o.read), ClientName: jsii.String("Rotated"), Generations: jsii.Numbers(2)},
			`Test/Auth/New: ClientName: "Rotated generation 2" is already the name of client "Rotated": use another name`},
		{"name like a generation", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(o.read), ClientName: jsii.String("Rotated generation 3")},
			`Test/Auth/New: ClientName: "Rotated generation 3" is already the name of client "Rotated": use another name`},
		{"name without room for the generation", jsii.String(long), &machineauth.ClientProps{Scopes: scopes(o.read), Generations: jsii.Numbers(1, 10)},
			"Test/Auth/" + long + ": ClientName: must be 1 to 114 characters of ASCII letters, digits, spaces and _ + = , . @ -, got \"" + long[:64] + "\"… (115 characters)"},
		{"secret of another client", jsii.String("New"), &machineauth.ClientProps{Scopes: scopes(o.read), StoreCredentials: jsii.Bool(true), SecretName: jsii.String("orders/rotated")},
			`Test/Auth/New: SecretName: "orders/rotated" is already the name of the secret of client "Rotated": use another name`},
		{"all at once", jsii.String("a:b"), &machineauth.ClientProps{Scopes: scopes(stranger), AccessTokenValidity: minutes(1)},
			"Test/Auth/a:b: 3 problems:\n" +
				"   1. Scopes: " + notDeclared + "\n" +
				"   2. ClientName: must be 1 to 128 characters of ASCII letters, digits, spaces and _ + = , . @ -, got \"a:b\"\n" +
				"   3. AccessTokenValidity: must be 5m0s to 24h0m0s in whole minutes, got 1m0s"},
	}
	before := childIDs(o.auth)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			failure := cdktest.MustPanic(t, func() { o.auth.AddClient(test.id, test.props) }, test.want)
			cdktest.Equal(t, "message", failure.(error).Error(), test.want)
			cdktest.Equal(t, "children", childIDs(o.auth), before)
		})
	}
	cdktest.Equal(t, "clients", len(o.auth.Clients()), 2)

	// Values that only CloudFormation knows are not checked.
	o.auth.AddClient(jsii.String("Token"), &machineauth.ClientProps{Scopes: scopes(o.read), ClientName: token})
	// Two unnamed secrets get different names.
	for _, id := range []string{"FirstSecret", "SecondSecret"} {
		o.auth.AddClient(&id, &machineauth.ClientProps{Scopes: scopes(o.read), StoreCredentials: jsii.Bool(true)})
	}
}

func TestAClientHoldsAtMost50Scopes(t *testing.T) {
	many := numberedScopes(51)
	auth := machineauth.NewAuthorizationServer(cdktest.NewStack(), jsii.String("Auth"), ordersProps(*many...))
	cdktest.MustPanic(t, func() { auth.AddClient(jsii.String("All"), &machineauth.ClientProps{Scopes: many}) },
		"Test/Auth/All: Scopes: must have 1 to 50 scopes, got 51")
	fifty := (*many)[:50]
	auth.AddClient(jsii.String("Fifty"), &machineauth.ClientProps{Scopes: &fifty})
}

func TestAccessTokenValidity(t *testing.T) {
	token := awscdk.NewCfnParameter(cdktest.NewStack(), jsii.String("Minutes"), &awscdk.CfnParameterProps{Type: jsii.String("Number")}).ValueAsNumber()
	const rule = "ClientProps: AccessTokenValidity: must be 5m0s to 24h0m0s in whole minutes, got "
	for name, test := range map[string]struct {
		validity awscdk.Duration
		want     string
	}{
		"default":     {nil, ""},
		"5 minutes":   {minutes(5), ""},
		"1 day":       {minutes(1440), ""},
		"unresolved":  {awscdk.Duration_Minutes(token), ""},
		"4 minutes":   {minutes(4), rule + "4m0s"},
		"1441":        {minutes(1441), rule + "24h1m0s"},
		"330 seconds": {seconds(330), rule + "5m30s"},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&machineauth.ClientProps{AccessTokenValidity: test.validity}).Validate()
			if test.want != "" {
				mustBeInvalid(t, err, test.want)
			} else if err != nil {
				t.Errorf("unwanted error: %v", err)
			}
		})
	}
}

// childIDs returns the ids of the direct children of scope.
func childIDs(scope constructs.IConstruct) []string {
	var ids []string
	for _, child := range *scope.Node().Children() {
		ids = append(ids, *child.Node().Id())
	}
	return ids
}

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
	// If the key is in the same stack, CDK grants the reader access in the key's policy.
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
		"   1. StoreCredentials: is not set, so there is no secret to read: set it in ClientProps\n"+
		"   2. grantee: is nil: pass the role or function that reads the credentials")
}

func TestSecretPropsRejected(t *testing.T) {
	o := newOrders()
	key := awskms.NewKey(o.stack, jsii.String("Key"), nil)
	const needsSecret = ": has no effect without StoreCredentials: set that too, or remove it"
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
