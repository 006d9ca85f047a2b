package apigateway_test

import (
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	missingBody = `{"message":"Missing Authentication Token"}`
	missingType = "MissingAuthenticationTokenException"
)

func TestRouting(t *testing.T) {
	param := `item $input.params('id')`
	url := serve(t, config(
		open("GET", "/", mock("root")),
		open("GET", "/orders", mock("orders")),
		open("ANY", "/orders/{id}", mock(param)),
		open("GET", "/orders/{id}", mock("get "+param)),
		open("GET", "/orders/new", mock("new")),
		open("GET", "/orders/{id}/lines/{line}", mock(`$input.params('id') $input.params('line')`)),
		open("POST", "/test", mock("post test")),
		open("OPTIONS", "/{proxy+}", mock("options $input.params('proxy')")),
		open("GET", "/files/{path+}", mock("file $input.params('path')")),
	))
	tests := []struct{ name, line, want string }{
		{"root without slash", "GET /prod", "root"},
		{"root", "GET /prod/", "root"},
		{"literal", "GET /prod/orders", "orders"},
		{"trailing slash", "GET /prod/orders/", "orders"},
		{"query is not part of the path", "GET /prod/orders?a=/b", "orders"},
		{"literal before parameter", "GET /prod/orders/new", "new"},
		{"parameter where the literal lacks the method", "DELETE /prod/orders/new", "item new"},
		{"method before ANY", "GET /prod/orders/7", "get item 7"},
		{"ANY", "PATCH /prod/orders/7", "item 7"},
		{"two parameters", "GET /prod/orders/7/lines/8", "7 8"},
		{"encoded parameter", "GET /prod/orders/a%2Fb%20c", "get item a/b c"},
		{"parameter that looks like a literal once decoded", "GET /prod/orders/ne%77", "get item new"},
		{"greedy parameter", "GET /prod/files/a/b%20c/d", "file a/b c/d"},
		{"greedy parameter with a trailing slash", "GET /prod/files/a/", "file a"},
		{"seen live: a sibling without the method does not hide the greedy one", "OPTIONS /prod/test", "options test"},
		{"the literal itself", "POST /prod/test", "post test"},

		{"unknown path", "GET /prod/nothing", ""},
		{"wrong method", "DELETE /prod/orders", ""},
		{"HEAD is a method of its own", "HEAD /prod/orders", ""},
		{"ANY is seven methods", "TRACE /prod/orders/7", ""},
		{"parameter is not empty", "GET /prod/orders//", ""},
		{"empty parameter in the middle", "GET /prod/orders//lines/8", ""},
		{"greedy parameter is not empty", "GET /prod/files/", ""},
		{"greedy parameter is not empty at the root", "OPTIONS /prod/", ""},
		{"double slash after the stage", "GET /prod//orders", ""},
		{"double slash at the root", "GET /prod//", ""},
		{"two trailing slashes", "GET /prod/orders///", ""},
		{"case", "GET /prod/Orders", ""},
		{"encoded literal", "GET /prod/%6Frders", ""},
		{"dots", "GET /prod/x/../orders", ""},
		{"too deep", "GET /prod/orders/7/lines/8/9", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := request{line: test.line}.send(t, url)
			switch {
			case test.want != "":
				got.check(t, 200, test.want, noType)
			case strings.HasPrefix(test.line, "HEAD"):
				got.check(t, 403, "", missingType)
			default:
				got.check(t, 403, missingBody, missingType)
			}
		})
	}
}

func TestUnknownStage(t *testing.T) {
	url := serve(t, config(open("GET", "/", mock("root"))))
	for _, path := range []string{"", "/", "/test", "/Prod/", "//prod/", "/prod%2F", "/%70rod/"} {
		t.Run(path, func(t *testing.T) {
			request{line: "GET " + path}.send(t, url).check(t, 403, `{"message":"Forbidden"}`, "ForbiddenException")
		})
	}
}

// Requests that no HTTP client sends.
func TestStrangeRequests(t *testing.T) {
	server := httptest.NewUnstartedServer(mustNew(t, config(open("ANY", "/", mock("root")), open("ANY", "/{proxy+}", mock("proxy")))))
	server.Config.DisableGeneralOptionsHandler = true
	server.Start()
	t.Cleanup(server.Close)
	for head, want := range map[string]string{
		"OPTIONS * HTTP/1.1":               "403",
		"CONNECT example.com:80 HTTP/1.1":  "403",
		"GET http://other/prod/a HTTP/1.1": "200",
		"GET http://other HTTP/1.1":        "403",
		"BREW /prod/a HTTP/1.1":            "403",
		"GET /prod/%zz HTTP/1.1":           "400",
		"GET prod/a HTTP/1.1":              "400",

		"POST /prod/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz": "400",
	} {
		t.Run(head, func(t *testing.T) {
			connection, err := net.DialTimeout("tcp", server.Listener.Addr().String(), 5*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			fmt.Fprintf(connection, "%s\r\n\r\n", strings.Replace(head, "HTTP/1.1", "HTTP/1.1\r\nHost: localhost\r\nConnection: close", 1))
			answer, err := io.ReadAll(connection)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(answer); !strings.HasPrefix(got, "HTTP/1.1 "+want+" ") {
				t.Errorf("got %q, want %s", got, want)
			}
		})
	}
}
