package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"example.com/weather-events-api/machineclient"
)

// names answers with the names of the weather events of the API.
func names(client *http.Client, apiURL string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		events, err := fetch(r.Context(), client, apiURL)
		if err != nil {
			slog.Error("no weather events", "error", err)
			http.Error(w, "the weather events API cannot be reached", status(err))
			return
		}
		for _, event := range events {
			fmt.Fprintln(w, event.Name)
		}
	})
	return mux
}

// event has the fields of a weather event that this service reads.
type event struct {
	Name string `json:"name"`
}

func fetch(ctx context.Context, client *http.Client, apiURL string) ([]event, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, apiURL, nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", apiURL, response.Status)
	}
	var list struct {
		Events []event `json:"events"`
	}
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		return nil, fmt.Errorf("GET %s: %w", apiURL, err)
	}
	return list.Events, nil
}

// status returns the status for an error: 503 tells callers to retry if there was no
// token.
func status(err error) int {
	if _, ok := errors.AsType[*machineclient.TokenError](err); ok {
		return http.StatusServiceUnavailable
	}
	return http.StatusBadGateway
}
