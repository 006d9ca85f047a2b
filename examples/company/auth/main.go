// Auth is the app of the platform team: the company's user pool and the domain that
// issues tokens. It declares no scope; each API team declares its own.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/company/scopes"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("company-auth"), &awscdk.StackProps{Env: scopes.Env, TerminationProtection: jsii.Bool(true)})

	pool := awscognito.NewUserPool(stack, jsii.String("UserPool"), &awscognito.UserPoolProps{
		UserPoolName:       jsii.String("company"),
		SelfSignUpEnabled:  jsii.Bool(false),
		DeletionProtection: jsii.Bool(true), // it contains every client of the company
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
	})
	pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: scopes.DomainPrefix},
	})
	awscdk.NewCfnOutput(stack, jsii.String("UserPoolArn"), &awscdk.CfnOutputProps{Value: pool.UserPoolArn()})
	app.Synth(nil)
}
