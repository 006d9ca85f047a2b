package observability

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// DashboardProps configures a [Dashboard].
type DashboardProps struct {
	// Api is the API to show. It must deploy itself, which is the default.
	//
	// Required.
	Api awsapigateway.RestApi
	// AccessLog is the API's access log, which shows the clients and the throttled
	// requests.
	//
	// Default: none, and the dashboard shows neither.
	AccessLog AccessLog
}

// Validate returns nil, or a *[ValidationError] that lists every problem.
func (p *DashboardProps) Validate() error {
	if p == nil {
		p = &DashboardProps{}
	}
	var problems validation.Collector
	requireAPI(&problems, p.Api)
	return problems.Err("DashboardProps")
}

// Dashboard is a CloudWatch dashboard for one API and the token endpoint: requests and
// errors, latency, throttling, and the calling clients. CloudWatch charges for each
// dashboard after the third in an account.
type Dashboard interface {
	constructs.Construct

	// Dashboard returns CDK's dashboard, for example to add widgets.
	Dashboard() awscloudwatch.Dashboard
}

type dashboard = jsiiProxy_dashboard // see construction.New

type jsiiProxy_dashboard struct {
	constructs.Construct
	dashboard awscloudwatch.Dashboard
}

const (
	halfWidth = 12
	fullWidth = 24
	height    = 6
)

// NewDashboard creates a [Dashboard] in scope. If props are invalid, it creates nothing
// and panics with a *[ValidationError].
func NewDashboard(scope constructs.Construct, id *string, props *DashboardProps) Dashboard {
	construction.RequireScopeAndID("NewDashboard", scope, id)
	var problems validation.Collector
	problems.Merge(props.Validate())
	construction.PanicIfInvalid(scope, *id, &problems)

	d := &dashboard{}
	construction.New(d, scope, id)
	d.dashboard = awscloudwatch.NewDashboard(d, jsii.String("Resource"), nil)
	measure := metricsOf(props.Api)
	throttled := []awscloudwatch.IMetric{measure.throttledTokenRequests()}
	if props.AccessLog != nil {
		throttled = append(throttled, measure.throttledRequests(props.AccessLog, props.AccessLog))
	}
	d.dashboard.AddWidgets(
		graph("Requests and server errors", measure.requests(), measure.serverErrors()),
		graph("Client errors, percent of requests", measure.clientErrors()))
	d.dashboard.AddWidgets(
		graph("Latency, milliseconds", measure.latency("p50"), measure.latency("p99")),
		graph("Token requests of the account", measure.allTokenRequests()))
	d.dashboard.AddWidgets(graph("Throttled", throttled...))
	if props.AccessLog != nil {
		d.dashboard.AddWidgets(clients(props.AccessLog))
	}
	return d
}

func graph(title string, lines ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: jsii.String(title), Left: &lines, Width: jsii.Number(halfWidth), Height: jsii.Number(height),
	})
}

// clients shows the number of requests by client and status.
func clients(log AccessLog) awscloudwatch.IWidget {
	return awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title:         jsii.String("Requests by client"),
		LogGroupNames: &[]*string{log.LogGroup().LogGroupName()},
		QueryLines:    jsii.Strings("stats count(*) as requests by clientId, status", "sort requests desc"),
		View:          awscloudwatch.LogQueryVisualizationType_TABLE,
		Width:         jsii.Number(fullWidth),
		Height:        jsii.Number(height),
	})
}

func (d *dashboard) Dashboard() awscloudwatch.Dashboard { return d.dashboard }
