package local

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/limits"
)

// Secret is one Secrets Manager secret.
type Secret struct {
	// Key and Stack are as for an [API].
	Key, Stack string
	// LogicalID is the logical id of the Secret.
	LogicalID, Name string
	ARN             string
	// Value is the secret string, with the credentials of this system, and with its URLs
	// in place of the URLs that AWS gives the domains of user pools.
	Value string

	path string // of the CDK construct
}

// Secrets returns every secret, in template order.
func (s *System) Secrets() []Secret { return slices.Clone(s.secrets) }

// Secret returns a secret by its name, as [System.API] does.
func (s *System) Secret(name string) Secret {
	return must(find(s.secrets, "secret", name, func(s Secret) identity {
		return identity{s.Key, s.Stack, s.LogicalID, s.path, s.Name, "", s.ARN + ", "}
	}))
}

func (s *System) secret(r resource, p *cfn.Properties) {
	s.checkText(p, "Name", limits.SecretName)
	p.Ignore("Description", "KmsKeyId", "ReplicaRegions", "Tags", "Type")
	s.secrets = append(s.secrets, Secret{
		Key:       r.key(),
		Stack:     r.stack.name,
		LogicalID: r.LogicalID,
		Name:      r.secretName(),
		ARN:       r.secretARN(),
		Value:     strings.ReplaceAll(r.secretString(p), clienttoken.Endpoint(r.stack.ids.pseudo.Region), s.url+"/"),
		path:      r.constructPath(),
	})
}

// secretString returns the value in the template, or one that Secrets Manager would
// generate.
//
// Source: AWS::SecretsManager::Secret GenerateSecretString, AWS CloudFormation
// template reference.
func (r resource) secretString(p *cfn.Properties) string {
	if !p.Has("GenerateSecretString") {
		return p.String("SecretString", "")
	}
	generate := p.Object("GenerateSecretString")
	generate.Ignore("ExcludeCharacters", "ExcludeLowercase", "ExcludeNumbers", "ExcludePunctuation", "ExcludeUppercase", "IncludeSpace", "RequireEachIncludedType")
	length := generate.Int("PasswordLength", 32)
	if length < 1 || length > 4096 {
		generate.Problemf("PasswordLength", "must be 1 to 4096, got %d", length)
		return ""
	}
	made := strings.Repeat(r.stack.ids.short("generated secret", r.LogicalID, 32), length/32+1)[:length]
	key := generate.String("GenerateStringKey", "")
	if key == "" {
		return made
	}
	fields := map[string]any{}
	if err := json.Unmarshal([]byte(generate.String("SecretStringTemplate", "")), &fields); err != nil {
		generate.Problemf("SecretStringTemplate", "must be a JSON object, which gets the field %s", key)
	}
	fields[key] = made
	text, _ := json.Marshal(fields) // of what JSON was: cannot fail
	return string(text)
}

// addressSecrets replaces the AWS URL of a user pool's domain in all secrets with the
// URL here, so that a service that reads its token URL from a secret works.
func (s *System) addressSecrets(region, domain, url string) {
	host := domain // a custom domain has a dot
	if !strings.Contains(domain, ".") {
		host += ".auth." + region + ".amazoncognito.com"
	}
	for i, secret := range s.secrets {
		s.secrets[i].Value = strings.ReplaceAll(secret.Value, "https://"+host+"/", url+"/")
	}
}

// secretReference resolves {{resolve:secretsmanager:…}} from the secrets of the
// templates, those of the referring stack first.
func (s *System) secretReference(from *stack, reference cfn.SecretReference) (string, error) {
	secrets := slices.Clone(s.secrets)
	slices.SortStableFunc(secrets, func(a, b Secret) int {
		return cmp.Compare(order(a.Stack == from.name), order(b.Stack == from.name))
	})
	for _, secret := range secrets {
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
	return "", fmt.Errorf("secret %q is in none of the templates: only their secrets are known", reference.SecretID)
}

// order sorts wanted elements to the front.
func order(wanted bool) int {
	if wanted {
		return 0
	}
	return 1
}
