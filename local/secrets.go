package local

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/limits"
)

const typeSecret = "AWS::SecretsManager::Secret"

// Secret is one Secrets Manager secret of the template.
type Secret struct {
	// LogicalID is that of the Secret in the template, Name its name.
	LogicalID, Name string
	ARN             string
	// Value is the secret string, with the credentials of this server in it, and
	// its URLs in the place of those that AWS gives the user pools' domains.
	Value string

	path string // of the CDK construct
}

// Secrets returns every secret, in the order of the template.
func (s *Server) Secrets() []Secret { return slices.Clone(s.secrets) }

// Secret returns the secret that name stands for, as [Server.API] does.
func (s *Server) Secret(name string) Secret {
	return must(find(s.secrets, "secret", name, func(s Secret) identity { return identity{s.LogicalID, s.path, s.Name, "", s.ARN + ", "} }))
}

func (d *deployment) deploySecrets() {
	d.resources(typeSecret, func(resource *cfn.Resource, p *cfn.Properties) {
		d.checkText(p, "Name", limits.SecretName)
		p.Ignore("Description", "KmsKeyId", "ReplicaRegions", "Tags", "Type")
		p.Refuse("GenerateSecretString", "Secrets Manager makes up the value; give SecretString")
		d.secrets = append(d.secrets, Secret{
			LogicalID: resource.LogicalID,
			Name:      d.secretName(resource),
			ARN:       d.secretARN(resource),
			Value:     p.String("SecretString", ""),
			path:      constructPath(resource),
		})
	})
}

// addressSecrets puts the URLs of this server into the secrets, so that a service
// that takes the URL of its tokens from its secret finds it.
func (d *deployment) addressSecrets() {
	api := clienttoken.Endpoint(d.ids.pseudo.Region)
	for i, secret := range d.secrets {
		d.secrets[i].Value = strings.ReplaceAll(secret.Value, api, d.url+"/")
	}
	for _, pool := range d.pools {
		for _, domain := range pool.domains {
			host := domain // a custom domain has a dot
			if !strings.Contains(domain, ".") {
				host += ".auth." + d.ids.pseudo.Region + ".amazoncognito.com"
			}
			for i, secret := range d.secrets {
				d.secrets[i].Value = strings.ReplaceAll(secret.Value, "https://"+host+"/", d.url+"/"+domain+"/")
			}
		}
	}
}

// secretName is the name given, or one as CloudFormation makes it up.
func (d *deployment) secretName(resource *cfn.Resource) string {
	return d.resolver.Properties(resource).String("Name", resource.LogicalID+"-"+d.ids.short("secret name", resource.LogicalID, 12))
}

func (d *deployment) secretARN(resource *cfn.Resource) string {
	return d.arn("secretsmanager", "secret:"+d.secretName(resource)+"-"+d.ids.short("secret", resource.LogicalID, 6))
}

// secretReference answers {{resolve:secretsmanager:…}} for the template's own secrets.
func (d *deployment) secretReference(reference cfn.SecretReference) (string, error) {
	for _, secret := range d.secrets {
		if reference.SecretID != secret.Name && reference.SecretID != secret.ARN {
			continue
		}
		if reference.JSONKey == "" {
			return secret.Value, nil
		}
		var values map[string]any
		if err := json.Unmarshal([]byte(secret.Value), &values); err != nil {
			return "", fmt.Errorf("secret %s is not a JSON object, so it has no key %q", secret.LogicalID, reference.JSONKey)
		}
		value, ok := values[reference.JSONKey].(string)
		if !ok {
			return "", fmt.Errorf("secret %s has no string with the key %q", secret.LogicalID, reference.JSONKey)
		}
		return value, nil
	}
	return "", fmt.Errorf("secret %q is not in the template: only secrets of the same template are known", reference.SecretID)
}
