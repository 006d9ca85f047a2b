package properties_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"
)

// value is a random value of a property. It is built in its stack: tokens and references
// need one.
type value struct {
	text     string   // for people
	invalid  bool     // an error must name the property
	nested   settings // settings of a value that is itself props
	unserved bool     // package local refuses to serve it, and says so
	build    func(g *given) any
}

func (v value) GoString() string {
	if v.invalid {
		return v.text + " (invalid)"
	}
	return v.text
}

func (v value) wrong() value   { v.invalid = true; return v }
func (v value) unserve() value { v.unserved = true; return v }

// constant is a value that needs no stack.
func constant[T any](text string, made T) value {
	return value{text: text, build: func(*given) any { return made }}
}

func str(s string) value { return constant(shortened(s), jsii.String(s)) }

func shortened(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%q… (%d characters)", s[:20], len(s))
	}
	return fmt.Sprintf("%q", s)
}

func num(n float64) value { return constant(fmt.Sprint(n), jsii.Number(n)) }

// textToken is a parameter of the template. The local server fills in value.
func textToken(defaultValue string) value {
	return value{text: fmt.Sprintf("parameter(%q)", defaultValue), build: func(g *given) any {
		return g.parameter("String", defaultValue).ValueAsString()
	}}
}

func numberToken(defaultValue float64) value {
	return value{text: fmt.Sprintf("parameter(%v)", defaultValue), build: func(g *given) any {
		return g.parameter("Number", defaultValue).ValueAsNumber()
	}}
}

func minutes(n float64) value {
	return value{text: fmt.Sprintf("%v minutes", n), build: func(*given) any { return awscdk.Duration_Minutes(&n) }}
}

func seconds(n float64) value {
	return value{text: fmt.Sprintf("%v seconds", n), build: func(*given) any { return awscdk.Duration_Seconds(&n) }}
}

// oneOf picks a value; the first is the simplest.
func oneOf(values ...value) *rapid.Generator[value] { return rapid.SampledFrom(values) }

// mostly gives common values, and a rare one in every n.
func mostly(n int, common *rapid.Generator[value], rare ...value) *rapid.Generator[value] {
	return rapid.Custom(func(t *rapid.T) value {
		if oneIn(t, n) {
			return oneOf(rare...).Draw(t, "rare")
		}
		return common.Draw(t, "common")
	})
}

// oneIn is true once in n times, and shrinks to false.
func oneIn(t *rapid.T, n int) bool {
	return rapid.SampledFrom(chances(n)).Draw(t, "chance")
}

// chances are n choices; only the last is true.
func chances(n int) []bool {
	choices := make([]bool, n)
	choices[n-1] = true
	return choices
}

// letters gives short strings over an alphabet.
func letters(alphabet string) *rapid.Generator[value] {
	return rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune(alphabet)), 1, 12, -1), str)
}

func boolean() *rapid.Generator[value] {
	return oneOf(constant("false", jsii.Bool(false)), constant("true", jsii.Bool(true)))
}

// whole gives whole numbers from lowest to highest.
func whole(lowest, highest int) *rapid.Generator[value] {
	return rapid.Map(rapid.IntRange(lowest, highest), func(n int) value { return num(float64(n)) })
}
