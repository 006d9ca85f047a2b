package apigateway

// tokenEvent is what the function of a TOKEN authorizer is sent.
//
// Source: "Input to an API Gateway Lambda authorizer", Amazon API Gateway developer
// guide.
func (x *exchange) tokenEvent(i identity, arn string) any {
	token := ""
	if len(i) > 0 {
		token = i[0][0]
	}
	return struct {
		Type               string `json:"type"`
		MethodARN          string `json:"methodArn"`
		AuthorizationToken string `json:"authorizationToken"`
	}{typeToken, arn, token}
}

// requestAuthorizerEvent is what the function of a REQUEST authorizer is sent: the
// request without its body, in the format version 1.0. Unlike what an integration is
// sent, maps without entries are empty.
func (x *exchange) requestAuthorizerEvent(arn string) any {
	e := x.requestEvent(x.backendHeaders())
	if e.QueryStringParameters == nil {
		e.QueryStringParameters, e.MultiValueQueryStringParameters = lasts{}, lists{}
	}
	if e.PathParameters == nil {
		e.PathParameters = map[string]string{}
	}
	if e.StageVariables == nil {
		e.StageVariables = map[string]string{}
	}
	// The key was not checked yet.
	e.RequestContext.Identity.APIKey = orNull(x.request.Header.Get(apiKeyHeader))
	return struct {
		Type      string `json:"type"`
		MethodARN string `json:"methodArn"`
		requestEvent
	}{typeRequest, arn, e}
}
