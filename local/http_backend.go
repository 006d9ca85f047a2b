package local

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
)

// WithHTTPBackend sends requests of HTTP and HTTP_PROXY integrations to the URL to
// wherever a Uri begins with the URL from. Both are http or https URLs, such as
// https://internal.example.com and http://127.0.0.1:9000, with or without a path: to
// replaces from at the beginning of the Uri. If several match, the longest wins. The
// Host header holds the host of to. [New] returns an error that lists the endpoints if
// no Uri begins with from.
//
// Default: endpoints on this machine are called. Endpoints elsewhere and behind a VPC
// link respond with 500; see [WithRemote].
func WithHTTPBackend(from, to string) Option {
	return func(o *options) { o.httpBackends = append(o.httpBackends, namedHTTPBackend{from, to}) }
}

type namedHTTPBackend struct{ from, to string }

// checkHTTPBackends returns an error for every invalid URL.
func (o *options) checkHTTPBackends() error {
	var errs []error
	seen := map[string]bool{}
	for _, named := range o.httpBackends {
		if !isEndpoint(named.from) {
			errs = append(errs, fmt.Errorf("HTTP backend: the URL to replace must be an absolute http or https URL, such as https://internal.example.com, without a user name, a query, a fragment and {name}, got %s", validation.QuoteURL(named.from)))
			continue
		}
		from := normalEndpoint(named.from)
		if err := o.checkBackendURL(named.to); err != nil {
			errs = append(errs, fmt.Errorf("HTTP backend: the backend for %s %w", from, err))
		}
		if seen[from] {
			errs = append(errs, fmt.Errorf("HTTP backend: %q is named twice", from))
		}
		seen[from] = true
	}
	return errors.Join(errs...)
}

func isEndpoint(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsAny(text, "?#{} @\\")
}

// normalEndpoint normalizes a Uri or its beginning: lower case scheme and host, no
// default port, no trailing slash.
func normalEndpoint(uri string) string {
	scheme, rest, _ := strings.Cut(uri, "://")
	host, path := rest, ""
	if at := strings.IndexAny(rest, "/?"); at >= 0 {
		host, path = rest[:at], rest[at:]
	}
	scheme, host = strings.ToLower(scheme), strings.ToLower(host)
	if port := map[string]string{"http": ":80", "https": ":443"}[scheme]; port != "" {
		host = strings.TrimSuffix(host, port)
	}
	return scheme + "://" + host + strings.TrimSuffix(path, "/")
}

// origin returns a Uri up to its path.
func origin(uri string) string {
	scheme, rest, _ := strings.Cut(normalEndpoint(uri), "://")
	if at := strings.IndexAny(rest, "/?"); at >= 0 {
		rest = rest[:at]
	}
	return scheme + "://" + rest
}

// httpEndpoint returns the backend for the endpoint of an integration.
func (s *System) httpEndpoint(call apigateway.HTTPCall) apigateway.HTTPBackend {
	host := origin(call.URI)
	backend := Backend{Name: host, Kind: "http", State: stateConnected, Target: host}
	answers := apigateway.HTTPBackend{URI: call.URI}
	_, name, _ := strings.Cut(host, "://")
	switch named, rest, found := s.httpBackendFor(call.URI); {
	case found:
		backend.Name, backend.Target = normalEndpoint(named.from), named.to
		answers.URI = strings.TrimSuffix(named.to, "/") + rest
	case call.VPCLink:
		backend.State, backend.Target = stateMissing, ""
		backend.Reason = "a VPC link leads there"
		answers.Missing = fmt.Sprintf("a VPC link leads to %[1]s: name a backend with --http %[1]s=URL (WithHTTPBackend)", host)
	case !s.options.remote && !loopback.Host(name):
		backend.State, backend.Target = stateMissing, ""
		backend.Reason = "not on this machine"
		answers.Missing = fmt.Sprintf("%[1]s is not on this machine: name a backend with --http %[1]s=URL (WithHTTPBackend), or let requests leave this machine with --allow-remote (WithRemote)", host)
	}
	if backend.State == stateConnected {
		answers.Transport = s.endpointTransport(call.SkipsVerification)
	}
	if !slices.Contains(s.httpBackends, backend) {
		s.httpBackends = append(s.httpBackends, backend)
	}
	return answers
}

// httpBackendFor returns the option whose URL is the longest beginning of a Uri, and
// the rest of the Uri.
func (s *System) httpBackendFor(uri string) (longest namedHTTPBackend, rest string, found bool) {
	uri = originAsNamed(uri)
	for _, named := range s.options.httpBackends {
		from := normalEndpoint(named.from)
		behind, ok := strings.CutPrefix(uri, from)
		ends := behind == "" || behind[0] == '/' || behind[0] == '?'
		if ok && ends && (!found || len(from) > len(normalEndpoint(longest.from))) {
			longest, rest, found = named, behind, true
		}
	}
	return longest, rest, found
}

// originAsNamed normalizes the origin of a Uri and keeps the rest.
func originAsNamed(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	if at := strings.IndexAny(rest, "/?"); at >= 0 {
		return origin(uri) + rest[at:]
	}
	return origin(uri)
}

// addHTTPBackends lists the endpoints, and reports options that match none of them.
func (s *System) addHTTPBackends() {
	slices.SortFunc(s.httpBackends, func(a, b Backend) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.State, b.State))
	})
	s.backends = append(s.backends, s.httpBackends...)
	if len(s.problems.Problems) > 0 {
		return // not all integrations were read
	}
	var names []string
	for _, b := range s.httpBackends {
		names = append(names, b.Name)
	}
	for _, named := range s.options.httpBackends {
		if from := normalEndpoint(named.from); !slices.Contains(names, from) {
			there := "there is no integration of type HTTP or HTTP_PROXY"
			if len(names) > 0 {
				there = "there are: " + strings.Join(names, ", ")
			}
			s.problems.Addf("HTTP backend", "the Uri of no integration begins with %q; %s", from, there)
		}
	}
}
