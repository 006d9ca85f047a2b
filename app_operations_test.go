package main

import (
	"strings"
	"testing"

	"example.com/weather-events-api/internal/cdktest"
)

func TestAccessLogs(t *testing.T) {
	template := template(t)
	group := template.At("WeatherEvents/AccessLog/LogGroup")
	assertProps(t, group, props{"RetentionInDays": 90.0})
	cdktest.Equal(t, "DeletionPolicy", group.Attributes["DeletionPolicy"], any("Delete"))
	stage := template.At(api + "/DeploymentStage.weather")
	assertProps(t, stage, props{
		// API Gateway stores the ARN without the ":*" of attribute Arn; with it, drift
		// detection reports a change.
		"AccessLogSetting.DestinationArn": map[string]any{"Fn::Join": []any{"", []any{
			"arn:", map[string]any{"Ref": "AWS::Partition"}, ":logs:", map[string]any{"Ref": "AWS::Region"}, ":",
			map[string]any{"Ref": "AWS::AccountId"}, ":log-group:", group.Ref(),
		}}},
		"MethodSettings.0.ThrottlingRateLimit": 100.0, "MethodSettings.0.ThrottlingBurstLimit": 200.0,
		"MethodSettings.0.LoggingLevel": nil, "MethodSettings.0.DataTraceEnabled": false,
		"TracingEnabled": nil,
	})
	if format := stage.Get("AccessLogSetting.Format").(string); !strings.Contains(format, `"clientId":"$context.authorizer.claims.client_id"`) {
		t.Errorf("the access log does not name the client: %s", format)
	}
}

func TestErrorAnswersAndBodyValidation(t *testing.T) {
	template := template(t)
	assertProps(t, template.At(api+"/Unauthorized"), props{
		"ResponseType":       "UNAUTHORIZED",
		"StatusCode":         "401",
		"ResponseParameters": map[string]any{"gatewayresponse.header.WWW-Authenticate": "'Bearer'"},
		"ResponseTemplates":  map[string]any{"application/json": `{"message":$context.error.messageString}`},
	})
	assertProps(t, template.At(api+"/BadRequestBody"), props{"ResponseType": "BAD_REQUEST_BODY", "StatusCode": "400"})
	assertProps(t, template.At(api+"/WeatherEvent"), props{
		"Name":                        "WeatherEvent",
		"Schema.type":                 "object",
		"Schema.required":             []any{"name", "dateStart", "dateEnd"},
		"Schema.additionalProperties": false,
	})
	assertProps(t, template.At(api+"/BodyValidator"), props{"ValidateRequestBody": true})
	assertProps(t, template.At(api+"/Default/POST"), props{
		"RequestValidatorId": template.At(api + "/BodyValidator").Ref(),
		"RequestModels":      map[string]any{"application/json": template.At(api + "/WeatherEvent").Ref()},
	})
}

// Context key accountCloudWatchRole settles the warning.
func TestTheAccountsRole(t *testing.T) {
	for role, want := range map[string]int{"": 1, "existing": 0, "create": 0} {
		context := contextOfCdkJSON(t)
		delete(context, "accountCloudWatchRole")
		if role != "" {
			context["accountCloudWatchRole"] = role
		}
		app := cdktest.NewApp(context)
		cfg, err := configOf(app)
		if err != nil {
			t.Fatal(err)
		}
		warnings := cdktest.Warnings(t, newWeatherEventsStack(app, cfg))
		cdktest.Equal(t, "number of warnings with "+role, len(warnings), want)
	}
}
