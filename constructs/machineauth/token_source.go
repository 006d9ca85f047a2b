package machineauth

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

func (s *authorizationServer) TokenUrl() *string {
	switch {
	case s.noDomain:
		// Written as CloudFormation has it: the suffix is another one in China.
		return awscdk.Token_AsString(map[string]any{"Fn::Join": []any{"", []any{
			"https://cognito-idp.", s.region(), ".", map[string]any{"Ref": "AWS::URLSuffix"}, "/",
		}}}, nil)
	case s.tokenURL != nil:
		return s.tokenURL
	case s.domain != nil:
		return s.tokenURLOf(s.domain)
	}
	var problems validation.Collector
	problems.Addf("TokenUrl", "%s", s.unknownTokenURL())
	construction.PanicIfInvalid(s, "TokenUrl", &problems)
	return nil
}

func (s *authorizationServer) TokenOperation() *string {
	if s.noDomain {
		return jsii.String(clienttoken.Operation)
	}
	return nil
}

// region returns that of the user pool.
func (s *authorizationServer) region() *string { return s.userPool.Env().Region }

func (s *authorizationServer) knowsTokenURL() bool {
	return s.noDomain || s.tokenURL != nil || s.domain != nil
}

func (s *authorizationServer) unknownTokenURL() string {
	return fmt.Sprintf("is not known of %s: give its attributes DomainPrefix, DomainName, TokenUrl or NoDomain", *s.Node().Path())
}
