package properties_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"example.com/weather-events-api/constructs/machineauth"
)

// machineExample is an AuthorizationServer with random clients, in front of
// random APIs.
type machineExample struct {
	server  settings
	mistake bool // the server's props may conflict
	clients []settings
	apis    []apiExample
}

// apiExample is a REST API with random methods.
type apiExample struct {
	options settings
	role    bool // the API creates the account's role
	methods []methodExample
}

// methodExample is a method that requires scopes, or is public if it has none.
type methodExample struct {
	httpMethod, path string
	scopes           pick
}

func (e machineExample) GoString() string {
	text := fmt.Sprintf("server %#v", e.server)
	if e.mistake {
		text = "with a mistake, " + text
	}
	for i, client := range e.clients {
		text += fmt.Sprintf(", client %d %#v", i, client)
	}
	for i, api := range e.apis {
		text += fmt.Sprintf(", API %d %#v with role %t:", i, api.options, api.role)
		for _, method := range api.methods {
			text += fmt.Sprintf(" %s /%s %v", method.httpMethod, method.path, []int(method.scopes))
		}
	}
	return text
}

var machineExamples = rapid.Custom(func(t *rapid.T) example {
	e := machineExample{server: serverSettings(t)}
	if e.mistake = oneIn(t, 16); e.mistake {
		e.server.mistake(t, serverFields, fieldNames(machineauth.AuthorizationServerProps{}))
	}
	e.clients = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) settings {
		var scopes settings
		scopes.set(t, clientFields, rapid.SampledFrom([]string{"Scopes", "Access"}).Draw(t, "scopes"))
		return append(scopes, clientSettings(t)...)
	}), 0, 3).Draw(t, "clients")
	e.apis = rapid.SliceOfN(rapid.Custom(drawAPI), 0, 2).Draw(t, "apis")
	return e
})

func drawAPI(t *rapid.T) (api apiExample) {
	api.options.maybe(t, protectFields, "AuthorizerResultTtl", "AllowAccountCloudWatchRole")
	api.role = api.options.has("AllowAccountCloudWatchRole", "true")
	api.methods = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) methodExample {
		method := methodExample{
			httpMethod: rapid.SampledFrom([]string{"GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "ANY"}).Draw(t, "method"),
			path:       rapid.SampledFrom([]string{"", "orders", "orders/{id}", "orders/{id}/lines", "health"}).Draw(t, "path"),
		}
		if !oneIn(t, 6) {
			method.scopes = picks().Draw(t, "scopes")
		}
		return method
	}), 1, 5, func(m methodExample) string { return m.httpMethod + m.path }).Draw(t, "methods")
	return api
}

// Any authorization server, clients and APIs give clear errors, or are protected and
// work.
func TestAnyAuthorizationServer(t *testing.T) {
	checkApps(t, machineExamples)
}

func (e machineExample) build(stack awscdk.Stack) (built, error) {
	g := newGiven(stack)
	props := &machineauth.AuthorizationServerProps{}
	e.server.apply(props, g)
	before := *props
	var server machineauth.AuthorizationServer
	failure := failureOf(func() { server = machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props) })
	err := judge(outcome{
		failure: failure, changed: *props != before, left: len(*stack.Node().Children()) - 1,
		fields: fieldNames(*props), invalid: e.server.invalid(), mistake: e.mistake,
	})
	if err != nil || failure != nil {
		return built{refused: true}, err
	}
	g.server, g.scopes = server, server.Scopes()
	for i := range e.clients {
		if err := e.addClient(g, server, i); err != nil {
			return built{}, err
		}
	}
	result := built{public: map[string]bool{}, served: e.server.served() && len(e.apis) > 0}
	for i, api := range e.apis {
		if err := api.build(g, stack, server, fmt.Sprint("Api", i), &result); err != nil {
			return built{}, err
		}
	}
	return result, nil
}

func (e machineExample) addClient(g *given, server machineauth.AuthorizationServer, i int) error {
	props := &machineauth.ClientProps{}
	e.clients[i].apply(props, g)
	before, children := *props, len(*server.Node().Children())
	failure := failureOf(func() { server.AddClient(jsii.String(fmt.Sprint("Client", i)), props) })
	left := 0
	if failure != nil {
		left = len(*server.Node().Children()) - children
	}
	return judge(outcome{
		failure: failure, changed: *props != before, left: left,
		fields: fieldNames(*props), invalid: e.clients[i].invalid(), mistake: e.namesTaken(i),
	})
}

// namesTaken reports whether a client shares a name with an earlier client.
func (e machineExample) namesTaken(i int) bool {
	for _, setting := range e.clients[i] {
		for _, other := range e.clients[:i] {
			if (setting.field == "ClientName" || setting.field == "SecretName") && other.has(setting.field, setting.value.text) {
				return true
			}
		}
	}
	return false
}

// build builds an API with all its methods. If the options are refused, the API is not
// protected, so all its methods are public.
func (a apiExample) build(g *given, stack awscdk.Stack, server machineauth.AuthorizationServer, id string, result *built) error {
	options := &machineauth.ProtectOptions{}
	a.options.apply(options, g)
	api := awsapigateway.NewRestApi(stack, &id, &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(a.role)})
	result.accountRole = result.accountRole || a.role
	var protected machineauth.ProtectedApi
	failure := failureOf(func() { protected = server.Protect(api, options) })
	if err := judge(outcome{failure: failure, fields: fieldNames(*options), invalid: a.options.invalid()}); err != nil {
		return err
	}
	for _, m := range a.methods {
		resource := api.Root()
		if m.path != "" {
			resource = resource.ResourceForPath(&m.path)
		}
		if protected != nil && m.scopes != nil {
			resource.AddMethod(&m.httpMethod, mock(), answering200(protected.Require(m.scopes.of(g.scopes)...)))
			continue
		}
		method := resource.AddMethod(&m.httpMethod, mock(), answering200(nil))
		if protected != nil {
			protected.AllowUnauthenticated(method, jsii.String("anyone may"))
		}
		result.public[strings.ReplaceAll(id+"/Default/"+m.path+"/"+m.httpMethod, "//", "/")] = true
	}
	return nil
}

func answering200(options *awsapigateway.MethodOptions) *awsapigateway.MethodOptions {
	if options == nil {
		options = &awsapigateway.MethodOptions{}
	}
	options.MethodResponses = &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}}
	return options
}
