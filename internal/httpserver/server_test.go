package httpserver_test

import (
	"strings"
	"testing"

	"example.com/weather-events-api/internal/httpserver"
)

func TestListenNamesABadAddress(t *testing.T) {
	const address = "127.0.0.1:http-nonsense"
	if _, err := httpserver.Listen(address); err == nil || !strings.Contains(err.Error(), "listen on "+address) {
		t.Errorf("got %v", err)
	}
}
