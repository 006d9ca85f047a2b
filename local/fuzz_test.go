package local_test

import (
	"os"
	"testing"

	"example.com/weather-events-api/local"
)

// FuzzNew serves whatever is a template: it is refused with an error or served,
// and neither panics nor hangs.
func FuzzNew(f *testing.F) {
	for _, file := range []string{weather, "testdata/openapi.yaml", "testdata/swagger.yaml", "testdata/contract.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"Resources":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		server, err := local.New(local.FromTemplate("fuzz", data))
		if err != nil {
			return
		}
		for _, api := range server.APIs() {
			call(t, "GET", api.URL, "not.a.token", "")
		}
		for _, contract := range server.OpenAPIs() {
			_, _ = contract.YAML()
		}
		for _, client := range server.Clients() {
			if client.TokenURL != "" {
				requestToken(t, client)
			}
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}
