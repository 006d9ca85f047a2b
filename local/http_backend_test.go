package local_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// ordersBehind is the orders template with HTTP_PROXY integrations to a Uri and with
// more properties.
func ordersBehind(t *testing.T, uriOf, more string) local.Source {
	t.Helper()
	return ordersWith(t, "", "Type: AWS_PROXY", "Type: HTTP_PROXY"+more, uri, uriOf)
}

// echo answers with the method, the host and the request line.
func echo(t testing.TB) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Method, " ", r.Host, " ", r.RequestURI)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestHTTPBackendOnThisMachine(t *testing.T) {
	backend := echo(t)
	server := serveSource(t, ordersBehind(t, "'"+backend.URL+"/shop/{id}'\n      RequestParameters: {method.request.path.id: true}", "\n        RequestParameters: {integration.request.path.id: method.request.path.id}"))
	expect(t, callOrders(t, server), 200, "POST "+strings.TrimPrefix(backend.URL, "http://")+" /shop/7?a=1&a=2")
	if got := server.Backends(); len(got) != 1 || got[0] != (local.Backend{Name: backend.URL, Kind: "http", State: "connected", Target: backend.URL}) {
		t.Errorf("got %+v", got)
	}
	request, _ := http.NewRequest("GET", server.APIs()[0].URL+"orders/7", nil)
	expect(t, do(t, request), 401, unauthorized)
}

// A backend replaces the start of the Uri. The longest match wins.
func TestNamesOfHTTPBackends(t *testing.T) {
	one, two := echo(t), echo(t)
	at := func(server *httptest.Server, path string) string {
		return "POST " + strings.TrimPrefix(server.URL, "http://") + " " + path + "?a=1&a=2"
	}
	for _, c := range []struct {
		uri      string
		backends []string
		want     string
	}{
		{"https://internal.example.com", []string{"https://internal.example.com", one.URL}, at(one, "/")},
		{"https://internal.example.com/", []string{"https://internal.example.com/", one.URL + "/"}, at(one, "/")},
		{"https://Internal.example.com:443/a/b", []string{"HTTPS://internal.EXAMPLE.com", one.URL}, at(one, "/a/b")},
		{"https://internal.example.com/v1/orders", []string{"https://internal.example.com/v1", one.URL + "/base"}, at(one, "/base/orders")},
		{"https://internal.example.com/v1/orders", []string{"https://internal.example.com", one.URL, "https://internal.example.com/v1", two.URL}, at(two, "/orders")},
		{"https://internal.example.com?x=1", []string{"https://internal.example.com", one.URL}, strings.Replace(at(one, "/"), "?", "?x=1&", 1)},
		{"http://127.0.0.1:1/a", []string{"http://127.0.0.1:1", one.URL}, at(one, "/a")},
	} {
		var options []local.Option
		for i := 0; i < len(c.backends); i += 2 {
			options = append(options, local.WithHTTPBackend(c.backends[i], c.backends[i+1]))
		}
		server, err := local.New(ordersBehind(t, "'"+c.uri+"'", ""), options...)
		if len(c.backends) > 2 { // one backend is unused
			if err == nil || !strings.Contains(err.Error(), `HTTP backend: the Uri of no integration begins with "https://internal.example.com"; there are: https://internal.example.com/v1`) {
				t.Errorf("%s: got %v", c.uri, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.uri, err)
			continue
		}
		expect(t, callOrders(t, server), 200, c.want)
		_ = server.Close()
	}
}

// secondMethod leads to another path of the same host.
const secondMethod = `
  Put: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Order, HttpMethod: PUT, AuthorizationType: NONE, Integration: {Type: HTTP_PROXY, IntegrationHttpMethod: ANY, Uri: 'https://internal.example.com/v2/put'}}}
`

func TestLongestNameOfAnHTTPBackend(t *testing.T) {
	one, two := echo(t), echo(t)
	source := ordersWith(t, secondMethod, "Type: AWS_PROXY", "Type: HTTP_PROXY", uri, "https://internal.example.com/v1/get")
	server := serveSource(t, source, local.WithHTTPBackend("https://internal.example.com", one.URL), local.WithHTTPBackend("https://internal.example.com/v1", two.URL))
	expect(t, callOrders(t, server), 200, "POST "+strings.TrimPrefix(two.URL, "http://")+" /get?a=1&a=2")
	request, _ := http.NewRequest("PUT", server.APIs()[0].URL+"orders/7", nil)
	expect(t, do(t, request), 200, "PUT "+strings.TrimPrefix(one.URL, "http://")+" /v2/put")
	if got := server.Backends(); len(got) != 2 || got[0].Name != "https://internal.example.com" || got[1].Name != "https://internal.example.com/v1" {
		t.Errorf("got %+v", got)
	}
}

// Requests stay on this machine without an explicit option, whatever a name resolves
// to. A VPC link leads only to a named backend.
func TestHTTPBackendThatIsMissing(t *testing.T) {
	const vpcLink = "\n        ConnectionType: VPC_LINK\n        ConnectionId: !Ref Link"
	for _, c := range []struct {
		uri, more, name, log string
		options              []local.Option
	}{
		{"https://internal.example.com/a", "", "https://internal.example.com", "--http https://internal.example.com=URL (WithHTTPBackend), or let requests leave this machine with --allow-remote (WithRemote)", nil},
		{"http://10.0.0.1:8080", "", "http://10.0.0.1:8080", "10.0.0.1:8080 is not on this machine", nil},
		{"http://0.0.0.0:8080", "", "http://0.0.0.0:8080", "is not on this machine", nil},
		{"http://2130706433/", "", "http://2130706433", "is not on this machine", nil},
		{"http://169.254.169.254/latest", "", "http://169.254.169.254", "is not on this machine", nil},
		{"http://localhost.evil.example.com", "", "http://localhost.evil.example.com", "is not on this machine", nil},
		{"http://nlb.example.com/a", vpcLink, "http://nlb.example.com", "a VPC link leads to http://nlb.example.com: name a backend with --http", nil},
		{"http://127.0.0.1:1/a", vpcLink, "http://127.0.0.1:1", "a VPC link leads to", []local.Option{local.WithRemote()}},
	} {
		accesses := make(chan local.Access, 9)
		options := append(c.options, local.WithAccessLog(func(a local.Access) { accesses <- a }))
		source := ordersWith(t, "\n  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {Name: link, TargetArns: [!Ref Nlb]}}\n  Nlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}\n",
			"Type: AWS_PROXY", "Type: HTTP_PROXY"+c.more, uri, "'"+c.uri+"'")
		server := serveSource(t, source, options...)
		expect(t, callOrders(t, server), 500, `{"message":"Internal server error"}`)
		<-accesses // of the token
		if a := <-accesses; !strings.Contains(a.Refused, c.log) {
			t.Errorf("%s: the log says %q", c.uri, a.Refused)
		}
		if got := server.Backends(); len(got) != 1 || got[0].Name != c.name || got[0].State != "missing" || got[0].Target != "" || got[0].Reason == "" {
			t.Errorf("%s: got %+v", c.uri, got)
		}
		stubbed := serveSource(t, source, append(c.options, local.WithStub())...)
		if got := callOrders(t, stubbed); got.status != 200 || got.header.Get("X-Stub") != "true" || !strings.Contains(got.body, `"scopes":["orders/read"]`) {
			t.Errorf("%s: got %d %s", c.uri, got.status, got.body)
		}
	}
}

// A VPC link leads to the backend that is named for its Uri's host. The host may be an
// attribute of a load balancer.
func TestHTTPBackendBehindAVPCLink(t *testing.T) {
	backend := echo(t)
	source := ordersWith(t, "\n  Nlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}\n",
		"Type: AWS_PROXY", "Type: HTTP_PROXY\n        ConnectionType: VPC_LINK\n        ConnectionId: !Ref Nlb", uri, `!Sub "http://${Nlb.DNSName}/orders"`)
	missing := serveSource(t, source)
	name := missing.Backends()[0].Name
	server := serveSource(t, source, local.WithHTTPBackend(name, backend.URL))
	expect(t, callOrders(t, server), 200, "POST "+strings.TrimPrefix(backend.URL, "http://")+" /orders?a=1&a=2")
}

// An address is checked when it is called, with [local.WithRemote] too.
func TestHTTPBackendsAreCheckedWhenTheyAreCalled(t *testing.T) {
	for host, refused := range map[string]string{
		"http://169.254.169.254": "this machine's own services", "http://[fe80::1]": "this machine's own services", "http://[::ffff:169.254.169.254]": "this machine's own services",
		"http://[fd00:ec2::254]": "this machine's own services",
	} {
		accesses := make(chan local.Access, 9)
		server := serveSource(t, ordersBehind(t, "'"+host+"/latest/meta-data'", ""), local.WithRemote(), local.WithAccessLog(func(a local.Access) { accesses <- a }))
		expect(t, callOrders(t, server), 500, `{"message":"Internal server error"}`)
		<-accesses
		if a := <-accesses; !strings.Contains(a.Refused, refused) {
			t.Errorf("%s: the log says %q", host, a.Refused)
		}
	}
	// A non-loopback address of this machine stands for a remote one.
	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		if of, ok := address.(*net.IPNet); ok && of.IP.To4() != nil && !of.IP.IsLoopback() {
			listener, err := net.Listen("tcp", net.JoinHostPort(of.IP.String(), "0"))
			if err != nil {
				continue
			}
			reached := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "reached") })}
			go func() { _ = reached.Serve(listener) }()
			source := ordersBehind(t, "'http://"+listener.Addr().String()+"'", "")
			expect(t, callOrders(t, serveSource(t, source)), 500, `{"message":"Internal server error"}`)
			expect(t, callOrders(t, serveSource(t, source, local.WithRemote())), 200, "reached")
			_ = reached.Close()
		}
	}
}

func TestProblemsOfHTTPBackends(t *testing.T) {
	const from, to = "https://internal.example.com", "http://127.0.0.1:9000"
	for name, c := range map[string]struct {
		options []local.Option
		want    string
	}{
		"unused":               {[]local.Option{local.WithHTTPBackend("https://other.example.com", to)}, `the Uri of no integration begins with "https://other.example.com"; there are: https://internal.example.com`},
		"part of a host":       {[]local.Option{local.WithHTTPBackend("https://internal.example", to)}, `the Uri of no integration begins with "https://internal.example"`},
		"part of a segment":    {[]local.Option{local.WithHTTPBackend(from+"/or", to)}, `begins with "https://internal.example.com/or"`},
		"another scheme":       {[]local.Option{local.WithHTTPBackend("http://internal.example.com", to)}, `begins with "http://internal.example.com"`},
		"twice":                {[]local.Option{local.WithHTTPBackend(from, to), local.WithHTTPBackend(from+":443/", to)}, `HTTP backend: "https://internal.example.com" is named twice`},
		"no URL":               {[]local.Option{local.WithHTTPBackend("internal.example.com", to)}, `the URL to replace must be an absolute http or https URL, such as https://internal.example.com, without a user name, a query, a fragment and {name}, got "internal.example.com"`},
		"a user name":          {[]local.Option{local.WithHTTPBackend("https://me:secret@internal.example.com", to)}, "must be an absolute http or https URL"},
		"a user name of to":    {[]local.Option{local.WithHTTPBackend(from, "http://me:secret@127.0.0.1")}, "the backend for https://internal.example.com must be an absolute http or https URL"},
		"a query":              {[]local.Option{local.WithHTTPBackend(from+"?secret=1", to)}, "without a user name, a query"},
		"another kind of URL":  {[]local.Option{local.WithHTTPBackend(from, "unix:///run/socket")}, "must be an absolute http or https URL"},
		"not on this machine":  {[]local.Option{local.WithHTTPBackend(from, "http://10.0.0.1:9000")}, "must be on this machine, and 10.0.0.1:9000 is not: WithRemote"},
		"a variable of a path": {[]local.Option{local.WithHTTPBackend(from+"/{id}", to)}, "and {name}"},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := local.New(ordersBehind(t, from+"/orders", ""), c.options...)
			if err == nil {
				_ = server.Close()
				t.Fatal("the template is served, want an error")
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %s\nwant %s", err, c.want)
			}
		})
	}
	_, err := local.New(local.FromTemplateFile(weather), local.WithHTTPBackend(from, to))
	if err == nil || !strings.Contains(err.Error(), "there is no integration of type HTTP or HTTP_PROXY") {
		t.Errorf("got %v", err)
	}
}

// Swagger and OpenAPI documents can have HTTP integrations.
func TestHTTPBackendInADocument(t *testing.T) {
	for _, version := range []string{`openapi: "3.0.1"`, `swagger: "2.0"`} {
		backend := echo(t)
		document := `
  Imported:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        ` + version + `
        info: {title: imported, version: "1"}
        paths:
          /proxy/{id}:
            x-amazon-apigateway-any-method:
              parameters: [{name: id, in: path, required: true, type: string, schema: {type: string}}]
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: any
                uri: https://internal.example.com/p/{id}
                requestParameters: {integration.request.path.id: method.request.path.id}
                passthroughBehavior: when_no_match
                connectionType: VPC_LINK
                connectionId: abc123
                responses: {default: {statusCode: "200"}}
                tlsConfig: {insecureSkipVerification: true}
                timeoutInMillis: 5000
          /custom:
            get:
              responses: {"201": {description: ok}}
              x-amazon-apigateway-integration:
                type: http
                httpMethod: PUT
                uri: https://${stageVariables.host}/c
                requestParameters: {integration.request.querystring.q: "'1'"}
                responses: {2\d\d: {statusCode: "201", responseTemplates: {application/json: "made of $input.body"}}}
  ImportedDeployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Imported, StageName: v1, StageDescription: {Variables: {host: internal.example.com}}}}
`
		server := serveSource(t, ordersWith(t, document), local.WithLambda("Orders", says("an order")), local.WithHTTPBackend("https://internal.example.com", backend.URL))
		host := strings.TrimPrefix(backend.URL, "http://")
		for path, want := range map[string]answer{
			"proxy/a%2Fb?x=1": {status: 200, body: "PATCH " + host + " /p/a%2Fb?x=1"}, "custom": {status: 403},
		} {
			request, _ := http.NewRequest("PATCH", server.API("Imported").URL+path, nil)
			if got := do(t, request); got.status != want.status || want.body != "" && got.body != want.body {
				t.Errorf("%s %s: got %d %s", version, path, got.status, got.body)
			}
		}
		request, _ := http.NewRequest("GET", server.API("Imported").URL+"custom", nil)
		expect(t, do(t, request), 201, "made of PUT "+host+" /c?q=1")
		contract, err := server.OpenAPI("Imported").YAML()
		if err != nil || !strings.Contains(string(contract), "/proxy/{id}") || !strings.Contains(string(contract), "'504'") && !strings.Contains(string(contract), `"504"`) {
			t.Errorf("%v\n%s", err, contract)
		}
	}
}

// The certificate of an endpoint is verified unless the template turns that off.
func TestHTTPBackendWithACertificate(t *testing.T) {
	backend := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secure") }))
	defer backend.Close()
	accesses := make(chan local.Access, 9)
	server := serveSource(t, ordersBehind(t, "'"+backend.URL+"'", ""), local.WithAccessLog(func(a local.Access) { accesses <- a }))
	expect(t, callOrders(t, server), 500, `{"message":"Internal server error"}`)
	<-accesses
	if a := <-accesses; !strings.Contains(a.Refused, "certificate") {
		t.Errorf("the log says %q", a.Refused)
	}
	lenient := serveSource(t, ordersBehind(t, "'"+backend.URL+"'", "\n        TlsConfig: {InsecureSkipVerification: true}"))
	expect(t, callOrders(t, lenient), 200, "secure")
}

// Proxies from the environment are not used.
func TestHTTPBackendWithoutAProxy(t *testing.T) {
	asked := echo(t)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, asked.URL)
	}
	accesses := make(chan local.Access, 9)
	server := serveSource(t, ordersBehind(t, "'http://no-such-host.invalid/a'", ""), local.WithRemote(), local.WithAccessLog(func(a local.Access) { accesses <- a }))
	expect(t, callOrders(t, server), 500, `{"message":"Internal server error"}`)
	<-accesses
	if a := <-accesses; !strings.Contains(a.Refused, "no-such-host.invalid") {
		t.Errorf("the log says %q", a.Refused)
	}
}

// An answer that breaks off is logged like any other, with the reason.
func TestAnAnswerThatBreaksOffIsLogged(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
	}))
	t.Cleanup(backend.Close)
	log := make(chan local.Access, 8)
	server := serveSource(t, ordersBehind(t, "'"+backend.URL+"'", ""), local.WithAccessLog(func(access local.Access) { log <- access }))
	request, _ := http.NewRequest("GET", server.APIs()[0].URL+"orders/7", nil)
	request.Header.Set("Authorization", token(t, server.Client("Reader")))
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
	}
	_ = server.Close()
	close(log)
	var last local.Access
	for last = range log {
	}
	if !strings.HasSuffix(last.Path, "/orders/7") || last.Status != 200 || !strings.Contains(last.Refused, "unexpected EOF") {
		t.Errorf("got %+v", last)
	}
}
