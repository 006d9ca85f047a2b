package weatherevents

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/internal/construction"
)

// WeatherEventsApi is a REST API with two operations on its root, each with its own
// scope: GET lists weather events and requires weather-api/get, POST creates one and
// requires weather-api/post. Its methods return everything that it creates.
type WeatherEventsApi interface {
	constructs.Construct

	// AuthorizationServer returns the authorization server, the new one or the one in
	// props.
	AuthorizationServer() machineauth.AuthorizationServer
	// ServiceClient returns the client that may get and post. It is nil if props have
	// an AuthorizationServer, whose owner adds the clients.
	ServiceClient() machineauth.Client
	// RestApi returns the API. Protect every method that you add to it with
	// ProtectedApi, or synthesis fails.
	RestApi() awsapigateway.RestApi
	// ProtectedApi returns the protection of RestApi, whose Require protects further
	// methods.
	ProtectedApi() machineauth.ProtectedApi
	// GetMethod returns the method that lists weather events.
	GetMethod() awsapigateway.Method
	// PostMethod returns the method that creates a weather event.
	PostMethod() awsapigateway.Method
	// AccessLog returns the access log, or nil if AccessLogs is false.
	AccessLog() observability.AccessLog
	// Alarms returns the alarms, or nil without AlarmTopic.
	Alarms() observability.Alarms
	// Dashboard returns the dashboard, or nil without Dashboard.
	Dashboard() observability.Dashboard
	// Domain returns the API's custom domain, or nil without ApiDomainName.
	Domain() edge.ApiDomain
	// Url returns the URL of the API with a trailing slash: at its custom domain if it
	// has one, otherwise at its stage.
	Url() *string
}

type weatherEventsApi = jsiiProxy_weatherEventsApi // see construction.New

type jsiiProxy_weatherEventsApi struct {
	constructs.Construct
	app           *construction.App
	stack         awscdk.Stack
	server        machineauth.AuthorizationServer
	serviceClient machineauth.Client
	api           awsapigateway.RestApi
	protected     machineauth.ProtectedApi
	getMethod     awsapigateway.Method
	postMethod    awsapigateway.Method
	accessLog     observability.AccessLog
	alarms        observability.Alarms
	dashboard     observability.Dashboard
	domain        edge.ApiDomain
}

// NewWeatherEventsApi creates a [WeatherEventsApi] in scope. Nil props create the
// complete system with its own authorization server and one client.
//
// If props are invalid, it creates nothing and panics with a *[ValidationError] that
// lists every problem.
func NewWeatherEventsApi(scope constructs.Construct, id *string, props *WeatherEventsApiProps) WeatherEventsApi {
	stack := validate(scope, id, props)
	app := construction.AppOf(stack)
	resolved := props.withDefaults(app)

	w := &weatherEventsApi{app: app, stack: stack, server: resolved.AuthorizationServer}
	construction.New(w, scope, id)
	app.Holds(w, stack)

	required := scopes{get: resolved.GetScope, post: resolved.PostScope}
	if w.server == nil {
		required = newScopes()
		w.createAuthorizationServer(&resolved, required)
	}
	w.createRestApi(&resolved, required)
	w.createEdge(&resolved)
	w.watch(&resolved)
	w.createOutputs(&resolved)
	return w
}

// createAuthorizationServer creates the authorization server and the client.
func (w *weatherEventsApi) createAuthorizationServer(props *WeatherEventsApiProps, scopes scopes) {
	serverProps := props.authorizationServerProps(scopes)
	if serverProps.DomainPrefix == nil && serverProps.UserPoolDomain == nil && serverProps.TokenDomainName == nil {
		serverProps.DomainPrefix = machineauth.UniqueDomainPrefix(w, "weather-events-api")
	}
	w.server = machineauth.NewAuthorizationServer(w, jsii.String("Auth"), serverProps)
	w.serviceClient = w.server.AddClient(jsii.String("ServiceClient"), props.serviceClientProps(scopes))
	awscdk.Validations_Of(w.server).Acknowledge(&awscdk.Acknowledgment{
		Id:     machineauth.UnusedScopeWarning(w.server, scopes.delete),
		Reason: jsii.String("declared on purpose: it shows that a client cannot get a scope it was not given"),
	})
}

// createRestApi creates the API, its deployment and stage, and the two methods.
func (w *weatherEventsApi) createRestApi(props *WeatherEventsApiProps, required scopes) {
	w.api = awsapigateway.NewRestApi(w, jsii.String("RestApi"), &awsapigateway.RestApiProps{
		RestApiName:    props.RestApiName,
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: jsii.Bool(isOn(props.AccountCloudWatchRole)),
		Policy:         props.ResourcePolicy,
		DeployOptions:  w.stageOptions(props),
	})
	w.app.Holds(w.api, w)
	construction.NodeOf(w.api).TryRemoveChild(jsii.String("Endpoint")) // CDK's output of the URL, which ApiUrl replaces
	w.protected = w.server.Protect(w.api, props.protectOptions())

	root := w.api.Root()
	responses := &[]*awsapigateway.MethodResponse{w.jsonResponse()}

	get := w.protected.Require(required.get)
	get.MethodResponses = responses
	w.getMethod = root.AddMethod(jsii.String("GET"), props.GetIntegration, get)

	post := w.protected.Require(required.post)
	post.MethodResponses = responses
	if !isOff(props.ValidatePost) {
		w.validateBody(post)
	}
	w.postMethod = root.AddMethod(jsii.String("POST"), props.PostIntegration, post)
}

func (w *weatherEventsApi) AuthorizationServer() machineauth.AuthorizationServer { return w.server }
func (w *weatherEventsApi) ServiceClient() machineauth.Client                    { return w.serviceClient }
func (w *weatherEventsApi) RestApi() awsapigateway.RestApi                       { return w.api }
func (w *weatherEventsApi) ProtectedApi() machineauth.ProtectedApi               { return w.protected }
func (w *weatherEventsApi) GetMethod() awsapigateway.Method                      { return w.getMethod }
func (w *weatherEventsApi) PostMethod() awsapigateway.Method                     { return w.postMethod }
func (w *weatherEventsApi) AccessLog() observability.AccessLog                   { return w.accessLog }
func (w *weatherEventsApi) Alarms() observability.Alarms                         { return w.alarms }
func (w *weatherEventsApi) Dashboard() observability.Dashboard                   { return w.dashboard }
func (w *weatherEventsApi) Domain() edge.ApiDomain                               { return w.domain }

func (w *weatherEventsApi) Url() *string {
	if w.domain != nil {
		return w.domain.Url()
	}
	return w.RestApi().Url()
}

// scopes are the scopes of the weather API.
type scopes struct{ post, get, delete machineauth.Scope }

func newScopes() scopes {
	return scopes{
		post:   machineauth.NewScope("post", "Create weather events"),
		get:    machineauth.NewScope("get", "Retrieve weather events"),
		delete: machineauth.NewScope("delete", "Delete a weather event"),
	}
}
