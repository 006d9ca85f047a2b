package pattern

import "strings"

// MatchWildcards reports whether a pattern, in which * is any text and ? any
// character, matches the whole of a text, as ArnLike and the elements of an IAM policy
// do. The work is at most the product of both lengths.
func MatchWildcards(pattern, text string) bool {
	match, star := 0, -1
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, match, p = p, t, p+1
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			match++
			p, t = star+1, match
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
