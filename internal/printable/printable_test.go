package printable

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const hostile = "a\x1b[2J\x07\x7f\u009b\u202e\U000e0041\u00e9天"

func TestText(t *testing.T) {
	if got, want := Text(hostile+"\n"), "a\ufffd[2J\ufffd\ufffd\ufffd\ufffd\ufffdé天\ufffd"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Lines("a\x1b\nb\r\n"); got != "a\ufffd\nb\ufffd\n" {
		t.Errorf("%q", got)
	}
}

func TestJSON(t *testing.T) {
	data, err := json.MarshalIndent(map[string]string{hostile: hostile + "\n"}, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	printable := JSON(data)
	if got, want := string(printable), "{\n\t\"a\\u001b[2J\\u0007\\u007f\\u009b\\u202e\\udb40\\udc41é天\""; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	var back map[string]string
	if err := json.Unmarshal(printable, &back); err != nil || back[hostile] != hostile+"\n" {
		t.Errorf("%v %q", err, back)
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 5, nil},
		{" \n\t ", 5, nil},
		{"one two", 7, []string{"one two"}},
		{"one two", 6, []string{"one", "two"}},
		{"one\ntwo", 7, []string{"one two"}},
		{"abcdefgh ij", 3, []string{"abc", "def", "gh", "ij"}},
		{"天気 天気", 5, []string{"天気", "天気"}},
		{"天気図", 5, []string{"天気", "図"}},
		{"e\u0301e\u0301 f", 4, []string{"e\u0301e\u0301 f"}},
		{"a\x1b[2J b", 80, []string{"a\ufffd[2J b"}},
	} {
		if got := Wrap(test.text, test.width); !slices.Equal(got, test.want) {
			t.Errorf("%q in %d: %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func TestPad(t *testing.T) {
	for text, want := range map[string]string{"": "   ", "天": "天 ", "e\u0301": "e\u0301  ", "long": "long"} {
		if got := Pad(text, 3); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
