//go:build !race

package machineauth_test

import (
	"slices"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// live is a stack as it is deployed: names of the scopes that are declared, ids
// of the clients, each of which holds the first scope, and verbs of the methods
// of each API, each of which requires it.
type live struct {
	scopes, clients, methods, apis []string
	clientScopes                   int // of each client
	required                       int // index of what the methods require
}

func newLive() live {
	return live{
		scopes: []string{"read", "write", "admin"}, clients: []string{"Reporting", "Shop"}, methods: []string{"GET", "POST"}, apis: []string{"Api"}, clientScopes: 1,
	}
}

func (l live) template(t *testing.T) *cdktest.Template {
	t.Helper()
	stack := cdktest.NewStack()
	named := map[string]machineauth.Scope{}
	var declared []machineauth.Scope
	for _, name := range l.scopes {
		named[name] = machineauth.NewScope(name, "May "+name)
		declared = append(declared, named[name])
	}
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), ordersProps(declared...))
	order := []machineauth.Scope{named["read"], named["write"]}
	for _, id := range l.clients {
		auth.AddClient(&id, &machineauth.ClientProps{Scopes: scopes(order[:l.clientScopes]...), StoreCredentials: jsii.Bool(true)})
	}
	for _, id := range l.apis {
		api := newAPI(stack, id)
		protected := auth.Protect(api, nil)
		for _, verb := range l.methods {
			addMethod(api.Root(), verb, protected.Require(order[l.required]))
		}
	}
	return cdktest.Synth(t, stack)
}

// What CloudFormation does to a live stack is what was changed, and nothing else:
// no logical id and no physical name of another moves.
func TestChangesOfALiveStack(t *testing.T) {
	before := newLive().template(t)
	list := func(paths ...string) []string { return paths }
	for _, test := range []struct {
		name   string
		change func(*live)
		want   cdktest.Changes
	}{
		{"nothing", func(*live) {}, cdktest.Changes{}},
		{"a scope more, in front", func(l *live) { l.scopes = append([]string{"delete"}, l.scopes...) }, cdktest.Changes{Updated: list("Auth/ResourceServer")}},
		{"a scope less", func(l *live) { l.scopes = l.scopes[:2] }, cdktest.Changes{Updated: list("Auth/ResourceServer")}},
		{"scopes in another order", func(l *live) { slices.Reverse(l.scopes) }, cdktest.Changes{Updated: list("Auth/ResourceServer")}},
		{"a client more, in front", func(l *live) { l.clients = append([]string{"Audit"}, l.clients...) },
			cdktest.Changes{Added: list("Auth/Audit", "Auth/Audit/Secret")}},
		{"a client less", func(l *live) { l.clients = l.clients[1:] }, cdktest.Changes{Removed: list("Auth/Reporting", "Auth/Reporting/Secret")}},
		{"clients in another order", func(l *live) { slices.Reverse(l.clients) }, cdktest.Changes{}},
		{"a scope more for the clients", func(l *live) { l.clientScopes = 2 },
			cdktest.Changes{Updated: list("Auth/Reporting", "Auth/Reporting/Secret", "Auth/Shop", "Auth/Shop/Secret")}},
		{"a method more, in front", func(l *live) { l.methods = append([]string{"PUT"}, l.methods...) },
			cdktest.Changes{Added: list("Api/Default/PUT", "Api/Deployment"), Removed: list("Api/Deployment"), Updated: list("Api/DeploymentStage.prod")}},
		{"a method less", func(l *live) { l.methods = l.methods[1:] },
			cdktest.Changes{Added: list("Api/Deployment"), Removed: list("Api/Default/GET", "Api/Deployment"), Updated: list("Api/DeploymentStage.prod")}},
		// CDK takes another copy, of the same.
		{"methods in another order", func(l *live) { slices.Reverse(l.methods) },
			cdktest.Changes{Added: list("Api/Deployment"), Removed: list("Api/Deployment"), Updated: list("Api/DeploymentStage.prod")}},
		{"another scope of the methods", func(l *live) { l.required = 1 },
			cdktest.Changes{Added: list("Api/Deployment"), Removed: list("Api/Deployment"), Updated: list("Api/Default/GET", "Api/Default/POST", "Api/DeploymentStage.prod")}},
		{"an API more, in front", func(l *live) { l.apis = append([]string{"Other"}, l.apis...) }, cdktest.Changes{Added: list(
			"Other", "Other/Default/GET", "Other/Default/POST", "Other/Deployment", "Other/DeploymentStage.prod", "Other/MachineAuthorizer")}},
		{"no API", func(l *live) { l.apis = nil }, cdktest.Changes{Removed: list(
			"Api", "Api/Default/GET", "Api/Default/POST", "Api/Deployment", "Api/DeploymentStage.prod", "Api/MachineAuthorizer")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLive()
			test.change(&l)
			got := before.Changes(l.template(t))
			for _, paths := range [][]string{got.Added, got.Removed, got.Updated} {
				slices.Sort(paths)
			}
			cdktest.Equal(t, "changes", got, test.want)
		})
	}
}
