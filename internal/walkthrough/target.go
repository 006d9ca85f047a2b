package walkthrough

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/validation"
)

// DefaultTimeout is the default of [Target.Timeout].
const DefaultTimeout = 10 * time.Second

// The scopes of the article's API, which are the defaults of a [Target].
const (
	defaultGetScope    = "weather-api/get"
	defaultPostScope   = "weather-api/post"
	defaultDeniedScope = "weather-api/delete"
)

// Target is the API to walk through, and the client that calls it.
type Target struct {
	// APIURL is the URL of the API with its stage, such as
	// https://abc123.execute-api.eu-west-1.amazonaws.com/weather. Required. The scheme
	// is https, or http for a loopback host.
	APIURL string
	// TokenURL is the token endpoint, such as
	// https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token, or the URL that
	// the TokenOperation is sent to. Required. The scheme is https, or http for a
	// loopback host.
	TokenURL string
	// TokenOperation is GetClientToken if that operation of the Amazon Cognito user
	// pools API issues the tokens, for a user pool without a domain. The TokenURL is
	// then one such as https://cognito-idp.eu-west-1.amazonaws.com/. Any other value is
	// an error. Default: none, TokenURL is a token endpoint.
	TokenOperation string
	// ClientID and ClientSecret are the app client's credentials. Required.
	// Printable ASCII characters (RFC 6749, appendix A.1 and A.2).
	ClientID, ClientSecret string
	// APIKey is sent as the header X-API-Key with every request to the API. Printable
	// ASCII characters. Default: none.
	APIKey string
	// GetScope is the scope that GET requires. Default: weather-api/get.
	GetScope string
	// PostScope is the scope that POST requires and that does not open GET. If the
	// client has no such scope, it equals GetScope. Default: weather-api/post.
	PostScope string
	// NoGet and NoPost say why the client cannot call GET or POST, for example that the
	// API has no such method. The steps that call it are left out, and GetScope or
	// PostScope is then any other scope of the client. Default: the client can call it.
	NoGet, NoPost string
	// DeniedScope is a scope of the user pool that the client may not request.
	// Default: weather-api/delete.
	DeniedScope string
	// GetPath and PostPath are the paths of GET and POST below APIURL. Default: /.
	GetPath, PostPath string
	// AnyAnswer accepts every answer of GET and POST except 401, 403 and 5xx, for an
	// API other than the article's. Default: GET must answer the article's events, and
	// POST {"message":"success"}.
	AnyAnswer bool
	// Methods are the methods that must refuse callers who may not call them. Default:
	// GET and POST, without the one that NoGet or NoPost excludes.
	Methods []Method
	// Untried lists the other methods of the API with the reason that they are not
	// called. Default: none.
	Untried []string
	// Timeout bounds each request, including the answer's body. Default: 10 seconds.
	Timeout time.Duration
	// Transport sends the requests. Default: [http.DefaultTransport].
	Transport http.RoundTripper
	// ShowSecrets writes the client secret, the API key and access tokens into the
	// report. Default: its curl commands have "$CLIENT_SECRET", "$API_KEY" and
	// "$ACCESS_TOKEN" instead.
	ShowSecrets bool
}

// Method is a method of the API, with a token that it must refuse.
type Method struct {
	// HTTPMethod is the method of the request, such as GET.
	HTTPMethod string
	// Path is the path of the resource below the API's URL, such as /orders/{id}. The
	// name of a path parameter is sent as its value.
	Path string
	// Refused requests a token with none of the scopes that the method requires.
	// Default: no client can get such a token, so it is not tried.
	Refused Grant
}

// Grant is a token request.
type Grant struct {
	// TokenURL, TokenOperation, ClientID and ClientSecret are those of the client.
	// Default: those of the target, if ClientID is empty.
	TokenURL, TokenOperation, ClientID, ClientSecret string
	// Scope is one scope, or several separated by spaces.
	Scope string
}

// withDefaults returns t with every field set.
func (t Target) withDefaults() Target {
	t.GetScope = cmp.Or(t.GetScope, defaultGetScope)
	t.PostScope = cmp.Or(t.PostScope, defaultPostScope)
	t.DeniedScope = cmp.Or(t.DeniedScope, defaultDeniedScope)
	t.GetPath = cmp.Or(t.GetPath, "/")
	t.PostPath = cmp.Or(t.PostPath, "/")
	if t.Methods == nil {
		t.Methods = t.getAndPost()
	}
	t.Methods = slices.Clone(t.Methods)
	for i, method := range t.Methods {
		if method.Refused.ClientID == "" {
			t.Methods[i].Refused = t.grant(method.Refused.Scope)
		}
	}
	t.Timeout = cmp.Or(t.Timeout, DefaultTimeout)
	if t.Transport == nil {
		t.Transport = http.DefaultTransport
	}
	return t
}

// getAndPost returns GET and POST, unless NoGet or NoPost is set.
func (t Target) getAndPost() (methods []Method) {
	lacksGet, lacksPost := t.PostScope, t.GetScope
	if t.GetScope == t.PostScope {
		lacksGet, lacksPost = "", ""
	}
	if t.NoGet == "" {
		methods = append(methods, Method{http.MethodGet, t.GetPath, Grant{Scope: lacksGet}})
	}
	if t.NoPost == "" {
		methods = append(methods, Method{http.MethodPost, t.PostPath, Grant{Scope: lacksPost}})
	}
	return methods
}

// grant returns a token request of the target's client.
func (t Target) grant(scope string) Grant {
	return Grant{TokenURL: t.TokenURL, TokenOperation: t.TokenOperation, ClientID: t.ClientID, ClientSecret: t.ClientSecret, Scope: scope}
}

// WithScopesOf returns t with a GetScope and a PostScope from held, the scopes that
// the client holds. It finds the scopes that open GET and POST by requesting tokens
// and calling the API, within one Timeout. If it finds none, it chooses any, and the
// walk-through shows what is wrong.
//
// The error is the error of [Target.Validate], or says that held is empty.
func (t Target) WithScopesOf(ctx context.Context, held []string) (Target, error) {
	if len(held) == 0 {
		return t, errors.New("the walk-through needs a client with at least one scope, got a client with none")
	}
	if err := t.Validate(); err != nil {
		return t, err
	}
	w := newWalk(t.withDefaults())
	ctx, cancel := context.WithTimeout(ctx, w.target.Timeout)
	defer cancel()
	// opening returns the candidates that open a method.
	opening := func(call request, candidates []string) (scopes []string) {
		for _, scope := range candidates {
			token, err := w.token(ctx, w.target.grant(scope))
			if err != nil {
				continue
			}
			if a, err := send(ctx, w.client, call.withToken(token)); err == nil && a.isOpened() {
				scopes = append(scopes, scope)
			}
		}
		return scopes
	}
	post := w.apiRequest(http.MethodPost, w.rightAnswers().event).at(w.target.PostPath)
	getting := opening(w.apiRequest(http.MethodGet, "").at(w.target.GetPath), held)
	posting := opening(post, without(held, getting))
	if len(posting) == 0 { // every POST may change something
		posting = opening(post, getting)
	}
	t.GetScope, t.PostScope = scopesFor(getting, posting, held)
	return t, nil
}

// scopesFor chooses from getting and posting, the scopes that open GET and POST, or
// from held if there are none. If possible, POST's scope does not open GET. If every
// scope opens GET, GET may check no scope: two different scopes let the walk-through
// show that.
func scopesFor(getting, posting, held []string) (get, post string) {
	if len(held) > 1 && (len(getting) == len(held) || len(getting)+len(posting) == 0) {
		return held[0], held[1]
	}
	first := func(choices ...[]string) string { return slices.Concat(choices...)[0] }
	post = first(without(posting, getting), posting, without(held, getting), held)
	if slices.Contains(getting, post) {
		return post, post
	}
	return first(getting, without(held, []string{post}), held), post
}

func without(scopes, others []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return slices.Contains(others, scope) })
}

var (
	// Source: RFC 6749, appendix A.1 and A.2: *VSCHAR.
	credentialPattern = regexp.MustCompile(`^[\x20-\x7E]+$`)
	// Source: RFC 6749, appendix A.4: scope-token.
	scopePattern  = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)
	methodPattern = regexp.MustCompile(`^[A-Z]+$`)
	pathPattern   = regexp.MustCompile(`^/[^?#]*$`)
)

// Validate returns an error that names every missing or malformed field, or nil. It
// sends nothing. The error never holds the client secret or the API key.
func (t Target) Validate() error {
	var problems validation.Collector
	validateURL(&problems, "APIURL", t.APIURL, "https://abc123.execute-api.eu-west-1.amazonaws.com/weather")
	validateURL(&problems, "TokenURL", t.TokenURL, "https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token")
	validateOperation(&problems, "TokenOperation", t.TokenOperation)
	validateCredential(&problems, "ClientID", t.ClientID)
	validateCredential(&problems, "ClientSecret", t.ClientSecret)
	if t.APIKey != "" && !credentialPattern.MatchString(t.APIKey) {
		problems.Addf("APIKey", "must be printable ASCII characters, got %d bytes with other characters; look for a line break", len(t.APIKey))
	}
	validateScopes(&problems, t.withDefaults())
	validateMethods(&problems, t.withDefaults())
	if t.Timeout < 0 {
		problems.Addf("Timeout", "must not be negative, got %v; leave it 0 for %v", t.Timeout, DefaultTimeout)
	}
	return problems.Err("walk-through target")
}

func validateURL(problems *validation.Collector, field, value, example string) {
	if value == "" {
		problems.Addf(field, "is required: a URL such as %s", example)
		return
	}
	parsed, err := url.Parse(value)
	if err != nil {
		// Do not quote the value or the error: a URL that cannot be parsed cannot be
		// cleared of a password.
		problems.Addf(field, "must be a URL such as %s, got one that cannot be parsed", example)
		return
	}
	got := validation.Quote(parsed.Redacted())
	switch {
	case parsed.Scheme != "https" && parsed.Scheme != "http":
		problems.Addf(field, "must begin with https:// (http:// for a loopback host), got %s", got)
	case parsed.Hostname() == "":
		problems.Addf(field, "must name a host, such as %s, got %s", example, got)
	case parsed.Scheme == "http" && !loopback.Host(parsed.Host):
		problems.Addf(field, "must begin with https://, as %s is not a loopback host and secrets would cross the network in clear text, got %s", parsed.Hostname(), got)
	case parsed.User != nil:
		problems.Addf(field, "must not hold a user or password: set ClientID and ClientSecret, got %s", got)
	case parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "":
		problems.Addf(field, "must end with its path, without a query or fragment, got %s", got)
	}
}

func validateOperation(problems *validation.Collector, field, value string) {
	if !clienttoken.Known(value) {
		problems.Addf(field, "must be %s, or empty for a token endpoint, got %s", clienttoken.Operation, validation.Quote(value))
	}
}

// validateCredential never shows the value: a secret may stand in the wrong field.
func validateCredential(problems *validation.Collector, field, value string) {
	switch {
	case value == "":
		problems.Addf(field, "is required: copy it from the app client in the user pool")
	case !credentialPattern.MatchString(value):
		problems.Addf(field, "must be printable ASCII characters (RFC 6749, appendix A), got %d bytes with other characters; look for a line break", len(value))
	}
}

func validateScope(problems *validation.Collector, field, value string) {
	if !scopePattern.MatchString(value) {
		problems.Addf(field, `must be one scope, printable ASCII without space, " and \ (RFC 6749, appendix A.4), got %s`, validation.Quote(value))
	}
}

func validateScopes(problems *validation.Collector, t Target) {
	for _, scope := range []struct{ field, value string }{{"GetScope", t.GetScope}, {"PostScope", t.PostScope}} {
		validateScope(problems, scope.field, scope.value)
		if scope.value == t.DeniedScope {
			problems.Addf("DeniedScope", "must differ from %s, got %s for both", scope.field, validation.Quote(scope.value))
		}
	}
	validateScope(problems, "DeniedScope", t.DeniedScope)
}

// validateMethods checks the methods that are called, and the URLs that secrets of
// other clients are sent to.
func validateMethods(problems *validation.Collector, t Target) {
	path := func(field, value string) {
		if !pathPattern.MatchString(value) {
			problems.Addf(field, "must begin with / and have no query or fragment, got %s", validation.Quote(value))
		}
	}
	path("GetPath", t.GetPath)
	path("PostPath", t.PostPath)
	for i, method := range t.Methods {
		at := fmt.Sprintf("Methods[%d].", i)
		if !methodPattern.MatchString(method.HTTPMethod) {
			problems.Addf(at+"HTTPMethod", "must be an HTTP method such as GET, got %s", validation.Quote(method.HTTPMethod))
		}
		path(at+"Path", method.Path)
		if refused := method.Refused; refused != t.grant(refused.Scope) {
			validateURL(problems, at+"Refused.TokenURL", refused.TokenURL, "https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token")
			validateOperation(problems, at+"Refused.TokenOperation", refused.TokenOperation)
			validateCredential(problems, at+"Refused.ClientID", refused.ClientID)
			validateCredential(problems, at+"Refused.ClientSecret", refused.ClientSecret)
		}
		for scope := range strings.FieldsSeq(method.Refused.Scope) {
			validateScope(problems, at+"Refused.Scope", scope)
		}
	}
}
