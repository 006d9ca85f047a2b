package local_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// servicesFile is a template with DynamoDB and SQS behind an API.
const servicesFile = "testdata/services.template.yaml"

// servicesWith is the services template with some text replaced.
func servicesWith(t *testing.T, oldnew ...string) local.Source {
	t.Helper()
	return local.FromTemplate("services", []byte(replaced(t, servicesFile, oldnew...)))
}

// service answers 200 with {}. Each request it gets arrives on calls.
func service(t *testing.T) (url string, calls chan *http.Request) {
	t.Helper()
	calls = make(chan *http.Request, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		calls <- r
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// callServices calls the method that puts an item into the table.
func callServices(t *testing.T, server *local.System) answer {
	t.Helper()
	request, err := http.NewRequest("PUT", server.API("Api").URL, strings.NewReader(`{"a":"b"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token(t, server.Client("Writer")))
	request.Header.Set("X-API-Key", "abcdefghijklmnopqrst")
	return do(t, request)
}

func TestServices(t *testing.T) {
	url, calls := service(t)
	server := serve(t, servicesFile, local.WithAWSEndpoint("dynamodb", url), local.WithAWSEndpoint("sqs", "http://127.0.0.1:1"))
	if got := callServices(t, server); got.status != 200 || !strings.HasPrefix(got.body, `{"id":"`) {
		t.Errorf("got %d %s", got.status, got.body)
	}
	call := <-calls
	body, _ := io.ReadAll(call.Body)
	const table = `{"TableName":"services-Table-FC34A1FD4177","Item":{"id":{"S":"`
	if call.Header.Get("X-Amz-Target") != "DynamoDB_20120810.PutItem" || !strings.HasPrefix(string(body), table) {
		t.Errorf("the table got %v %s", call.Header, body)
	}
	for _, name := range []string{"Authorization", "X-Api-Key"} { // the service must not see the client's credentials
		if value := call.Header.Get(name); strings.Contains(value, "Bearer") || strings.Contains(value, "abcdefghijklmnopqrst") {
			t.Errorf("the service got the %s %s", name, value)
		}
	}
	want := []local.Backend{
		{Name: "dynamodb", Kind: "aws", State: "connected", Target: url, Note: "Table is services-Table-FC34A1FD4177"},
		{Name: "sqs", Kind: "aws", State: "connected", Target: "http://127.0.0.1:1", Note: "Queue is http://127.0.0.1:1/123456789012/services-Queue-BB9D342D457C"},
	}
	if got := server.Backends(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got the backends %v", got)
	}
}

func TestServicesThatAreMissing(t *testing.T) {
	seen := make(chan local.Access, 5)
	server := serve(t, servicesFile, local.WithAccessLog(func(a local.Access) { seen <- a }))
	expect(t, callServices(t, server), 500, `{"message":"Internal server error"}`)
	<-seen // the token
	const want = "the AWS service dynamodb has no endpoint here: name one with --aws-endpoint dynamodb=http://127.0.0.1:4566 (WithAWSEndpoint)"
	if access := <-seen; access.Refused != want {
		t.Errorf("the log says %q", access.Refused)
	}
	server = serve(t, servicesFile, local.WithStub())
	if got := callServices(t, server); got.status != 200 || got.header.Get("X-Stub") != "true" {
		t.Errorf("got %d %v", got.status, got.header)
	}
}

// A queue's URL leads to the queue at the endpoint. The Uri gives the path.
func TestQueue(t *testing.T) {
	url, calls := service(t)
	server := serveSource(t, servicesWith(t, "AWS_IAM", "NONE", `{application/json: "Action=SendMessage&`, `{application/json: !Sub "Action=SendMessage&QueueUrl=${Queue}&`), local.WithAWSEndpoint("", url))
	expect(t, call(t, "POST", server.API("Api").URL, "", `{"a":"b&c"}`), 200, "{}")
	got := <-calls
	body, _ := io.ReadAll(got.Body)
	const path = "/123456789012/services-Queue-BB9D342D457C"
	if got.RequestURI != path || string(body) != "Action=SendMessage&QueueUrl="+url+path+"&MessageBody=%7B%22a%22%3A%22b%26c%22%7D" {
		t.Errorf("the queue got %s %s", got.RequestURI, body)
	}
}

// A reference to a service's resource has the value that AWS documents.
func TestReferencesToServices(t *testing.T) {
	const resources = `
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Global: {Type: AWS::DynamoDB::GlobalTable, Properties: {TableName: world}}
  Queue: {Type: AWS::SQS::Queue}
  Ordered: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Named: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, QueueName: own.fifo}}
  Topic: {Type: AWS::SNS::Topic}
  Machine: {Type: AWS::StepFunctions::StateMachine}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Stream: {Type: AWS::Kinesis::Stream}
  Delivery: {Type: AWS::KinesisFirehose::DeliveryStream}
  Bucket: {Type: AWS::S3::Bucket}
  Photos: {Type: AWS::S3::Bucket, Properties: {BucketName: Photos}}
  Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /own}}
  Key: {Type: AWS::KMS::Key}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: references}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, StageName: prod}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{StatusCode: "200"}]
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 200}'}
        IntegrationResponses: [{StatusCode: "200", ResponseTemplates: {application/json: !Sub "`
	const account, madeUp = ":us-east-1:123456789012:", "-[0-9A-F]{12}"
	references := []struct{ name, want string }{
		{"Table", "s-Table" + madeUp},
		{"Table.Arn", "arn:aws:dynamodb" + account + "table/s-Table" + madeUp},
		{"Table.StreamArn", "arn:aws:dynamodb" + account + "table/s-Table" + madeUp + "/stream/2015-08-27T00:48:05.899"},
		{"Global", "world"},
		{"Global.Arn", "arn:aws:dynamodb" + account + "table/world"},
		{"Queue", "http://127.0.0.1:9/sqs/123456789012/s-Queue" + madeUp},
		{"Queue.Arn", "arn:aws:sqs" + account + "s-Queue" + madeUp},
		{"Queue.QueueUrl", "http://127.0.0.1:9/sqs/123456789012/s-Queue" + madeUp},
		{"Queue.QueueName", "s-Queue" + madeUp},
		{"Ordered.QueueName", "s-Ordered" + madeUp + "[.]fifo"},
		{"Named.QueueName", "own[.]fifo"},
		{"Topic", "arn:aws:sns" + account + "s-Topic" + madeUp},
		{"Topic.TopicArn", "arn:aws:sns" + account + "s-Topic" + madeUp},
		{"Topic.TopicName", "s-Topic" + madeUp},
		{"Machine", "arn:aws:states" + account + "stateMachine:Machine-[0-9a-f]{12}"},
		{"Machine.Arn", "arn:aws:states" + account + "stateMachine:Machine-[0-9a-f]{12}"},
		{"Machine.Name", "Machine-[0-9a-f]{12}"},
		{"Bus", "shop"},
		{"Bus.Arn", "arn:aws:events" + account + "event-bus/shop"},
		{"Stream", "s-Stream" + madeUp},
		{"Stream.Arn", "arn:aws:kinesis" + account + "stream/s-Stream" + madeUp},
		{"Delivery.Arn", "arn:aws:firehose" + account + "deliverystream/s-Delivery" + madeUp},
		{"Bucket", "s-bucket-[0-9a-f]{12}"},
		{"Bucket.RegionalDomainName", "s-bucket-[0-9a-f]{12}.s3.us-east-1.amazonaws.com"},
		{"Photos.Arn", "arn:aws:s3:::Photos"},
		{"Photos.DomainName", "Photos.s3.amazonaws.com"},
		{"Photos.DualStackDomainName", "Photos.s3.dualstack.us-east-1.amazonaws.com"},
		{"Photos.WebsiteURL", "http://Photos.s3-website-us-east-1.amazonaws.com"},
		{"Group", "/own"},
		{"Group.Arn", "arn:aws:logs" + account + "log-group:/own:[*]"},
		{"Key.Arn", "arn:aws:kms" + account + "key/[0-9a-f]+"},
	}
	template := resources
	for _, r := range references {
		template += "${" + r.name + "}|"
	}
	server := serveSource(t, local.FromTemplate("s", []byte(template+`"}}]`)), local.WithAWSEndpoint("SQS", "http://127.0.0.1:9/sqs/"))
	got := strings.Split(call(t, "GET", server.API("Api").URL, "", "").body, "|")
	if len(got) != len(references)+1 {
		t.Fatalf("got %q", got)
	}
	for i, r := range references {
		if !regexp.MustCompile("^" + r.want + "$").MatchString(got[i]) {
			t.Errorf("%s: got %q, want %s", r.name, got[i], r.want)
		}
	}
}

func TestEndpointsOfServices(t *testing.T) {
	for name, c := range map[string]struct {
		options []local.Option
		want    string // the error, or the target of dynamodb
	}{
		"one":                     {[]local.Option{local.WithAWSEndpoint("dynamodb", "http://127.0.0.1:1")}, "http://127.0.0.1:1"},
		"as SDKs name it":         {[]local.Option{local.WithAWSEndpoint("DynamoDB", "http://127.0.0.1:1")}, "http://127.0.0.1:1"},
		"all":                     {[]local.Option{local.WithAWSEndpoint("", "http://localhost:1/base/")}, "http://localhost:1/base/"},
		"one of all":              {[]local.Option{local.WithAWSEndpoint("dynamodb", "http://127.0.0.1:1"), local.WithAWSEndpoint("", "http://127.0.0.1:2")}, "http://127.0.0.1:1"},
		"the later of two":        {[]local.Option{local.WithAWSEndpoint("dynamodb", "http://127.0.0.1:1"), local.WithAWSEndpoint("DYNAMODB", "http://127.0.0.1:2")}, "http://127.0.0.1:2"},
		"another":                 {[]local.Option{local.WithAWSEndpoint("sqs", "http://127.0.0.1:1")}, ""},
		"elsewhere":               {[]local.Option{local.WithAWSEndpoint("dynamodb", "https://dynamodb.us-east-1.amazonaws.com")}, "endpoint of dynamodb: must be on this machine, and dynamodb.us-east-1.amazonaws.com is not: WithRemote, or --allow-remote, allows backends elsewhere"},
		"elsewhere, allowed":      {[]local.Option{local.WithAWSEndpoint("dynamodb", "https://dynamodb.example.com"), local.WithRemote()}, "https://dynamodb.example.com"},
		"no URL":                  {[]local.Option{local.WithAWSEndpoint("", "127.0.0.1:8000")}, "endpoint of all AWS services: must be an absolute http or https URL"},
		"a URL with a password":   {[]local.Option{local.WithAWSEndpoint("sqs", "http://a:secret@127.0.0.1:8000")}, "endpoint of sqs: must be an absolute http or https URL without a user name"},
		"a URL with a query":      {[]local.Option{local.WithAWSEndpoint("sqs", "http://127.0.0.1:8000?a=b")}, "endpoint of sqs: must be"},
		"no URL, of two services": {[]local.Option{local.WithAWSEndpoint("sqs", "a"), local.WithAWSEndpoint("sns", "b")}, "endpoint of sns: must be"},
	} {
		t.Run(name, func(t *testing.T) {
			system, err := local.Load(local.FromTemplateFile(servicesFile), c.options...)
			if err != nil {
				if !strings.HasPrefix(err.Error(), c.want) || c.want == "" || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v, want %s", err, c.want)
				}
				return
			}
			defer system.Close()
			if got := system.Backends()[0]; got.Name != "dynamodb" || got.Target != c.want || got.Answers() != (c.want != "") {
				t.Errorf("got %v, want %q", got, c.want)
			}
		})
	}
}
