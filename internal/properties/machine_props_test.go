package properties_test

import (
	"fmt"
	"strings"

	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"example.com/weather-events-api/constructs/machineauth"
)

// serverFields are the props of an AuthorizationServer.
var serverFields = fields{
	"Identifier": mostly(16, letters(printable+"/"), str("https://orders.example.org/v1"), str(strings.Repeat("i", 200)), textToken("orders"),
		str("").wrong(), str("a b").wrong(), str(strings.Repeat("i", 257)).wrong()),
	"Scopes": mostly(16, rapid.Custom(declaredScopeNames),
		scopeNames(numbered(100)...), scopeNames(strings.Repeat("s", 50)),
		scopeNames().wrong(), scopeNames("").wrong(), scopeNames("a/b").wrong(), scopeNames("read", "read").wrong(), scopeNames(numbered(101)...).wrong(), scopeNames(strings.Repeat("s", 257)).wrong(),
		constant("[nil]", &[]machineauth.Scope{nil}).wrong(),
		constant("[read without a description]", &[]machineauth.Scope{machineauth.NewScope("read", "")}).wrong()),
	"ResourceServerName": mostly(16, letters(name), str(strings.Repeat("n", 256)), textToken("name"), str("").wrong(), str("a/b").wrong(), str(strings.Repeat("n", 257)).wrong()),
	"UserPool":           weatherFields["UserPool"],
	"UserPoolDomain":     weatherFields["UserPoolDomain"],
	"TokenUrl":           weatherFields["TokenUrl"],
	"UserPoolName":       poolOrClientName(),
	"RemovalPolicy":      removalPolicy(),
	"DomainPrefix":       domainPrefix(),
	"TokenDomainName":    tokenDomainName(),
	"TokenCertificate":   certificateIn("us-east-1", "eu-west-1"),
	"NoDomain":           boolean(),
}

var protectFields = fields{
	"AuthorizerResultTtl":        resultTtl(),
	"AllowAccountCloudWatchRole": boolean(),
}

// serverSettings are matching props of an AuthorizationServer.
func serverSettings(t *rapid.T) (s settings) {
	s.set(t, serverFields, "Identifier", "Scopes")
	s.maybe(t, serverFields, "ResourceServerName")
	givenPool := oneIn(t, 4)
	if givenPool {
		s.set(t, serverFields, "UserPool")
	} else {
		s.maybe(t, serverFields, "UserPoolName", "RemovalPolicy")
	}
	if oneIn(t, 6) {
		s = append(s, setting{"NoDomain", constant("true", jsii.Bool(true))})
	} else {
		s.tokenDomain(t, serverFields, givenPool)
	}
	return s
}

func declaredScopeNames(t *rapid.T) value {
	one := rapid.StringOfN(rapid.RuneFrom([]rune(printable)), 1, 8, -1)
	return scopeNames(rapid.SliceOfNDistinct(one, 1, 5, rapid.ID).Draw(t, "names")...)
}

func scopeNames(names ...string) value {
	scopes := make([]machineauth.Scope, 0, len(names))
	for _, name := range names {
		scopes = append(scopes, machineauth.NewScope(name, "May "+name))
	}
	if len(names) > 9 {
		return constant(fmt.Sprintf("%d scopes", len(names)), &scopes)
	}
	return constant(fmt.Sprintf("%.40q", names), &scopes)
}

func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("s", i)
	}
	return names
}

// pick is a choice of declared scopes by number; numbers wrap around.
type pick []int

func (p pick) of(scopes []machineauth.Scope) (picked []machineauth.Scope) {
	seen := map[machineauth.Scope]bool{}
	for _, i := range p {
		if scope := scopes[i%len(scopes)]; !seen[scope] {
			seen[scope] = true
			picked = append(picked, scope)
		}
	}
	return picked
}

func picks() *rapid.Generator[pick] {
	return rapid.Map(rapid.SliceOfN(rapid.IntRange(0, 4), 1, 3), func(numbers []int) pick { return numbers })
}

func clientScopes(t *rapid.T) value {
	picked := picks().Draw(t, "scopes")
	return value{text: fmt.Sprint([]int(picked)), build: func(g *given) any {
		scopes := picked.of(g.scopes)
		return &scopes
	}}
}

func clientAccess(t *rapid.T) value {
	picked := picks().Draw(t, "scopes")
	return value{text: fmt.Sprint([]int(picked)), build: func(g *given) any {
		return &[]machineauth.Access{g.server.Access(picked.of(g.scopes)...)}
	}}
}

func scopeTwice() value {
	return value{text: "[0 0]", build: func(g *given) any { return &[]machineauth.Scope{g.scopes[0], g.scopes[0]} }}
}
