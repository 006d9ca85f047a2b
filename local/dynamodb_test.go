//go:build !race

package local_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/local"
)

// startDynamoDB starts an in-memory DynamoDB until the test ends and returns its URL.
func startDynamoDB(t *testing.T) string {
	t.Helper()
	node, err := filepath.Abs("../node_modules/.bin/node")
	if err != nil {
		t.Fatal(err)
	}
	const script = `const server = require("dynalite")({createTableMs: 0})
server.listen(0, "127.0.0.1", () => console.log(server.address().port))
process.stdin.on("end", () => process.exit()).resume()`
	command := exec.Command(node, "-e", script)
	command.Dir = filepath.Dir(filepath.Dir(filepath.Dir(node)))
	stdin, err := command.StdinPipe() // dynalite ends when its input closes
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("%v: make tools installs it", err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("dynalite did not start: %v: make tools installs it", err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}

// callDynamoDB calls an action, which must succeed, and returns its answer.
func callDynamoDB(t *testing.T, url, action, input string) (output map[string]any) {
	t.Helper()
	request, err := http.NewRequest("POST", url, strings.NewReader(input))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	got := do(t, request)
	if err := json.Unmarshal([]byte(got.body), &output); err != nil || got.status != 200 {
		t.Fatalf("%s: got %d %s", action, got.status, got.body)
	}
	return output
}

func createTable(t *testing.T, url, name string) {
	t.Helper()
	callDynamoDB(t, url, "CreateTable", fmt.Sprintf(`{"TableName":%q,"BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}`, name))
}

// One call writes an item and the next reads it, each behind its scope.
func TestDynamoDB(t *testing.T) {
	url := startDynamoDB(t)
	createTable(t, url, "items")
	server := serve(t, "testdata/items.template.yaml", local.WithAWSEndpoint("dynamodb", url))
	item := server.API("Api").URL + "items/7"
	writer := server.Client("Writer")
	all, reading := token(t, writer), token(t, writer, "items/read")

	expect(t, call(t, "GET", item, all, ""), 404, `{"message":"there is no such item"}`)
	expect(t, call(t, "PUT", item, "", `{"text":"a"}`), 401, unauthorized)
	expect(t, call(t, "PUT", item, reading, `{"text":"a"}`), 401, unauthorized)
	expect(t, call(t, "PUT", item, all, `{"text":"an \"umbrella\", 5 €"}`), 201, `{"id":"7"}`)
	expect(t, call(t, "PUT", item, all, `{"text":"another"}`), 409, `{"message":"there is such an item"}`)
	got := call(t, "GET", item, reading, "")
	var read struct{ ID, By, Text string }
	if err := json.Unmarshal([]byte(got.body), &read); err != nil || got.status != 200 || read.ID != "7" || read.By != writer.ID || read.Text != `an "umbrella", 5 €` {
		t.Errorf("got %d %s: %v", got.status, got.body, err)
	}
	// A client cannot break out of its value in a template.
	expect(t, call(t, "PUT", server.API("Api").URL+"items/%22%7D,%22by%22:%7B%22S%22:%22x", all, `{"text":"a\"}, \"by\": {\"S\": \"x"}`), 201, `{"id":""},"by":{"S":"x"}`)
	if items := callDynamoDB(t, url, "Scan", `{"TableName":"items"}`)["Items"].([]any); len(items) != 2 {
		t.Errorf("got the items %v", items)
	} else {
		for _, item := range items {
			if by := item.(map[string]any)["by"].(map[string]any)["S"]; by != writer.ID {
				t.Errorf("got the item %v", item)
			}
		}
	}
	if got := server.Backends(); len(got) != 1 || got[0] != (local.Backend{Name: "dynamodb", Kind: "aws", State: "connected", Target: url, Note: "Table is items"}) {
		t.Errorf("got the backends %v", got)
	}
}

// A missing table is an error of the service, as on AWS.
func TestDynamoDBWithoutTheTable(t *testing.T) {
	server := serve(t, "testdata/items.template.yaml", local.WithAWSEndpoint("", startDynamoDB(t)))
	all := token(t, server.Client("Writer"))
	expect(t, call(t, "PUT", server.API("Api").URL+"items/7", all, `{"text":"a"}`), 500, `{"message":"Internal server error"}`)
	got := call(t, "GET", server.API("Api").URL+"items/7", all, "")
	if got.status != 500 || !strings.Contains(got.body, "ResourceNotFoundException") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}
