package fakeaws

import (
	"fmt"
	"net/http"
	"strings"
)

// RoundTrip sends a request to a host name of what was deployed.
func (a *Account) RoundTrip(r *http.Request) (*http.Response, error) {
	here := a.here(r)
	if r.URL.Scheme != "https" || here == "" {
		return nil, fmt.Errorf("lookup %s: no such host", r.URL.Host)
	}
	sent := r.Clone(r.Context())
	u := *r.URL
	u.Path, u.RawPath = here, ""
	sent.URL = &u
	return a.System.Transport().RoundTrip(sent)
}

// here returns the path of the system that a URL of AWS leads to, "" if it leads
// nowhere.
func (a *Account) here(r *http.Request) string {
	host, path := r.URL.Host, r.URL.Path
	name, of, _ := strings.Cut(host, ".")
	switch {
	case of == "execute-api."+Region+".amazonaws.com" && a.apis[name] != "":
		return "/" + a.apis[name] + path
	case of == "auth."+Region+".amazoncognito.com":
		return "/" + name + path
	case host == "cognito-idp."+Region+".amazonaws.com":
		pool, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if pool == "" {
			return "/"
		}
		return "/" + a.pools[pool] + "/" + rest
	}
	for _, api := range a.System.APIs() {
		if api.DomainName == host {
			return "/" + host + path
		}
	}
	for _, pool := range a.Pools {
		if pool.CustomDomain == host {
			return "/" + host + path
		}
	}
	return ""
}
