package weatherevents

import "example.com/weather-events-api/constructs/machineauth"

// scopes are the scopes of the weather API.
type scopes struct{ post, get, delete machineauth.Scope }

func newScopes() scopes {
	return scopes{
		post:   machineauth.NewScope("post", "Create weather events"),
		get:    machineauth.NewScope("get", "Retrieve weather events"),
		delete: machineauth.NewScope("delete", "Delete a weather event"),
	}
}
