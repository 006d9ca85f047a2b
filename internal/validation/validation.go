// Package validation collects every problem of a set of properties, so that a user
// sees all of them at once. The errors are those of the public package
// constructs/validation.
package validation

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	public "example.com/weather-events-api/constructs/validation"
)

// Problem and Error are public: users of the constructs handle them.
type (
	Problem = public.Problem
	Error   = public.Error
)

// Collector gathers problems. The zero value is ready to use.
type Collector struct {
	Problems []Problem
}

// Addf adds a problem of a property.
func (c *Collector) Addf(property, format string, args ...any) {
	c.Problems = append(c.Problems, Problem{Property: property, Message: fmt.Sprintf(format, args...)})
}

// Merge adds the problems of err if it is an *Error.
func (c *Collector) Merge(err error) {
	if problems, ok := err.(*Error); ok && problems != nil {
		c.Problems = append(c.Problems, problems.Problems...)
	}
}

// MergeAs adds the problems of err under other property names. It drops problems of
// properties that are not in names.
func (c *Collector) MergeAs(err error, names map[string]string) {
	if problems, ok := err.(*Error); ok && problems != nil {
		for _, problem := range problems.Problems {
			if name := names[problem.Property]; name != "" {
				c.Addf(name, "%s", problem.Message)
			}
		}
	}
}

// Err returns nil without problems, otherwise an *Error at path.
func (c *Collector) Err(path string) error {
	if len(c.Problems) == 0 {
		return nil
	}
	return &Error{Path: path, Problems: c.Problems}
}

// StringRule is a rule for a string property.
type StringRule struct {
	// Min and Max bound the length in characters.
	Min, Max int
	// Pattern must match the whole value.
	Pattern *regexp.Regexp
	// Allowed describes the characters of the pattern. Form, if set, describes the
	// whole value instead.
	Allowed, Form string
}

// Allows reports whether value satisfies the rule. An unresolved token does, because
// its value is unknown.
func (r StringRule) Allows(value string) bool { return IsToken(value) || r.Matches(value) }

// Matches reports whether a resolved value satisfies the rule.
func (r StringRule) Matches(value string) bool {
	length := utf8.RuneCountInString(value)
	return length >= r.Min && length <= r.Max && r.Pattern.MatchString(value)
}

// String describes what is allowed, such as "1 to 63 characters of a-z".
func (r StringRule) String() string {
	if r.Form != "" {
		return r.Form
	}
	return r.length() + " characters of " + r.Allowed
}

func (r StringRule) length() string {
	if r.Min == r.Max {
		return fmt.Sprint(r.Min)
	}
	return fmt.Sprintf("%d to %d", r.Min, r.Max)
}

// String adds a problem unless value satisfies rule. Nil and unresolved tokens pass:
// nil means the default, and the value of a token is unknown.
func (c *Collector) String(property string, value *string, rule StringRule) {
	if value != nil && !rule.Allows(*value) {
		c.Addf(property, "must be %s, got %s", rule, Quote(*value))
	}
}

// Quote quotes a value for a message, and shortens a long one.
func Quote(value string) string {
	const longest = 64
	if runes := []rune(value); len(runes) > longest {
		return fmt.Sprintf("%q… (%d characters)", string(runes[:longest]), len(runes))
	}
	return fmt.Sprintf("%q", value)
}

// QuoteURL quotes a URL for a message, valid or not. It hides parts that may be
// secret: user information, query and fragment.
func QuoteURL(text string) string {
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		scheme, _, isURL := strings.Cut(text[:at], "://")
		hidden := "…"
		if isURL {
			hidden = scheme + "://…"
		}
		text = hidden + text[at:]
	}
	if at := strings.IndexAny(text, "?#"); at >= 0 {
		text = text[:at+1] + "…"
	}
	return Quote(text)
}

// IsToken reports whether value contains a CDK token, whose value only
// CloudFormation knows. It looks for CDK's marker in the string, because asking CDK
// costs a round trip to Node for every property.
func IsToken(value string) bool {
	return strings.Contains(value, "${Token[") || strings.Contains(value, "#{Token[") // in a string or a list
}

// RemovalPolicy adds a problem unless policy is valid for a resource without
// snapshots. Empty means the default.
func (c *Collector) RemovalPolicy(property, policy string) {
	c.OneOf(property, policy, "DESTROY", "RETAIN", "RETAIN_ON_UPDATE_OR_DELETE")
}

// OneOf adds a problem unless value is one of the allowed members of a CDK enum, at
// least two. Empty means the default. Go accepts any string for an enum, and CDK's
// own error shows JavaScript.
func (c *Collector) OneOf(property, value string, allowed ...string) {
	if value == "" || slices.Contains(allowed, value) {
		return
	}
	last := len(allowed) - 1
	c.Addf(property, "must be %s or %s, got %s%s", strings.Join(allowed[:last], ", "), allowed[last], value, DidYouMean(value, allowed))
}

// NumberRule is a rule for a number.
type NumberRule struct {
	// Min and Max bound the value.
	Min, Max float64
	// Above excludes Min itself.
	Above bool
	// Whole requires a whole number.
	Whole bool
}

// Number adds a problem unless value satisfies rule. Nil and unresolved tokens,
// which CDK encodes as huge negative numbers, pass.
func (c *Collector) Number(property string, value *float64, rule NumberRule) {
	if value == nil || isNumberToken(*value) {
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
	// Written so that NaN is a problem too.
	inside := *value >= rule.Min && *value <= rule.Max && !(rule.Above && *value == rule.Min)
	if !inside || rule.Whole && *value != math.Trunc(*value) {
		c.Addf(property, "must be %s %s%s to %s, got %s", kind, from, plain(rule.Min), plain(rule.Max), plain(*value))
	}
}

func plain(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// isNumberToken reports whether value is a CDK token: its highest 16 bits are
// 0xFBFF.
func isNumberToken(value float64) bool { return math.Float64bits(value)>>48 == 0xFBFF }

// Certificate adds a problem unless arn is a certificate of AWS Certificate Manager
// in region. A nil or unresolved arn and an unresolved region pass. why says what
// requires the Region.
func (c *Collector) Certificate(property string, arn *string, region, why string) {
	if arn == nil || IsToken(*arn) {
		return
	}
	// arn:aws:acm:region:account:certificate/id
	parts := strings.Split(*arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "acm" || !strings.HasPrefix(parts[5], "certificate/") {
		c.Addf(property, "must be a certificate of AWS Certificate Manager, such as arn:aws:acm:%s:…:certificate/…, got %s", exampleRegion(region), Quote(*arn))
		return
	}
	if !IsToken(region) && !IsToken(parts[3]) && parts[3] != region {
		c.Addf(property, "must be in %s, %s, got one in %s", region, why, parts[3])
	}
}

func exampleRegion(region string) string {
	if IsToken(region) {
		return "eu-west-1"
	}
	return region
}

// longestSuggested bounds the length of names to compare, which takes quadratic
// time.
const longestSuggested = 255

// DidYouMean returns the end of a message about an unknown name: ": did you mean X?"
// with the closest known name, the first of equally close ones, or "".
func DidYouMean(name string, known []string) string {
	if len(name) > longestSuggested {
		return ""
	}
	best, fewest := "", -1
	for _, candidate := range known {
		edits := editDistance(name, candidate)
		isClose := edits <= max(1, max(utf8.RuneCountInString(name), utf8.RuneCountInString(candidate))/2)
		if isClose && (fewest < 0 || edits < fewest) {
			best, fewest = candidate, edits
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}

// editDistance returns the Levenshtein distance of a and b.
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			substitute := diagonal
			if r != s {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
