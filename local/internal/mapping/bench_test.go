package mapping

import "testing"

// benchTemplate passes everything on, like the template of the API Gateway console.
const benchTemplate = `#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"stage-variables" : {
#foreach($key in $stageVariables.keySet())
"$key" : "$util.escapeJavaScript($stageVariables.get($key))"
    #if($foreach.hasNext),#end
#end
},
"context" : {
    "account-id" : "$context.identity.accountId",
    "api-id" : "$context.apiId",
    "http-method" : "$context.httpMethod",
    "source-ip" : "$context.identity.sourceIp",
    "resource-path" : "$context.resourcePath"
    }
}
`

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(benchTemplate); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	template, err := Compile(benchTemplate)
	if err != nil {
		b.Fatal(err)
	}
	request := testRequest()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := template.Render(request); err != nil {
			b.Fatal(err)
		}
	}
}
