package fakeaws

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// operation is a supported operation: the service name in its signature, its IAM
// action, and its implementation.
type operation struct {
	service string
	action  string // IAM action
	answer  func(*Account, http.ResponseWriter, input)
}

// input are the parameters of a call.
type input map[string]string

var operations = map[string]operation{
	"DescribeStacks":         {"cloudformation", "cloudformation:DescribeStacks", (*Account).describeStacks},
	"GetTemplate":            {"cloudformation", "cloudformation:GetTemplate", (*Account).getTemplate},
	"ListStackResources":     {"cloudformation", "cloudformation:ListStackResources", (*Account).listStackResources},
	"ListExports":            {"cloudformation", "cloudformation:ListExports", (*Account).listExports},
	"DescribeUserPool":       {"cognito-idp", "cognito-idp:DescribeUserPool", (*Account).describeUserPool},
	"DescribeUserPoolClient": {"cognito-idp", "cognito-idp:DescribeUserPoolClient", (*Account).describeUserPoolClient},
	"GetApiKey":              {"apigateway", "apigateway:GET", (*Account).getAPIKey},
}

// serve answers a call of the SDK.
func (a *Account) serve(w http.ResponseWriter, r *http.Request) {
	if a.isSilent("credentials") {
		a.wait(r)
		return
	}
	name, in, err := parse(r)
	called, known := operations[name]
	scope := "/" + Region + "/" + called.service + "/aws4_request"
	switch {
	case err != nil || !known:
		http.Error(w, fmt.Sprintf("no such operation: %q %v", name, err), http.StatusBadRequest)
		return
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") || !strings.Contains(r.Header.Get("Authorization"), scope):
		called.fail(w, http.StatusForbidden, "InvalidSignatureException", "it is not signed for "+scope)
		return
	}
	a.lock.Lock()
	a.calls[name]++
	isThrottled := a.Throttled[name] > 0
	a.Throttled[name]--
	a.lock.Unlock()
	switch {
	case a.isSilent(name):
		a.wait(r)
	case isThrottled && called.service == "cloudformation":
		called.fail(w, http.StatusBadRequest, "Throttling", "Rate exceeded")
	case isThrottled:
		called.fail(w, http.StatusTooManyRequests, "TooManyRequestsException", "Rate exceeded")
	case slices.Contains(a.Denied, called.action):
		code := "AccessDeniedException"
		if called.service == "cloudformation" {
			code = "AccessDenied"
		}
		called.fail(w, http.StatusForbidden, code, "User is not authorized to perform: "+called.action)
	default:
		called.answer(a, w, in)
	}
}

// wait blocks until the caller gives up, or the test ends.
func (a *Account) wait(r *http.Request) {
	select {
	case <-a.ended:
	case <-r.Context().Done():
	}
}

// parse returns the operation and parameters of a request, in the protocol of its
// service.
func parse(r *http.Request) (name string, in input, err error) {
	in = input{}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", nil, err
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		service, name, _ := strings.Cut(target, ".")
		if service != "AWSCognitoIdentityProviderService" || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" {
			return "", nil, fmt.Errorf("target %s", target)
		}
		return name, in, json.Unmarshal(body, &in)
	}
	if id, found := strings.CutPrefix(r.URL.Path, "/apikeys/"); found && r.Method == http.MethodGet {
		in["apiKey"], in["includeValue"] = id, r.URL.Query().Get("includeValue")
		return "GetApiKey", in, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Version") != "2010-05-15" {
		return "", nil, fmt.Errorf("the body is neither JSON nor a CloudFormation form: %v", err)
	}
	for name := range form {
		in[name] = form.Get(name)
	}
	return form.Get("Action"), in, nil
}

// fail answers with an error in the protocol of the service.
func (o operation) fail(w http.ResponseWriter, status int, code, message string) {
	if o.service == "cloudformation" {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, html.EscapeString(message))
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}

// stack returns the stack that a call names.
func (a *Account) stack(w http.ResponseWriter, in input) *Stack {
	for _, stack := range a.Stacks {
		if in["StackName"] == stack.Name || in["StackName"] == stack.ARN {
			return stack
		}
	}
	operation{service: "cloudformation"}.fail(w, http.StatusBadRequest, "ValidationError", fmt.Sprintf("Stack with id %s does not exist", in["StackName"]))
	return nil
}

// xmlMembers writes a map as a list of members.
func xmlMembers(values map[string]string, format string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&text, "<member>"+format+"</member>", html.EscapeString(name), html.EscapeString(values[name]))
	}
	return text.String()
}

func writeXML(w http.ResponseWriter, operation, result string) {
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<%[1]sResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, operation, result)
}

func (a *Account) describeStacks(w http.ResponseWriter, in input) {
	if s := a.stack(w, in); s != nil {
		writeXML(w, "DescribeStacks", fmt.Sprintf("<Stacks><member><StackName>%s</StackName><StackId>%s</StackId><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>"+
			"<Outputs>%s</Outputs><Parameters>%s</Parameters></member></Stacks>", s.Name, s.ARN,
			xmlMembers(s.Outputs, "<OutputKey>%s</OutputKey><OutputValue>%s</OutputValue>"),
			xmlMembers(s.Parameters, "<ParameterKey>%s</ParameterKey><ParameterValue>%s</ParameterValue>")+
				"<member><ParameterKey>BootstrapVersion</ParameterKey><ParameterValue>/cdk-bootstrap/hnb659fds/version</ParameterValue><ResolvedValue>28</ResolvedValue></member>"))
	}
}

func (a *Account) getTemplate(w http.ResponseWriter, in input) {
	if s := a.stack(w, in); s != nil {
		writeXML(w, "GetTemplate", "<TemplateBody>"+html.EscapeString(s.Template)+"</TemplateBody>")
	}
}

// page returns the part of a list that a token selects.
func (a *Account) page(names []string, in input) (part []string, next string) {
	size := max(a.PageSize, 2)
	from, _ := strconv.Atoi(strings.TrimPrefix(in["NextToken"], "token-"))
	to := min(from+size, len(names))
	if to < len(names) {
		next = fmt.Sprintf("<NextToken>token-%d</NextToken>", to)
	}
	return names[from:to], next
}

func (a *Account) listStackResources(w http.ResponseWriter, in input) {
	s := a.stack(w, in)
	if s == nil {
		return
	}
	names, next := a.page(slices.Sorted(maps.Keys(s.Resources)), in)
	var members strings.Builder
	for _, name := range names {
		fmt.Fprintf(&members, "<member><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>%s</PhysicalResourceId><ResourceType>%s</ResourceType>"+
			"<ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>", name, s.Resources[name].ID, s.Resources[name].Type)
	}
	writeXML(w, "ListStackResources", "<StackResourceSummaries>"+members.String()+"</StackResourceSummaries>"+next)
}

func (a *Account) listExports(w http.ResponseWriter, in input) {
	names, next := a.page(slices.Sorted(maps.Keys(a.Exports)), in)
	part := map[string]string{}
	for _, name := range names {
		part[name] = a.Exports[name]
	}
	writeXML(w, "ListExports", "<Exports>"+xmlMembers(part, "<ExportingStackId>"+a.Exporting+"</ExportingStackId><Name>%s</Name><Value>%s</Value>")+"</Exports>"+next)
}

func (a *Account) pool(w http.ResponseWriter, in input) *Pool {
	pool := a.Pools[in["UserPoolId"]]
	if pool == nil {
		operation{service: "cognito-idp"}.fail(w, http.StatusBadRequest, "ResourceNotFoundException", fmt.Sprintf("User pool %s does not exist.", in["UserPoolId"]))
	}
	return pool
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	json.NewEncoder(w).Encode(value)
}

func (a *Account) describeUserPool(w http.ResponseWriter, in input) {
	if pool := a.pool(w, in); pool != nil {
		described := map[string]string{"Id": in["UserPoolId"]}
		if pool.Domain != "" {
			described["Domain"] = pool.Domain
		}
		if pool.CustomDomain != "" {
			described["CustomDomain"] = pool.CustomDomain
		}
		writeJSON(w, map[string]any{"UserPool": described})
	}
}

func (a *Account) describeUserPoolClient(w http.ResponseWriter, in input) {
	pool := a.pool(w, in)
	if pool == nil {
		return
	}
	client := pool.Clients[in["ClientId"]]
	if client == nil {
		operation{service: "cognito-idp"}.fail(w, http.StatusBadRequest, "ResourceNotFoundException", fmt.Sprintf("User pool client %s does not exist.", in["ClientId"]))
		return
	}
	writeJSON(w, map[string]any{"UserPoolClient": map[string]any{
		"ClientId": in["ClientId"], "UserPoolId": in["UserPoolId"], "ClientSecret": client.Secret, "AllowedOAuthScopes": client.Scopes,
	}})
}

func (a *Account) getAPIKey(w http.ResponseWriter, in input) {
	value, found := a.APIKeys[in["apiKey"]]
	if !found {
		operation{service: "apigateway"}.fail(w, http.StatusNotFound, "NotFoundException", "Invalid API Key identifier specified")
		return
	}
	key := map[string]any{"id": in["apiKey"], "enabled": true}
	if in["includeValue"] == "true" {
		key["value"] = value
	}
	writeJSON(w, key)
}
