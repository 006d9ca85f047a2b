package mapping_test

import (
	"fmt"

	"example.com/weather-events-api/local/internal/mapping"
)

// A request template turns a client's request into the input of an integration.
func Example() {
	template, err := mapping.Compile(`#set($event = $input.path('$.event'))
{
  "city": "$util.escapeJavaScript($event.city)",
  "readings": $input.json('$.event.readings'),
  "tags": "#foreach($tag in $event.tags)$tag#if($foreach.hasNext), #end#end",
  "stage": "$context.stage",
  "client": "$context.authorizer.claims.client_id",
  "trace": "$input.params('X-Trace')"
}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	output, err := template.Render(&mapping.Request{
		Body:   []byte(`{"event":{"city":"Oslo","readings":[1.50,2],"tags":["wind","rain"]}}`),
		Header: map[string][]string{"X-Trace": {"t-1"}},
		Context: mapping.Context{
			Stage:  "prod",
			Claims: map[string]string{"client_id": "c-1"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(output)
	// Output:
	// {
	//   "city": "Oslo",
	//   "readings": [1.50,2],
	//   "tags": "wind, rain",
	//   "stage": "prod",
	//   "client": "c-1",
	//   "trace": "t-1"
	// }
}

// A response template may replace the status and the headers.
func ExampleTemplate_Render_override() {
	template, err := mapping.Compile(`#if($input.path('$.count') == 0)
#set($context.responseOverride.status = 404)
#set($context.responseOverride.header.X-Reason = "empty")
#end
{}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	overrides := mapping.NewOverrides()
	body, err := template.Render(&mapping.Request{Body: []byte(`{"count":0}`), Overrides: overrides})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(body, overrides.Response().Status, overrides.Response().Header)
	// Output: {} 404 map[X-Reason:[empty]]
}

// Compile refuses unsupported properties before any request.
func ExampleCompile_refused() {
	_, err := mapping.Compile("{\n  \"user\": \"$context.identity.email\"\n}")
	fmt.Println(err)
	// Output: 2:12: $context.identity.email is not supported
}

func ExampleCompileGateway() {
	template, err := mapping.CompileGateway(`{"message":$context.error.messageString,"type":"$context.error.responseType"}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := template.Render(&mapping.Request{Context: mapping.Context{
		Error: mapping.Error{Message: "Unauthorized", ResponseType: "UNAUTHORIZED"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	// Output: {"message":"Unauthorized","type":"UNAUTHORIZED"}
}
