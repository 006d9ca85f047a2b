package apigateway

// RequestEvent is what became of one request. It never holds a token.
type RequestEvent struct {
	// Status is the one that was answered.
	Status int
	// ClientID is the app client's whose token was verified, also if it was not
	// let in. "" if there is none.
	ClientID string
	// Reason says why API Gateway, and not the integration, answered. It is for
	// people. "" if the integration did, or why its answer broke off.
	Reason string

	breaksOff bool
}
