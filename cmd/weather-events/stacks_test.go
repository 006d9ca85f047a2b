package main

import (
	"strings"
	"testing"
)

const (
	poolTemplate   = "testdata/pool.template.yaml"
	ordersTemplate = "testdata/orders.template.yaml"
)

// Every command takes several templates, and leads from one to the other.
func TestTemplatesTogether(t *testing.T) {
	both := []string{"--template", poolTemplate, "--template", ordersTemplate}
	const arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"
	elsewhere := []string{"--template", ordersTemplate, "--import", "company-pool=" + arn}
	for _, test := range []struct {
		command   string
		arguments []string
		status    int
		want      []string
	}{
		{"verify", both, statusPassed, []string{"pass"}},
		{"verify", elsewhere, statusPassed, []string{"pass", "note: the user pool " + arn + " is in none of the stacks"}},
		{"verify", append(elsewhere, "--template", poolTemplate, "--user-pool", arn+"=pool"), statusPassed, []string{"pass"}},
		{"verify", append(both, "--stack", "orders"), statusPassed, []string{"pass", "is in none of the stacks"}},
		{"verify", append(both, "--stack", "order"), statusUsage, []string{"there is no stack order: name one of orders, pool"}},
		{"token", append(both, "--decode"), statusPassed, []string{`"scope": "orders/get orders/post"`}},
		{"token", append(elsewhere, "--decode"), statusPassed, []string{`"scope": "orders/get orders/post"`, "a local pool"}},
		{"openapi", both, statusPassed, []string{"orders/get", "title: Orders"}},
		{"openapi", []string{"--template", poolTemplate}, statusUsage, []string{"there is no API"}},
	} {
		got := runCommand(t, append([]string{test.command}, test.arguments...)...)
		for _, want := range test.want {
			if got.status != test.status || !strings.Contains(got.out+got.err, want) {
				t.Errorf("%s %v: %+v, want %q", test.command, test.arguments, got, want)
			}
		}
		if !strings.Contains(strings.Join(test.want, " "), "none of the stacks") && strings.Contains(got.err, "none of the stacks") && test.command != "token" {
			t.Errorf("%s %v: %s", test.command, test.arguments, got.err)
		}
	}
}

func TestServeSaysWhatIsMadeUp(t *testing.T) {
	out, log, stop := startServe(t, "--template", ordersTemplate, "--json")
	stop()
	if !strings.Contains(out.String(), `"madeUp":true`) || !strings.Contains(log.String(), "note: the user pool arn:aws:cognito-idp:") {
		t.Errorf("%s\n%s", out, log)
	}
	out, _, stop = startServe(t, "--template", ordersTemplate)
	stop()
	if !strings.Contains(out.String(), "is in none of the stacks: a local pool stands in for it") {
		t.Errorf("%s", out)
	}
}
