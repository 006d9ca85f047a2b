package machineauth

import (
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/rules"
)

// UnusedScopeWarning returns the id of the warning that scope is held by no
// client and required by no method. To accept it, with the reason:
//
//	awscdk.Validations_Of(auth).Acknowledge(&awscdk.Acknowledgment{
//		Id:     machineauth.UnusedScopeWarning(auth, scope),
//		Reason: jsii.String("kept for …"),
//	})
//
// It panics with a *[ValidationError] if auth does not declare scope.
func UnusedScopeWarning(auth AuthorizationServer, scope Scope) *string {
	return scopeWarning("scope-unused", auth, scope)
}

// ScopeWithoutClientWarning returns the id of the warning that a method
// requires scope, but no client of the authorization server holds it. Accept it
// as shown at [UnusedScopeWarning], for instance when the clients are managed
// elsewhere.
func ScopeWithoutClientWarning(auth AuthorizationServer, scope Scope) *string {
	return scopeWarning("scope-without-client", auth, scope)
}

func scopeWarning(rule string, auth AuthorizationServer, scope Scope) *string {
	return jsii.String(rules.Finding{Rule: rule, Subject: *auth.QualifiedName(scope)}.ID())
}
