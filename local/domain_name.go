package local

import (
	"io"
	"net/http"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
)

// domainName is a custom domain of APIs, with a handler for each base path; "" is the
// root of the domain.
type domainName struct {
	name     string
	stack    *stack
	url      string
	handlers map[string]http.Handler
	mapped   map[string]bool // base paths
}

// mapping maps a base path of a domain to a stage.
type mapping struct {
	domain          *domainName
	basePath, stage string
}

// domainName reads a domain. It ignores the TLS properties: the system serves plain HTTP.
func (s *System) domainName(r resource, p *cfn.Properties) {
	p.Ignore("CertificateArn", "EndpointAccessMode", "OwnershipVerificationCertificateArn", "RegionalCertificateArn", "SecurityPolicy", "Tags")
	domain := &domainName{name: p.RequiredString("DomainName"), stack: r.stack, handlers: map[string]http.Handler{}, mapped: map[string]bool{}}
	if p.Has("MutualTlsAuthentication") {
		s.refuseUnlessWaived(p, "MutualTlsAuthentication", withoutMutualTLS, domain)
	}
	s.refusePrivate(p, domain)
	const byMappings = "BASE_PATH_MAPPING_ONLY"
	if p.OneOf("RoutingMode", byMappings, byMappings, "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_BASE_PATH_MAPPING") != byMappings {
		s.refuseUnlessWaived(p, "RoutingMode", withoutHTTPAPI, domain)
	}
	if domain.name != "" {
		s.checkText(p, "DomainName", limits.APIDomain)
		s.domains = append(s.domains, domain)
	}
}

// domainNamed returns the domain with a name, preferably from the given stack.
func (s *System) domainNamed(name string, from *stack) *domainName {
	var found *domainName
	for _, domain := range s.domains {
		if domain.name == name && (found == nil || domain.stack == from) {
			found = domain
		}
	}
	return found
}

func (s *System) basePathMapping(r resource, p *cfn.Properties) {
	name := p.RequiredString("DomainName")
	m := mapping{domain: s.domainNamed(name, r.stack), basePath: p.String("BasePath", ""), stage: p.RequiredString("Stage")}
	if m.basePath == "(none)" { // the API's value for an empty base path
		m.basePath = ""
	}
	s.checkText(p, "BasePath", limits.BasePath)
	switch domain := m.domain; {
	case name == "":
	case domain == nil:
		p.Problemf("DomainName", "domain %s is in none of the templates", s.quote(name))
	case domain.mapped[m.basePath]:
		p.Problemf("BasePath", "%s is already mapped at this domain: API Gateway refuses to create another mapping", s.quote(m.basePath))
	default:
		domain.mapped[m.basePath] = true
	}
	if api := s.apiOf(p); api != nil && m.domain != nil {
		api.mappings = append(api.mappings, m)
	}
}

// mountMappings serves the stages of an API at its domains.
func (s *System) mountMappings(api *restAPI, started http.Handler) {
	for _, m := range api.mappings {
		m.domain.handlers[m.basePath] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			at := *r
			url := *r.URL
			url.Path = "/" + m.stage + m.below(url.Path)
			if url.RawPath != "" {
				url.RawPath = "/" + m.stage + m.below(url.RawPath)
			}
			at.URL = &url
			started.ServeHTTP(w, &at)
		})
	}
}

// below returns the rest of a path after the base path, which is one segment.
func (m mapping) below(path string) string {
	if m.basePath == "" {
		return path
	}
	_, rest, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !found {
		return ""
	}
	return "/" + rest
}

// at returns the URL of a stage. If the default endpoint is off, that is the URL of the
// first mapping to the stage, which at returns too. found is false without a mapping.
func (api *restAPI) at(base, stage string) (url string, by mapping, found bool) {
	if !api.defaultEndpointOff {
		return base + "/" + api.config.ID + "/" + stage + "/", mapping{}, true
	}
	for _, m := range api.mappings {
		if m.stage == stage {
			url := m.domain.url + "/"
			if m.basePath != "" {
				url += m.basePath + "/"
			}
			return url, m, true
		}
	}
	return "", mapping{}, false
}

// ServeHTTP finds the API by the first segment of the path. Like API Gateway, it responds
// with 403 to a path without a mapping.
func (domain *domainName) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	segment, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	handler := domain.handlers[segment]
	if handler == nil {
		handler = domain.handlers[""]
	}
	if handler != nil {
		handler.ServeHTTP(w, r)
		return
	}
	noteAccess(r.Context(), "", "no API is mapped to this path of the domain")
	w.Header().Set("Content-Type", "application/json")
	w.Header()["x-amzn-ErrorType"] = []string{"ForbiddenException"}
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, `{"message":"Forbidden"}`) // the client may have gone
}
