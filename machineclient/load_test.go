package machineclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/weather-events-api/machineclient"
)

type storeError struct{ text string }

func (e *storeError) Error() string { return e.text }

// The loader is the caller's code, but its errors end up in a log too.
func TestErrorsOfTheLoader(t *testing.T) {
	c := machineclient.Credentials{ClientID: "client", ClientSecret: secret, TokenURL: "https://auth.test/oauth2/token"}
	stored, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	const leftOut = "the error is left out because it holds part of the secret"
	for _, test := range []struct {
		name     string
		returned machineclient.Credentials // beside the error
		text     string
		want     string
	}{
		{"short", machineclient.Credentials{}, "no such secret: orders/reporting", "no such secret: orders/reporting"},
		{"our own", machineclient.Credentials{}, "credentials: client_secret is missing", "credentials: client_secret is missing"},
		{"100 KB", machineclient.Credentials{}, strings.Repeat("x", 100_000), strings.Repeat("x", 300) + "…"},
		{"control characters", machineclient.Credentials{}, "a\x1b[2J\r\nb\u202e\x00\u2028c", "a [2J  b   c"},
		{"the secret that it returns", c, "cannot use " + secret, leftOut},
		{"a part of the secret that it returns", c, "cannot use " + secret[10:20], leftOut},
		{"its input, as JSON", machineclient.Credentials{}, "cannot read " + string(stored), leftOut},
		{"its input, as quoted JSON", machineclient.Credentials{}, fmt.Sprintf("cannot read %q", stored), leftOut},
		{"its input, as JSON quoted twice", machineclient.Credentials{}, fmt.Sprintf("cannot read %q", fmt.Sprintf("%q", stored)), leftOut},
		{"its input, as a form", machineclient.Credentials{}, "cannot read client_secret=" + secret, leftOut},
		{"its input, as a Go value", machineclient.Credentials{}, fmt.Sprintf("cannot read %+v", c), leftOut},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := machineclient.New(machineclient.Config{Credentials: func(context.Context) (machineclient.Credentials, error) {
				return test.returned, errors.Join(context.Canceled, &storeError{test.text})
			}})
			_, err := client.Get(apiURL)
			failed, ok := errors.AsType[*machineclient.TokenError](err)
			want := "load credentials: " + test.want
			if test.want != leftOut { // errors.Join writes a line per error
				want = "load credentials: context canceled " + test.want
			}
			if len(want) > 400 || strings.HasSuffix(want, "…") {
				want = want[:len("load credentials: ")+300] + "…"
			}
			if !ok || failed.Err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if store, ok := errors.AsType[*storeError](err); !ok || store.text != test.text || !errors.Is(err, context.Canceled) {
				t.Errorf("the error of the loader is not in %v", err)
			}
			if form := shows(err.Error(), c); form != "" {
				t.Errorf("shows the secret, %s: %v", form, err)
			}
		})
	}
}

// The package knows the last token's secret even if the loader returns none.
func TestErrorsOfTheLoaderLater(t *testing.T) {
	m, e := asleep(t), serve(t)
	var loads atomic.Int64
	client := machineclient.New(machineclient.Config{Clock: m.now, Credentials: func(context.Context) (machineclient.Credentials, error) {
		if loads.Add(1) > 1 {
			return machineclient.Credentials{}, errors.New("not in the form expected: " + secret[5:])
		}
		return e.credentials(), nil
	}})
	e.expect(t, client, 200, 1)
	m.sleep(2 * time.Hour)
	_, err := client.Get(e.URL)
	if form := shows(fmt.Sprint(err), e.credentials()); err == nil || form != "" {
		t.Errorf("shows the secret, %s: %v", form, err)
	}
}
