package loopback

import (
	"net/url"
	"testing"
)

func TestHost(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "localhost.": true, "localhost:8080": true, "localhost.:8080": true,
		"api.localhost": true, "a.b.Localhost:443": true, "api.localhost.": true,
		"127.0.0.1": true, "127.1.2.3:80": true, "::1": true, "[::1]": true, "[::1]:8080": true, "[::1%lo]:8080": true,
		"::ffff:127.0.0.1": true, "[::ffff:127.0.0.1]:8080": true,

		"": false, ":8080": false, ".": false, ".localhost": false, "..localhost": false, "api..localhost": false, "localhost..": false,
		"localhost.example.org": false, "notlocalhost": false, "127.0.0.1.example.org": false, "127.0.0.1.": false,
		"0.0.0.0": false, "[::]:8080": false, "126.255.255.255": false, "128.0.0.1": false, "10.0.0.1": false,
		"[fe80::1%lo]": false, "::1:8080": false, "[::ffff:10.0.0.1]": false, "127.1": false, "2130706433": false, "0x7f000001": false,
		"localho\u017ft": false, "\uff4cocalhost": false, "example.org/.localhost": false, "example.org@.localhost": false,
		"example.org\\.localhost": false, "example.org?.localhost": false, "example.org#.localhost": false,
		"example.org\x00.localhost": false, "example.org .localhost": false, "example.org:80:localhost": false,
		"localhost:8080:example.org": false, "[localhost": false,
	} {
		if got := Host(host); got != want {
			t.Errorf("%q: got %v", host, got)
		}
	}
}

func TestHostOfAURL(t *testing.T) {
	for address, want := range map[string]bool{
		"http://localhost:8080/oauth2/token": true, "http://[::1%25lo]:8080/": true, "https://user@API.localhost": true,
		"http://localhost@example.org/": false, "http://example.org/?host=localhost": false, "/localhost": false, "mailto:localhost": false,
	} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := Host(parsed.Host); got != want {
			t.Errorf("%s: got %v", address, got)
		}
	}
}
