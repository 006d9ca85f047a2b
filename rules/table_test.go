package rules_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/rules"
)

func TestTheTable(t *testing.T) {
	severities := []rules.Severity{rules.Fatal, rules.Error, rules.Warning}
	id := regexp.MustCompile(`^[a-z]+(?:-[a-z]+)+$`)
	source := regexp.MustCompile(`^https://docs\.aws\.amazon\.com/[\w./-]+\.html$`)
	seen := map[string]bool{}
	for _, rule := range rules.Table() {
		if !id.MatchString(rule.ID) || seen[rule.ID] || !slices.Contains(severities, rule.Severity) || rule.Protects == "" || !source.MatchString(rule.Source) {
			t.Errorf("%+v", rule)
		}
		seen[rule.ID] = true
	}
	const want = `method-open method-without-scope method-authorization scope-undeclared authorizer-changed stage-behind
		client-not-a-machine client-before-scopes client-elsewhere secret-exposed secret-read-by-lambda account-role
		pool-sign-up pool-trigger pool-domains resource-server-twice gateway-response-twice stage-twice pool-region name-twice token-validity cognito-names
		api-unprotected scope-unused scope-without-client allowance-unused api-quota template-unread`
	var got []string
	for _, rule := range rules.Table() {
		got = append(got, rule.ID)
	}
	if !slices.Equal(got, strings.Fields(want)) {
		t.Errorf("ids, which are a contract: %q", got)
	}
}

// The table shows a rule's worst severity, and every rule that applies to a single
// template has a case built by a construct.
func TestEveryRuleHasCases(t *testing.T) {
	worst := map[string]rules.Severity{}
	rank := map[rules.Severity]int{rules.Fatal: 3, rules.Error: 2, rules.Warning: 1}
	for _, cases := range []onBoth{methodCases, clientCases, poolCases, deploymentCases, scopeCases, secretCases.both(), accountCases, allowanceCases, quotaCases} {
		for _, test := range cases {
			for line := range strings.Lines(test.marked) {
				words := strings.Fields(line)
				if severity := rules.Severity(words[0]); rank[severity] > rank[worst[words[1]]] {
					worst[words[1]] = severity
				}
			}
		}
	}
	for _, rule := range rules.Table() {
		if worst[rule.ID] != rule.Severity {
			t.Errorf("%s is %s in the table, and %q in its cases", rule.ID, rule.Severity, worst[rule.ID])
		}
	}
}
