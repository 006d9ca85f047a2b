package velocity_test

import (
	"fmt"

	"example.com/weather-events-api/local/internal/velocity"
)

func Example() {
	template, err := velocity.Parse(`#set($sep = ", ")
#foreach($city in $cities)
$foreach.count. ${city.toUpperCase()}#if($foreach.hasNext)$sep#end
#end
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := template.Render(map[string]any{
		"cities": velocity.NewList("Oslo", "Lima"),
	}, velocity.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	// Output: 1. OSLO, 2. LIMA
}

func ExampleParse_refused() {
	_, err := velocity.Parse("{\n  #macro(loop)#end\n}")
	fmt.Println(err)
	// Output: 2:3: #macro is not supported
}

func ExampleTemplate_References() {
	template, err := velocity.Parse(`{"id": "$input.params('id')"}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, ref := range template.References() {
		fmt.Println(ref.Name, ref.Path[0].Name, ref.Path[0].Args[0].Value)
	}
	// Output: input params id
}
