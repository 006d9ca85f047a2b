package walkthrough

import (
	"strings"
	"unicode"
)

// wrap breaks text into lines of at most width terminal cells: between words,
// and inside of a word that is too long for a line.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	end := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, used = "", 0
	}
	for _, word := range strings.Fields(printable(text)) {
		if line != "" && used+1+displayWidth(word) > width {
			end()
		}
		if line != "" {
			line, used = line+" ", used+1
		}
		for _, r := range word {
			if used+runeWidth(r) > width {
				end()
			}
			line, used = line+string(r), used+runeWidth(r)
		}
	}
	end()
	return lines
}

// pad fills text with spaces up to width terminal cells.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-displayWidth(text)))
}

// displayWidth returns how many terminal cells text takes.
func displayWidth(text string) int {
	width := 0
	for _, r := range text {
		width += runeWidth(r)
	}
	return width
}

// runeWidth is cautious: two cells for what terminals show wide or may show
// wide (East Asian scripts, full-width forms, emoji), none for combining marks.
func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
		r >= 0x3000 && r <= 0x303F, r >= 0xFF01 && r <= 0xFF60, r >= 0x1F000:
		return 2
	}
	return 1
}
