package validation

import "unicode/utf8"

// longestSuggested bounds the names that are compared, which takes quadratic time.
const longestSuggested = 255

// DidYouMean ends a message about an unknown name: ": did you mean X?" with the
// known name that is closest, the first of equals, or "" if none is close.
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

// editDistance is the Levenshtein distance of a and b.
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
