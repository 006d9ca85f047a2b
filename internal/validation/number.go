package validation

import (
	"math"
	"strconv"
)

// NumberRule is what a number has to satisfy.
type NumberRule struct {
	// Min and Max bound the value, both included.
	Min, Max float64
	// Whole asks for a whole number.
	Whole bool
}

// Number adds a problem unless value satisfies rule. Nil passes, and so does an
// unresolved token: CDK encodes one as a huge negative number.
func (c *Collector) Number(property string, value *float64, rule NumberRule) {
	if value == nil || isNumberToken(*value) {
		return
	}
	kind := "a number"
	if rule.Whole {
		kind = "a whole number"
	}
	if !(*value >= rule.Min && *value <= rule.Max) || rule.Whole && *value != math.Trunc(*value) {
		c.Addf(property, "must be %s from %s to %s, got %s", kind, plain(rule.Min), plain(rule.Max), plain(*value))
	}
}

func plain(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// isNumberToken knows CDK's encoding of number tokens: the highest 16 bits of
// the float are 0xFBFF.
func isNumberToken(value float64) bool { return math.Float64bits(value)>>48 == 0xFBFF }
