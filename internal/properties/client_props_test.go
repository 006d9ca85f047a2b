package properties_test

import (
	"math"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"example.com/weather-events-api/constructs/machineauth"
)

const (
	lower      = "abcxyz"
	name       = "aZ09_ +=,.@-" // names of user pools, clients and resource servers
	printable  = `aZ09!#$%&'()*+,-.:;<=>?@[]^_{|}~` + "`"
	secretText = "aZ09/_+=.@-"
)

// tokenValidity ranges from 5 minutes to a day.
func tokenValidity() *rapid.Generator[value] {
	valid := rapid.Map(rapid.IntRange(5, 1440), func(n int) value { return minutes(float64(n)) })
	return mostly(16, valid, minutes(5), minutes(1440), seconds(300), minutes(4).wrong(), minutes(1441).wrong(), seconds(301).wrong(), seconds(0).wrong())
}

func poolOrClientName() *rapid.Generator[value] {
	return mostly(16, letters(name), str(strings.Repeat("n", 128)), textToken("pool"), str("").wrong(), str("pool!").wrong(), str("Übersee").wrong(), str(strings.Repeat("n", 129)).wrong())
}

var clientFields = fields{
	"Scopes": mostly(16, rapid.Custom(clientScopes), scopeTwice().wrong(), scopeNames("another").wrong(), scopeNames().wrong(),
		constant("[nil]", &[]machineauth.Scope{nil}).wrong()),
	"Access":     mostly(16, rapid.Custom(clientAccess), constant("[empty]", &[]machineauth.Access{{}}).wrong()),
	"ClientName": mostly(16, letters(name), str(strings.Repeat("n", 110)), textToken("client"), str("").wrong(), str("a/b").wrong(), str(strings.Repeat("n", 129)).wrong()),

	"AccessTokenValidity": tokenValidity(),
	"StoreCredentials":    boolean(),
	"SecretName":          mostly(16, letters(secretText), str(strings.Repeat("s", 512)), textToken("secret"), str("").wrong(), str("a b").wrong(), str(strings.Repeat("s", 513)).wrong()),
	"SecretEncryptionKey": oneOf(value{text: "key", build: func(g *given) any { return awskms.NewKey(g.scope, g.id(), nil) }}),
	"Generations": mostly(16, rapid.Map(rapid.IntRange(1, 9), func(n int) value { return generations(float64(n)) }),
		generations(1, 2), generations(3, 7), generations(1, 999_999_999),
		generations().wrong(), generations(0).wrong(), generations(1.5).wrong(), generations(2, 1).wrong(), generations(1, 1).wrong(),
		generations(1, 2, 3).wrong(), generations(1e9).wrong(), generations(math.NaN()).wrong(), generations(math.Inf(1)).wrong()),
}

func generations(numbers ...float64) value {
	pointers := make([]*float64, 0, len(numbers))
	texts := make([]string, 0, len(numbers))
	for _, n := range numbers {
		pointers = append(pointers, &n)
		texts = append(texts, num(n).text)
	}
	return constant("["+strings.Join(texts, ", ")+"]", &pointers)
}

// clientSettings are matching props of a client, without scopes.
func clientSettings(t *rapid.T) (s settings) {
	s.maybe(t, clientFields, "ClientName", "AccessTokenValidity", "Generations")
	if oneIn(t, 3) {
		s = append(s, setting{"StoreCredentials", constant("true", jsii.Bool(true))})
		s.maybe(t, clientFields, "SecretName", "SecretEncryptionKey")
	}
	return s
}
