package scopes

import (
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

// Charge is the scope of the billing API.
var Charge = machineauth.NewScope("charge", "Charge customers")

// Billing is the authorization server of the billing team.
var Billing = &machineauth.AuthorizationServerAttributes{
	UserPoolArn:  UserPoolArn,
	DomainPrefix: DomainPrefix,
	Identifier:   jsii.String("billing"),
	Scopes:       &[]machineauth.Scope{Charge},
}
