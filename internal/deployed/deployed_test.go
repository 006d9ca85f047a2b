package deployed_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"

	"example.com/weather-events-api/internal/deployed"
	"example.com/weather-events-api/internal/fakeaws"
	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/rules"
)

const templates = "../matrix/testdata/"

// deploy returns an account with the files' templates deployed as named stacks.
func deploy(t *testing.T, files ...string) *fakeaws.Account {
	t.Helper()
	byName := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		byName[name] = strings.ReplaceAll(string(data), "orders-x", name)
	}
	return fakeaws.New(t, byName)
}

// configuration is the test's SDK configuration, with the SDK's retries but without its
// pauses.
func configuration(t *testing.T) aws.Config {
	t.Helper()
	c, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(fakeaws.Region), config.WithRetryer(func() aws.Retryer {
		return retry.AddWithMaxBackoffDelay(retry.NewStandard(), time.Millisecond)
	}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, options deployed.Options) (*deployed.System, error) {
	t.Helper()
	if options.Timeout == 0 {
		options.Timeout = time.Minute
	}
	return deployed.Read(t.Context(), configuration(t), options)
}

// try reads the stacks and tries their methods.
func try(t *testing.T, account *fakeaws.Account, options deployed.Options, skip func(matrix.Method, matrix.Caller, matrix.Cell) string) *matrix.Matrix {
	t.Helper()
	d, err := read(t, options)
	if err != nil {
		t.Fatal(err)
	}
	m := d.Target.Expect()
	if err := m.Try(t.Context(), matrix.Options{Transport: account, Skip: skip}); err != nil {
		t.Fatal(err)
	}
	return m
}

// In AWS the cells equal the local cells, with the ids and secrets of AWS. All stacks
// share one name and so the same keys, which are computed once.
func TestCellsInAWSAreThoseHere(t *testing.T) {
	files, err := filepath.Glob(templates + "*.yaml")
	if err != nil || len(files) < 12 {
		t.Fatal(files, err)
	}
	for _, file := range append(files, "../../testdata/weather-events-api.template.json", "../../testdata/without-domain.template.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			const name = "orders"
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			account := fakeaws.New(t, map[string]string{name: string(data)})
			got := try(t, account, deployed.Options{Stacks: []string{name}}, matrix.OnlyDecided)
			target := matrix.Of(account.System)
			if target.Findings, err = rules.Check(rules.FromTemplate(name, []byte(account.Stacks[name].Template))); err != nil {
				t.Fatal(err)
			}
			here := target.Expect()
			if err := here.Try(t.Context(), matrix.Options{Transport: account.System.Transport(), Skip: matrix.OnlyDecided}); err != nil {
				t.Fatal(err)
			}
			if len(got.Cells) != len(here.Cells) || len(got.Callers) != len(here.Callers) || len(got.Cells) == 0 {
				t.Fatalf("%d methods, want %d", len(got.Cells), len(here.Cells))
			}
			for i := range got.Cells {
				for j, cell := range got.Cells[i] {
					if want := here.Cells[i][j]; cell.Got != want.Got || cell.NotCalled != want.NotCalled {
						t.Errorf("%s by %s: %+v, want %+v", got.Methods[i], got.Callers[j].Name, cell, want)
					}
				}
				if url := got.Methods[i].URL; !strings.HasPrefix(url, "https://a") || !strings.Contains(url, ".execute-api.eu-west-1.amazonaws.com/") {
					t.Errorf("called %s", url)
				}
			}
			for _, c := range got.Callers {
				if c.Problem != "" {
					t.Errorf("%s: %s", c.Name, c.Problem)
				}
			}
			if len(got.Disagreements) > 0 {
				t.Error(got.Disagreements)
			}
		})
	}
}

// By default no request reaches a backend. With reading, only GET and HEAD do.
func TestWhatIsCalled(t *testing.T) {
	account := deploy(t, templates+"open-method.yaml")
	for name, test := range map[string]struct {
		skip func(matrix.Method, matrix.Caller, matrix.Cell) string
		want [][]matrix.State // GET and DELETE by nobody, foreign, Reader, Writer
	}{
		"only what is refused": {matrix.OnlyRefused, [][]matrix.State{{matrix.Closed, matrix.Closed, "", matrix.Closed}, {"", "", "", ""}}},
		"reading":              {matrix.OnlyReading, [][]matrix.State{{matrix.Closed, matrix.Closed, matrix.Open, matrix.Closed}, {"", "", "", ""}}},
		"all":                  {nil, [][]matrix.State{{matrix.Closed, matrix.Closed, matrix.Open, matrix.Closed}, {matrix.Open, matrix.Open, matrix.Open, matrix.Open}}},
	} {
		m := try(t, account, deployed.Options{Stacks: []string{"open-method"}}, test.skip)
		for i := range m.Cells {
			for j, cell := range m.Cells[i] {
				if cell.Got != test.want[i][j] {
					t.Errorf("%s: %s by %s is %q, want %q", name, m.Methods[i], m.Callers[j].Name, cell.Got, test.want[i][j])
				}
			}
		}
		if m.Passed() || !m.Cells[1][0].Wrong {
			t.Errorf("%s: the hole is not wrong: %+v", name, m.Cells[1][0])
		}
	}
	d, err := read(t, deployed.Options{Stacks: []string{"open-method"}})
	if err != nil {
		t.Fatal(err)
	}
	if tokens, calls := d.Target.Expect().Requests(matrix.Options{Skip: matrix.OnlyRefused}); tokens != 1 || calls != 3 {
		t.Errorf("%d tokens and %d calls", tokens, calls)
	}
}

// A stack imports another stack's user pool. The user may name both stacks, or only the
// API's: then the pool's client is named by its id.
func TestSeveralStacks(t *testing.T) {
	const pool, orders = "../../cmd/weather-events/testdata/pool.template.yaml", "../../cmd/weather-events/testdata/orders.template.yaml"
	account := deploy(t, pool, orders)
	for id := range account.Pools {
		account.Exports["company-pool"] = "arn:aws:cognito-idp:" + fakeaws.Region + ":" + fakeaws.AccountID + ":userpool/" + id
	}
	account.Exporting = account.Stacks["pool"].ARN
	for _, name := range []string{"a", "b", "c", "zz"} {
		account.Exports[name] = "something else"
	}
	both := try(t, account, deployed.Options{Stacks: []string{"pool", "orders"}}, nil)
	if !both.Passed() || len(both.Methods) == 0 {
		t.Errorf("%+v", both)
	}
	account.Exporting = "" // nobody reads the exporting stack, but it is the same pool
	if both := try(t, account, deployed.Options{Stacks: []string{"pool", "orders"}}, nil); !both.Passed() {
		t.Errorf("by its ARN: %+v", both)
	}
	d, err := read(t, deployed.Options{Stacks: []string{"orders"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Target.Clients) != 0 || len(d.Notes) != 1 || !strings.Contains(d.Notes[0], "is in none of the stacks, so its clients are unknown: name one with --client ID") {
		t.Errorf("%+v %q", d.Target.Clients, d.Notes)
	}
	client := account.System.Clients()[0]
	for name, elsewhere := range map[string]deployed.ElsewhereClient{
		"what Cognito tells": {ID: client.ID},
		"what is given": {ID: client.ID, Secret: client.Secret, Scopes: client.Scopes,
			TokenURL: "https://" + account.Pools[strings.Split(account.Exports["company-pool"], "/")[1]].Domain + ".auth.eu-west-1.amazoncognito.com/oauth2/token"},
	} {
		described := account.Calls("DescribeUserPoolClient") + account.Calls("DescribeUserPool")
		m := try(t, account, deployed.Options{Stacks: []string{"orders"}, Client: elsewhere}, nil)
		opened := 0
		for _, row := range m.Cells {
			for _, c := range row {
				if c.Got == matrix.Open {
					opened++
				}
			}
		}
		if !m.Passed() || opened == 0 || m.Callers[2].Name != client.ID+" with all its scopes" {
			t.Errorf("%s: %+v", name, m)
		}
		if more := account.Calls("DescribeUserPoolClient") + account.Calls("DescribeUserPool") - described; (more > 0) != (elsewhere.Secret == "") {
			t.Errorf("%s: Cognito was asked %d times", name, more)
		}
	}
}

func TestNestedStack(t *testing.T) {
	account := deploy(t, templates+"open-method.yaml")
	root := account.Stacks["open-method"]
	nested := *root
	nested.Name, nested.ARN = "open-method-Nested-ABC", strings.Replace(root.ARN, "open-method", "open-method-Nested-ABC", 1)
	account.Stacks["nested"] = &nested
	root.Template = "Resources:\n  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://s3.amazonaws.com/bucket/key}}\n"
	root.Resources = map[string]fakeaws.Resource{"Nested": {Type: "AWS::CloudFormation::Stack", ID: nested.ARN}}
	m := try(t, account, deployed.Options{Stacks: []string{"open-method"}}, nil)
	if len(m.Methods) != 2 || m.Cells[0][2].Got != matrix.Open || m.Cells[0][3].Got != matrix.Closed || !m.Cells[1][0].Wrong || len(m.Disagreements) > 0 {
		t.Errorf("%+v", m)
	}
}

// With a template, the deployed API is compared with the template.
func TestTemplatesThatAreGiven(t *testing.T) {
	account := deploy(t, templates+"swapped-scopes.yaml")
	account.Denied = []string{"cloudformation:GetTemplate"}
	m := try(t, account, deployed.Options{Stacks: []string{"swapped-scopes"}, Templates: local.FromTemplateFile(templates + "swapped-scopes.yaml")}, nil)
	if !m.Passed() {
		t.Errorf("%+v", m)
	}
	// The deployed API has the two scopes swapped.
	file := filepath.Join(t.TempDir(), "right.yaml")
	text := strings.NewReplacer("AuthorizationScopes: [orders/write]", "AuthorizationScopes: [orders/read]", "AuthorizationScopes: [orders/read]", "AuthorizationScopes: [orders/write]").Replace(account.Stacks["swapped-scopes"].Template)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m = try(t, account, deployed.Options{Stacks: []string{"swapped-scopes"}, Templates: local.FromTemplateFile(file)}, matrix.OnlyRefused)
	if m.Passed() || !m.Cells[0][3].Wrong || m.Cells[0][3].Got != matrix.Open {
		t.Errorf("%+v", m.Cells)
	}
}

func TestCustomDomain(t *testing.T) {
	data, err := os.ReadFile(templates + "open-method.yaml")
	if err != nil {
		t.Fatal(err)
	}
	template := strings.Replace(string(data), "{Name: Api}", "{Name: Api, DisableExecuteApiEndpoint: true}", 1) + `
  Domain: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: api.example.org, RegionalCertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/x"}}
  Mapping: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: !Ref Domain, RestApiId: !Ref Api, Stage: v1, BasePath: shop}}
`
	account := fakeaws.New(t, map[string]string{"orders": template})
	m := try(t, account, deployed.Options{Stacks: []string{"orders"}}, nil)
	if m.Methods[0].URL != "https://api.example.org/shop/orders" || m.Cells[0][2].Got != matrix.Open || m.Cells[0][0].Got != matrix.Closed {
		t.Errorf("%s %+v", m.Methods[0].URL, m.Cells[0])
	}
}

// Every missing permission is named, all at once where that can be known.
func TestMissingPermissions(t *testing.T) {
	account := deploy(t, templates+"key-only.yaml", templates+"open-method.yaml")
	stacks := []string{"key-only", "open-method"}
	for _, action := range deployed.Permissions {
		account.Denied = []string{action}
		_, err := read(t, deployed.Options{Stacks: stacks})
		if action == "cloudformation:ListExports" { // the stack imports nothing
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "the credentials lack permissions:\n- "+action+" on ") {
			t.Errorf("%s: %v", action, err)
		}
	}
	account.Denied = []string{"cloudformation:GetTemplate", "cloudformation:ListStackResources"}
	if _, err := read(t, deployed.Options{Stacks: stacks}); err == nil || strings.Count(err.Error(), "\n- cloudformation:GetTemplate on ") != 2 {
		t.Error(err)
	}
	account.Denied = []string{"cognito-idp:DescribeUserPoolClient", "cognito-idp:DescribeUserPool", "apigateway:GET"}
	if _, err := read(t, deployed.Options{Stacks: stacks}); err == nil || strings.Count(err.Error(), "\n- cognito-idp:DescribeUserPoolClient on ") != 4 ||
		strings.Count(err.Error(), "\n- cognito-idp:DescribeUserPool on ") != 2 || strings.Count(err.Error(), "\n- apigateway:GET on /apikeys/") != 1 {
		t.Error(err)
	}
}

// The SDK retries a throttled call.
func TestThrottling(t *testing.T) {
	account := deploy(t, templates+"key-only.yaml")
	for _, operation := range []string{"DescribeStacks", "GetTemplate", "ListStackResources", "DescribeUserPool", "DescribeUserPoolClient", "GetApiKey"} {
		account.Throttled[operation] = 2
	}
	if m := try(t, account, deployed.Options{Stacks: []string{"key-only"}}, nil); m.Cells[0][0].Got != matrix.Closed {
		t.Errorf("%+v", m.Cells[0][0])
	}
	account.Throttled["GetTemplate"] = 1000
	if _, err := read(t, deployed.Options{Stacks: []string{"key-only"}}); err == nil || !strings.Contains(err.Error(), "GetTemplate of key-only: ") || !strings.Contains(err.Error(), "Rate exceeded") {
		t.Error(err)
	}
}

// No call outlasts the timeout, and the message names the call.
func TestSilence(t *testing.T) {
	account := deploy(t, templates+"key-only.yaml")
	for _, operation := range []string{"DescribeStacks", "GetTemplate", "ListStackResources", "DescribeUserPool", "DescribeUserPoolClient", "GetApiKey"} {
		account.Silence(operation)
		begun := time.Now()
		_, err := read(t, deployed.Options{Stacks: []string{"key-only"}, Timeout: 500 * time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), operation+" of ") || !strings.Contains(err.Error(), ": no answer within 500ms") || time.Since(begun) > 20*time.Second {
			t.Errorf("%s: %v after %v", operation, err, time.Since(begun))
		}
	}
	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, interrupt)
	account.Silence("DescribeStacks")
	if _, err := deployed.Read(ctx, configuration(t), deployed.Options{Stacks: []string{"key-only"}, Timeout: time.Hour}); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Error(err)
	}
}

func TestNoSuchStack(t *testing.T) {
	deploy(t, templates+"open-method.yaml")
	if _, err := read(t, deployed.Options{Stacks: []string{"nothing"}}); err == nil || !strings.Contains(err.Error(), "DescribeStacks of nothing: ") || !strings.Contains(err.Error(), "Stack with id nothing does not exist") {
		t.Error(err)
	}
}

// The guide's policy lists every permission needed, and no other.
func TestPolicyOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/run-in-ci.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(guide), "```json\n")
	text, _, _ = strings.Cut(text, "```")
	var policy struct{ Statement []struct{ Action any } }
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, statement := range policy.Statement {
		switch action := statement.Action.(type) {
		case string:
			actions = append(actions, action)
		case []any:
			for _, one := range action {
				actions = append(actions, one.(string))
			}
		}
	}
	slices.Sort(actions)
	if !slices.Equal(actions, deployed.Permissions) {
		t.Errorf("the guide allows %q, needed are %q", actions, deployed.Permissions)
	}
}
