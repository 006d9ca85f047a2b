package apigateway_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/lambda"
)

// called is a request that an endpoint received.
type called struct {
	line, host, body string
	header           http.Header
}

// calls are the requests that an endpoint received, also those without an answer.
type calls struct {
	lock sync.Mutex
	got  []called
}

func (c *calls) all() []called {
	c.lock.Lock()
	defer c.lock.Unlock()
	return slices.Clone(c.got)
}

// endpoint answers like a service and keeps the requests it receives.
func endpoint(t testing.TB, answer http.HandlerFunc) (*url.URL, *calls) {
	t.Helper()
	seen := &calls{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen.lock.Lock()
		seen.got = append(seen.got, called{r.Method + " " + r.RequestURI, r.Host, string(body), r.Header})
		seen.lock.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(server.Close)
	at, _ := url.Parse(server.URL)
	return at, seen
}

// service is a method that integrates a service.
func service(httpMethod, path, uri string, change func(*apigateway.Method)) apigateway.Method {
	m := open(httpMethod, path, &apigateway.Integration{
		Type: "AWS", HTTPMethod: "POST", URI: "arn:aws:apigateway:eu-west-1:" + uri, HasCredentials: true,
		IntegrationResponses: []apigateway.IntegrationResponse{{StatusCode: "200"}},
	})
	if change != nil {
		change(&m)
	}
	return m
}

// withService is an API that calls every service at one endpoint.
func withService(at *url.URL, methods ...apigateway.Method) apigateway.Config {
	c := config(methods...)
	c.Service = func(string) apigateway.HTTPBackend {
		return apigateway.HTTPBackend{URI: at.String(), Transport: loopback.Transport(false)}
	}
	return c
}

func parameters(m *apigateway.Method, oldnew ...string) {
	m.Integration.RequestParameters = map[string]string{}
	for i := 0; i < len(oldnew); i += 2 {
		m.Integration.RequestParameters["integration.request."+oldnew[i]] = oldnew[i+1]
	}
	m.RequestParameters = declared(m.Integration)
}

func template(m *apigateway.Method, text string) {
	m.Integration.RequestTemplates = map[string]string{"application/json": text}
}

// signature captures the Region and service of a signature, and the signed headers.
var signature = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=\w+/\d{8}/([^/]+/[^/]+)/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$`)

func TestRequestsToServices(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name    string
		uri     string
		change  func(*apigateway.Method)
		request request
		want    called // header: only the checked ones; nil means absent
		signed  string
	}{
		{
			name: "an action that a header tells", uri: "dynamodb:action/PutItem",
			change:  func(m *apigateway.Method) { template(m, `{"id":{"S":"$input.params('id')"}}`) },
			request: request{line: "POST /prod/7", body: "{}"},
			want: called{line: "POST /", body: `{"id":{"S":"7"}}`, header: http.Header{
				"X-Amz-Target": {"DynamoDB_20120810.PutItem"}, "Content-Type": {"application/x-amz-json-1.0"}, "Accept": {"application/json"},
				"User-Agent": {"AmazonAPIGateway_abc123"},
			}},
			signed: "eu-west-1/dynamodb",
		},
		{
			name: "Kinesis", uri: "kinesis:action/PutRecord", request: request{line: "POST /prod/7", body: "{}"},
			want:   called{line: "POST /", body: "{}", header: http.Header{"X-Amz-Target": {"Kinesis_20131202.PutRecord"}, "Content-Type": {"application/x-amz-json-1.1"}}},
			signed: "eu-west-1/kinesis",
		},
		{
			name: "Step Functions", uri: "states:action/StartExecution", request: request{line: "POST /prod/7", body: "{}"},
			want:   called{line: "POST /", body: "{}", header: http.Header{"X-Amz-Target": {"AWSStepFunctions.StartExecution"}, "Content-Type": {"application/x-amz-json-1.0"}}},
			signed: "eu-west-1/states",
		},
		{
			name: "headers that are mapped", uri: "dynamodb:action/PutItem",
			change: func(m *apigateway.Method) {
				parameters(m, "header.Content-Type", "'application/json'", "header.X-Amz-Target", "'Other.Target'", "header.Accept", "'text/xml'", "header.User-Agent", "'me'", "header.Referer", "'a'")
			},
			request: request{line: "POST /prod/7", body: "{}"},
			want:    called{line: "POST /", body: "{}", header: http.Header{"X-Amz-Target": {"Other.Target"}, "Content-Type": {"application/json"}, "Accept": {"text/xml"}, "User-Agent": {"me"}, "Referer": nil}},
			signed:  "eu-west-1/dynamodb",
		},
		{
			name: "headers that a template sets", uri: "events:action/PutEvents",
			change: func(m *apigateway.Method) {
				parameters(m, "header.content-type", "'a/b'")
				template(m, `#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1"){"Entries":[]}`)
			},
			request: request{line: "POST /prod/7", body: "{}"},
			want:    called{line: "POST /?Action=PutEvents", body: `{"Entries":[]}`, header: http.Header{"X-Amz-Target": {"AWSEvents.PutEvents"}, "Content-Type": {"application/x-amz-json-1.1"}}},
			signed:  "eu-west-1/events",
		},
		{
			name: "an action that the query string tells", uri: "sns:action/Publish",
			change: func(m *apigateway.Method) {
				parameters(m, "querystring.TopicArn", "'arn:t'", "querystring.Message", "method.request.querystring.m", "querystring.None", "method.request.querystring.none")
			},
			request: request{line: "POST /prod/7?m=a%26Action%3DDelete&Action=Delete"},
			want:    called{line: "POST /?Action=Publish&Message=a%26Action%3DDelete&TopicArn=arn%3At", header: http.Header{"X-Amz-Target": nil}},
			signed:  "eu-west-1/sns",
		},
		{
			name: "an action is not the client's to say", uri: "sns:action/Publish",
			change:  func(m *apigateway.Method) { parameters(m, "querystring.Action", "method.request.querystring.a") },
			request: request{line: "POST /prod/7?a=DeleteTopic"},
			want:    called{line: "POST /?Action=Publish"},
			signed:  "eu-west-1/sns",
		},
		{
			name: "an action with parameters", uri: "ec2:action/DescribeInstances&Id={id}&All=true",
			change:  func(m *apigateway.Method) { parameters(m, "path.id", "method.request.path.id") },
			request: request{line: "POST /prod/a%26b"},
			want:    called{line: "POST /?Action=DescribeInstances&All=true&Id=a%26b"},
			signed:  "eu-west-1/ec2",
		},
		{
			name: "a queue by path", uri: "sqs:path/123456789012/orders",
			change: func(m *apigateway.Method) {
				parameters(m, "header.Content-Type", "'"+form+"'")
				template(m, "Action=SendMessage&MessageBody=$util.urlEncode($input.body)")
			},
			request: request{line: "POST /prod/7", body: `{"a":1}`},
			want:    called{line: "POST /123456789012/orders", body: "Action=SendMessage&MessageBody=%7B%22a%22%3A1%7D", header: http.Header{"Content-Type": {form}}},
			signed:  "eu-west-1/sqs",
		},
		{
			name: "a queue by action", uri: "sqs:action/SendMessage",
			change: func(m *apigateway.Method) {
				parameters(m, "header.Content-Type", "'"+form+"'", "querystring.QueueUrl", "'http://q'")
				template(m, "MessageBody=a")
			},
			request: request{line: "POST /prod/7", body: `{}`},
			want:    called{line: "POST /?Action=SendMessage&QueueUrl=http%3A%2F%2Fq", body: "MessageBody=a"},
			signed:  "eu-west-1/sqs",
		},
		{
			name: "an object", uri: "s3:path/photos/{key}",
			change: func(m *apigateway.Method) {
				m.Integration.HTTPMethod = "GET"
				parameters(m, "path.key", "method.request.path.id", "querystring.versionId", "method.request.header.Version")
			},
			request: request{line: "POST /prod/my%20dog%2F1.png", headers: []string{"Version: 3"}, body: "not sent"},
			want:    called{line: "GET /photos/my%20dog%2F1.png?versionId=3", header: http.Header{"Content-Type": nil, "X-Amz-Content-Sha256": {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}},
			signed:  "eu-west-1/s3",
		},
		{
			name: "an object in the bucket of a subdomain", uri: "photos.s3:path/{key}",
			change: func(m *apigateway.Method) {
				m.Integration.HTTPMethod = "ANY"
				parameters(m, "path.key", "method.request.path.id", "header.Content-Type", "method.request.header.Content-Type")
			},
			request: request{line: "PUT /prod/a", headers: []string{"Content-Type: image/png"}, body: "png"},
			want:    called{line: "PUT /photos/a", body: "png", header: http.Header{"Content-Type": {"image/png"}}},
			signed:  "eu-west-1/s3",
		},
		{
			name: "slashes of the author", uri: "s3:path//photos/{key}",
			change:  func(m *apigateway.Method) { parameters(m, "path.key", "'a/b c?'") },
			request: request{line: "POST /prod/7"},
			want:    called{line: "POST /photos/a/b%20c%3F"},
			signed:  "eu-west-1/s3",
		},
		{
			name: "slashes of a template", uri: "s3:path/photos/{key}",
			change: func(m *apigateway.Method) {
				template(m, `#set($context.requestOverride.path.key = "of/$input.params('id')")#set($context.requestOverride.querystring.v = 2)`)
			},
			request: request{line: "POST /prod/7"},
			want:    called{line: "POST /photos/of/7?v=2"},
			signed:  "eu-west-1/s3",
		},
		{
			name: "slashes of a query string", uri: "s3:path/photos/{key}",
			change:  func(m *apigateway.Method) { parameters(m, "path.key", "method.request.querystring.key") },
			request: request{line: "POST /prod/7?key=a/b"},
			want:    called{line: "POST /photos/a%2Fb"},
			signed:  "eu-west-1/s3",
		},
		{
			name: "another subdomain", uri: "abc.appsync-api:path/graphql", request: request{line: "POST /prod/7", headers: []string{"Content-Type: application/json"}, body: "{}"},
			want: called{line: "POST /graphql", host: "abc.", body: "{}", header: http.Header{"Content-Type": {"application/json"}}}, signed: "eu-west-1/appsync",
		},
		{
			name: "a stage variable", uri: "s3:path/${stageVariables.color}/a", request: request{line: "POST /prod/7"},
			want: called{line: "POST /red/a"}, signed: "eu-west-1/s3",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, calls := endpoint(t, nil)
			httpMethod, _, _ := strings.Cut(c.request.line, " ")
			url := serve(t, withService(at, service(httpMethod, "/{id}", c.uri, c.change)))
			if got := c.request.send(t, url); got.status != 200 {
				t.Fatalf("got %d %s", got.status, got.body)
			}
			got := calls.all()[0]
			if got.line != c.want.line || got.body != c.want.body || got.host != c.want.host+at.Host {
				t.Errorf("got %s %s %q, want %s %q", got.host, got.line, got.body, c.want.line, c.want.body)
			}
			for name, want := range c.want.header {
				if values := got.header[name]; !slices.Equal(values, want) {
					t.Errorf("%s is %q, want %q", name, values, want)
				}
			}
			match := signature.FindStringSubmatch(got.header.Get("Authorization"))
			if match == nil || match[1] != c.signed {
				t.Fatalf("got the signature %q, want one for %s", got.header.Get("Authorization"), c.signed)
			}
			if signed := signature.FindString(signedAgain(t, got, c.signed)); signed != got.header.Get("Authorization") {
				t.Errorf("got the signature %s, want %s", got.header.Get("Authorization"), signed)
			}
			for name := range got.header {
				if strings.HasPrefix(name, "X-Amz-") && !slices.Contains(strings.Split(match[2], ";"), strings.ToLower(name)) {
					t.Errorf("%s is not signed", name)
				}
			}
		})
	}
}

// signedAgain returns the signature that a service computes from the request it
// received. Every service but S3 escapes the path once more.
func signedAgain(t *testing.T, got called, scope string) string {
	t.Helper()
	method, target, _ := strings.Cut(got.line, " ")
	request, err := http.NewRequest(method, "http://"+got.host+target, strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	match := signature.FindStringSubmatch(got.header.Get("Authorization"))
	if match == nil {
		return ""
	}
	for _, name := range strings.Split(match[2], ";") {
		if name = http.CanonicalHeaderKey(name); name != "Host" && name != "Content-Length" {
			request.Header[name] = got.header[name]
		}
	}
	at, err := time.Parse("20060102T150405Z", got.header.Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	region, name, _ := strings.Cut(scope, "/")
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = name == "s3" })
	credentials := aws.Credentials{AccessKeyID: lambda.AccessKeyID, SecretAccessKey: lambda.SecretAccessKey, SessionToken: lambda.SessionToken}
	sum := sha256.Sum256([]byte(got.body))
	if err := signer.SignHTTP(t.Context(), credentials, request, hex.EncodeToString(sum[:]), name, region, at); err != nil {
		t.Fatal(err)
	}
	return request.Header.Get("Authorization")
}

// A template's header wins, however the mapping spells the name.
func TestHeaderThatIsMappedAndSet(t *testing.T) {
	at, calls := endpoint(t, nil)
	url := serve(t, withService(at, service("POST", "/", "events:action/PutEvents", func(m *apigateway.Method) {
		parameters(m, "header.x-own", "'mapped'")
		template(m, `#set($context.requestOverride.header.X-Own = "set"){}`)
	})))
	for range 20 {
		request{line: "POST /prod/", body: "{}"}.send(t, url)
	}
	for _, call := range calls.all() {
		if got := call.header.Values("X-Own"); len(got) != 1 || got[0] != "set" {
			t.Fatalf("got %q", got)
		}
	}
}

// An endpoint may have a path, with or without a slash at its end.
func TestEndpointOfServicesWithAPath(t *testing.T) {
	for _, base := range []string{"/base", "/base/"} {
		at, calls := endpoint(t, nil)
		at.Path = base
		url := serve(t, withService(at, service("POST", "/a", "s3:path/photos/a", nil), service("POST", "/b", "sns:action/Publish", nil)))
		request{line: "POST /prod/a"}.send(t, url)
		request{line: "POST /prod/b"}.send(t, url)
		if got := calls.all(); len(got) != 2 || got[0].line != "POST /base/photos/a" || got[1].line != "POST /base/?Action=Publish" {
			t.Errorf("%s: got the calls %v", base, got)
		}
	}
}

// A client cannot change the resource, the headers or the signature of an integration's
// request.
func TestHostileRequestsToServices(t *testing.T) {
	for _, c := range []struct {
		name, line string
		change     func(*apigateway.Method)
		status     int
	}{
		{"up", "POST /prod/..%2Fother%2Fkey", nil, 400},
		{"up, encoded", "POST /prod/%2e%2e%2fother", nil, 400},
		{"up, with a backslash", "POST /prod/..%5Cother", nil, 400},
		{"up, with a parameter", "POST /prod/..;a%2Fother", nil, 400},
		{"up in the middle", "POST /prod/a%2F..%2F..%2Fother", nil, 400},
		{"up, by a query string", "POST /prod/a?key=../other", func(m *apigateway.Method) { parameters(m, "path.key", "method.request.querystring.key") }, 400},
		{"up, by a template", "POST /prod/a?key=../other", func(m *apigateway.Method) {
			template(m, `#set($context.requestOverride.path.key = $input.params('key'))`)
		}, 400},
		{"a header with more headers in it", "POST /prod/a?h=a%0D%0AX-Amz-Target:%20b", func(m *apigateway.Method) {
			parameters(m, "path.key", "method.request.path.id", "header.X-A", "method.request.querystring.h")
		}, 400},
		{"a header of a template with more headers in it", "POST /prod/a?h=a%0D%0AX-Amz-Target:%20b", func(m *apigateway.Method) {
			parameters(m, "path.key", "method.request.path.id")
			template(m, `#set($context.requestOverride.header.X-A = $input.params('h'))`)
		}, 400},
		{"an invalid header name", "POST /prod/a?h=a%3A%20b", func(m *apigateway.Method) {
			parameters(m, "path.key", "method.request.path.id")
			template(m, `#set($h = $input.params('h'))#set($context.requestOverride.header[$h] = "c")`)
		}, 500},
		{"the client's signature", "POST /prod/a", func(m *apigateway.Method) {
			parameters(m, "path.key", "method.request.path.id", "header.Authorization", "method.request.header.Authorization")
		}, 500},
		{"the client's length", "POST /prod/a", func(m *apigateway.Method) {
			parameters(m, "path.key", "method.request.path.id", "header.content-length", "'1'")
		}, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, calls := endpoint(t, nil)
			m := service("POST", "/{id}", "s3:path/photos/{key}", func(m *apigateway.Method) {
				parameters(m, "path.key", "method.request.path.id")
				if c.change != nil {
					c.change(m)
				}
			})
			got := request{line: c.line, headers: []string{"Authorization: a"}}.send(t, serve(t, withService(at, m)))
			if got.status != c.status || len(calls.all()) > 0 {
				t.Errorf("got %d %s and the calls %v", got.status, got.body, calls.all())
			}
		})
	}
}
