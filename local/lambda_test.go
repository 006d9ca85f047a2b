package local_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/local"
)

func TestLambda(t *testing.T) {
	var event map[string]any
	server := serve(t, ordersFile, local.WithLambda("Orders", lambdaFunc(func(data []byte) ([]byte, error) {
		if err := json.Unmarshal(data, &event); err != nil {
			return nil, err
		}
		return []byte(`{"statusCode":200,"body":"an order"}`), nil
	})))
	if got := callOrders(t, server); got.status != 200 || got.body != "an order" {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	claims := event["requestContext"].(map[string]any)["authorizer"].(map[string]any)["claims"].(map[string]any)
	if claims["client_id"] != server.Client("Reader").ID || claims["scope"] != "orders/read" {
		t.Errorf("got the claims %v", claims)
	}
	if _, err := time.Parse("Mon Jan 02 15:04:05 UTC 2006", claims["exp"].(string)); err != nil {
		t.Error(err)
	}
	if id := event["pathParameters"].(map[string]any)["id"]; id != "7" || event["resource"] != "/orders/{id}" {
		t.Errorf("got %v of %v", id, event["resource"])
	}
	request, _ := http.NewRequest("GET", server.API("Api").URL+"orders/7", nil)
	if got := do(t, request); got.status != 401 {
		t.Errorf("without a token: got %d %s", got.status, got.body)
	}
	want := local.Backend{Name: "Orders", Kind: "lambda", State: "connected",
		Note: "no AWS::Lambda::Permission lets API Gateway invoke it: AWS responds with 500 unless another stack has one"}
	if got := server.Backends(); len(got) != 1 || got[0] != want {
		t.Errorf("got the backends %v", got)
	}
}

// uri is the template's spelling of the Uri. Tests replace it with others.
const uri = `!Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations"`

const alias = `
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Orders, FunctionVersion: !GetAtt Released.Version, Name: live}}
  Released: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Orders}}
`

func TestSpellingsOfALambdaUri(t *testing.T) {
	const stage = `StageName: prod`
	for name, change := range map[string][]string{
		"Fn::Join":                     {uri, `!Join ["", ["arn:", !Ref "AWS::Partition", ":apigateway:", !Ref "AWS::Region", ":lambda:path/2015-03-31/functions/", !GetAtt Orders.Arn, /invocations]]`},
		"Fn::Sub with a map":           {uri, `!Sub ["arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F}/invocations", {F: !GetAtt [Orders, Arn]}]`},
		"the function's name":          {uri, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}/invocations"`},
		"a name that is given":         {uri, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-orders/invocations"`, `{Runtime:`, `{FunctionName: shop-orders, Runtime:`},
		"an alias":                     {uri, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Live}/invocations"`},
		"an alias by name":             {uri, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}:live/invocations"`},
		"a version":                    {uri, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Released}/invocations"`},
		"an alias in a stage variable": {uri, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}:${!stageVariables.alias}/invocations"`, stage, stage + `, StageDescription: {Variables: {alias: live}}`},
		"a name in a stage variable":   {uri, `!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.function}/invocations"`, stage, stage + `, StageDescription: {Variables: {function: !Ref Orders}}`},
	} {
		t.Run(name, func(t *testing.T) {
			server := serveSource(t, ordersWith(t, alias, change...), local.WithLambda("Orders", says("an order")))
			if got := callOrders(t, server); got.status != 200 || got.body != "an order" {
				t.Errorf("got %d %s", got.status, got.body)
			}
		})
	}
}

func TestNamesOfALambda(t *testing.T) {
	named := []string{`Type: AWS::Lambda::Function`, `Type: AWS::Lambda::Function
    Metadata: {"aws:cdk:path": Stack/Shop/Orders/Resource}`, `{Runtime:`, `{FunctionName: shop-orders, Runtime:`, "Orders:", "Orders0BD1FDA3:", "Orders.Arn", "Orders0BD1FDA3.Arn"}
	for _, name := range []string{"Orders", "Orders0BD1FDA3", "Shop/Orders", "shop-orders"} {
		server := serveSource(t, ordersWith(t, "", named...), local.WithLambda(name, says("an order")))
		if got := callOrders(t, server); got.status != 200 {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
}

func TestLambdaWithTemplates(t *testing.T) {
	source := ordersWith(t, "", "Type: AWS_PROXY", `Type: AWS
        RequestTemplates: {application/json: '{"id":"$input.params("id")"}'}
        IntegrationResponses: [{StatusCode: "200"}]`, "AuthorizationScopes: [orders/read]", `AuthorizationScopes: [orders/read]
      MethodResponses: [{StatusCode: "200"}]`)
	server := serveSource(t, source, local.WithLambda("Orders", lambdaFunc(func(event []byte) ([]byte, error) { return event, nil })))
	if got := callOrders(t, server); got.status != 200 || got.body != `{"id":"7"}` {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestLambdaInADocument(t *testing.T) {
	const document = `
  Imported:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: "3.0.1"
        info: {title: imported, version: "1"}
        paths:
          /proxy:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                contentHandling: CONVERT_TO_TEXT
                passthroughBehavior: when_no_match
                responses: {default: {statusCode: "200"}}
                uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations"
          /mapped:
            get:
              responses: {"200": {description: ok}}
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                responses: {default: {statusCode: "200", responseTemplates: {application/json: "$input.path('$.body')!"}}}
                uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations"
  ImportedDeployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Imported, StageName: v1}}
`

	server := serveSource(t, ordersWith(t, document), local.WithLambda("Orders", says("an order")))
	for path, want := range map[string]string{"proxy": "an order", "mapped": "an order!"} {
		request, _ := http.NewRequest("GET", server.API("Imported").URL+path, nil)
		if got := do(t, request); got.status != 200 || got.body != want {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
}

func TestLambdaOfNoTemplate(t *testing.T) {
	const elsewhere = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:210987654321:function:elsewhere:live/invocations"
	server := serveSource(t, ordersWith(t, "", uri, elsewhere), local.WithLambda("elsewhere", says("from there")))
	if got := callOrders(t, server); got.status != 200 || got.body != "from there" {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestLambdaThatIsMissing(t *testing.T) {
	accesses := make(chan local.Access, 9)
	server := serve(t, ordersFile, local.WithAccessLog(func(a local.Access) { accesses <- a }))
	got := callOrders(t, server)
	if got.status != 500 || got.body != `{"message":"Internal server error"}` {
		t.Errorf("got %d %s", got.status, got.body)
	}
	<-accesses // of the token
	if a := <-accesses; !strings.Contains(a.Refused, "the Lambda function Orders has no backend here (its code is neither an asset of an assembly nor a path from the template): name one with WithLambda, or --lambda Orders=") {
		t.Errorf("the log says %q", a.Refused)
	}
	if got := server.Backends(); len(got) != 1 || got[0].State != "missing" {
		t.Errorf("got the backends %v", got)
	}
	if _, err := server.OpenAPI("Api").YAML(); err != nil {
		t.Error(err)
	}
}

func TestStubOfALambda(t *testing.T) {
	server := serve(t, ordersFile, local.WithStub())
	got := callOrders(t, server)
	if got.status != 200 || got.header.Get("X-Stub") != "true" {
		t.Fatalf("got %d %v", got.status, got.header)
	}
	var stub struct {
		Method, Path, ClientID string
		Scopes                 []string
	}
	if err := json.Unmarshal([]byte(got.body), &stub); err != nil {
		t.Fatal(err)
	}
	if stub.Method != "GET" || stub.Path != "/orders/7" || stub.ClientID != server.Client("Reader").ID || strings.Join(stub.Scopes, " ") != "orders/read" {
		t.Errorf("got %s", got.body)
	}
}

// TestLambdaPermission checks who may invoke a function once the template has
// permissions.
func TestLambdaPermission(t *testing.T) {
	permission := func(properties string) string {
		if !strings.Contains(properties, "Action: ") {
			properties = "Action: 'lambda:InvokeFunction', " + properties
		}
		return "\n  Permission: {Type: AWS::Lambda::Permission, Properties: {" + properties + "}}\n"
	}
	const gateway = "Principal: apigateway.amazonaws.com, FunctionName: "
	const source = ", SourceArn: !Sub 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/"
	for name, c := range map[string]struct {
		permission string
		status     int
	}{
		"none at all":              {"", 200},
		"by name":                  {gateway + "!Ref Orders", 200},
		"by ARN":                   {gateway + "!GetAtt Orders.Arn", 200},
		"of an alias":              {gateway + "!Join [':', [!GetAtt Orders.Arn, live]]", 500},
		"of the latest version":    {gateway + "!Join [':', [!GetAtt Orders.Arn, $LATEST]]", 200},
		"of everything":            {gateway + "!Ref Orders, SourceArn: 'arn:aws:execute-api:*'", 200},
		"to everybody":             {"Principal: '*', FunctionName: !Ref Orders", 200},
		"to somebody else":         {"Principal: events.amazonaws.com, FunctionName: !Ref Orders}}\n  Second: {Type: AWS::Lambda::Permission, Properties: {" + gateway + "other", 500},
		"to look at it":            {gateway + "!Ref Orders, Action: 'lambda:GetFunction'}}\n  Second: {Type: AWS::Lambda::Permission, Properties: {" + gateway + "other", 500},
		"from everywhere":          {gateway + "!Ref Orders" + source + "*'", 200},
		"from the method":          {gateway + "!Ref Orders" + source + "*/GET/orders/*'", 200},
		"from the stage's method":  {gateway + "!Ref Orders" + source + "prod/GET/orders/*'", 200},
		"from another stage":       {gateway + "!Ref Orders" + source + "test/GET/orders/*'", 500},
		"from another method":      {gateway + "!Ref Orders" + source + "*/POST/orders/*'", 500},
		"from another path":        {gateway + "!Ref Orders" + source + "*/GET/orders'", 500},
		"from another API":         {gateway + "!Ref Orders, SourceArn: !Sub 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:other/*'", 500},
		"of another function":      {gateway + "other", 500},
		"a source that is unknown": {gateway + "!Ref Orders, SourceArn: !GetAtt Role.RoleId", 200},
	} {
		t.Run(name, func(t *testing.T) {
			more := ""
			if c.permission != "" {
				more = permission(c.permission)
			}
			var refused string
			server := serveSource(t, ordersWith(t, more), local.WithLambda("Orders", says("an order")),
				local.WithAccessLog(func(a local.Access) { refused = a.Refused }))
			if got := callOrders(t, server); got.status != c.status {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if c.status == 500 && !strings.Contains(refused, "no AWS::Lambda::Permission lets ") {
				t.Errorf("the log says %q", refused)
			}
		})
	}
	t.Run("an alias", func(t *testing.T) {
		source := ordersWith(t, alias+permission(gateway+"!Ref Live"), "Orders.Arn}/", "Live}/")
		if got := callOrders(t, serveSource(t, source, local.WithLambda("Orders", says("an order")))); got.status != 200 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	})
	t.Run("the function of an alias", func(t *testing.T) {
		source := ordersWith(t, alias+permission(gateway+"!Ref Orders"), "Orders.Arn}/", "Live}/")
		if got := callOrders(t, serveSource(t, source, local.WithLambda("Orders", says("an order")))); got.status != 500 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	})
	t.Run("a role", func(t *testing.T) {
		source := ordersWith(t, permission(gateway+"other"), "Type: AWS_PROXY", "Type: AWS_PROXY\n        Credentials: !GetAtt Role.Arn")
		if got := callOrders(t, serveSource(t, source, local.WithLambda("Orders", says("an order")))); got.status != 200 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	})
}

func TestLambdaTimeoutByTheClock(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	moved := make(chan time.Time, 1)
	moved <- now
	clock := func() time.Time { at := <-moved; moved <- at; return at }
	server := serve(t, ordersFile, local.WithClock(clock), local.WithLambda("Orders", lambdaFunc(func([]byte) ([]byte, error) {
		at := <-moved
		moved <- at.Add(29 * time.Second)
		return []byte(`{}`), nil
	})))
	if got := callOrders(t, server); got.status != 504 || got.body != `{"message":"Endpoint request timed out"}` {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestProblemsOfLambdas(t *testing.T) {
	const two = `
  Others: {Type: AWS::Lambda::Function, Metadata: {"aws:cdk:path": Stack/Shop/Orders/Resource}}
`

	for name, c := range map[string]struct {
		source  local.Source
		options []local.Option
		want    string
	}{
		"an unknown name": {ordersWith(t, ""), []local.Option{local.WithLambda("Odrers", says(""))}, `Lambda functions: 0 of 1 Lambda functions are named "Odrers", want one; there are: Orders (named "orders-Orders-`},
		"two of a name":   {ordersWith(t, two, "Type: AWS::Lambda::Function", "Type: AWS::Lambda::Function\n    Metadata: {\"aws:cdk:path\": Stack/Pool/Orders/Resource}", "Orders:", "Mine:", "Orders.Arn", "Mine.Arn"), []local.Option{local.WithLambda("Orders", says(""))}, `Lambda functions: 2 of 2 Lambda functions are named "Orders", want one`},
		"named twice":     {ordersWith(t, ""), []local.Option{local.WithLambda("Orders", says("")), local.WithLambda("Orders", says(""))}, `Lambda function "Orders" is named twice`},
		"no handler":      {ordersWith(t, ""), []local.Option{local.WithLambda("Orders", nil)}, `Lambda function "Orders": it needs a handler, a program or a URL`},
		"another service": {ordersWith(t, "", uri, `"arn:aws:apigateway:us-east-1:sqs:path/1/q"`), nil, `Get.Properties.Integration.Uri: must be arn:PARTITION:apigateway`},
		"another type":    {ordersWith(t, "", "Type: AWS_PROXY", "Type: GRAPHQL"), nil, `Get.Properties.Integration.Type: "GRAPHQL" is not supported; allowed are MOCK, HTTP, HTTP_PROXY, AWS, and AWS_PROXY with a Lambda function`},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := local.New(c.source, c.options...)
			if err == nil {
				server.Close()
				t.Fatal("the template is served, want an error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %s\nwant %s", err, c.want)
			}
		})
	}
}
