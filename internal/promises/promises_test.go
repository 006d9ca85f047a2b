// Package promises checks the rules against the local server: an API the rules accept is
// protected when it runs, and the rules refuse an API that is open when it runs.
package promises

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"pgregory.net/rapid"

	"example.com/weather-events-api/internal/tokenrequest"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/rules"
)

func TestMain(m *testing.M) {
	// Every run tries the same examples, so a failure means a change broke something;
	// make properties tries other examples, and more.
	flag.Set("rapid.checks", "100")
	flag.Set("rapid.seed", "1")
	flag.Parse()
	os.Exit(m.Run())
}

// All examples derive from these good templates, written by hand or by CDK.
var good = []string{"testdata/orders.template.json", "../../testdata/weather-events-api.template.json"}

func TestGoodTemplatesAreAcceptedAndServed(t *testing.T) {
	for _, file := range good {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if refusals := refusals(t, data); len(refusals) > 0 {
			t.Errorf("%s is refused: %v", file, refusals)
		}
		holes, served := holes(t, data)
		if !served || len(holes) > 0 {
			t.Errorf("%s: served %t, with holes %v", file, served, holes)
		}
	}
}

func TestWhatTheRulesAcceptIsProtectedWhereItRuns(t *testing.T) {
	var accepted, refused, unserved, open int
	rapid.Check(t, func(t *rapid.T) {
		data, err := os.ReadFile(rapid.SampledFrom(good).Draw(t, "template"))
		if err != nil {
			t.Fatal(err)
		}
		mutated := parse(data)
		for range rapid.IntRange(1, 3).Draw(t, "mutations") {
			chosen := rapid.SampledFrom(mutations).Draw(t, "mutation")
			t.Log(chosen.name)
			chosen.apply(t, mutated)
		}
		data = mutated.json()
		refusals := refusals(t, data)
		holes, served := holes(t, data)
		switch {
		case !served:
			unserved++
		case len(refusals) > 0 && len(holes) > 0:
			open++
		case len(refusals) > 0:
			refused++
		case len(holes) > 0:
			t.Fatalf("the rules accept a template with holes: %v\n%s", holes, data)
		default:
			accepted++
		}
	})
	t.Logf("accepted and protected: %d, refused and open: %d, refused: %d, not served: %d", accepted, open, refused, unserved)
	if !t.Failed() && (accepted == 0 || open == 0) {
		t.Error("the examples do not try both sides")
	}
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

// refusals returns the findings that fail a synthesis.
func refusals(t fataler, data []byte) []rules.Finding {
	t.Helper()
	findings, err := rules.Check(rules.FromTemplate("template.json", data))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(findings, func(f rules.Finding) bool { return f.Severity == rules.Warning })
}

// holes serves a template and returns the methods that let in the wrong callers. served
// is false if the local server refuses the template, because AWS refuses it or the server
// does not support it.
func holes(t fataler, data []byte) (found []string, served bool) {
	t.Helper()
	server, err := local.New(local.FromTemplate("template.json", data))
	if err != nil {
		return nil, false
	}
	defer server.Close()
	for _, api := range server.APIs() {
		methods := server.Methods(api.Key)
		if !slices.ContainsFunc(methods, func(m local.Method) bool { return len(m.Scopes) > 0 }) {
			continue // no method asks for a scope
		}
		for _, method := range methods {
			call := func(token string) int { return status(t, api.URL, method, token) }
			name := api.LogicalID + " " + method.HTTPMethod + " " + method.Path
			if passes(call("")) && method.HTTPMethod != "OPTIONS" {
				found = append(found, name+" is open without a token")
			}
			for _, client := range server.Clients() {
				token, scopes := token(t, client)
				holds := slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(method.Scopes, scope) })
				if token != "" && len(method.UserPools) > 0 && passes(call(token)) && !(holds && slices.Contains(method.UserPools, client.UserPool)) {
					found = append(found, name+" is open to "+client.LogicalID)
				}
			}
		}
		if open := openPreflight(t, api, methods); open != "" {
			found = append(found, open)
		}
	}
	return found, true
}

// openPreflight returns an OPTIONS method that, without a token, answers more than a
// preflight needs. API Gateway's own message is not an answer: it means that the method
// declares no response for the status.
func openPreflight(t fataler, api local.API, methods []local.Method) string {
	for _, method := range methods {
		if method.HTTPMethod != "OPTIONS" {
			continue
		}
		request := newRequest(t, api.URL, method, "")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if passes(response.StatusCode) && len(body) > 0 && string(body) != undeclared {
			return api.LogicalID + " OPTIONS " + method.Path + " answers without a token"
		}
	}
	return ""
}

// undeclared is API Gateway's answer, with 500, for a mock response that the method does
// not declare.
const undeclared = `{"message":"Internal server error"}`

// passes reports whether a status means that the authorizer let the request through.
func passes(status int) bool {
	return status != http.StatusUnauthorized && status != http.StatusForbidden
}

func newRequest(t fataler, base string, method local.Method, token string) *http.Request {
	httpMethod := method.HTTPMethod
	if httpMethod == "ANY" {
		httpMethod = http.MethodPatch
	}
	request, err := http.NewRequest(httpMethod, strings.TrimSuffix(base, "/")+method.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request
}

func status(t fataler, base string, method local.Method, token string) int {
	response, err := http.DefaultClient.Do(newRequest(t, base, method, token))
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response.StatusCode
}

// token returns a token with all the client's scopes, and the scopes; "" if the client
// gets no token.
func token(t fataler, client local.Client) (token string, scopes []string) {
	if client.TokenURL == "" || client.Secret == "" {
		return "", nil
	}
	request := tokenrequest.Of(client.TokenOperation, clientcredentials.Config{
		ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL, AuthStyle: oauth2.AuthStyleInParams,
	})
	issued, err := request.Token(context.Background())
	if _, refused := errors.AsType[*oauth2.RetrieveError](err); refused {
		return "", nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return issued.AccessToken, client.Scopes
}
