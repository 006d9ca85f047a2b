// Package deployed reads deployed stacks from AWS, so that a matrix can try who can call
// what: the templates say what to expect, CloudFormation gives the physical ids, and
// Cognito and API Gateway the callers' secrets and keys.
//
// It only reads, with the IAM actions in [Permissions].
package deployed

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/local"
)

// Options say what to read.
type Options struct {
	// Stacks are the names of the stacks, at least one.
	Stacks []string
	// Templates are the deployed templates, from which stacks are chosen by name. Default:
	// read from CloudFormation.
	Templates local.Source
	// Parameters and Imports are values for [local.WithParameters] and [local.WithImports]
	// that AWS does not return, or that override those it returns.
	Parameters, Imports map[string]string
	// Timeout limits each call of AWS.
	Timeout time.Duration
	// Client is a client whose user pool is in none of the stacks.
	Client ElsewhereClient
}

// ElsewhereClient is an app client of a user pool that is in none of the stacks.
type ElsewhereClient struct {
	// ID is the client id, empty without a client.
	ID string
	// Secret is the client secret. Default: read from Cognito.
	Secret string
	// TokenURL is the token endpoint. Default: the domain of the pool, read from Cognito.
	TokenURL string
	// Scopes are the client's scopes. Default: read from Cognito.
	Scopes []string
}

// System is the system that stacks have deployed.
type System struct {
	// Target has the URLs, ids and secrets on AWS.
	Target matrix.Target
	// Here is the same system, loaded on this machine without backends.
	Here *local.System
	// Outputs are the outputs of each stack, by its name.
	Outputs map[string]map[string]string
	// Notes say what cannot be tried, and why.
	Notes []string
}

// waived are the features that templates of deployed stacks may use, since requests go to
// AWS.
var waived = local.Without("resource-policy", "mutual-tls", "private-endpoint", "cache", "canary", "pre-token-generation", "http-api")

// Read reads stacks. Its error names everything that it could not read, and each missing
// permission.
func Read(ctx context.Context, config aws.Config, options Options) (*System, error) {
	r := newReader(config, options)
	stacks := r.readStacks(ctx)
	if err := r.err(ctx); err != nil {
		return nil, err
	}
	source := func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return stacks, nil, nil }
	given := append(r.userPools(), local.WithParameters(r.parameters), local.WithImports(r.imports))
	system, err := local.Load(source, append(given, local.WithoutBackends(), waived)...)
	if err != nil {
		return nil, err
	}
	if _, err := system.FindClient(options.Client.ID); err == nil {
		r.options.Client = ElsewhereClient{} // a stack declares it
	}
	target, err := matrix.Of(system).HeldTo(source)
	if err != nil {
		return nil, err
	}
	d := &System{Target: target, Here: system, Outputs: r.outputs}
	r.locate(ctx, d)
	return d, r.err(ctx)
}

// locate replaces the local URLs, ids and secrets with those on AWS.
func (r *reader) locate(ctx context.Context, d *System) {
	for i := range d.Target.APIs {
		d.Target.APIs[i].URL = r.url(d.Target.APIs[i])
	}
	for i := range d.Target.UserPools {
		pool := &d.Target.UserPools[i]
		if !pool.MadeUp {
			pool.ID = r.id(pool.Stack, pool.LogicalID)
		}
		pool.Issuer = "https://cognito-idp." + regionOf(pool.ID) + "." + r.suffix() + "/" + pool.ID
	}
	r.locateClients(ctx, d)
	r.locateKeys(ctx, d)
}

// url returns the URL of a stage: its default endpoint, or its custom domain if that is
// off.
func (r *reader) url(api local.API) string {
	if api.DomainName != "" {
		return "https://" + strings.TrimSuffix(api.DomainName+"/"+api.BasePath, "/") + "/"
	}
	return fmt.Sprintf("https://%s.execute-api.%s.%s/%s/", r.id(api.Stack, api.LogicalID), r.config.Region, r.suffix(), api.Stage)
}

// suffix returns the suffix of the partition's host names.
func (r *reader) suffix() string {
	if strings.HasPrefix(r.config.Region, "cn-") {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// regionOf returns the Region in the id of a user pool.
func regionOf(pool string) string {
	region, _, _ := strings.Cut(pool, "_")
	return region
}

// locateClients reads the ids, secrets and token endpoints of clients. It leaves out the
// client of a stand-in, unless the options name the real one.
func (r *reader) locateClients(ctx context.Context, d *System) {
	t := &d.Target
	domains := map[string]domains{} // by the key of the pool
	var clients []local.Client
	for _, client := range t.Clients {
		pool := poolOf(t, client.UserPool)
		if client.MadeUp {
			if r.options.Client.ID == "" {
				d.Notes = append(d.Notes, fmt.Sprintf("the user pool %s is in none of the stacks, so its clients are unknown: "+
					"name one with --client ID, with its secret in CLIENT_SECRET", pool.ID))
				continue
			}
			client = r.elsewhere(ctx, pool, client)
		} else {
			client.ID = r.id(client.Stack, client.LogicalID)
			if client.Machine {
				described := r.describeClient(ctx, pool.ID, client.ID)
				client.Secret = aws.ToString(described.ClientSecret)
			}
		}
		if _, known := domains[pool.Key]; !known && (client.Machine && client.TokenOperation == "" && client.TokenURL != "") && r.options.tokenURL(client) == "" {
			domains[pool.Key] = r.describePool(ctx, pool.ID)
		}
		client.TokenURL = cmp.Or(r.options.tokenURL(client), r.tokenURL(client, pool.ID, domains[pool.Key]))
		clients = append(clients, client)
	}
	t.Clients = clients
}

// tokenURL returns the token URL in the options for a client of a pool elsewhere.
func (o Options) tokenURL(client local.Client) string {
	if client.MadeUp {
		return o.Client.TokenURL
	}
	return ""
}

// tokenURL returns where a client gets its tokens, "" if nowhere.
func (r *reader) tokenURL(client local.Client, pool string, at domains) string {
	switch {
	case client.TokenOperation == clienttoken.Operation:
		return "https://cognito-idp." + regionOf(pool) + "." + r.suffix() + "/"
	case at.custom != "":
		return "https://" + at.custom + "/oauth2/token"
	case at.prefix != "" && strings.HasPrefix(pool, "us-gov-"):
		return "https://" + at.prefix + ".auth-fips." + regionOf(pool) + ".amazoncognito.com/oauth2/token"
	case at.prefix != "":
		return "https://" + at.prefix + ".auth." + regionOf(pool) + ".amazoncognito.com/oauth2/token"
	}
	return ""
}

// elsewhere returns the client that the options name, of a pool that no stack declares.
func (r *reader) elsewhere(ctx context.Context, pool local.UserPool, client local.Client) local.Client {
	given := r.options.Client
	client.ID, client.Name, client.Secret, client.Machine = given.ID, given.ID, given.Secret, true
	client.Scopes = given.Scopes
	if client.Secret == "" || len(client.Scopes) == 0 {
		described := r.describeClient(ctx, pool.ID, given.ID)
		client.Secret = cmp.Or(client.Secret, aws.ToString(described.ClientSecret))
		if len(client.Scopes) == 0 {
			client.Scopes = described.AllowedOAuthScopes
		}
	}
	return client
}

func poolOf(t *matrix.Target, key string) local.UserPool {
	if i := slices.IndexFunc(t.UserPools, func(p local.UserPool) bool { return p.Key == key }); i >= 0 {
		return t.UserPools[i]
	}
	return local.UserPool{}
}

// locateKeys reads the values of the API keys, if a method requires one.
func (r *reader) locateKeys(ctx context.Context, d *System) {
	asked := false
	for _, methods := range d.Target.Methods {
		asked = asked || slices.ContainsFunc(methods, func(m local.Method) bool { return m.APIKeyRequired })
	}
	if !asked {
		d.Target.APIKeys = nil
		return
	}
	for i := range d.Target.APIKeys {
		key := &d.Target.APIKeys[i]
		key.ID = r.id(key.Stack, key.LogicalID)
		key.Value = r.apiKey(ctx, key.ID)
	}
}
