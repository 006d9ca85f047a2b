package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/weather-events-api/machineclient"
)

const (
	goroutines = 50
	calls      = 1000
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // thousands of calls fail on purpose
	m.Run()
}

// callAll calls the service from all goroutines and counts the statuses.
func callAll(t *testing.T, url string, calls int) map[int]int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: goroutines}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	counts := map[int]int{}
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range calls / goroutines {
				status, _ := get(t, client, url)
				mu.Lock()
				counts[status]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return counts
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	response, err := client.Get(url)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return response.StatusCode, string(body)
}

// expect calls the service and compares the number of 200 answers and of token requests.
func expect(t *testing.T, d *system, url string, want map[int]int, tokenRequests int64) {
	t.Helper()
	total := 0
	for _, count := range want {
		total += count
	}
	before := d.tokenRequests.Load()
	got := callAll(t, url, total)
	for status, count := range want {
		if got[status] != count {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if cost := d.tokenRequests.Load() - before; cost != tokenRequests {
		t.Errorf("%d calls cost %d token requests, want %d", total, cost, tokenRequests)
	}
}

func TestTheServiceAnswersWithTheEvents(t *testing.T) {
	d := startSystem(t)
	status, body := get(t, http.DefaultClient, d.service(t, machineclient.Static(d.credentials())).URL)
	if status != 200 || !strings.HasPrefix(body, "Storms Dudley, Eunice and Franklin\n") {
		t.Errorf("got %d %s", status, body)
	}
}

func TestOneTokenServesAllGoroutinesUntilItExpires(t *testing.T) {
	d := startSystem(t)
	service := d.service(t, machineclient.Static(d.credentials()))
	expect(t, d, service.URL, map[int]int{200: calls}, 1)
	d.clock.move(45 * time.Minute)
	expect(t, d, service.URL, map[int]int{200: goroutines}, 0)
	d.clock.move(time.Hour)
	expect(t, d, service.URL, map[int]int{200: calls}, 1)
	if got := d.calls.Load(); got != 2*calls+goroutines {
		t.Errorf("the API got %d calls, want each once", got)
	}
}

func TestARotationFailsNoCall(t *testing.T) {
	d := startSystem(t)
	secrets := &secretsManager{}
	first := d.credentials()
	secrets.put(t, first, nil)
	service := d.service(t, fromSecret(secrets.client(t), "weather/consumer"))
	expect(t, d, service.URL, map[int]int{200: calls}, 1)

	d.replace(t)
	second := d.credentials()
	if second.ClientID == first.ClientID {
		t.Fatal("nothing was rotated")
	}
	secrets.put(t, second, &first)
	expect(t, d, service.URL, map[int]int{200: calls}, 1)
	if got := secrets.reads.Load(); got != 2 {
		t.Errorf("the secret was read %d times, want once for each token", got)
	}
}

func TestAThrottledTokenEndpointIsLeftAlone(t *testing.T) {
	d := startSystem(t)
	service := d.service(t, machineclient.Static(d.credentials()))
	d.throttled.Store(true)
	expect(t, d, service.URL, map[int]int{503: calls}, 1)
	d.clock.move(30 * time.Second) // the endpoint asked for 30 s: the pause is 0.5 to 1 s longer
	expect(t, d, service.URL, map[int]int{503: goroutines}, 0)
	d.clock.move(time.Second)
	expect(t, d, service.URL, map[int]int{503: goroutines}, 1)
	d.clock.move(32 * time.Second)
	d.throttled.Store(false)
	expect(t, d, service.URL, map[int]int{200: calls}, 1)
}

func TestTheEnvironmentNamesTheCredentials(t *testing.T) {
	for name, value := range map[string]string{
		"SECRET_ID": "", "CLIENT_ID": "id", "CLIENT_SECRET": "sesame", "TOKEN_URL": "https://auth.test/", "TOKEN_OPERATION": "GetClientToken", "SCOPE": "weather-api/get",
	} {
		t.Setenv(name, value)
	}
	load, err := fromEnvironment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := machineclient.Credentials{ClientID: "id", ClientSecret: "sesame", TokenURL: "https://auth.test/", TokenOperation: "GetClientToken", Scope: "weather-api/get"}
	if got, err := load(t.Context()); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSecretIDNamesTheSecret(t *testing.T) {
	secrets := &secretsManager{}
	want := machineclient.Credentials{ClientID: "id", ClientSecret: "sesame", TokenURL: "https://auth.test/oauth2/token"}
	secrets.put(t, want, nil)
	for name, value := range map[string]string{
		"SECRET_ID": "weather/consumer", "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.serve(t), "AWS_REGION": "eu-west-1",
		"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none",
	} {
		t.Setenv(name, value)
	}
	load, err := fromEnvironment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := load(t.Context()); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	t.Setenv("SECRET_ID", "elsewhere")
	if load, err = fromEnvironment(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := load(t.Context()); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for _, name := range []string{"API_URL", "SECRET_ID", "CLIENT_ID", "CLIENT_SECRET", "TOKEN_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("ADDRESS", "8081")
	t.Setenv("CLIENT_ID", "id")
	want := "API_URL must be the URL of the stack output ApiUrl, got \"\"\nADDRESS must be HOST:PORT, such as 127.0.0.1:8081, got \"8081\"\n" +
		"set SECRET_ID, or CLIENT_ID, CLIENT_SECRET and TOKEN_URL: credentials: client_secret is missing\ncredentials: token_url is missing"
	if err := run(t.Context()); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	for name, value := range map[string]string{
		"API_URL": "https://api.test/", "ADDRESS": "", "SECRET_ID": "weather/consumer", "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "none",
	} {
		t.Setenv(name, value)
	}
	if err := run(t.Context()); err == nil || err.Error() != "SECRET_ID needs a Region: set AWS_REGION" {
		t.Errorf("got %v", err)
	}
}

func TestItStopsWhenAskedTo(t *testing.T) {
	for name, value := range map[string]string{
		"API_URL": "https://api.test/", "SECRET_ID": "", "CLIENT_ID": "id", "CLIENT_SECRET": "s", "TOKEN_URL": "https://auth.test/", "ADDRESS": "127.0.0.1:0",
	} {
		t.Setenv(name, value)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx); err != nil {
		t.Error(err)
	}
}
