package validation

import (
	"math"
	"strconv"
)

// NumberRule is what a number has to satisfy.
type NumberRule struct {
	// Min and Max bound the value.
	Min, Max float64
	// Above leaves Min itself out.
	Above bool
	// Whole asks for a whole number.
	Whole bool
}

// Number adds a problem unless value satisfies rule. Nil passes, and so does an
// unresolved token: CDK encodes one as a huge negative number.
func (c *Collector) Number(property string, value *float64, rule NumberRule) {
	if value == nil || IsNumberToken(*value) {
		return
	}
	kind := "a number"
	if rule.Whole {
		kind = "a whole number"
	}
	from := "from "
	if rule.Above {
		from = "above "
	}
	// Written so that NaN, which compares to nothing, is a problem.
	inside := *value >= rule.Min && *value <= rule.Max && !(rule.Above && *value == rule.Min)
	if !inside || rule.Whole && *value != math.Trunc(*value) {
		c.Addf(property, "must be %s %s%s to %s, got %s", kind, from, plain(rule.Min), plain(rule.Max), plain(*value))
	}
}

func plain(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// IsNumberToken reports whether value stands for a CDK token, as [IsToken] does:
// the highest 16 bits of the float are 0xFBFF.
func IsNumberToken(value float64) bool { return math.Float64bits(value)>>48 == 0xFBFF }
