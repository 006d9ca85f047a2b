package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"

	"github.com/mattn/go-isatty"

	"example.com/weather-events-api/internal/printable"
)

// indented is how people read JSON.
const indented = "  "

// ANSI escape sequences, and what ends them.
const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// isTerminal reports whether to colour what is written to w: https://no-color.org.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && isatty.IsTerminal(file.Fd())
}

// writeJSON writes a value as JSON that a terminal shows as it is, on one line
// if indent is empty.
func writeJSON(w io.Writer, value any, indent string) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(text.Bytes()))
	return err
}
