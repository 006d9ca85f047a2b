// Package printable makes text safe to print on a terminal, and fits it into
// columns. Text from templates and servers may contain terminal commands, so it is
// always printed with this package.
package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text replaces every control character, including line breaks, and every character
// that changes the direction of text.
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

// JSON escapes every character in the strings of a JSON text that [Text] would
// replace. encoding/json does not escape all of them.
func JSON(data []byte) []byte {
	var escaped []byte
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch high, low := utf16.EncodeRune(r); {
		case r < ' ' || unicode.IsPrint(r): // ASCII control characters only occur between strings
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

// Wrap breaks text into printable lines of at most width cells: between words, or
// within a word that is too long.
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

// Pad pads text with spaces to width cells.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-Width(text)))
}

// Width returns the number of terminal cells of text.
func Width(text string) int {
	width := 0
	for _, r := range text {
		width += runeWidth(r)
	}
	return width
}

// runeWidth returns 2 for characters that terminals may show wide (East Asian
// scripts, full-width forms, emoji), and 0 for combining marks.
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
