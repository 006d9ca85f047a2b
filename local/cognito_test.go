package local_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// A client's token validity is in the unit that the template names (default: hours),
// from 5 minutes to a day.
func TestTokenValidityIsInItsUnit(t *testing.T) {
	for _, test := range []struct {
		validity, unit any
		seconds        int
	}{
		{nil, nil, 3600},
		{2, nil, 7200},
		{300, "seconds", 300},
		{5, "minutes", 300},
		{24, "hours", 86400},
		{1, "days", 86400},
	} {
		template := readTemplate(t)
		properties := template.properties(userPoolClient)
		delete(properties, "AccessTokenValidity")
		delete(properties, "TokenValidityUnits")
		if test.validity != nil {
			properties["AccessTokenValidity"] = test.validity
		}
		if test.unit != nil {
			properties["TokenValidityUnits"] = map[string]any{"AccessToken": test.unit}
		}
		client := serveSource(t, template.source(t)).Client("ServiceClient")
		response, err := http.PostForm(client.TokenURL, url.Values{
			"grant_type": {"client_credentials"}, "client_id": {client.ID}, "client_secret": {client.Secret},
		})
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			ExpiresIn int `json:"expires_in"`
		}
		err = json.NewDecoder(response.Body).Decode(&got)
		response.Body.Close()
		if err != nil || got.ExpiresIn != test.seconds {
			t.Errorf("%v %v: expires_in %d, want %d (%v)", test.validity, test.unit, got.ExpiresIn, test.seconds, err)
		}
	}
}
