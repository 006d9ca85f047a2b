package apigateway

// Verdict is what one method makes of a token.
type Verdict struct {
	HTTPMethod, Path string
	// Opens reports whether a request with the token reaches the integration.
	Opens bool
	// Reason says why, or why not.
	Reason string
}

// Inspect returns what every method, in the order of [Config.Methods], makes of
// a token, given with or without "Bearer ". It is decided as for a request that
// carries the token.
func (a *API) Inspect(token string) []Verdict {
	verdicts := make([]Verdict, len(a.methods))
	for i, m := range a.methods {
		verdicts[i] = Verdict{HTTPMethod: m.httpMethod, Path: m.path}
		verdicts[i].Opens, verdicts[i].Reason = m.inspect(token)
	}
	return verdicts
}

// inspect takes an API key for granted: a caller who may call has one too.
func (m *method) inspect(text string) (opens bool, reason string) {
	if opens, reason = m.inspectToken(text); opens && m.needsKey {
		reason += "; an API key is needed too"
	}
	return opens, reason
}

func (m *method) inspectToken(text string) (opens bool, reason string) {
	if m.authorization == nil {
		return true, "the method has no authorizer: everybody may call it"
	}
	return m.authorization.inspect(text)
}
