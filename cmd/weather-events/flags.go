package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/alecthomas/kong"

	"example.com/weather-events-api/internal/validation"
)

// pairs is a flag that may be repeated, each with a name and a value.
type pairs map[string]string

// Decode reads one. The placeholder of the flag says what it looks like.
func (p *pairs) Decode(ctx *kong.DecodeContext) error {
	var pair string
	if err := ctx.Scan.PopValueInto("string", &pair); err != nil {
		return err
	}
	name, value, isPair := strings.Cut(pair, "=")
	if !isPair || name == "" {
		return fmt.Errorf("must be %s, got %s", ctx.Value.Tag.PlaceHolder, validation.QuoteURL(pair))
	}
	if *p == nil {
		*p = pairs{}
	}
	(*p)[name] = value
	return nil
}

// checkURL returns an error unless a value, if there is one, is an absolute http or
// https URL without a user name. It does not show what may be a password.
func checkURL(name, value string) error {
	parsed, err := url.Parse(value)
	switch {
	case value == "":
	case err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http":
		return fmt.Errorf("%s must be an absolute http or https URL, got %s", name, validation.QuoteURL(value))
	case parsed.User != nil:
		return fmt.Errorf("%s must have no user name or password in it, got %s", name, validation.QuoteURL(value))
	}
	return nil
}

// checkAddr returns an error unless the value of --addr is a host and a port.
func checkAddr(value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("--addr must be HOST:PORT, such as 127.0.0.1:8080, got %s", validation.QuoteURL(value))
	}
	return nil
}
