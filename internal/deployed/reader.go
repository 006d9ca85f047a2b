package deployed

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local"
)

const (
	typeStack    = "AWS::CloudFormation::Stack"
	typeUserPool = "AWS::Cognito::UserPool"
	// maxStacks and maxPages limit what is read, with nested stacks. A stack has at most
	// 500 resources, and a page holds 100.
	maxStacks = 200
	maxPages  = 100
)

// reader reads deployed stacks.
type reader struct {
	config         aws.Config
	options        Options
	cloudformation *cloudformation.Client
	apigateway     *apigateway.Client

	stacks     []*cfn.Stack
	names      map[*cfn.Stack]string        // as in package local
	arns       map[string]bool              // of the stacks
	physical   map[string]map[string]string // ids, by the name of the stack and logical id
	parameters map[string]string
	imports    map[string]string
	outputs    map[string]map[string]string

	failed  []error
	missing []string // permissions
}

func newReader(config aws.Config, options Options) *reader {
	r := &reader{
		config: config, options: options, cloudformation: cloudformation.NewFromConfig(config), apigateway: apigateway.NewFromConfig(config),
		names: map[*cfn.Stack]string{}, arns: map[string]bool{}, physical: map[string]map[string]string{}, outputs: map[string]map[string]string{},
		parameters: map[string]string{}, imports: map[string]string{},
	}
	maps.Copy(r.parameters, options.Parameters)
	maps.Copy(r.imports, options.Imports)
	return r
}

// readStacks returns the stacks, each followed by the stacks nested in it.
func (r *reader) readStacks(ctx context.Context) []*cfn.Stack {
	given := r.givenStacks()
	for _, name := range r.options.Stacks {
		described := r.describeStack(ctx, name)
		if described == nil {
			continue
		}
		r.outputs[name] = map[string]string{}
		for _, output := range described.Outputs {
			r.outputs[name][aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
		}
		arn := aws.ToString(described.StackId)
		if of := given[name]; len(of) > 0 {
			r.addParameters(name, of[0], described.Parameters)
			r.stacks = append(r.stacks, of...)
			r.readResources(ctx, cmp.Or(of[0].Environment.StackName, name), arn, of[0])
		} else if template := r.template(ctx, name, arn); template != nil {
			template.Environment.StackName = name
			root := &cfn.Stack{ID: name, Names: []string{name}, Template: template}
			r.addParameters(name, root, described.Parameters)
			r.stacks = append(r.stacks, root)
			r.readResources(ctx, name, arn, root)
		}
	}
	if slices.ContainsFunc(r.stacks, func(s *cfn.Stack) bool { return s.Uses("Fn::ImportValue") }) {
		r.readExports(ctx)
	}
	return r.stacks
}

// givenStacks returns the templates that the options give, by the name of the stack.
func (r *reader) givenStacks() map[string][]*cfn.Stack {
	if r.options.Templates == nil {
		return nil
	}
	stacks, unread, err := r.options.Templates()
	if err == nil && len(r.options.Stacks) == 1 && len(stacks) > 0 && !slices.ContainsFunc(stacks, func(s *cfn.Stack) bool { return slices.Contains(s.Names, r.options.Stacks[0]) }) {
		if roots := slices.DeleteFunc(slices.Clone(stacks), func(s *cfn.Stack) bool { return s.Parent != nil }); len(roots) == 1 {
			roots[0].Call(r.options.Stacks[0]) // a template file does not name its stack
		}
	}
	given := map[string][]*cfn.Stack{}
	for _, name := range r.options.Stacks {
		if err == nil {
			given[name], err = cfn.ChooseStacks(stacks, unread, []string{name})
		}
	}
	if err != nil {
		r.failed = append(r.failed, err)
	}
	return given
}

func (r *reader) describeStack(ctx context.Context, name string) *types.Stack {
	answer := call(ctx, r, "cloudformation:DescribeStacks", name, func(ctx context.Context) (*cloudformation.DescribeStacksOutput, error) {
		return r.cloudformation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	})
	switch {
	case answer == nil:
		return nil
	case len(answer.Stacks) != 1:
		r.failed = append(r.failed, fmt.Errorf("DescribeStacks of %s: %d stacks, want one", name, len(answer.Stacks)))
		return nil
	}
	return &answer.Stacks[0]
}

// addParameters adds the parameter values of a deployed stack, unless the options override
// them.
func (r *reader) addParameters(name string, stack *cfn.Stack, deployed []types.Parameter) {
	for _, parameter := range deployed {
		key := aws.ToString(parameter.ParameterKey)
		_, isGiven := r.options.Parameters[key]
		declared := slices.ContainsFunc(stack.Parameters, func(p *cfn.Parameter) bool { return p.Name == key })
		if full := name + ":" + key; !isGiven && declared && r.parameters[full] == "" {
			r.parameters[full] = cmp.Or(aws.ToString(parameter.ResolvedValue), aws.ToString(parameter.ParameterValue))
		}
	}
}

// template reads the template of a stack.
func (r *reader) template(ctx context.Context, name, arn string) *cfn.Template {
	answer := call(ctx, r, "cloudformation:GetTemplate", name, func(ctx context.Context) (*cloudformation.GetTemplateOutput, error) {
		return r.cloudformation.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &arn, TemplateStage: types.TemplateStageProcessed})
	})
	if answer == nil {
		return nil
	}
	template, err := cfn.ParseTemplate(name, []byte(aws.ToString(answer.TemplateBody)))
	if err != nil {
		r.failed = append(r.failed, fmt.Errorf("GetTemplate of %s: %w", name, err))
		return nil
	}
	if parts := strings.Split(arn, ":"); len(parts) > 5 {
		template.Environment = cfn.Environment{Region: parts[3], AccountID: parts[4]}
	}
	return template
}

// readResources reads the physical ids of the resources of a stack and of the stacks nested
// in it, whose templates it reads if they are not known.
func (r *reader) readResources(ctx context.Context, name, arn string, of *cfn.Stack) {
	ids := map[string]string{}
	r.physical[name], r.names[of], r.arns[arn] = ids, name, true
	var next *string
	for range maxPages {
		page := call(ctx, r, "cloudformation:ListStackResources", name, func(ctx context.Context) (*cloudformation.ListStackResourcesOutput, error) {
			return r.cloudformation.ListStackResources(ctx, &cloudformation.ListStackResourcesInput{StackName: &arn, NextToken: next})
		})
		if page == nil {
			return
		}
		for _, resource := range page.StackResourceSummaries {
			if resource.ResourceStatus != types.ResourceStatusDeleteComplete {
				ids[aws.ToString(resource.LogicalResourceId)] = aws.ToString(resource.PhysicalResourceId)
			}
		}
		if next = page.NextToken; next == nil {
			break
		}
	}
	for _, resource := range of.Resources {
		if arn := ids[resource.LogicalID]; resource.Type == typeStack && arn != "" {
			r.readNested(ctx, name+"/"+resource.LogicalID, arn, of, resource)
		}
	}
}

func (r *reader) readNested(ctx context.Context, name, arn string, parent *cfn.Stack, in *cfn.Resource) {
	at := slices.IndexFunc(r.stacks, func(s *cfn.Stack) bool { return s.Parent == parent && s.In == in })
	if at < 0 {
		if len(r.stacks) >= maxStacks {
			r.failed = append(r.failed, fmt.Errorf("%s: more than %d stacks", name, maxStacks))
			return
		}
		template := r.template(ctx, name, arn)
		if template == nil {
			return
		}
		at, r.stacks = len(r.stacks), append(r.stacks, &cfn.Stack{ID: parent.ID + "/" + in.LogicalID, Template: template, Parent: parent, In: in})
	}
	r.readResources(ctx, name, arn, r.stacks[at])
}

// readExports reads the exports of the other stacks of the account and Region.
func (r *reader) readExports(ctx context.Context) {
	var next *string
	for range maxPages {
		page := call(ctx, r, "cloudformation:ListExports", "all stacks", func(ctx context.Context) (*cloudformation.ListExportsOutput, error) {
			return r.cloudformation.ListExports(ctx, &cloudformation.ListExportsInput{NextToken: next})
		})
		if page == nil {
			return
		}
		for _, export := range page.Exports {
			isOurs := r.arns[aws.ToString(export.ExportingStackId)] // resolved from the loaded stacks
			if name := aws.ToString(export.Name); r.options.Imports[name] == "" && !isOurs {
				r.imports[name] = aws.ToString(export.Value)
			}
		}
		if next = page.NextToken; next == nil {
			return
		}
	}
}

// userPools maps the ids of user pools on AWS, which may be parameter values, to the user
// pools of the stacks.
func (r *reader) userPools() (options []local.Option) {
	for _, stack := range r.stacks {
		name := r.names[stack]
		for _, resource := range stack.Resources {
			if id := r.id(name, resource.LogicalID); resource.Type == typeUserPool && id != "" {
				options = append(options, local.WithUserPool(id, name+"/"+resource.LogicalID))
			}
		}
	}
	return options
}

// id returns the physical id of a resource.
func (r *reader) id(stack, logicalID string) string { return r.physical[stack][logicalID] }

// domains are the domains of a user pool.
type domains struct{ prefix, custom string }

func (r *reader) describePool(ctx context.Context, pool string) domains {
	answer := call(ctx, r, "cognito-idp:DescribeUserPool", pool, func(ctx context.Context) (*cognitoidentityprovider.DescribeUserPoolOutput, error) {
		return r.cognito(pool).DescribeUserPool(ctx, &cognitoidentityprovider.DescribeUserPoolInput{UserPoolId: &pool})
	})
	if answer == nil || answer.UserPool == nil {
		return domains{}
	}
	return domains{aws.ToString(answer.UserPool.Domain), aws.ToString(answer.UserPool.CustomDomain)}
}

func (r *reader) describeClient(ctx context.Context, pool, id string) cognito.UserPoolClientType {
	answer := call(ctx, r, "cognito-idp:DescribeUserPoolClient", id, func(ctx context.Context) (*cognitoidentityprovider.DescribeUserPoolClientOutput, error) {
		return r.cognito(pool).DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: &pool, ClientId: &id})
	})
	if answer == nil || answer.UserPoolClient == nil {
		return cognito.UserPoolClientType{}
	}
	return *answer.UserPoolClient
}

// cognito returns a client for the Region of a user pool.
func (r *reader) cognito(pool string) *cognitoidentityprovider.Client {
	return cognitoidentityprovider.NewFromConfig(r.config, func(o *cognitoidentityprovider.Options) { o.Region = cmp.Or(regionOf(pool), o.Region) })
}

func (r *reader) apiKey(ctx context.Context, id string) string {
	answer := call(ctx, r, getAPIKey, "/apikeys/"+id, func(ctx context.Context) (*apigateway.GetApiKeyOutput, error) {
		return r.apigateway.GetApiKey(ctx, &apigateway.GetApiKeyInput{ApiKey: &id, IncludeValue: aws.Bool(true)})
	})
	if answer == nil {
		return ""
	}
	return aws.ToString(answer.Value)
}
