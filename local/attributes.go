package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// ref answers Ref for a resource as AWS documents it for the resource's type.
func (d *deployment) ref(resource *cfn.Resource) (any, error) {
	switch resource.Type {
	case typeUserPool:
		return d.userPoolID(resource), nil
	case typeUserPoolClient:
		return d.ids.ClientID(resource.LogicalID), nil
	case typeModel:
		return d.resolver.Properties(resource).String(resource.RefProperty(), d.id(resource)), nil
	case typeRestAPI:
		return d.apiID(resource), nil
	case typeSecret:
		return d.secretARN(resource), nil
	}
	if name := resource.RefProperty(); name != "" {
		return d.property(resource, name)
	}
	return d.id(resource), nil
}

// attribute answers Fn::GetAtt.
func (d *deployment) attribute(resource *cfn.Resource, name string) (any, error) {
	id, err := d.ref(resource)
	if err != nil || resource.IsID(name) {
		return id, err
	}
	switch resource.Type + "." + name {
	case typeUserPool + ".Arn":
		return d.userPoolARN(id.(string)), nil
	case typeUserPool + ".ProviderName":
		return fmt.Sprintf("cognito-idp.%s.amazonaws.com/%s", d.ids.pseudo.Region, id), nil
	case typeUserPool + ".ProviderURL":
		return fmt.Sprintf("%s/%s", d.url, id), nil
	case typeUserPoolClient + ".ClientSecret":
		return cfn.Secret(d.ids.ClientSecret(resource.LogicalID)), nil
	case typeUserPoolClient + ".Name":
		return d.property(resource, "ClientName")
	case typeUserPoolDomain + ".CloudFrontDistribution":
		return d.id(resource) + ".cloudfront.net", nil
	case typeDomainName + ".RegionalDomainName", typeDomainName + ".DistributionDomainName":
		return fmt.Sprintf("d-%s.execute-api.%s.amazonaws.com", d.id(resource), d.ids.pseudo.Region), nil
	case typeRestAPI + ".RootResourceId":
		return d.rootResourceID(resource.LogicalID), nil
	}
	return nil, fmt.Errorf("the attribute %s of a %s is not known here", name, resource.Type)
}

// property resolves a property that a reference to the resource stands for.
func (d *deployment) property(resource *cfn.Resource, name string) (any, error) {
	properties := d.resolver.Properties(resource)
	value := properties.String(name, "")
	if value == "" {
		return nil, fmt.Errorf("%s has no %s", resource.LogicalID, name)
	}
	return value, nil
}

func (d *deployment) arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, d.ids.pseudo.Region, d.ids.pseudo.AccountID, resource)
}

func (d *deployment) userPoolID(resource *cfn.Resource) string {
	return d.ids.PoolID(d.ids.pseudo.Region, resource.LogicalID)
}

func (d *deployment) userPoolARN(id string) string { return d.arn("cognito-idp", "userpool/"+id) }

func (d *deployment) apiID(resource *cfn.Resource) string {
	return d.ids.short("api", resource.LogicalID, 10)
}

// id returns the physical id of a resource that has nothing better to be called by.
func (d *deployment) id(resource *cfn.Resource) string {
	return d.ids.short(resource.Type, resource.LogicalID, 6)
}

func (d *deployment) rootResourceID(restAPI string) string {
	return d.ids.short("root resource", restAPI, 10)
}

// short returns length letters and digits that follow from a resource's logical
// id; kind keeps the several ids of one resource apart.
func (i *identifiers) short(kind, logicalID string, length int) string {
	sum := sha256.Sum256([]byte(i.pseudo.StackName + "\x00" + kind + "\x00" + logicalID))
	return hex.EncodeToString(sum[:])[:length]
}

// constructPath is the path of the construct that a template's author wrote:
// CDK calls the resource within it Resource.
func constructPath(resource *cfn.Resource) string {
	path := resource.ConstructPath()
	for strings.HasSuffix(path, "/Resource") {
		path = strings.TrimSuffix(path, "/Resource")
	}
	return path
}
