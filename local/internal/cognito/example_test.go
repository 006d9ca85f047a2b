package cognito_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"example.com/weather-events-api/local/internal/cognito"
)

func Example() {
	generator := cognito.NewGenerator("local development")
	id, secret := generator.ClientID("Machine"), generator.ClientSecret("Machine")

	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()

	poolID := generator.PoolID("eu-west-1", "Pool")
	pool, err := cognito.NewPool(cognito.PoolConfig{
		LogicalID:       "Pool",
		ID:              poolID,
		Issuer:          server.URL + "/" + poolID,
		DomainURL:       server.URL + "/my-domain",
		SigningKeys:     generator.SigningKeys("Pool"),
		ResourceServers: []cognito.ResourceServer{{Identifier: "events", Scopes: []string{"read", "write"}}},
		Clients: []cognito.Client{{
			ID:                              id,
			Secret:                          secret,
			AllowedOAuthFlowsUserPoolClient: true,
			AllowedOAuthFlows:               []string{"client_credentials"},
			AllowedOAuthScopes:              []string{"events/read"},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux.Handle("/my-domain/", http.StripPrefix("/my-domain", pool.DomainHandler()))
	mux.Handle("/"+poolID+"/", http.StripPrefix("/"+poolID, pool.IssuerHandler()))

	response, err := http.PostForm(server.URL+"/my-domain/oauth2/token", url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {id},
		"client_secret": {secret},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&granted); err != nil {
		fmt.Println(err)
		return
	}

	claims, err := pool.Verify(granted.AccessToken)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(claims.Scopes, claims.ClientID == id)
	// Output: [events/read] true
}
