// Package fakeaws is an AWS account for tests that read and call stacks with APIs
// and user pools. CloudFormation, Cognito and API Gateway answer the SDK as strictly
// as in AWS, and the deployed APIs and user pools answer at their AWS host names.
package fakeaws

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local"
)

// Region and AccountID are the Region and the id of the account.
const (
	Region    = "eu-west-1"
	AccountID = "123456789012"
)

// Account is an AWS account. Change its fields before the first call only.
type Account struct {
	// Stacks are by name, and nested stacks by ARN too.
	Stacks map[string]*Stack
	// Exports are the exports of all stacks, Exporting the ARN of each exporting stack.
	Exports   map[string]string
	Exporting string
	Pools     map[string]*Pool
	// APIKeys are the values of API keys by id.
	APIKeys map[string]string

	// Denied are IAM actions that are denied.
	Denied []string
	// Throttled is the number of calls of an operation that are throttled first.
	Throttled map[string]int
	// PageSize bounds the entries of a page. Default: 2.
	PageSize int

	// System serves the deployed APIs and user pools.
	System *local.System

	lock   sync.Mutex
	silent string
	calls  map[string]int
	apis   map[string]string // local id by AWS id
	pools  map[string]string
	ended  chan struct{}
}

// Stack is a deployed stack.
type Stack struct {
	Name, ARN, Template string
	Parameters, Outputs map[string]string
	// Resources are the resources by logical id, with their physical ids and types.
	Resources map[string]Resource
}

type Resource struct{ Type, ID string }

// Pool is a user pool.
type Pool struct {
	Domain, CustomDomain string
	Clients              map[string]*Client
}

// Client is an app client.
type Client struct {
	Secret string
	Scopes []string
}

// New returns an account with a stack for each template. Its ids and secrets differ
// from those of package local. The AWS configuration of the test points to it.
func New(t testing.TB, templates map[string]string) *Account {
	t.Helper()
	a := &Account{
		Stacks: map[string]*Stack{}, Exports: map[string]string{}, Pools: map[string]*Pool{}, APIKeys: map[string]string{},
		Throttled: map[string]int{}, calls: map[string]int{}, apis: map[string]string{}, pools: map[string]string{}, ended: make(chan struct{}),
	}
	var sources []local.Source
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		sources = append(sources, inAnotherAccount(local.FromTemplate(name, []byte(templates[name]))))
		arn := fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/51af3dc0-da77-11e4-872e-1234567db123", Region, AccountID, name)
		a.Stacks[name] = &Stack{Name: name, ARN: arn, Template: templates[name], Parameters: map[string]string{}, Outputs: map[string]string{}, Resources: map[string]Resource{}}
	}
	system, err := local.Load(local.Together(sources...), local.WithoutBackends())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { system.Close() })
	a.System = system
	a.deploy()
	a.start(t)
	return a
}

// inAnotherAccount changes the ids and secrets of a template, so that they differ
// from those of package local. They are the same in every test, because new keys
// take longer than most tests.
func inAnotherAccount(source local.Source) local.Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) {
		stacks, unread, err := source()
		for _, stack := range stacks {
			stack.Template.Environment.AccountID = "999999999999"
		}
		return stacks, unread, err
	}
}

// deploy creates the resources that can be read.
func (a *Account) deploy() {
	add := func(stack, logicalID, kind, id string) { a.Stacks[stack].Resources[logicalID] = Resource{kind, id} }
	for _, api := range a.System.APIs() {
		here := strings.Split(strings.TrimPrefix(api.URL, a.System.URL()+"/"), "/")[0]
		id := "a" + here
		if api.DomainName != "" {
			id = "b" + api.LogicalID
		}
		a.apis[id] = here
		add(api.Stack, api.LogicalID, "AWS::ApiGateway::RestApi", id)
	}
	for _, pool := range a.System.UserPools() {
		_, unique, _ := strings.Cut(pool.ID, "_")
		id := Region + "_X" + unique
		if pool.MadeUp {
			id = pool.ID
		} else {
			add(pool.Stack, pool.LogicalID, "AWS::Cognito::UserPool", id)
		}
		a.Pools[id] = &Pool{Clients: map[string]*Client{}}
		a.pools[id] = pool.ID
		for _, client := range a.System.Clients() {
			if client.UserPool != pool.Key {
				continue
			}
			a.Pools[id].Clients[client.ID] = &Client{client.Secret, client.Scopes}
			if !client.MadeUp {
				add(client.Stack, client.LogicalID, "AWS::Cognito::UserPoolClient", client.ID)
			}
			if domain, ofDomain := strings.CutSuffix(strings.TrimPrefix(client.TokenURL, a.System.URL()+"/"), "/oauth2/token"); ofDomain {
				if strings.Contains(domain, ".") {
					a.Pools[id].CustomDomain = domain
				} else {
					a.Pools[id].Domain = domain
				}
			}
		}
	}
	for _, key := range a.System.APIKeys() {
		a.APIKeys[key.ID+"x"] = key.Value
		add(key.Stack, key.LogicalID, "AWS::ApiGateway::ApiKey", key.ID+"x")
	}
}

// start points the AWS configuration of the test to the account.
func (a *Account) start(t testing.TB) {
	server := httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(a.ended) })
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
}

// Silence makes an operation, or credentials, never answer. "" ends that.
func (a *Account) Silence(operation string) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.silent = operation
}

func (a *Account) isSilent(operation string) bool {
	a.lock.Lock()
	defer a.lock.Unlock()
	return operation == a.silent
}

// Calls returns the number of calls of an operation.
func (a *Account) Calls(operation string) int {
	a.lock.Lock()
	defer a.lock.Unlock()
	return a.calls[operation]
}

// RoundTrip sends a request to the host name of a deployed API or user pool.
func (a *Account) RoundTrip(r *http.Request) (*http.Response, error) {
	here := a.here(r)
	if r.URL.Scheme != "https" || here == "" {
		return nil, fmt.Errorf("lookup %s: no such host", r.URL.Host)
	}
	sent := r.Clone(r.Context())
	u := *r.URL
	u.Path, u.RawPath = here, ""
	sent.URL = &u
	return a.System.Transport().RoundTrip(sent)
}

// here returns the local path for an AWS URL, or "".
func (a *Account) here(r *http.Request) string {
	host, path := r.URL.Host, r.URL.Path
	name, of, _ := strings.Cut(host, ".")
	switch {
	case of == "execute-api."+Region+".amazonaws.com" && a.apis[name] != "":
		return "/" + a.apis[name] + path
	case of == "auth."+Region+".amazoncognito.com":
		return "/" + name + path
	case host == "cognito-idp."+Region+".amazonaws.com":
		pool, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if pool == "" {
			return "/"
		}
		return "/" + a.pools[pool] + "/" + rest
	}
	for _, api := range a.System.APIs() {
		if api.DomainName == host {
			return "/" + host + path
		}
	}
	for _, pool := range a.Pools {
		if pool.CustomDomain == host {
			return "/" + host + path
		}
	}
	return ""
}
