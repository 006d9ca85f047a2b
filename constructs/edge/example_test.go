package edge_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
)

// Your own API gets a domain, a web ACL and the challenge of RFC 6750.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)
	certificate := awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
		jsii.String("arn:aws:acm:eu-west-1:123456789012:certificate/abc"))
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})

	edge.AddBearerChallenge(api)
	edge.AssociateWebAcl(stack, edge.NewWebAcl(stack, jsii.String("WebAcl"), nil).Arn(), api, nil)
	domain := edge.NewApiDomain(stack, jsii.String("Domain"), &edge.ApiDomainProps{
		Api: api, DomainName: jsii.String("orders.example.org"), Certificate: certificate,
	})

	fmt.Println(*domain.Url())
	// Output: https://orders.example.org/
}
