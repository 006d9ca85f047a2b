package scopes

import (
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

// The scopes of the orders API.
var (
	ReadOrders  = machineauth.NewScope("read", "Read orders")
	PlaceOrders = machineauth.NewScope("place", "Place orders")
)

// Orders is the authorization server of the orders team.
var Orders = &machineauth.AuthorizationServerAttributes{
	UserPoolArn:  UserPoolArn,
	DomainPrefix: DomainPrefix,
	Identifier:   jsii.String("orders"),
	Scopes:       &[]machineauth.Scope{ReadOrders, PlaceOrders},
}
