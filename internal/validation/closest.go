package validation

// Closest returns the candidate that needs the fewest single-character edits
// to become name, the first of equals, or "" without candidates.
func Closest(name string, candidates []string) string {
	best, fewest := "", -1
	for _, candidate := range candidates {
		if edits := editDistance(name, candidate); fewest < 0 || edits < fewest {
			best, fewest = candidate, edits
		}
	}
	return best
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
