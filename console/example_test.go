package console_test

import (
	"fmt"
	"log"
	"net/http"

	"example.com/weather-events-api/console"
	"example.com/weather-events-api/local"
)

// The console beside the API that a template describes.
func Example() {
	server, err := local.New(
		local.FromTemplateFile("../testdata/weather-events-api.template.json"),
		local.WithHandler(console.Segment, console.Handler),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	response, err := http.Get(server.URL() + console.Path)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output: 200 OK
}
