//go:build !race

package repository

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/weather-events-api/internal/config"
)

// awsAccount answers the CDK CLI's calls to AWS. The app's stack is already deployed
// there, and every change set execution fails.
type awsAccount struct {
	bootstrapped bool // the bootstrap stack exists
	old          bool // its version is old
	stranger     bool // the caller has no credentials

	mu        sync.Mutex
	calls     []string
	changeSet bool
}

// run runs make's command with the CDK CLI, on an assembly of the app's template, without
// a terminal and with this account instead of AWS.
func (a *awsAccount) run(t *testing.T, command string) (output string) {
	t.Helper()
	aws := httptest.NewServer(a)
	defer aws.Close()
	target, arguments, _ := strings.Cut(strings.TrimPrefix(command, "make "), " ARGS=")
	var cdk string
	for line := range strings.Lines(runMake(t, nil, "--dry-run", target, "ARGS="+strings.Trim(arguments, `"`))) {
		if strings.HasPrefix(line, "cdk ") {
			cdk = strings.TrimSpace(line)
		}
	}
	folder := t.TempDir()
	assembly(t, filepath.Join(folder, "cdk.out"), strings.Contains(arguments, "accountCloudWatchRole=create"))
	bin, err := filepath.Abs(filepath.Join(root, "node_modules/.bin"))
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-euc", cdk+" --app cdk.out --no-notices --no-color")
	shell.Dir = folder
	shell.Env = []string{
		"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + folder,
		"NODE_COMPILE_CACHE=" + filepath.Join(scratch, "node"), "CDK_DISABLE_CLI_TELEMETRY=true", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ENDPOINT_URL=" + aws.URL, "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret",
	}
	if a.stranger {
		shell.Env = slices.DeleteFunc(shell.Env, func(variable string) bool { return strings.HasPrefix(variable, "AWS_ACCESS_KEY_ID=") })
	}
	data, err := shell.CombinedOutput()
	if err != nil && shell.ProcessState == nil {
		t.Fatal(err)
	}
	return string(data)
}

// assembly writes the output of cdk synth, with an IAM role if asked for.
func assembly(t *testing.T, folder string, role bool) {
	t.Helper()
	var template map[string]any
	if err := json.Unmarshal([]byte(read(t, "testdata/weather-events-api.template.json")), &template); err != nil {
		t.Fatal(err)
	}
	if role {
		template["Resources"].(map[string]any)["Role"] = map[string]any{
			"Type": "AWS::IAM::Role",
			"Properties": map[string]any{"AssumeRolePolicyDocument": map[string]any{"Statement": []any{map[string]any{
				"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": "apigateway.amazonaws.com"},
			}}}},
		}
	}
	bootstrapRole := func(name string) string {
		return "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-" + name + "-role-${AWS::AccountId}-${AWS::Region}"
	}
	const bucket = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
	version := map[string]any{"requiresBootstrapStackVersion": 8, "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version"}
	with := func(properties map[string]any) map[string]any {
		for key, value := range version {
			properties[key] = value
		}
		return properties
	}
	files := map[string]any{
		"app.template.json": template,
		"app.assets.json": map[string]any{"version": "48.0.0", "files": map[string]any{"template": map[string]any{
			"source": map[string]any{"path": "app.template.json", "packaging": "file"},
			"destinations": map[string]any{"here": map[string]any{
				"bucketName": bucket, "objectKey": "template.json", "assumeRoleArn": bootstrapRole("file-publishing"),
			}},
		}}},
		"manifest.json": map[string]any{"version": "48.0.0", "artifacts": map[string]any{
			"assets": map[string]any{"type": "cdk:asset-manifest", "properties": with(map[string]any{"file": "app.assets.json"})},
			config.DefaultStackName: map[string]any{
				"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region", "dependencies": []string{"assets"},
				"properties": with(map[string]any{
					"templateFile": "app.template.json", "assumeRoleArn": bootstrapRole("deploy"),
					"stackTemplateAssetObjectUrl": "s3://" + bucket + "/template.json",
					"lookupRole":                  with(map[string]any{"arn": bootstrapRole("lookup")}),
				}),
			},
		}},
	}
	for name, content := range files {
		data, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, name), string(data))
	}
}

func (a *awsAccount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		a.calls = append(a.calls, target)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		version := "30"
		if a.old {
			version = "5"
		}
		if !a.bootstrapped {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"ParameterNotFound"}`)
			return
		}
		fmt.Fprintf(w, `{"Parameter":{"Value":%q}}`, version)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	operation := form.Get("Action")
	if operation == "" {
		a.calls = append(a.calls, r.Method+" "+r.URL.String())
		fmt.Fprint(w, bucketAnswer(r))
		return
	}
	a.calls = append(a.calls, strings.TrimSpace(operation+" "+form.Get("StackName")+form.Get("RoleArn")))
	answer, ok := a.answer(operation, form)
	if !ok {
		code, status := "ValidationError", http.StatusBadRequest
		if operation == "DescribeChangeSet" {
			code, status = "ChangeSetNotFound", http.StatusNotFound
		}
		w.WriteHeader(status)
		answer = "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>Stack with id " + form.Get("StackName") + " does not exist</Message></Error></ErrorResponse>"
	}
	fmt.Fprint(w, answer)
}

// bucketAnswer answers for the bootstrap stack's bucket, which is empty.
func bucketAnswer(r *http.Request) string {
	switch query := r.URL.Query(); {
	case query.Has("location"):
		return "<LocationConstraint>eu-west-1</LocationConstraint>"
	case query.Has("encryption"):
		return "<ServerSideEncryptionConfiguration/>"
	case r.Method == http.MethodGet:
		return "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>"
	}
	return ""
}

func (a *awsAccount) answer(operation string, form url.Values) (answer string, ok bool) {
	wrap := func(result string) (string, bool) {
		return fmt.Sprintf("<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", operation, result), true
	}
	switch operation {
	case "GetCallerIdentity":
		return wrap("<Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>me</UserId><Account>123456789012</Account>")
	case "AssumeRole":
		if !a.bootstrapped {
			return "", false
		}
		return wrap("<Credentials><AccessKeyId>id</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>")
	case "DescribeStacks":
		if form.Get("StackName") == "CDKToolkit" {
			return "", false
		}
		return wrap("<Stacks><member><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/weather-events-api/1</StackId><StackName>weather-events-api</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>")
	case "GetTemplate":
		return wrap("<TemplateBody>{}</TemplateBody>")
	case "CreateChangeSet":
		a.changeSet = true
		return wrap("<Id>arn:aws:cloudformation:eu-west-1:123456789012:changeSet/cdk/1</Id><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/weather-events-api/1</StackId>")
	case "DescribeChangeSet":
		if !a.changeSet {
			return "", false
		}
		return wrap("<ChangeSetName>cdk</ChangeSetName><StackName>" + form.Get("StackName") + "</StackName><Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus><Changes><member><Type>Resource</Type><ResourceChange><Action>Add</Action><LogicalResourceId>Role</LogicalResourceId><ResourceType>AWS::IAM::Role</ResourceType></ResourceChange></member></Changes>")
	case "DeleteChangeSet":
		a.changeSet = false
		return wrap("")
	}
	return "", false
}
