package console_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"example.com/weather-events-api/internal/console"
	"example.com/weather-events-api/local"
)

// The console runs beside the API of a template.
func Example() {
	server := httptest.NewUnstartedServer(nil)
	defer server.Close()
	system, err := local.Load(
		local.FromTemplateFile("../../testdata/weather-events-api.template.json"),
		local.WithPublicURL("http://"+server.Listener.Addr().String()),
	)
	if err != nil {
		log.Fatal(err)
	}
	server.Config.Handler = console.Handler(system)
	server.Start()
	response, err := http.Get(server.URL + console.Path)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output: 200 OK
}
