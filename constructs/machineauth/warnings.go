package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// UnusedScopeWarning returns the id of the warning that scope is held by no
// client and required by no method. To accept it, with the reason:
//
//	awscdk.Validations_Of(auth).Acknowledge(&awscdk.Acknowledgment{
//		Id:     machineauth.UnusedScopeWarning(scope),
//		Reason: jsii.String("kept for …"),
//	})
func UnusedScopeWarning(scope Scope) *string {
	return jsii.String("@weather-events-api/machineauth:unusedScope:" + scope.Name())
}

// ScopeWithoutClientWarning returns the id of the warning that a method
// requires scope, but no client of the authorization server holds it. Accept it
// as shown at [UnusedScopeWarning], for instance when the clients are managed
// elsewhere.
func ScopeWithoutClientWarning(scope Scope) *string {
	return jsii.String("@weather-events-api/machineauth:scopeWithoutClient:" + scope.Name())
}

func (g *guard) warnAboutScopes() {
	for _, server := range g.servers {
		server.warnAboutScopes()
	}
}

// warnAboutScopes warns about declared scopes that nobody can use. It runs after
// checkMethods, which notes the scopes that methods require. The warnings hang on
// the resource server, as CDK finds an acknowledgment on a construct only for
// what is below it.
func (s *authorizationServer) warnAboutScopes() {
	held := map[Scope]bool{}
	for _, c := range s.clients {
		for _, scope := range c.scopes {
			held[scope] = true
		}
	}
	for _, scope := range s.scopes {
		name := s.qualified(scope)
		switch {
		case s.required[name] && !held[scope]:
			awscdk.Annotations_Of(s.resourceServer).AddWarningV2(ScopeWithoutClientWarning(scope),
				jsii.String("a method requires scope "+name+", but no client holds it: nobody can call the method with this scope"), nil)
		case !s.required[name] && !held[scope]:
			awscdk.Annotations_Of(s.resourceServer).AddWarningV2(UnusedScopeWarning(scope),
				jsii.String("scope "+name+" is held by no client and required by no method: remove it, or acknowledge this warning"), nil)
		}
	}
}
