package local

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"example.com/weather-events-api/internal/validation"
)

// Option changes how [New] and [Load] load a source. A nil Option changes nothing.
type Option func(*options)

type options struct {
	stacks            []string
	userPools         map[string]string
	parameters        map[string]string
	imports           map[string]string
	clock             func() time.Time
	timeoutClock      func() time.Time // nil: the machine's
	publicURL         string
	randomCredentials bool
	accessLog         func(Access)
	log               func(line string)
	lambdas           []namedLambda
	lambdaEndpoint    string
	lambdaConcurrency int
	noLambda          bool
	endpoints         map[string]string // by service, "" for all
	httpBackends      []namedHTTPBackend
	remote            bool
	stub              bool
	without           []string // waivers
	stubAll           bool
}

func defaultOptions() options {
	return options{clock: time.Now, lambdaConcurrency: 10}
}

// check returns an error for every option with an invalid value.
func (o *options) check() error {
	return errors.Join(o.checkPublicURL(), o.checkLambdas(), o.checkHTTPBackends(), o.checkEndpoints(), o.checkWaivers())
}

func (o *options) checkPublicURL() error {
	if o.publicURL == "" {
		return nil
	}
	u, err := url.Parse(o.publicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		strings.ContainsAny(o.publicURL, "?#") || strings.HasSuffix(o.publicURL, "/") {
		return fmt.Errorf("WithPublicURL: must be an absolute http or https URL without a user name, a query, a fragment or a slash at the end, such as http://127.0.0.1:8080, got %s", validation.QuoteURL(o.publicURL))
	}
	return nil
}

// WithStack selects a stack, with the stacks nested in it, by its CloudFormation name,
// its display name or its artifact id. Repeat it for several stacks. Default: all
// stacks of the source.
func WithStack(name string) Option {
	return func(o *options) { o.stacks = append(o.stacks, name) }
}

// WithUserPool serves a user pool of a stack in place of one that no stack declares.
// The latter is named by its ARN, its id, the name of an export, or ssm:NAME for an SSM
// parameter; the former by its stack, or by STACK/LOGICALID if the stack has several.
// Default: a stand-in with the scopes that methods require and a client that holds all
// of them.
func WithUserPool(arn, stack string) Option {
	return func(o *options) {
		if o.userPools == nil {
			o.userPools = map[string]string{}
		}
		o.userPools[arn] = stack
	}
}

// WithParameters sets template parameters: NAME sets a parameter in every stack that
// has it, STACK:NAME in one stack. Default: the template's default; for a parameter of
// an SSM type, the value in [WithImports] or an AWS::SSM::Parameter of a loaded stack.
// The error of [New] names the parameters without a value.
func WithParameters(values map[string]string) Option {
	return func(o *options) { o.parameters = values }
}

// WithImports sets values that other stacks provide on AWS: NAME is an export that
// Fn::ImportValue reads, ssm:NAME an SSM parameter that {{resolve:ssm:…}} or a template
// parameter of an SSM type reads. Default: none. The error of [New] names the missing
// ones.
func WithImports(values map[string]string) Option { return func(o *options) { o.imports = values } }

// WithClock sets the clock for issuing and verifying tokens and for backend timeouts,
// so that a test sees a token expire or a backend time out without waiting. It is
// called for every request and every few milliseconds during a backend call, from
// several goroutines. Default: time.Now.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if now != nil {
			o.clock, o.timeoutClock = now, now
		}
	}
}

// WithPublicURL sets the base URL that clients use, without a trailing slash, if it is
// not the address that the system listens on: in a container or behind a proxy. The
// issuer of tokens derives from it, and so does which tokens are accepted. Default:
// http:// and the address, or http://127.0.0.1:8080 for [Load].
func WithPublicURL(url string) Option { return func(o *options) { o.publicURL = url } }

// WithRandomCredentials generates new client ids, secrets and keys at every start.
// Default: they derive from the names of stacks and the logical ids.
func WithRandomCredentials() Option { return func(o *options) { o.randomCredentials = true } }

// WithAccessLog calls log after every request, from several goroutines.
// Default: nothing is logged.
func WithAccessLog(log func(Access)) Option { return func(o *options) { o.accessLog = log } }
