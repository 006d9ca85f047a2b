package velocity

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Java counts the positions of a string in UTF-16 code units. The functions here
// convert; for ASCII both are the same.

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

// sliceUTF16 cuts a string at two positions that are inside it. Half of a
// surrogate pair becomes U+FFFD, as Go strings cannot hold it.
func sliceUTF16(t string, from, to int) string {
	if isASCII(t) {
		return t[from:to]
	}
	return string(utf16.Decode(utf16.Encode([]rune(t))[from:to]))
}

// byteOffset returns where a position begins, which may be past the end.
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

// lastIndexUTF16 finds the last occurrence that begins at or before a position.
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
