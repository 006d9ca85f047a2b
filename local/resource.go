package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/cognito"
)

// stack is one of the stacks of a system.
type stack struct {
	name     string // a nested stack is PARENT/LOGICALID
	of       *cfn.Stack
	ids      *identifiers
	resolver *cfn.Resolver
}

// identifiers generates the ids that AWS would generate for a stack.
type identifiers struct {
	*cognito.Generator
	seed   string
	pseudo cfn.Pseudo
}

// newIdentifiers returns the identifiers of a stack in one account and Region.
func newIdentifiers(pseudo cfn.Pseudo, environment cfn.Environment, random bool) *identifiers {
	seed := pseudo.StackName
	if environment.AccountID+environment.Region != "" {
		seed += "\x00" + environment.AccountID + "\x00" + environment.Region
	}
	ids := &identifiers{Generator: cognito.NewGenerator(seed), seed: seed, pseudo: pseudo}
	if random {
		ids.Generator = cognito.NewGenerator("")
	}
	return ids
}

// short returns an id of length hex digits that derives from a logical id. kind
// separates several ids of one resource.
func (i *identifiers) short(kind, logicalID string, length int) string {
	sum := sha256.Sum256([]byte(i.seed + "\x00" + kind + "\x00" + logicalID))
	return hex.EncodeToString(sum[:])[:length]
}

func (i *identifiers) arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, i.pseudo.Region, i.pseudo.AccountID, resource)
}

// resource is one resource of a stack.
type resource struct {
	*cfn.Resource
	stack *stack
	of    *System
}

// properties returns a reader of the properties.
func (r resource) properties() *cfn.Properties { return r.stack.resolver.Properties(r.Resource) }

// label returns the name of the resource in messages.
func (r resource) label() string {
	if len(r.of.stacks) > 1 {
		return r.qualified()
	}
	return r.LogicalID
}

// key returns a name that is unique among resources of the type.
func (r resource) key() string {
	if r.of.count[r.Type+" "+r.LogicalID] > 1 {
		return r.qualified()
	}
	return r.LogicalID
}

func (r resource) qualified() string { return r.stack.name + "/" + r.LogicalID }

// constructPath returns the path of the CDK construct, without the Resource that CDK
// appends for the CloudFormation resource.
func (r resource) constructPath() string {
	path := r.stack.of.ConstructPath(r.Resource)
	for strings.HasSuffix(path, "/Resource") {
		path = strings.TrimSuffix(path, "/Resource")
	}
	return path
}

// id returns the physical id of a resource whose type has no other.
func (r resource) id() string { return r.stack.ids.short(r.Type, r.LogicalID, 6) }

func (r resource) apiID() string { return r.stack.ids.short("api", r.LogicalID, 10) }

func (r resource) rootResourceID() string {
	return r.stack.ids.short("root resource", r.LogicalID, 10)
}

func (r resource) userPoolID() string {
	return r.stack.ids.PoolID(r.stack.ids.pseudo.Region, r.LogicalID)
}

func (r resource) userPoolARN() string {
	return r.stack.ids.arn("cognito-idp", "userpool/"+r.userPoolID())
}

func (r resource) clientID() string { return r.stack.ids.ClientID(r.LogicalID) }

func (r resource) clientSecret() string { return r.stack.ids.ClientSecret(r.LogicalID) }

// secretName returns the name in the template, or one that CloudFormation would generate.
func (r resource) secretName() string {
	return r.properties().String("Name", r.LogicalID+"-"+r.stack.ids.short("secret name", r.LogicalID, 12))
}

func (r resource) secretARN() string {
	return r.stack.ids.arn("secretsmanager", "secret:"+r.secretName()+"-"+r.stack.ids.short("secret", r.LogicalID, 6))
}

// stageName returns the name in the template, or one that CloudFormation would generate.
func (r resource) stageName() string {
	return r.properties().String("StageName", fmt.Sprintf("%.100s-%s", r.LogicalID, r.id()))
}

// property returns a property that Ref returns for the resource.
func (r resource) property(name string) (string, error) {
	value := r.properties().String(name, "")
	if value == "" {
		return "", fmt.Errorf("%s has no %s", r.LogicalID, name)
	}
	return value, nil
}

// ref resolves Ref as AWS documents it for the type of the resource.
func (s *System) ref(r resource) (any, error) {
	if t := s.types[r.Type]; t != nil && t.ref != nil {
		return t.ref(r), nil
	}
	if name := r.RefProperty(); name != "" {
		return r.property(name)
	}
	return r.id(), nil
}

// attribute resolves Fn::GetAtt.
func (s *System) attribute(r resource, name string) (any, error) {
	if r.IsID(name) {
		return s.ref(r)
	}
	if t := s.types[r.Type]; t != nil && t.attributes[name] != nil {
		return t.attributes[name](r), nil
	}
	if s.types[r.Type] == nil {
		return r.LogicalID + "." + name, nil // a placeholder: AWS generates the value
	}
	return nil, fmt.Errorf("the attribute %s of %s is not known here%s", name, r.Type, validation.DidYouMean(name, slices.Sorted(maps.Keys(s.types[r.Type].attributes))))
}
