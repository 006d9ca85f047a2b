// Package tokenrequest gets access tokens with the token request of RFC 6749, or
// with GetClientToken of the Amazon Cognito user pools API.
package tokenrequest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/clienttoken"
)

// maxAnswer bounds the body of an answer, in bytes.
const maxAnswer = 1 << 20

// request is a GetClientToken request with the credentials of a config.
type request struct{ config clientcredentials.Config }

func (r request) TokenSource(ctx context.Context) oauth2.TokenSource {
	return oauth2.ReuseTokenSource(nil, source{ctx, r})
}

type source struct {
	ctx     context.Context
	request request
}

func (s source) Token() (*oauth2.Token, error) { return s.request.Token(s.ctx) }

// Token sends a request.
func (r request) Token(ctx context.Context) (*oauth2.Token, error) {
	body, err := json.Marshal(clienttoken.Request{ClientID: r.config.ClientID, Secret: r.config.ClientSecret, Scopes: r.config.Scopes})
	if err != nil {
		return nil, err
	}
	sent, err := http.NewRequestWithContext(ctx, http.MethodPost, r.config.TokenURL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	sent.Header.Set(clienttoken.TargetHeader, clienttoken.Target)
	sent.Header.Set("Content-Type", clienttoken.ContentType)
	response, err := oauth2.NewClient(ctx, nil).Do(sent)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		refused := readError(response.Header, body)
		return nil, &oauth2.RetrieveError{Response: response, Body: body, ErrorCode: refused.Type, ErrorDescription: refused.Message}
	}
	token, err := parse(body, time.Now())
	if err != nil {
		return nil, err
	}
	return token.WithExtra(map[string]any{"expires_in": token.ExpiresIn}), nil // as in clientcredentials
}

// parse returns the token of an answer that arrived now. The error shows no part of
// the answer.
func parse(body []byte, now time.Time) (*oauth2.Token, error) {
	var answer struct {
		Result struct {
			AccessToken string
			ExpiresIn   json.Number
			TokenType   string
		} `json:"ClientAuthenticationResult"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, errors.New("the answer is not an answer of " + clienttoken.Operation)
	}
	if answer.Result.AccessToken == "" {
		return nil, errors.New("the answer has no AccessToken")
	}
	token := &oauth2.Token{AccessToken: answer.Result.AccessToken, TokenType: answer.Result.TokenType}
	if seconds, _ := answer.Result.ExpiresIn.Float64(); seconds > 0 {
		token.ExpiresIn = int64(min(seconds, math.MaxInt32))
		token.Expiry = now.Add(time.Duration(token.ExpiresIn) * time.Second)
	}
	return token, nil
}

// ErrorType returns the error type of an answer, or "" if there is none. It removes
// the namespace before it and the URL after it that some AWS services add.
func ErrorType(header http.Header, body []byte) string { return readError(header, body).Type }

func readError(header http.Header, body []byte) clienttoken.Error {
	var answer clienttoken.Error
	_ = json.Unmarshal(body, &answer) // an answer of a proxy has no error type
	name, _, _ := strings.Cut(cmp.Or(header.Get(clienttoken.ErrorHeader), answer.Type), ":")
	answer.Type = name[strings.LastIndex(name, "#")+1:]
	return answer
}

// Request gets tokens: Token requests a new one, and TokenSource reuses one while it
// is valid. The context holds the [oauth2.HTTPClient].
//
// A refusal is an [oauth2.RetrieveError]. Its ErrorCode is the error code of RFC
// 6749 or the error type of Cognito's API.
type Request interface {
	Token(context.Context) (*oauth2.Token, error)
	TokenSource(context.Context) oauth2.TokenSource
}

// Of returns the token request for an operation, one of [clienttoken.Operations],
// with the credentials in config. It is sent to TokenURL.
func Of(operation string, config clientcredentials.Config) Request {
	if operation == clienttoken.Operation {
		return request{config}
	}
	return &config
}
