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

// DefaultTimeout is how long a request may take unless the [Target] says otherwise.
const DefaultTimeout = 10 * time.Second

// The scopes of the article's API: what a [Target] has unless it says otherwise.
const (
	DefaultGetScope    = "weather-api/get"
	DefaultPostScope   = "weather-api/post"
	DefaultDeniedScope = "weather-api/delete"
)

// Target is the system to walk through, and the client to do it as.
type Target struct {
	// APIURL is where the API answers, its stage included, such as
	// https://abc123.execute-api.eu-west-1.amazonaws.com/weather. Required. The
	// scheme is https, or http for a loopback host.
	APIURL string
	// TokenURL is the token endpoint, such as
	// https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token, or where the
	// TokenOperation is. Required. The scheme is https, or http for a loopback host.
	TokenURL string
	// TokenOperation is GetClientToken if tokens come from that operation of the
	// Amazon Cognito user pools API, as for a user pool without a domain, with a
	// TokenURL such as https://cognito-idp.eu-west-1.amazonaws.com/. Any other is an
	// error. Default: none, they come from a token endpoint.
	TokenOperation string
	// ClientID and ClientSecret are the app client's credentials. Required.
	// Printable ASCII characters (RFC 6749, appendix A.1 and A.2).
	ClientID, ClientSecret string
	// APIKey is sent in the header X-API-Key with every request to the API, for one
	// that asks for an API key besides. Printable ASCII characters. Default: none.
	APIKey string
	// GetScope is the scope that GET requires. Default: weather-api/get.
	GetScope string
	// PostScope is the scope that POST requires, and that GET does not take: it may
	// be GetScope where there is none like that. Default: weather-api/post.
	PostScope string
	// NoGet and NoPost say why the client cannot call GET, or POST, such as that the
	// API has none: the steps that call it are left out. GetScope, or PostScope, is
	// any other scope of the client then. Default: it can.
	NoGet, NoPost string
	// DeniedScope is a scope of the user pool that the client may not request.
	// Default: weather-api/delete.
	DeniedScope string
	// GetPath and PostPath are where below APIURL the two are. Default: /.
	GetPath, PostPath string
	// AnyAnswer takes whatever GET and POST answer for right, but 401, 403 and a
	// failure of the server: for an API that does not answer as the article's.
	// Default: the article's events and {"message":"success"}.
	AnyAnswer bool
	// Methods are those that have to refuse whoever may not call them. Default:
	// GET and POST, but for the one that NoGet or NoPost is about.
	Methods []Method
	// Untried says what else the API has, and why nobody tries it. Default: nothing.
	Untried []string
	// Timeout bounds each request, its answer's body included. Default: 10 seconds.
	Timeout time.Duration
	// Transport sends the requests. Default: [http.DefaultTransport].
	Transport http.RoundTripper
	// ShowSecrets writes the client secret, the API key and access tokens into the
	// report: its curl commands then hold them instead of "$CLIENT_SECRET",
	// "$API_KEY" and "$ACCESS_TOKEN". Default: they are left out.
	ShowSecrets bool
}

// Method is one method of the API, and a token that does not open it.
type Method struct {
	// HTTPMethod is that of the request, such as GET.
	HTTPMethod string
	// Path is that of the resource below the API's URL, such as /orders/{id}. A
	// parameter has its name for a value.
	Path string
	// Refused asks for a token with none of the scopes that the method requires.
	// Default: nobody gets one, so that it is not tried.
	Refused Grant
}

// Grant is a request for a token.
type Grant struct {
	// TokenURL, TokenOperation, ClientID and ClientSecret are those of the client.
	// Default: those of the target, for all four.
	TokenURL, TokenOperation, ClientID, ClientSecret string
	// Scope is one scope, or several with spaces between them.
	Scope string
}

// withDefaults returns t with every field set.
func (t Target) withDefaults() Target {
	t.GetScope = cmp.Or(t.GetScope, DefaultGetScope)
	t.PostScope = cmp.Or(t.PostScope, DefaultPostScope)
	t.DeniedScope = cmp.Or(t.DeniedScope, DefaultDeniedScope)
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

// getAndPost are the two methods, as far as there are.
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

// grant is a request of the target's client.
func (t Target) grant(scope string) Grant {
	return Grant{TokenURL: t.TokenURL, TokenOperation: t.TokenOperation, ClientID: t.ClientID, ClientSecret: t.ClientSecret, Scope: scope}
}

// WithScopesOf returns t with the scopes that GET and POST require, of those
// that its client holds: those that open them. It asks for tokens and calls the
// API, for no longer than a request may take. Where that tells nothing they are
// any, and the walk-through shows what is wrong.
//
// The error is that of [Target.Validate], or says that there is no scope.
func (t Target) WithScopesOf(ctx context.Context, held []string) (Target, error) {
	if len(held) == 0 {
		return t, errors.New("the walk-through needs a client with a scope, got one with none")
	}
	if err := t.Validate(); err != nil {
		return t, err
	}
	w := newWalk(t.withDefaults())
	ctx, cancel := context.WithTimeout(ctx, w.target.Timeout)
	defer cancel()
	// opening returns those of the scopes that open a method.
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
	if len(posting) == 0 { // each POST may do something
		posting = opening(post, getting)
	}
	t.GetScope, t.PostScope = scopesFor(getting, posting, held)
	return t, nil
}

// scopesFor chooses from the scopes that open GET and POST, and from those that
// the client holds where none does. POST's does not open GET, if there is one. A
// GET that every scope opens may check none: with two, the walk-through tells.
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

// Validate returns an error that names every missing or malformed field, or nil.
// It sends nothing. The error never holds the client secret or the API key.
func (t Target) Validate() error {
	var problems validation.Collector
	validateURL(&problems, "APIURL", t.APIURL, "https://abc123.execute-api.eu-west-1.amazonaws.com/weather")
	validateURL(&problems, "TokenURL", t.TokenURL, "https://my-prefix.auth.eu-west-1.amazoncognito.com/oauth2/token")
	validateOperation(&problems, "TokenOperation", t.TokenOperation)
	validateCredential(&problems, "ClientID", t.ClientID)
	validateCredential(&problems, "ClientSecret", t.ClientSecret)
	if t.APIKey != "" && !credentialPattern.MatchString(t.APIKey) {
		problems.Addf("APIKey", "must be printable ASCII characters, got %d bytes with others among them; look for a line break", len(t.APIKey))
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
		// The value is left out, and the error that quotes it: what cannot be
		// taken apart cannot be cleared of a password either.
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

// validateCredential never shows the value: the two are easily swapped.
func validateCredential(problems *validation.Collector, field, value string) {
	switch {
	case value == "":
		problems.Addf(field, "is required: it is in the user pool's app client")
	case !credentialPattern.MatchString(value):
		problems.Addf(field, "must be printable ASCII characters (RFC 6749, appendix A), got %d bytes with others among them; look for a line break", len(value))
	}
}

func validateScope(problems *validation.Collector, field, value string) {
	if !scopePattern.MatchString(value) {
		problems.Addf(field, `must be one scope, printable ASCII characters without space, " and \ (RFC 6749, appendix A.4), got %s`, validation.Quote(value))
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

// validateMethods checks what is tried, and where the secrets of other clients go.
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
			problems.Addf(at+"HTTPMethod", "must be one of HTTP such as GET, got %s", validation.Quote(method.HTTPMethod))
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
