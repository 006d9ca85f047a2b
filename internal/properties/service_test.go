package properties_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/internal/tokenrequest"
	"example.com/weather-events-api/local"
)

// checkService serves a template: every client must get a token, and every method must
// accept exactly the tokens that hold one of its scopes.
func checkService(template *cdktest.Template, allowed built) error {
	server, err := local.New(local.FromTemplate("properties", template.JSON()))
	if err != nil {
		return fmt.Errorf("local: %w", err)
	}
	defer server.Close()
	if want := len(template.OfType("AWS::Cognito::UserPoolClient")); len(server.Clients()) != want {
		return fmt.Errorf("local: %d clients are served, want %d", len(server.Clients()), want)
	}
	var tokens []token
	for _, client := range server.Clients() {
		token, err := requestToken(client)
		if err != nil {
			return fmt.Errorf("client %s: %w", client.Name, err)
		}
		token.scopes = texts(template.Resources[client.LogicalID].Get("AllowedOAuthScopes"))
		tokens = append(tokens, token)
	}
	for _, method := range template.OfType("AWS::ApiGateway::Method") {
		if err := checkAnswers(server, template, method, tokens, allowed.public[method.Path]); err != nil {
			return fmt.Errorf("%s: %w", method.Path, err)
		}
	}
	return nil
}

type token struct {
	value  string
	client string
	scopes []string // as the template has them
}

func requestToken(client local.Client) (token, error) {
	request := tokenrequest.Of(client.TokenOperation, clientcredentials.Config{
		ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL, AuthStyle: oauth2.AuthStyleInParams,
	})
	issued, err := request.Token(context.Background())
	if err != nil {
		return token{}, fmt.Errorf("got no token: %w", err)
	}
	return token{value: issued.AccessToken, client: client.Name}, nil
}

// checkAnswers calls a method without a token and with each token. A method with a mock
// backend answers 200 if it accepts the call.
func checkAnswers(server *local.System, template *cdktest.Template, method *cdktest.Resource, tokens []token, public bool) error {
	httpMethod, at := callOf(server, template, method)
	if public {
		return expect(httpMethod, at, token{client: "nobody"}, http.StatusOK)
	}
	if err := expect(httpMethod, at, token{client: "nobody"}, http.StatusUnauthorized); err != nil {
		return err
	}
	required := texts(method.Get("AuthorizationScopes"))
	for _, token := range tokens {
		want := http.StatusUnauthorized // from API Gateway; RFC 6750 says 403
		if slices.ContainsFunc(token.scopes, func(scope string) bool { return slices.Contains(required, scope) }) {
			want = http.StatusOK
		}
		if err := expect(httpMethod, at, token, want); err != nil {
			return err
		}
	}
	return nil
}

const weatherEvent = `{"name":"Storm","dateStart":"2022-02-16","dateEnd":"2022-02-21"}`

func expect(httpMethod, at string, token token, want int) error {
	var body io.Reader
	if httpMethod == "POST" {
		body = strings.NewReader(weatherEvent)
	}
	request, err := http.NewRequest(httpMethod, at, body)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token.value != "" {
		request.Header.Set("Authorization", "Bearer "+token.value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != want {
		answer, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s with the token of %q is answered with %d, want %d: %s", httpMethod, token.client, response.StatusCode, want, answer)
	}
	return nil
}

// callOf returns a client's call of a method.
func callOf(server *local.System, template *cdktest.Template, method *cdktest.Resource) (httpMethod, at string) {
	httpMethod, _ = method.Get("HttpMethod").(string)
	if httpMethod == "ANY" {
		httpMethod = "PATCH"
	}
	var segments []string
	resource := referred(template, method.Get("ResourceId"), "AWS::ApiGateway::Resource")
	for resource != nil {
		segment := resource.Get("PathPart").(string)
		if strings.HasPrefix(segment, "{") {
			segment = "1"
		}
		segments = append(segments, segment)
		resource = referred(template, resource.Get("ParentId"), "AWS::ApiGateway::Resource")
	}
	slices.Reverse(segments)
	api := referred(template, method.Get("RestApiId"), "AWS::ApiGateway::RestApi")
	return httpMethod, server.API(api.LogicalID).URL + strings.Join(segments, "/")
}
