package weatherevents

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/constructs/observability"
)

// stageOptions returns the stage's limits, logs and metrics.
func (w *weatherEventsApi) stageOptions(props *WeatherEventsApiProps) *awsapigateway.StageOptions {
	options := &awsapigateway.StageOptions{
		StageName:            props.StageName,
		ThrottlingRateLimit:  props.ThrottlingRateLimit,
		ThrottlingBurstLimit: props.ThrottlingBurstLimit,
		MethodOptions:        props.methodThrottling(),
		TracingEnabled:       props.Tracing,
		MetricsEnabled:       props.DetailedMetrics,
	}
	if !isOff(props.AccessLogs) {
		w.accessLog = observability.NewAccessLog(w, jsii.String("AccessLog"), &observability.AccessLogProps{
			Retention:            props.AccessLogRetention,
			RemovalPolicy:        props.RemovalPolicy,
			AccountRoleIsCreated: props.AccountCloudWatchRole,
		})
		options.AccessLogDestination = w.accessLog.Destination()
		options.AccessLogFormat = w.accessLog.Format()
	}
	return options
}

// methodThrottling returns the limits of GET and POST that differ from the stage's. API
// Gateway takes a method's settings as a whole, so it repeats those that are not
// overridden.
func (p *WeatherEventsApiProps) methodThrottling() *map[string]*awsapigateway.MethodDeploymentOptions {
	options := map[string]*awsapigateway.MethodDeploymentOptions{}
	override := func(method string, rate, burst *float64) {
		if rate == nil && burst == nil {
			return
		}
		if rate == nil {
			rate = p.ThrottlingRateLimit
		}
		if burst == nil {
			burst = p.ThrottlingBurstLimit
		}
		options["//"+method] = &awsapigateway.MethodDeploymentOptions{
			ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst, MetricsEnabled: p.DetailedMetrics,
		}
	}
	override("GET", p.GetThrottlingRateLimit, p.GetThrottlingBurstLimit)
	override("POST", p.PostThrottlingRateLimit, p.PostThrottlingBurstLimit)
	return &options
}

// watch creates the alarms and the dashboard, if props ask for them.
func (w *weatherEventsApi) watch(props *WeatherEventsApiProps) {
	if props.AlarmTopic != nil {
		w.alarms = observability.NewAlarms(w, jsii.String("Alarms"), &observability.AlarmsProps{
			Api: w.RestApi(), Topic: props.AlarmTopic, AccessLog: w.accessLog,
		})
	}
	if isOn(props.Dashboard) {
		w.dashboard = observability.NewDashboard(w, jsii.String("Dashboard"), &observability.DashboardProps{
			Api: w.RestApi(), AccessLog: w.accessLog,
		})
	}
}

// createEdge creates the bearer challenge, the domain and the web ACL.
func (w *weatherEventsApi) createEdge(props *WeatherEventsApiProps) {
	edge.AddBearerChallenge(w.RestApi())
	if props.ApiDomainName != nil {
		w.domain = edge.NewApiDomain(w, jsii.String("ApiDomain"), props.apiDomainProps(w.RestApi()))
	}
	webAclArn := props.WebAclArn
	if isOn(props.ManagedWebAcl) {
		webAclArn = edge.NewWebAcl(w, jsii.String("WebAcl"), &edge.WebAclProps{RateLimit: props.WebAclRateLimit}).Arn()
	}
	if webAclArn == nil {
		return
	}
	var userPool awscognito.IUserPool
	if props.AuthorizationServer == nil && props.UserPool == nil {
		userPool = w.server.UserPool()
	}
	edge.AssociateWebAcl(w, webAclArn, w.RestApi(), userPool)
}

func (p *WeatherEventsApiProps) apiDomainProps(api awsapigateway.RestApi) *edge.ApiDomainProps {
	return &edge.ApiDomainProps{
		Api:            api,
		DomainName:     p.ApiDomainName,
		Certificate:    p.ApiCertificate,
		BasePath:       p.ApiBasePath,
		SecurityPolicy: p.SecurityPolicy,
	}
}
