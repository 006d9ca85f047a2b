package edge_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/internal/cdktest"
)

// newAPI returns an API with one method: CDK requires one.
func newAPI(stack awscdk.Stack) awsapigateway.RestApi {
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	api.Root().AddMethod(jsii.String("GET"), nil, nil)
	return api
}

func certificate(stack awscdk.Stack, region string) awscertificatemanager.ICertificate {
	return awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate-"+region),
		jsii.String("arn:aws:acm:"+region+":123456789012:certificate/abc"))
}

func TestWebAcl(t *testing.T) {
	stack := cdktest.NewStack()
	api := newAPI(stack)
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	acl := edge.NewWebAcl(stack, jsii.String("WebAcl"), nil)
	edge.NewWebAcl(stack, jsii.String("Strict"), &edge.WebAclProps{RateLimit: jsii.Number(10)})
	edge.AssociateWebAcl(stack, acl.Arn(), api, pool)
	template := cdktest.Synth(t, stack)

	web := template.At("WebAcl")
	cdktest.Equal(t, "Scope", web.Get("Scope"), any("REGIONAL"))
	cdktest.Equal(t, "DefaultAction", web.Get("DefaultAction"), any(map[string]any{"Allow": map[string]any{}}))
	cdktest.Equal(t, "rate limit", web.Get("Rules.0.Statement.RateBasedStatement"), any(map[string]any{
		"AggregateKeyType": "IP", "Limit": 2000.0, "EvaluationWindowSec": 300.0,
	}))
	cdktest.Equal(t, "action of the rate limit", web.Get("Rules.0.Action"), any(map[string]any{"Block": map[string]any{}}))
	cdktest.Equal(t, "given rate limit", template.At("Strict").Get("Rules.0.Statement.RateBasedStatement.Limit"), any(10.0))
	for i, group := range []string{"AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"} {
		at := "Rules." + string(rune('1'+i))
		cdktest.Equal(t, at, web.Get(at+".Statement.ManagedRuleGroupStatement"), any(map[string]any{"VendorName": "AWS", "Name": group}))
		cdktest.Equal(t, at+" keeps its actions", web.Get(at+".OverrideAction"), any(map[string]any{"None": map[string]any{}}))
		cdktest.Equal(t, at+".Priority", web.Get(at+".Priority"), any(float64(i+1)))
	}
	cdktest.Equal(t, "rules", len(web.Get("Rules").([]any)), 4)

	stage := template.At("StageWebAcl")
	cdktest.Equal(t, "WebACLArn", stage.Get("WebACLArn"), web.GetAtt("Arn"))
	cdktest.Equal(t, "stage", stage.Get("ResourceArn"), any(map[string]any{"Fn::Join": []any{"", []any{
		"arn:", map[string]any{"Ref": "AWS::Partition"}, ":apigateway:", map[string]any{"Ref": "AWS::Region"}, "::/restapis/",
		template.At("Api").Ref(), "/stages/", template.At("Api/DeploymentStage.prod").Ref(),
	}}}))
	cdktest.Equal(t, "user pool", template.At("UserPoolWebAcl").Get("ResourceArn"), template.At("Pool").GetAtt("Arn"))
}

func TestAWebAclForTheStageAlone(t *testing.T) {
	stack := cdktest.NewStack()
	edge.AssociateWebAcl(stack, jsii.String(webACL), newAPI(stack), nil)
	cdktest.Equal(t, "associations", len(cdktest.Synth(t, stack).OfType("AWS::WAFv2::WebACLAssociation")), 1)
}

func TestApiDomain(t *testing.T) {
	stack := cdktest.NewStack()
	api := newAPI(stack)
	domain := edge.NewApiDomain(stack, jsii.String("Domain"), &edge.ApiDomainProps{
		Api: api, DomainName: jsii.String("api.example.org"), Certificate: certificate(stack, "eu-west-1"),
	})
	cdktest.Equal(t, "Url", *domain.Url(), "https://api.example.org/")
	awscdk.NewCfnOutput(stack, jsii.String("Target"), &awscdk.CfnOutputProps{Value: domain.AliasTarget()})
	template := cdktest.Synth(t, stack)

	name := template.At("Domain/DomainName")
	cdktest.Equal(t, "domain", name.Properties, map[string]any{
		"DomainName":             "api.example.org",
		"RegionalCertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/abc",
		"EndpointConfiguration":  map[string]any{"Types": []any{"REGIONAL"}},
		"SecurityPolicy":         "TLS_1_2",
	})
	cdktest.Equal(t, "mapping", template.At("Domain/BasePathMapping").Properties, map[string]any{
		"DomainName": name.Ref(), "RestApiId": template.At("Api").Ref(), "Stage": template.At("Api/DeploymentStage.prod").Ref(),
	})
	cdktest.Equal(t, "default endpoint off", template.At("Api").Get("DisableExecuteApiEndpoint"), any(true))
	cdktest.Equal(t, "policy of the API", template.At("Api").Get("SecurityPolicy"), nil)
	cdktest.Equal(t, "target", template.Outputs["Target"], name.GetAtt("RegionalDomainName"))
}

func TestApiDomainProps(t *testing.T) {
	stack := cdktest.NewStack()
	domain := edge.NewApiDomain(stack, jsii.String("Domain"), &edge.ApiDomainProps{
		Api: newAPI(stack), DomainName: jsii.String("api.example.org"), Certificate: certificate(stack, "eu-west-1"),
		BasePath: jsii.String("v1"), SecurityPolicy: awsapigateway.SecurityPolicy_TLS13_1_3_2025_09, KeepDefaultEndpoint: jsii.Bool(true),
	})
	cdktest.Equal(t, "Url", *domain.Url(), "https://api.example.org/v1/")
	template := cdktest.Synth(t, stack)
	cdktest.Equal(t, "BasePath", template.At("Domain/BasePathMapping").Get("BasePath"), any("v1"))
	for _, path := range []string{"Domain/DomainName", "Api"} {
		cdktest.Equal(t, "policy of "+path, template.At(path).Get("SecurityPolicy"), any("SecurityPolicy_TLS13_1_3_2025_09"))
		cdktest.Equal(t, "access mode of "+path, template.At(path).Get("EndpointAccessMode"), any("STRICT"))
	}
	cdktest.Equal(t, "default endpoint", template.At("Api").Get("DisableExecuteApiEndpoint"), nil)
}

func TestRejections(t *testing.T) {
	stack := awscdk.NewStack(cdktest.NewApp(nil), jsii.String("Test"), &awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("eu-west-1")}})
	api := newAPI(stack)
	silent := awsapigateway.NewRestApi(stack, jsii.String("Silent"), &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)})
	cdktest.MustPanic(t, func() { edge.NewApiDomain(stack, jsii.String("Domain"), nil) },
		"Test/Domain: 3 problems:",
		"1. Api: is required: pass the RestApi to serve",
		`2. DomainName: is required: pass the API's custom domain, such as "api.example.org"`,
		"3. Certificate: is required: pass the domain's certificate from AWS Certificate Manager in the stack's Region")
	cdktest.MustPanic(t, func() {
		edge.NewApiDomain(stack, jsii.String("Domain"), &edge.ApiDomainProps{
			Api: silent, DomainName: jsii.String("API"), Certificate: certificate(stack, "us-east-1"),
			BasePath: jsii.String("a/b"), SecurityPolicy: awsapigateway.SecurityPolicy_TLS_1_0,
		})
	},
		"1. Api: Test/Silent has no stage to serve: do not set Deploy to false, or call SetDeploymentStage",
		`2. DomainName: must be 4 to 253 characters of a-z, 0-9 and - in labels separated by dots, such as api.example.org, got "API"`,
		`3. BasePath: must be 1 to 300 characters of letters, digits and $-_.+!*'(), without a slash, got "a/b"`,
		"4. SecurityPolicy: must be TLS_1_2 or stricter, got TLS_1_0, which allows the deprecated TLS 1.0 and 1.1 (RFC 8996)",
		"5. Certificate: must be in eu-west-1, the stack's Region, as the domain is regional, got one in us-east-1")
	cdktest.MustPanic(t, func() {
		edge.NewApiDomain(stack, jsii.String("Domain"), &edge.ApiDomainProps{
			Api: api, DomainName: jsii.String("api.example.org"), Certificate: certificate(stack, "eu-west-1"),
			SecurityPolicy: awsapigateway.SecurityPolicy_TLS13_2025_EDGE,
		})
	}, "Domain: SecurityPolicy: must be a policy for regional domains, got TLS13_2025_EDGE, which is for edge-optimized domains")
	cdktest.MustPanic(t, func() {
		edge.NewApiDomain(stack, jsii.String("Domain"), &edge.ApiDomainProps{
			Api: api, DomainName: jsii.String("api.example.org"), SecurityPolicy: "TLS_1_3",
		})
	}, "SecurityPolicy: must be TLS_1_2, TLS13_1_2_PQ_2025_09, ", "got TLS_1_3: did you mean TLS_1_2?")
	for _, limit := range []float64{9, 2e9 + 1, 10.5} {
		cdktest.MustPanic(t, func() { edge.NewWebAcl(stack, jsii.String("WebAcl"), &edge.WebAclProps{RateLimit: &limit}) },
			"Test/WebAcl: RateLimit: must be a whole number from 10 to 2000000000, got ")
	}
	for _, detail := range []*string{nil, jsii.String(""), jsii.String("costs $amount")} {
		cdktest.MustPanic(t, func() { edge.AddInvalidBodyDetail(api, detail) },
			"Test/Api/AddInvalidBodyDetail: detail: must be a non-empty text without $ that says what a valid body is")
	}
}

func TestErrorResponses(t *testing.T) {
	stack := cdktest.NewStack()
	api := newAPI(stack)
	edge.AddBearerChallenge(api)
	edge.AddInvalidBodyDetail(api, jsii.String(`name must be "short"`))
	template := cdktest.Synth(t, stack)
	for path, want := range map[string]map[string]any{
		"Unauthorized": {
			"ResponseType": "UNAUTHORIZED", "StatusCode": "401",
			"ResponseParameters": map[string]any{"gatewayresponse.header.WWW-Authenticate": "'Bearer'"},
			"ResponseTemplates":  map[string]any{"application/json": `{"message":$context.error.messageString}`},
		},
		"BadRequestBody": {
			"ResponseType": "BAD_REQUEST_BODY", "StatusCode": "400",
			"ResponseTemplates": map[string]any{"application/json": `{"message":$context.error.messageString,"detail":"name must be \"short\""}`},
		},
	} {
		want["RestApiId"] = template.At("Api").Ref()
		cdktest.Equal(t, path, template.At("Api/"+path).Properties, want)
	}
}

// API Gateway has one gateway response of each type, and CloudFormation fails when it
// creates the second.
func TestAGatewayResponseOfEachTypeOnce(t *testing.T) {
	add := func(api awsapigateway.RestApi, id string, responseType awsapigateway.ResponseType) {
		api.AddGatewayResponse(&id, &awsapigateway.GatewayResponseOptions{Type: responseType})
	}
	const once = ": API Gateway accepts one of each type, remove one of the two"
	for _, test := range []struct {
		name string
		make func(awsapigateway.RestApi)
		want string
	}{
		{"challenge twice", func(api awsapigateway.RestApi) { edge.AddBearerChallenge(api); edge.AddBearerChallenge(api) },
			`Test/Api/AddBearerChallenge: api: already has the gateway response "Unauthorized"` + once},
		{"challenge after your own with the same id", func(api awsapigateway.RestApi) {
			add(api, "Unauthorized", awsapigateway.ResponseType_UNAUTHORIZED())
			edge.AddBearerChallenge(api)
		}, `Test/Api/AddBearerChallenge: api: already has the gateway response "Unauthorized"` + once},
		{"detail twice", func(api awsapigateway.RestApi) {
			edge.AddInvalidBodyDetail(api, jsii.String("a"))
			edge.AddInvalidBodyDetail(api, jsii.String("b"))
		}, `Test/Api/AddInvalidBodyDetail: api: already has the gateway response "BadRequestBody"` + once},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := newAPI(cdktest.NewStack())
			cdktest.MustPanic(t, func() { test.make(api) }, test.want)
		})
	}
	for name, add := range map[string]func(){
		"AddBearerChallenge":   func() { edge.AddBearerChallenge(nil) },
		"AddInvalidBodyDetail": func() { edge.AddInvalidBodyDetail(nil, jsii.String("a")) },
	} {
		cdktest.MustPanic(t, add, name+": api is nil: pass the API")
	}
	stack := cdktest.NewStack()
	for _, id := range []string{"One", "Two"} {
		api := namedAPI(stack, id, true)
		edge.AddBearerChallenge(api)
		edge.AddInvalidBodyDetail(api, jsii.String("a"))
		add(api, "Mine", awsapigateway.ResponseType_THROTTLED())
	}
	cdktest.Equal(t, "gateway responses of two APIs", len(cdktest.Synth(t, stack).OfType("AWS::ApiGateway::GatewayResponse")), 6)
}

// A stage serves a deployment, so a change to the API's answers must change the
// deployment's logical id, with or without CDK's feature flags.
func TestTheDeploymentIsReplaced(t *testing.T) {
	deployment := func(change func(awscdk.Stack, awsapigateway.RestApi)) string {
		stack := cdktest.NewStack()
		api := newAPI(stack)
		change(stack, api)
		return cdktest.Synth(t, stack).At("Api/Deployment").LogicalID
	}
	seen := map[string]string{}
	for name, change := range map[string]func(awscdk.Stack, awsapigateway.RestApi){
		"nothing":               func(awscdk.Stack, awsapigateway.RestApi) {},
		"challenge":             func(_ awscdk.Stack, api awsapigateway.RestApi) { edge.AddBearerChallenge(api) },
		"detail":                func(_ awscdk.Stack, api awsapigateway.RestApi) { edge.AddInvalidBodyDetail(api, jsii.String("a")) },
		"another detail":        func(_ awscdk.Stack, api awsapigateway.RestApi) { edge.AddInvalidBodyDetail(api, jsii.String("b")) },
		"model":                 func(_ awscdk.Stack, api awsapigateway.RestApi) { addModel(api, 1) },
		"another schema":        func(_ awscdk.Stack, api awsapigateway.RestApi) { addModel(api, 2) },
		"validator":             func(_ awscdk.Stack, api awsapigateway.RestApi) { addValidator(api, true) },
		"validator without use": func(_ awscdk.Stack, api awsapigateway.RestApi) { addValidator(api, false) },
		"domain": func(stack awscdk.Stack, api awsapigateway.RestApi) {
			edge.NewApiDomain(stack, jsii.String("Domain"), &edge.ApiDomainProps{
				Api: api, DomainName: jsii.String("api.example.org"), Certificate: certificate(stack, "eu-west-1"),
			})
		},
	} {
		id := deployment(change)
		if other := seen[id]; other != "" {
			t.Errorf("%s and %s have the same deployment", name, other)
		}
		seen[id] = name
		if !strings.HasPrefix(id, "ApiDeployment") {
			t.Errorf("%s: %s", name, id)
		}
	}
}

func addModel(api awsapigateway.RestApi, length float64) {
	api.AddModel(jsii.String("Model"), &awsapigateway.ModelOptions{
		Schema: &awsapigateway.JsonSchema{Type: awsapigateway.JsonSchemaType_STRING, MaxLength: &length},
	})
}

func addValidator(api awsapigateway.RestApi, body bool) {
	api.AddRequestValidator(jsii.String("Validator"), &awsapigateway.RequestValidatorOptions{ValidateRequestBody: &body})
}
