// Package testhttp holds what tests of several packages send requests by.
package testhttp

import (
	"io"
	"net/http"
	"testing"
)

// Do sends a request and returns the response, which may be a redirect, and its body.
func Do(t testing.TB, request *http.Request) (response *http.Response, body string) {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(read)
}
