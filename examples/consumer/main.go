// Consumer is a service that calls the weather events API: GET / answers with the names
// of the weather events, one per line. It shares one access token, renews it before it
// expires, and keeps running when its credentials are rotated, its token is refused or
// its machine sleeps. Both URLs must start with https:// or point to this machine.
//
//	API_URL     URL of the API, the stack output ApiUrl. Required.
//	SECRET_ID   name or ARN of the Secrets Manager secret with the credentials
//	CLIENT_ID, CLIENT_SECRET, TOKEN_URL, TOKEN_OPERATION, SCOPE
//	            the credentials themselves, without SECRET_ID
//	ADDRESS     address to listen on. Default: 127.0.0.1:8081
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"example.com/weather-events-api/machineclient"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "consumer:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context) error {
	apiURL := os.Getenv("API_URL")
	address := cmp.Or(os.Getenv("ADDRESS"), "127.0.0.1:8081")
	credentials, err := fromEnvironment(ctx)
	if err := errors.Join(checkAPIURL(apiURL), checkAddress(address), err); err != nil {
		return err
	}
	client := machineclient.New(machineclient.Config{Credentials: credentials})
	client.Timeout = 10 * time.Second

	server := &http.Server{
		Addr:              address,
		Handler:           names(client, apiURL),
		ReadHeaderTimeout: 10 * time.Second,
	}
	finished := make(chan error, 1)
	context.AfterFunc(ctx, func() { finished <- server.Shutdown(context.WithoutCancel(ctx)) })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-finished
}

func checkAPIURL(text string) error {
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("API_URL must be the URL of the stack output ApiUrl, got %q", text)
	}
	return nil
}

func checkAddress(text string) error {
	if _, _, err := net.SplitHostPort(text); err != nil {
		return fmt.Errorf("ADDRESS must be HOST:PORT, such as 127.0.0.1:8081, got %q", text)
	}
	return nil
}

// load gets the credentials for machineclient.
type load = func(context.Context) (machineclient.Credentials, error)

// fromEnvironment loads the secret SECRET_ID or, without it, reads the credentials from
// the environment.
func fromEnvironment(ctx context.Context) (load, error) {
	if secretID := os.Getenv("SECRET_ID"); secretID != "" {
		settings, err := config.LoadDefaultConfig(ctx)
		if err == nil && settings.Region == "" {
			err = errors.New("SECRET_ID needs a Region: set AWS_REGION")
		}
		if err != nil {
			return nil, err
		}
		return fromSecret(secretsmanager.NewFromConfig(settings), secretID), nil
	}
	credentials := machineclient.Credentials{
		ClientID:       os.Getenv("CLIENT_ID"),
		ClientSecret:   os.Getenv("CLIENT_SECRET"),
		TokenURL:       os.Getenv("TOKEN_URL"),
		TokenOperation: os.Getenv("TOKEN_OPERATION"),
		Scope:          os.Getenv("SCOPE"),
	}
	if err := credentials.Validate(); err != nil {
		return nil, fmt.Errorf("set SECRET_ID, or CLIENT_ID, CLIENT_SECRET and TOKEN_URL: %w", err)
	}
	return machineclient.Static(credentials), nil
}

// fromSecret reads the secret every time, because a rotation changes it.
func fromSecret(secrets *secretsmanager.Client, secretID string) load {
	return func(ctx context.Context) (machineclient.Credentials, error) {
		secret, err := secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secretID})
		if err != nil {
			return machineclient.Credentials{}, err
		}
		return machineclient.ParseCredentials([]byte(aws.ToString(secret.SecretString)))
	}
}
