// Package cells fits texts into the cells of a terminal. Texts that a template
// or a server wrote may hold what a terminal would take for a command, so that
// nothing of theirs is printed but through this package.
package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns text with a replacement character for each control
// character, line breaks included, and for what turns the direction of writing.
func Text(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// Lines is [Text] for each line of text.
func Lines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Text(line)
	}
	return strings.Join(lines, "\n")
}

// JSON returns the same JSON with an escape for every character of its
// strings that [Text] would replace. encoding/json leaves some as they are.
func JSON(data []byte) []byte {
	var escaped []byte
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch high, low := utf16.EncodeRune(r); {
		case r < ' ' || unicode.IsPrint(r): // control characters of ASCII stand between strings only
			escaped = append(escaped, data[:size]...)
		case high != unicode.ReplacementChar:
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
		data = data[size:]
	}
	return escaped
}

// Wrap breaks text into printable lines of at most width cells: between words,
// and inside of a word that is too long for a line.
func Wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	end := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, used = "", 0
	}
	for word := range strings.FieldsSeq(text) {
		word = Text(word)
		if line != "" && used+1+Width(word) > width {
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

// Pad fills text with spaces up to width cells.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-Width(text)))
}

// Width returns how many cells text takes.
func Width(text string) int {
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
