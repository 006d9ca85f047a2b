package local_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	server := serve(t, weather)
	for _, name := range []string{"WeatherEventsRestApi4662D512", "WeatherEventsRestApi", "RestApi", "WeatherEvents/RestApi", "Weather Events REST API"} {
		if got := server.API(name); got.LogicalID != "WeatherEventsRestApi4662D512" || got.Stage != "weather" || got.Name != "Weather Events REST API" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, name := range []string{"WeatherEventsAuthServiceClientEBBEA640", "WeatherEventsAuthServiceClient", "ServiceClient", "Auth/ServiceClient"} {
		if got := server.Client(name); got.LogicalID != "WeatherEventsAuthServiceClientEBBEA640" || strings.Join(got.Scopes, " ") != "weather-api/post weather-api/get" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestANameThatIsNotThere(t *testing.T) {
	server := serve(t, weather)
	if _, err := server.FindAPI("Weather"); err == nil || !strings.Contains(err.Error(), `0 of 1 APIs are named "Weather", want one; there are: WeatherEventsRestApi4662D512/weather ("Weather Events REST API")`) {
		t.Errorf("got %v", err)
	}
	if _, err := server.FindClient("Client"); err == nil || !strings.Contains(err.Error(), "0 of 1 clients") {
		t.Errorf("got %v", err)
	}
	defer func() {
		if failure := fmt.Sprint(recover()); !strings.HasPrefix(failure, "local: 0 of 1 APIs") {
			t.Errorf("panicked with %s", failure)
		}
	}()
	server.API("Weather")
}

func TestListsAreCopies(t *testing.T) {
	server := serve(t, weather)
	server.Clients()[0].Scopes[0] = "changed"
	server.APIs()[0].URL = "changed"
	if server.Clients()[0].Scopes[0] == "changed" || server.APIs()[0].URL == "changed" {
		t.Error("a caller can change what the server returns to others")
	}
}
