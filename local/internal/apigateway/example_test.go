package apigateway_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"example.com/weather-events-api/local/internal/apigateway"
)

// knownToken is a user pool with one token.
type knownToken struct{}

func (knownToken) Verify(token string) (apigateway.Token, error) {
	if token != "secret" {
		return apigateway.Token{}, errors.New("the pool did not sign the token")
	}
	return apigateway.Token{Use: apigateway.AccessToken, ClientID: "client", Scopes: []string{"orders/read"}}, nil
}

func ExampleNew() {
	api, err := apigateway.New(apigateway.Config{
		Label:  "Api",
		Stages: []apigateway.Stage{{Label: "Stage", Name: "prod"}},
		Methods: []apigateway.Method{{
			Label: "GetOrders", Path: "/orders", HTTPMethod: "GET",
			AuthorizationType:   apigateway.AuthorizationCognitoUserPools,
			AuthorizationScopes: []string{"orders/read"},
			Authorizer: &apigateway.Authorizer{
				Label: "Authorizer", Type: "COGNITO_USER_POOLS",
				IdentitySource: "method.request.header.Authorization",
				Verifiers:      []apigateway.TokenVerifier{knownToken{}},
			},
			Integration: &apigateway.Integration{
				Type:             "MOCK",
				RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
				IntegrationResponses: []apigateway.IntegrationResponse{{
					StatusCode: "200", ResponseTemplates: map[string]string{"application/json": `{"orders":[]}`},
				}},
			},
			MethodResponses: []apigateway.MethodResponse{{StatusCode: "200"}},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(api)
	defer server.Close()
	for _, token := range []string{"", "secret"} {
		r, _ := http.NewRequest("GET", server.URL+"/prod/orders", nil)
		r.Header.Set("Authorization", token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, string(body))
	}
	// Output:
	// 401 {"message":"Unauthorized"}
	// 200 {"orders":[]}
}

func ExampleConfigError() {
	_, err := apigateway.New(apigateway.Config{
		Label:  "Api",
		Stages: []apigateway.Stage{{Label: "Stage", Name: "prod"}},
		Methods: []apigateway.Method{{
			Label: "GetOrders", Path: "/orders", HTTPMethod: "GET", AuthorizationType: "JWT",
			Integration: &apigateway.Integration{Type: "FTP"},
		}},
	})
	fmt.Println(err)
	// Output:
	// GetOrders.AuthorizationType: "JWT" is not supported; allowed are NONE, COGNITO_USER_POOLS, AWS_IAM, CUSTOM
	// GetOrders.Integration.Type: "FTP" is not supported; allowed are MOCK, HTTP, HTTP_PROXY, AWS, and AWS_PROXY with a Lambda function
}
