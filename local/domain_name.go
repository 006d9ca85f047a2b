package local

import (
	"io"
	"net/http"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
)

const (
	typeDomainName      = "AWS::ApiGateway::DomainName"
	typeBasePathMapping = "AWS::ApiGateway::BasePathMapping"
)

// domainName is a custom domain of APIs. Its handlers are by base path, "" for
// the root of the domain. It is served below /{domain}/.
type domainName struct {
	handlers map[string]http.Handler
	mapped   map[string]bool // base paths
}

// mapping leads from a base path of a domain to a stage.
type mapping struct{ domain, basePath, stage string }

// domainName reads a domain. TLS is not served, so neither is what is about it.
func (d *deployment) domainName(_ *cfn.Resource, p *cfn.Properties) {
	p.Ignore("CertificateArn", "EndpointAccessMode", "EndpointConfiguration", "OwnershipVerificationCertificateArn",
		"RegionalCertificateArn", "SecurityPolicy", "Tags")
	p.Refuse("MutualTlsAuthentication", "client certificates are not checked")
	p.OneOf("RoutingMode", "BASE_PATH_MAPPING_ONLY", "BASE_PATH_MAPPING_ONLY")
	if name := p.RequiredString("DomainName"); name != "" {
		d.checkText(p, "DomainName", limits.APIDomain)
		domain := &domainName{handlers: map[string]http.Handler{}, mapped: map[string]bool{}}
		d.domains[name] = domain
		d.mount(name, domain)
	}
}

func (d *deployment) basePathMapping(_ *cfn.Resource, p *cfn.Properties) {
	m := mapping{domain: p.RequiredString("DomainName"), basePath: p.String("BasePath", ""), stage: p.RequiredString("Stage")}
	if m.basePath == "(none)" { // as the API says that there is none
		m.basePath = ""
	}
	d.checkText(p, "BasePath", limits.BasePath)
	switch domain := d.domains[m.domain]; {
	case m.domain == "":
	case domain == nil:
		p.Problemf("DomainName", "domain %s is not in the template", d.quote(m.domain))
	case domain.mapped[m.basePath]:
		p.Problemf("BasePath", "%s is mapped at this domain already: API Gateway refuses to create another mapping", d.quote(m.basePath))
	default:
		domain.mapped[m.basePath] = true
	}
	if api := d.apiOf(p); api != nil {
		api.mappings = append(api.mappings, m)
	}
}

// mountMappings serves the stages of an API at its domains.
func (d *deployment) mountMappings(api *restAPI, started http.Handler) {
	for _, m := range api.mappings {
		d.domains[m.domain].handlers[m.basePath] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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

// below returns what follows the base path, one segment, in a path.
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

// url returns that of a stage: at the first domain that leads to it if its
// default endpoint is off, and there is none if no domain does.
func (api *restAPI) url(base, stage string) (string, bool) {
	if !api.defaultEndpointOff {
		return base + "/" + api.config.ID + "/" + stage + "/", true
	}
	for _, m := range api.mappings {
		if m.stage == stage {
			url := base + "/" + m.domain + "/"
			if m.basePath != "" {
				url += m.basePath + "/"
			}
			return url, true
		}
	}
	return "", false
}

// ServeHTTP finds the API by the first segment of the path. API Gateway answers
// a path that no mapping is for with 403.
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
