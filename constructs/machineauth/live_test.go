package machineauth_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// live is a deployed stack: declared scope names, client ids, and each API's HTTP
// methods. Each client holds the first scope, and each method requires it.
type live struct {
	scopes, clients, methods, apis []string
	clientScopes                   int // number of scopes each client holds
	required                       int // index of the scope the methods require
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

// CloudFormation touches only what changed: no other logical id or physical name moves.
func TestChangesOfALiveStack(t *testing.T) {
	before := newLive().template(t)
	list := func(paths ...string) []string { return paths }
	for _, test := range []struct {
		name   string
		change func(*live)
		want   cdktest.Changes
	}{
		{"nothing", func(*live) {}, cdktest.Changes{}},
		{"a new scope in front", func(l *live) { l.scopes = append([]string{"delete"}, l.scopes...) }, cdktest.Changes{Updated: list("Auth/ResourceServer")}},
		{"a scope less", func(l *live) { l.scopes = l.scopes[:2] }, cdktest.Changes{Updated: list("Auth/ResourceServer")}},
		{"scopes in another order", func(l *live) { slices.Reverse(l.scopes) }, cdktest.Changes{Updated: list("Auth/ResourceServer")}},
		{"a client more, in front", func(l *live) { l.clients = append([]string{"Audit"}, l.clients...) },
			cdktest.Changes{Added: list("Auth/Audit", "Auth/Audit/Secret")}},
		{"a client removed", func(l *live) { l.clients = l.clients[1:] }, cdktest.Changes{Removed: list("Auth/Reporting", "Auth/Reporting/Secret")}},
		{"clients in another order", func(l *live) { slices.Reverse(l.clients) }, cdktest.Changes{}},
		{"a second scope for the clients", func(l *live) { l.clientScopes = 2 },
			cdktest.Changes{Updated: list("Auth/Reporting", "Auth/Reporting/Secret", "Auth/Shop", "Auth/Shop/Secret")}},
		{"a new method in front", func(l *live) { l.methods = append([]string{"PUT"}, l.methods...) },
			cdktest.Changes{Added: list("Api/Default/PUT", "Api/Deployment"), Removed: list("Api/Deployment"), Updated: list("Api/DeploymentStage.prod")}},
		{"a method removed", func(l *live) { l.methods = l.methods[1:] },
			cdktest.Changes{Added: list("Api/Deployment"), Removed: list("Api/Default/GET", "Api/Deployment"), Updated: list("Api/DeploymentStage.prod")}},
		// CDK makes a new deployment with the same content.
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

// version is a deployed pair of stacks: one exports, the other imports.
type version struct{ producer, consumer *cdktest.Template }

// refused returns the exports that CloudFormation refuses to delete or change when next
// replaces before while importing is deployed.
func refused(t *testing.T, before, next, importing *cdktest.Template) []string {
	var names []string
	had, has := before.Exports(), next.Exports()
	for _, name := range importing.Imports() {
		if string(toJSON(t, had[name])) != string(toJSON(t, has[name])) {
			names = append(names, name)
		}
	}
	return names
}

// CDK deploys the client's stack before the stacks that use its id, so those import what
// was exported before. The export stays while a rotation is open, and nothing imports it
// when the rotation closes.
func TestARotationWhileAnotherStackUsesTheClientId(t *testing.T) {
	for name, home := range map[string]func(awscdk.Stack) constructs.Construct{
		"in a stack": func(stack awscdk.Stack) constructs.Construct { return stack },
		"in a nested stack": func(stack awscdk.Stack) constructs.Construct {
			return awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)
		},
		"in a stack nested twice": func(stack awscdk.Stack) constructs.Construct {
			return awscdk.NewNestedStack(awscdk.NewNestedStack(stack, jsii.String("Outer"), nil), jsii.String("Nested"), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			deploy := func(generations ...float64) version {
				app := cdktest.NewApp(nil)
				o := newOrdersIn(newStackIn(app, "Test"))
				producer, consumer := newStackIn(app, "Client"), newStackIn(app, "Consumer")
				client := machineauth.NewClient(home(producer), jsii.String("Reporting"), &machineauth.ClientProps{
					Access: &[]machineauth.Access{o.auth.Access(o.read)}, Generations: jsii.Numbers(generations...),
				})
				awsssm.NewStringParameter(consumer, jsii.String("ClientId"), &awsssm.StringParameterProps{StringValue: client.ClientId()})
				return version{cdktest.Synth(t, producer), cdktest.Synth(t, consumer)}
			}
			before := deploy(1)
			for _, generations := range [][]float64{{1}, {1, 2}, {2}, {2, 3}, {3}} {
				after := deploy(generations...)
				cdktest.Equal(t, "refused", refused(t, before.producer, after.producer, before.consumer), []string(nil))
				imports := after.consumer.Imports()
				cdktest.Equal(t, "number of imports", len(imports), 1)
				if after.producer.Exports()[imports[0]] == nil {
					t.Error("the consumer imports a missing export")
				}
				cdktest.Equal(t, "number of exports", len(after.producer.Exports()), len(generations))
				before = after
			}
			// Called off as docs/rotate-a-secret.md says: consumer first.
			open := deploy(3, 4)
			cdktest.Equal(t, "number refused in the other order", len(refused(t, open.producer, before.producer, open.consumer)), 1)
			if open.producer.Exports()[before.consumer.Imports()[0]] == nil {
				t.Error("the consumer imports a missing export")
			}
			cdktest.Equal(t, "refused", refused(t, open.producer, before.producer, before.consumer), []string(nil))
		})
	}
}

// A user can override the previous client's logical id while a rotation is open.
func TestTheLogicalIdOfThePreviousClientCanBeOverridden(t *testing.T) {
	o := newOrders()
	client := o.auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: scopes(o.read), Generations: jsii.Numbers(1, 2)})
	cfnOf(client.PreviousUserPoolClient()).OverrideLogicalId(jsii.String("Legacy"))
	template := cdktest.Synth(t, o.stack)
	cdktest.Equal(t, "logical id", template.At("Auth/Reporting").LogicalID, "Legacy")
	for name, value := range template.Exports() {
		cdktest.Equal(t, name, value, any(map[string]any{"Ref": "Legacy"}))
	}
}

// To remove what another stack uses, first deploy the other stack alone, as
// docs/deploy-to-aws.md says.
func TestRemovingWhatAnotherStackUses(t *testing.T) {
	type app struct {
		app                awscdk.App
		o                  orders
		producer, consumer awscdk.Stack
	}
	for name, build := range map[string]func(a app, removed bool){
		"a client": func(a app, removed bool) {
			if !removed {
				id := a.o.client("Reporting", a.o.read).ClientId()
				awsssm.NewStringParameter(a.consumer, jsii.String("ClientId"), &awsssm.StringParameterProps{StringValue: id})
			}
		},
		"an API": func(a app, removed bool) {
			if !removed {
				api := newAPI(a.consumer, "Api")
				addMethod(api.Root(), "GET", a.o.auth.Protect(api, nil).Require(a.o.read))
			}
		},
		"a server": func(a app, removed bool) {
			if !removed {
				props := ordersProps(machineauth.NewScope("charge", "Charge"))
				props.Identifier, props.NoDomain = jsii.String("billing"), jsii.Bool(true)
				use(a.consumer, machineauth.NewAuthorizationServer(a.producer, jsii.String("Billing"), props))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			deploy := func(removed bool) version {
				a := app{app: cdktest.NewApp(nil)}
				a.producer, a.consumer = newStackIn(a.app, "Test"), newStackIn(a.app, "Consumer")
				a.o = newOrdersIn(a.producer)
				build(a, removed)
				return version{cdktest.Synth(t, a.producer), cdktest.Synth(t, a.consumer)}
			}
			before, after := deploy(false), deploy(true)
			if len(refused(t, before.producer, after.producer, before.consumer)) == 0 {
				t.Error("the order does not matter, and docs/deploy-to-aws.md says that it does")
			}
			cdktest.Equal(t, "imports of the consumer, which is deployed first", after.consumer.Imports(), []string(nil))
			cdktest.Equal(t, "refused then", refused(t, before.producer, after.producer, after.consumer), []string(nil))
		})
	}
}

// To drop the domain, first deploy the stacks whose stored credentials name it, as
// docs/deploy-to-aws.md says.
func TestLeavingTheDomainThatStoredCredentialsName(t *testing.T) {
	deploy := func(noDomain bool) version {
		app := cdktest.NewApp(nil)
		producer, consumer := newStackIn(app, "Test"), newStackIn(app, "Consumer")
		read := machineauth.NewScope("read", "Read orders")
		props := ordersProps(read)
		props.NoDomain = &noDomain
		if noDomain {
			props.DomainPrefix = nil
		}
		auth := machineauth.NewAuthorizationServer(producer, jsii.String("Auth"), props)
		machineauth.NewClient(consumer, jsii.String("Shop"), &machineauth.ClientProps{
			Access: &[]machineauth.Access{auth.Access(read)}, StoreCredentials: jsii.Bool(true),
		})
		return version{cdktest.Synth(t, producer), cdktest.Synth(t, consumer)}
	}
	before, after := deploy(false), deploy(true)
	if len(refused(t, before.producer, after.producer, before.consumer)) == 0 {
		t.Error("the order does not matter, and docs/deploy-to-aws.md says that it does")
	}
	for _, name := range after.consumer.Imports() {
		if before.producer.Exports()[name] == nil {
			t.Errorf("the consumer, which is deployed first, imports %s, which is not exported yet", name)
		}
	}
	cdktest.Equal(t, "refused then", refused(t, before.producer, after.producer, after.consumer), []string(nil))
	cdktest.Equal(t, "flows that a token endpoint takes meanwhile", after.consumer.At("Shop").Get("AllowedOAuthFlows"), any([]any{"client_credentials"}))
}
