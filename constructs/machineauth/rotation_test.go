package machineauth_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// rotating is an orders API with two clients: "Reporting" with several generations and
// stored credentials, and "Shop", which nobody rotates.
func rotating(t testing.TB, generations *[]*float64) *cdktest.Template {
	t.Helper()
	o := newOrders()
	o.auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{
		Scopes:              scopes(o.read),
		AccessTokenValidity: minutes(15),
		StoreCredentials:    jsii.Bool(true),
		Generations:         generations,
	})
	o.client("Shop", o.read, o.write)
	api, protected := o.protect("Api", nil)
	get := protected.Require(o.read)
	get.MethodResponses = &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}}
	api.Root().AddMethod(jsii.String("GET"), awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates:     &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("200")}},
	}), get)
	return cdktest.Synth(t, o.stack)
}

// Every rotation step adds or removes one app client and updates the secret in place.
func TestStepsOfARotation(t *testing.T) {
	type changes = cdktest.Changes
	secret := []string{"Auth/Reporting/Secret"}
	steps := []struct {
		name        string
		generations *[]*float64
		want        changes
	}{
		{"name the first generation", jsii.Numbers(1), changes{}},
		{"open", jsii.Numbers(1, 2), changes{Added: []string{"Auth/Reporting/Generation2"}, Updated: secret}},
		{"close", jsii.Numbers(2), changes{Removed: []string{"Auth/Reporting"}, Updated: secret}},
		{"open again", jsii.Numbers(2, 3), changes{Added: []string{"Auth/Reporting/Generation3"}, Updated: secret}},
		{"call it off", jsii.Numbers(2), changes{Removed: []string{"Auth/Reporting/Generation3"}, Updated: secret}},
		{"replace at once", jsii.Numbers(20260131), changes{
			Added: []string{"Auth/Reporting/Generation20260131"}, Removed: []string{"Auth/Reporting/Generation2"}, Updated: secret,
		}},
	}
	before := rotating(t, nil)
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			after := rotating(t, step.generations)
			cdktest.Equal(t, "changes", before.Changes(after), step.want)
			before = after
		})
	}
}

// While a rotation is open, the generations differ only in their names.
func TestGenerationsOfAnOpenRotation(t *testing.T) {
	template := rotating(t, jsii.Numbers(1, 2))
	first, second := template.At("Auth/Reporting"), template.At("Auth/Reporting/Generation2")

	cdktest.Equal(t, "name of the first", first.Get("ClientName"), any("Reporting"))
	cdktest.Equal(t, "name of the second", second.Get("ClientName"), any("Reporting generation 2"))
	renamed := maps.Clone(second.Properties)
	renamed["ClientName"] = "Reporting"
	cdktest.Equal(t, "properties", renamed, first.Properties)
	cdktest.Equal(t, "depends on", second.DependsOn, []string{template.At("Auth/ResourceServer").LogicalID})
	cdktest.Equal(t, "depends on", second.DependsOn, first.DependsOn)
}

func TestTheLastGenerationIsTheClient(t *testing.T) {
	o := newOrders()
	add := func(id string, generations *[]*float64) machineauth.Client {
		return o.auth.AddClient(&id, &machineauth.ClientProps{Scopes: scopes(o.read), Generations: generations})
	}
	open, closed := add("Open", jsii.Numbers(1, 2)), add("Closed", jsii.Numbers(3))
	template := cdktest.Synth(t, o.stack)

	for path, c := range map[string]machineauth.Client{"Auth/Open/Generation2": open, "Auth/Closed/Generation3": closed} {
		cdktest.Equal(t, "ClientId", o.stack.Resolve(c.ClientId()), template.At(path).Ref())
		cdktest.Equal(t, "ClientSecret", o.stack.Resolve(c.ClientSecret()), template.At(path).GetAtt("ClientSecret"))
		cdktest.Equal(t, "UserPoolClient", *c.UserPoolClient().Node().Path(), "Test/"+path)
	}
	cdktest.Equal(t, "previous", *open.PreviousUserPoolClient().Node().Path(), "Test/Auth/Open/Resource")
	if previous := closed.PreviousUserPoolClient(); previous != nil {
		t.Errorf("a closed rotation has the previous client %v", previous)
	}
}

func TestGenerations(t *testing.T) {
	const rule = "ClientProps: Generations: must be one whole number from 1 to 999999999, or two in ascending order while a rotation is open, got "
	token := awscdk.Token_AsNumber("a token")
	for want, generations := range map[string]*[]*float64{
		"":                          jsii.Numbers(1, 999999999),
		"[]":                        {},
		"[nil]":                     {nil},
		"[0]":                       jsii.Numbers(0),
		"[-1, 1]":                   jsii.Numbers(-1, 1),
		"[1.5]":                     jsii.Numbers(1.5),
		"[1e+09]":                   jsii.Numbers(1000000000),
		"[1, 1]":                    jsii.Numbers(1, 1),
		"[2, 1]":                    jsii.Numbers(2, 1),
		"[1, 2, 3]":                 jsii.Numbers(1, 2, 3),
		fmt.Sprintf("[%v]", *token): {token},
	} {
		err := (&machineauth.ClientProps{Generations: generations}).Validate()
		if want != "" {
			mustBeInvalid(t, err, rule+want)
		} else if err != nil {
			t.Errorf("unwanted error: %v", err)
		}
	}
}

// With many services, removing or rotating one client leaves the others alone.
func TestRemovingAClientLeavesTheOthersAlone(t *testing.T) {
	services := func(ids ...string) *cdktest.Template {
		o := newOrders()
		props := map[string]*machineauth.ClientProps{
			"Reporting": {Scopes: scopes(o.read), AccessTokenValidity: minutes(5)},
			"Shop":      {Scopes: scopes(o.read, o.write), AccessTokenValidity: minutes(15), StoreCredentials: jsii.Bool(true)},
			"Archive":   {Scopes: scopes(o.write), Generations: jsii.Numbers(4, 5), StoreCredentials: jsii.Bool(true)},
		}
		for _, id := range ids {
			o.auth.AddClient(&id, props[id])
		}
		return cdktest.Synth(t, o.stack)
	}
	all := services("Reporting", "Shop", "Archive")
	for path, want := range map[string]float64{"Auth/Reporting": 5, "Auth/Shop": 15, "Auth/Archive/Generation4": 60, "Auth/Archive/Generation5": 60} {
		cdktest.Equal(t, path, all.At(path).Get("AccessTokenValidity"), any(want))
	}

	removed := all.Changes(services("Archive", "Reporting")) // in another order
	slices.Sort(removed.Removed)
	cdktest.Equal(t, "Shop removed", removed, cdktest.Changes{Removed: []string{"Auth/Shop", "Auth/Shop/Secret"}})
}

// The steps of docs/rotate-a-secret.md: credentials work exactly when they should.
func TestARotationAsServicesSeeIt(t *testing.T) {
	created := deploy(t, rotating(t, nil))
	first := created.stored()
	cdktest.Equal(t, "scope", first.Scope, "orders/read")
	cdktest.Equal(t, "token URL", first.TokenURL, created.server.Client("Reporting").TokenURL)
	cdktest.Equal(t, "of the secret", first.pair(), created.ofClient("Reporting"))
	if first.Previous != nil {
		t.Error("there is no rotation, but the secret holds previous credentials")
	}
	created.accepts("the first", first)
	shop := created.ofClient("Shop")

	open := deploy(t, rotating(t, jsii.Numbers(1, 2)))
	second := open.stored()
	cdktest.Equal(t, "previous", *second.Previous, created.ofClient("Reporting"))
	cdktest.Equal(t, "of the secret", second.pair(), open.ofClient("Reporting generation 2"))
	if first.ClientID == second.ClientID || first.ClientSecret == second.ClientSecret {
		t.Error("the rotation changed nothing")
	}
	open.accepts("the first", first)
	open.accepts("the second", second)

	closed := deploy(t, rotating(t, jsii.Numbers(2)))
	cdktest.Equal(t, "of the secret", closed.stored().pair(), second.pair())
	if closed.stored().Previous != nil {
		t.Error("the rotation is closed, but the secret holds the previous credentials")
	}
	closed.refuses("the first", first)
	closed.accepts("the second", second)

	again := deploy(t, rotating(t, jsii.Numbers(2, 3)))
	third := again.stored()
	cdktest.Equal(t, "previous", *third.Previous, closed.ofClient("Reporting generation 2"))
	again.refuses("the first", first)
	again.accepts("the second", second)
	again.accepts("the third", third)

	last := deploy(t, rotating(t, jsii.Numbers(3)))
	last.refuses("the second", second)
	last.accepts("the third", third)

	for _, step := range []deployed{created, open, closed, again, last} {
		step.accepts("the shop's", shop)
	}
}
