package cfn_test

import (
	"fmt"

	"example.com/weather-events-api/internal/cfn"
)

func ExampleResolver_Properties() {
	template, err := cfn.ParseTemplate("template.yaml", []byte(`
Parameters:
  Stage: {Type: String, Default: dev}
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: !Sub "weather-${Stage}"
      MinimumCompressionSize: "many"
      Policy: {}
      Tags: [{Key: a, Value: b}]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	resolver, err := cfn.NewResolver(template, cfn.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, resource := range resolver.Resources() {
		properties := resolver.Properties(resource)
		fmt.Println(properties.RequiredString("Name"))
		properties.Int("MinimumCompressionSize", 0)
		properties.Ignore("Tags")
		fmt.Println(properties.Done())
	}
	// Output:
	// weather-dev
	// template.yaml: 2 problems:
	//    1. Api.Properties.MinimumCompressionSize: must be an integer, got "many"
	//    2. Api.Properties.Policy: this property of AWS::ApiGateway::RestApi is not supported
}
