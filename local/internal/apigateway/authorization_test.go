package apigateway_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local/internal/apigateway"
)

// foreignSignature is a signature as an SDK makes it, with unknown credentials.
const foreignSignature = "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261127/us-east-1/execute-api/aws4_request, " +

	"SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"

func TestAWSIAMLetsNobodyPass(t *testing.T) {
	const (
		incomplete = "IncompleteSignatureException"
		unknown    = "UnrecognizedClientException"
		invalid    = `{"message":"The security token included in the request is invalid."}`
	)
	m := open("GET", "/", mock("open"))
	m.AuthorizationType = apigateway.AuthorizationIAM
	c := config(m)
	events := make(chan apigateway.RequestEvent, 1)
	c.OnRequest = func(_ context.Context, event apigateway.RequestEvent) { events <- event }
	url := serve(t, c)
	for _, test := range []struct {
		name, line      string
		headers         []string
		errorType, body string
	}{
		{"no signature", "GET /prod/", nil, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{"an empty header", "GET /prod/", []string{"Authorization: "}, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		// The hash is the hash of "token-read".
		{"a bearer token", "GET /prod/", []string{"Authorization: Bearer " + goodToken}, incomplete,
			`{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'mQJSJzru26/BSzF7GeAM6xeK//bna/sPIk6d2js+tQo='."}`},
		{"a token without Bearer", "GET /prod/", []string{"Authorization: " + goodToken}, incomplete,
			`{"message":"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. ` +
				`Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ` +
				`(Hashed with SHA-256 and encoded with Base64) Authorization=mQJSJzru26/BSzF7GeAM6xeK//bna/sPIk6d2js+tQo="}`},
		{"a signature without a date", "GET /prod/", []string{foreignSignature}, incomplete, ""},
		{"a signature", "GET /prod/", []string{foreignSignature, "X-Amz-Date: 20261127T100000Z"}, unknown, invalid},
		{"a signature with a date", "GET /prod/", []string{foreignSignature, "Date: Fri, 27 Nov 2026 10:00:00 GMT"}, unknown, invalid},
		{"a signed URL", "GET /prod/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=b", nil, unknown, invalid},
		{"a part of a signed URL", "GET /prod/?X-Amz-Algorithm=AWS4-HMAC-SHA256", nil, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{"two headers", "GET /prod/", []string{"Authorization: ", foreignSignature, "X-Amz-Date: 20261127T100000Z"}, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := request{line: test.line, headers: test.headers}.send(t, url)
			if test.body == "" {
				test.body = got.body
			}
			got.check(t, 403, test.body, test.errorType)
			reason := (<-events).Reason
			if !strings.Contains(reason, "AWS_IAM") {
				t.Errorf("logged %q", reason)
			}
			if strings.Contains(got.body+reason, goodToken) || strings.Contains(got.body+reason, "5d672d79") {
				t.Errorf("the header is repeated: %s %s", got.body, reason)
			}
		})
	}
	for _, verdict := range mustNew(t, c).Inspect(goodToken) {
		if verdict.Opens || !strings.Contains(verdict.Reason, "AWS_IAM") {
			t.Errorf("%+v", verdict)
		}
	}
}

func TestAWSIAMIsAnsweredWithGatewayResponses(t *testing.T) {
	m := open("GET", "/", mock("open"))
	m.AuthorizationType = apigateway.AuthorizationIAM
	c := config(m)
	for _, name := range []string{"MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE"} {
		c.GatewayResponses = append(c.GatewayResponses, apigateway.GatewayResponse{ResponseType: name, ResponseTemplates: map[string]string{"application/json": name}})
	}
	url := serve(t, c)
	request{line: "GET /prod/"}.send(t, url).check(t, 403, "MISSING_AUTHENTICATION_TOKEN", "MissingAuthenticationTokenException")
	request{line: "GET /prod/", headers: []string{foreignSignature, "X-Amz-Date: 20261127T100000Z"}}.send(t, url).check(t, 403, "INVALID_SIGNATURE", "UnrecognizedClientException")
}

func TestInspect(t *testing.T) {
	idOnly := protected("DELETE", "/", mock("{}"))
	either := protected("PUT", "/{id}", mock("{}"), writeScope, readScope)
	c := config(
		open("GET", "/health", mock("{}")),
		protected("GET", "/", mock("{}"), readScope),
		either, idOnly,
	)
	api := mustNew(t, c)
	const public = "the method has no authorizer: anyone may call it"
	for _, test := range []struct {
		token string
		want  [3]apigateway.Verdict // of methods that are not public
	}{
		{goodToken, [3]apigateway.Verdict{
			{Opens: true, Reason: "the token has the scope orders/read"},
			{Opens: true, Reason: "the token has the scope orders/read"},
			{Reason: "the method has no scopes and so needs an ID token"},
		}},
		{"Bearer token-write", [3]apigateway.Verdict{
			{Reason: "the token has none of the scopes orders/read"},
			{Opens: true, Reason: "the token has the scope orders/write"},
			{Reason: "the method has no scopes and so needs an ID token"},
		}},
		{"token-id", [3]apigateway.Verdict{
			{Reason: "the method has scopes and so needs an access token"},
			{Reason: "the method has scopes and so needs an access token"},
			{Opens: true, Reason: "the token is an ID token, which a method without scopes requires"},
		}},
		{"expired", [3]apigateway.Verdict{
			{Reason: "the token has expired: it was yesterday"},
			{Reason: "the token has expired: it was yesterday"},
			{Reason: "the token has expired: it was yesterday"},
		}},
		{"", [3]apigateway.Verdict{{Reason: "no token"}, {Reason: "no token"}, {Reason: "no token"}}},
	} {
		want := []apigateway.Verdict{{Opens: true, Reason: public}, test.want[0], test.want[1], test.want[2]}
		for i, method := range c.Methods {
			want[i].HTTPMethod, want[i].Path = method.HTTPMethod, method.Path
		}
		if diff := cmp.Diff(want, api.Inspect(test.token)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.token, diff)
		}
	}
}
