package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/tokenrequest"
)

// reuseCalls is how many calls one token has to serve.
const reuseCalls = 20

// reuse calls the API many times through a client that keeps its token for as
// long as it is valid, and wants one token request for all of them.
type reuse struct{ walk *walk }

func (r reuse) run(ctx context.Context, step *Step) error {
	source, requests := r.tokenSource(ctx)
	token, err := source.Token()
	if err != nil {
		return noToken(ctx, r.walk.client, err)
	}
	r.walk.secrets.hide(token.AccessToken)
	client := *r.walk.client
	// Wrapped: net/http calls the deprecated CancelRequest of an oauth2.Transport
	// when a request takes too long, which logs that.
	client.Transport = struct{ http.RoundTripper }{&oauth2.Transport{Source: source, Base: client.Transport}}
	for call := 1; call <= reuseCalls; call++ {
		a, err := send(ctx, &client, r.call())
		switch {
		case requests.count > 1:
			// Stopped here: token requests have a price and a quota.
			return fmt.Errorf("call %d asked for a new token: expires_in was %v", call, token.Extra("expires_in"))
		case err != nil:
			return fmt.Errorf("call %d: %w", call, err)
		case a.status != http.StatusOK && !(r.walk.target.AnyAnswer && a.isOpened()):
			return fmt.Errorf("call %d: %s", call, a)
		}
	}
	step.Got = fmt.Sprintf("%s, %d token request", r.walk.rightAnswers().calls, requests.count)
	return nil
}

func (r reuse) call() request { return r.walk.apiRequest(http.MethodGet, "").at(r.walk.target.GetPath) }

// tokenSource returns a source of tokens of the client that reuses its token
// while it is valid, and the counter of the requests that it sends.
func (r reuse) tokenSource(ctx context.Context) (oauth2.TokenSource, *counter) {
	requests := &counter{base: r.walk.target.Transport}
	client := *r.walk.client
	client.Transport = requests
	request := tokenrequest.Of(r.walk.target.TokenOperation, clientcredentials.Config{
		ClientID:     r.walk.target.ClientID,
		ClientSecret: r.walk.target.ClientSecret,
		TokenURL:     r.walk.target.TokenURL,
		AuthStyle:    oauth2.AuthStyleInParams,
	})
	return request.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, &client)), requests
}

// noToken says why there is no token, without the answer's body.
func noToken(ctx context.Context, client *http.Client, err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return errors.New(strings.TrimSpace(fmt.Sprintf("no token: %d %s", refused.Response.StatusCode, refused.ErrorCode)))
	}
	return fmt.Errorf("no token: %w", noAnswer(ctx, client, err))
}

// counter counts the requests that it passes on.
type counter struct {
	base  http.RoundTripper
	count int
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.count++
	return c.base.RoundTrip(r)
}

// curl returns a command that keeps one token, and a loop that uses it.
func (r reuse) curl() string {
	return r.walk.keepToken(r.walk.tokenRequest("")) + "\n" +
		fmt.Sprintf("for call in $(seq %d); do\n", reuseCalls) +
		r.call().withToken("").curl(false) + "\ndone"
}
