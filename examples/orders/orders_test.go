package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/jsii-runtime-go"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/orders/orders"
	"example.com/weather-events-api/local"
)

// assembly is the output of cdk synth, made once.
var assembly string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		defer jsii.Close()
		dir, err := os.MkdirTemp("", "orders")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		if err := build(); err != nil {
			panic(err)
		}
		app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
		newStack(app, "orders")
		app.Synth(nil)
		assembly = dir
		return m.Run()
	}())
}

// The handler runs inside this test: a debugger can step through it, and fakes work
// beside it.
func TestHandler(t *testing.T) {
	_, client := dynalite(t)
	handler := &orders.Handler{Table: "orders", Client: client}
	server, err := local.New(local.FromAssembly(assembly), local.WithLambda("Orders", lambda.NewHandler(handler.Handle)))
	check(t, server, err)
}

// The function is the program that Lambda runs, with the stack's environment.
func TestBootstrap(t *testing.T) {
	endpoint, _ := dynalite(t)
	server, err := local.New(local.FromAssembly(assembly), local.WithAWSEndpoint("dynamodb", endpoint))
	check(t, server, err)
}

// check writes an order in one call and reads it in the next.
func check(t *testing.T, server *local.System, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	shop, reporting := tokens(server, "Shop"), tokens(server, "Reporting")

	if status, _ := call(t, http.DefaultClient, "POST", server, "orders", `{"item": "umbrella"}`); status != http.StatusUnauthorized {
		t.Errorf("POST without a token: %d, want 401", status)
	}
	if status, _ := call(t, reporting, "POST", server, "orders", `{"item": "umbrella"}`); status != http.StatusUnauthorized {
		t.Errorf("POST with orders/read alone: %d, want 401", status)
	}
	if status, body := call(t, shop, "POST", server, "orders", `{}`); status != http.StatusBadRequest {
		t.Errorf("POST of an invalid order: %d %s, want 400", status, body)
	}
	status, body := call(t, shop, "POST", server, "orders", `{"item": "umbrella"}`)
	var created orders.Order
	if err := json.Unmarshal([]byte(body), &created); status != http.StatusCreated || err != nil {
		t.Fatalf("POST: %d %s", status, body)
	}
	if want := (orders.Order{ID: created.ID, Item: "umbrella", CreatedBy: server.Client("Shop").ID}); created != want {
		t.Errorf("POST answered %+v, want %+v", created, want)
	}
	status, again := call(t, reporting, "GET", server, "orders/"+created.ID, "")
	if status != http.StatusOK || again != body {
		t.Errorf("GET answered %d %s, want 200 %s", status, again, body)
	}
	if status, body := call(t, reporting, "GET", server, "orders/another", ""); status != http.StatusNotFound {
		t.Errorf("GET of another order: %d %s, want 404", status, body)
	}
}

// tokens returns an HTTP client that calls with an access token of a client of the stack.
func tokens(server *local.System, name string) *http.Client {
	client := server.Client(name)
	credentials := clientcredentials.Config{ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL}
	return credentials.Client(context.Background())
}

func call(t *testing.T, client *http.Client, method string, server *local.System, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, server.API("Api").URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// dynalite starts a local DynamoDB with the table.
func dynalite(t *testing.T) (endpoint string, client *dynamodb.Client) {
	t.Helper()
	port := freePort(t)
	command := exec.Command("dynalite", "--host", "127.0.0.1", "--port", port, "--createTableMs", "0")
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatalf("%v: run the test by make test", err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil { // dynalite prints a line when it listens
		t.Fatal(err)
	}
	endpoint = "http://127.0.0.1:" + port
	client = dynamodb.New(dynamodb.Options{
		BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	if err := orders.CreateTable(t.Context(), client, "orders"); err != nil {
		t.Fatal(err)
	}
	return endpoint, client
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}
