//go:build !race

package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

func TestWarnsAboutAScopeThatNobodyUses(t *testing.T) {
	stack := cdktest.NewStack()
	spare := machineauth.NewScope("spare", "Not used yet")
	machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{spare},
	})

	cdktest.Equal(t, "warnings", cdktest.Warnings(t, stack), []string{
		"scope orders/spare is held by no client and required by no method: remove it, or acknowledge this warning [ack: " + *machineauth.UnusedScopeWarning(spare) + "]",
	})
}

func TestWarnsAboutARequiredScopeThatNoClientHolds(t *testing.T) {
	o := newOrders()
	api, protected := o.protect("Api", nil)
	addMethod(api.Root(), "GET", protected.Require(o.read, o.write))
	o.client("Reporting", o.read)

	cdktest.Equal(t, "warnings", cdktest.Warnings(t, o.stack), []string{
		"a method requires scope orders/write, but no client holds it: nobody can call the method with this scope [ack: " + *machineauth.ScopeWithoutClientWarning(o.write) + "]",
	})
}

func TestNoWarningIfEveryScopeIsUsed(t *testing.T) {
	o := newOrders()
	api, protected := o.protect("Api", nil)
	addMethod(api.Root(), "GET", protected.Require(o.read))
	o.client("Reporting", o.read)
	o.client("Other", o.write) // required by no method here: the API may be elsewhere

	cdktest.Equal(t, "warnings", cdktest.Warnings(t, o.stack), []string(nil))
}

func TestAnAcknowledgedWarningIsSilent(t *testing.T) {
	stack := cdktest.NewStack()
	spare := machineauth.NewScope("spare", "Not used yet")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{spare},
	})
	awscdk.Validations_Of(auth).Acknowledge(&awscdk.Acknowledgment{
		Id:     machineauth.UnusedScopeWarning(spare),
		Reason: jsii.String("kept for the next release"),
	})

	cdktest.Equal(t, "warnings", cdktest.Warnings(t, stack), []string(nil))
}
