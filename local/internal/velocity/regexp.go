package velocity

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/weather-events-api/internal/pattern"
)

// maxPatternBytes bounds the cost of compiling a regular expression.
const maxPatternBytes = 1000

// compile compiles the regular expression of an argument.
func (s *state) compile(args arguments, as func(string) (*pattern.Pattern, error)) (*pattern.Pattern, error) {
	expression, err := args.string(0)
	if err != nil {
		return nil, err
	}
	if len(expression) > maxPatternBytes {
		return nil, fmt.Errorf("the regular expression has %d bytes; allowed are %d", len(expression), maxPatternBytes)
	}
	compiled, err := as(expression)
	if err != nil {
		return nil, fmt.Errorf("the regular expression %q is not supported: %w", expression, err)
	}
	return compiled, s.charge(compiled.Work(expression))
}

// matches reports whether the whole string matches.
func matches(s *state, t string, args arguments) (any, error) {
	whole, err := s.compile(args, pattern.CompileWhole)
	if err != nil {
		return nil, err
	}
	if err := s.charge(whole.Work(t)); err != nil {
		return nil, err
	}
	return whole.MatchString(t), nil
}

// findAll finds up to n matches, or all if n is negative. Each match is one step, in
// addition to the work of finding it.
func (s *state) findAll(expression *pattern.Pattern, t string, n int) ([][]int, error) {
	most := s.limits.Steps - s.steps + 1
	if n < 0 || n > most {
		n = most
	}
	found, err := expression.FindAll(t, n, s.charge)
	if err != nil {
		return nil, err
	}
	return found, s.charge(len(found))
}

// replaceRegexp replaces up to n matches, or all if n is negative.
func replaceRegexp(n int) func(*state, string, arguments) (any, error) {
	return func(s *state, t string, args arguments) (any, error) {
		expression, err := s.compile(args, pattern.Compile)
		if err != nil {
			return nil, err
		}
		replacement, err := args.string(1)
		if err != nil {
			return nil, err
		}
		found, err := s.findAll(expression, t, n)
		if err != nil {
			return nil, err
		}
		out := &output{max: s.limits.OutputBytes}
		end := 0
		for _, match := range found {
			if err := out.write(t[end:match[0]]); err != nil {
				return nil, err
			}
			if err := expand(out, replacement, t, match); err != nil {
				return nil, err
			}
			end = match[1]
		}
		if err := out.write(t[end:]); err != nil {
			return nil, err
		}
		return s.text(out.String())
	}
}

// expand writes a replacement like Java's Matcher.appendReplacement: $n is a group,
// with as many digits as there are groups, and a backslash makes the next character
// literal.
func expand(out *output, replacement, t string, match []int) error {
	groups := len(match) / 2
	for i := 0; i < len(replacement); i++ {
		c := replacement[i]
		if c != '\\' && c != '$' {
			if err := out.write(replacement[i : i+1]); err != nil {
				return err
			}
			continue
		}
		i++
		if i == len(replacement) {
			return fmt.Errorf("the replacement %q ends in %q", replacement, c)
		}
		if c == '\\' {
			if err := out.write(replacement[i : i+1]); err != nil {
				return err
			}
			continue
		}
		if !isDigit(replacement[i]) {
			return fmt.Errorf("the replacement %q has a $ without a group number; write \\$ for the character", replacement)
		}
		group := int(replacement[i] - '0')
		if group >= groups {
			return fmt.Errorf("the replacement %q names group %d; the regular expression has %d", replacement, group, groups-1)
		}
		for i+1 < len(replacement) && isDigit(replacement[i+1]) {
			wider := group*10 + int(replacement[i+1]-'0')
			if wider >= groups {
				break
			}
			group = wider
			i++
		}
		if match[2*group] >= 0 {
			if err := out.write(t[match[2*group]:match[2*group+1]]); err != nil {
				return err
			}
		}
	}
	return nil
}

// split splits a string like Java's String.split. With limit 0, the default, empty
// strings at the end are dropped. A positive limit is the maximum number of parts.
// An empty match at the beginning is ignored.
func split(s *state, t string, args arguments) (any, error) {
	expression, err := s.compile(args, pattern.Compile)
	if err != nil {
		return nil, err
	}
	limit := 0
	if len(args) == 2 {
		if limit, err = args.integer(1); err != nil {
			return nil, err
		}
	}
	cuts, err := s.findAll(expression, t, -1)
	if err != nil {
		return nil, err
	}
	var parts []any
	begin := 0
	for _, cut := range cuts {
		if limit > 0 && len(parts) == limit-1 {
			break
		}
		if cut[1] == 0 {
			continue
		}
		parts = append(parts, t[begin:cut[0]])
		begin = cut[1]
	}
	if parts == nil {
		return NewList(t), nil
	}
	parts = append(parts, t[begin:])
	if limit == 0 {
		for len(parts) > 0 && parts[len(parts)-1] == "" {
			parts = parts[:len(parts)-1]
		}
	}
	return NewList(parts...), nil
}

// Java counts positions in a string in UTF-16 code units. These functions convert;
// for ASCII both are the same.

func isASCII(t string) bool {
	for i := range len(t) {
		if t[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func utf16Length(t string) int {
	n := 0
	for _, r := range t {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// sliceUTF16 slices a string between two valid positions. Half of a surrogate pair
// becomes U+FFFD, because Go strings cannot hold it.
func sliceUTF16(t string, from, to int) string {
	if isASCII(t) {
		return t[from:to]
	}
	return string(utf16.Decode(utf16.Encode([]rune(t))[from:to]))
}

// byteOffset returns the byte offset of a position, which may be past the end.
func byteOffset(t string, position int) int {
	for i, r := range t {
		if position <= 0 {
			return i
		}
		position -= max(utf16.RuneLen(r), 1)
	}
	return len(t)
}

func indexUTF16(t, wanted string, from int) int {
	start := byteOffset(t, from)
	i := strings.Index(t[start:], wanted)
	if i < 0 {
		return -1
	}
	return utf16Length(t[:start+i])
}

// lastIndexUTF16 finds the last occurrence that begins at or before last.
func lastIndexUTF16(t, wanted string, last int) int {
	if last < 0 {
		return -1
	}
	end := min(byteOffset(t, last)+len(wanted), len(t))
	i := strings.LastIndex(t[:end], wanted)
	if i < 0 {
		return -1
	}
	return utf16Length(t[:i])
}
