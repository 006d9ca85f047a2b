package local

import (
	"errors"
	"net/url"
	"strings"
	"time"
)

// Option changes how [New] serves a template.
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

// check returns an error if an option has a value that nothing could be served
// with.
func (o *options) check() error {
	return errors.Join(o.checkPublicURL(), o.checkLambdas(), o.checkHTTPBackends(), o.checkEndpoints(), o.checkWaivers())
}

func (o *options) checkPublicURL() error {
	if o.publicURL == "" {
		return nil
	}
	// The text is not repeated: it may hold a password.
	u, err := url.Parse(o.publicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		strings.ContainsAny(o.publicURL, "?#") || strings.HasSuffix(o.publicURL, "/") {
		return errors.New("WithPublicURL: must be an absolute http or https URL without a user name, a query, a fragment or a slash at the end")
	}
	return nil
}

// WithStack names a stack to serve, by its CloudFormation name, its display name or
// the id of its artifact, with the stacks nested in it. It may be given several
// times. Default: all stacks of the source.
func WithStack(name string) Option {
	return func(o *options) { o.stacks = append(o.stacks, name) }
}

// WithUserPool makes the one user pool of a stack, or STACK/LOGICALID of several,
// stand for one that is elsewhere: by its ARN, its id, or the name of an export or,
// behind ssm:, of an SSM parameter that stands for it. Default: a user pool is made up, which has the scopes that
// methods require and a client that holds them all.
func WithUserPool(arn, stack string) Option {
	return func(o *options) {
		if o.userPools == nil {
			o.userPools = map[string]string{}
		}
		o.userPools[arn] = stack
	}
}

// WithParameters gives values to the templates' parameters: NAME of every stack that
// has it, STACK:NAME of one. Default: the defaults of the templates, and for those of
// an SSM type what [WithImports] gives, or an AWS::SSM::Parameter of a stack that is
// served. [New] names the parameters that have none.
func WithParameters(values map[string]string) Option {
	return func(o *options) { o.parameters = values }
}

// WithImports gives values of stacks that are not served: for Fn::ImportValue by the
// name of the export, and of SSM parameters, which a {{resolve:ssm:…}} or a parameter
// of an SSM type names, by ssm: and their name.
// Default: none; [New] names those that are missing.
func WithImports(values map[string]string) Option { return func(o *options) { o.imports = values } }

// WithClock sets the clock that tokens are issued and verified by, and that
// backends may take their time by, so that a test sees a token expire and a backend
// time out without waiting. It is called for every request, from several
// goroutines, and every few milliseconds while a backend is waited for. Default:
// time.Now.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.clock, o.timeoutClock = now, now }
}

// WithPublicURL sets the URL that clients reach the server at, without a slash at
// the end, when that is not the address it listens on: in a container, or behind
// a proxy. The issuer of tokens, and with it which tokens are accepted, follows
// from it. Default: http:// and the address.
func WithPublicURL(url string) Option { return func(o *options) { o.publicURL = url } }

// WithRandomCredentials makes new client ids, secrets and keys at every start.
// Default: they follow from the stack's name and the logical ids.
func WithRandomCredentials() Option { return func(o *options) { o.randomCredentials = true } }

// WithAccessLog calls log after every request, from several goroutines.
// Default: nothing is logged.
func WithAccessLog(log func(Access)) Option { return func(o *options) { o.accessLog = log } }
