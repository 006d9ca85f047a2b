package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"example.com/weather-events-api/internal/walktarget"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

// localTarget is what the walk-through fits of the chosen API and client.
func (c *choice) localTarget(server *local.Server) (walkthrough.Target, error) {
	api, err := c.api(server)
	if err != nil {
		return walkthrough.Target{}, err
	}
	clients := server.Clients()
	if c.Client != "" {
		client, err := c.client(server)
		if err != nil {
			return walkthrough.Target{}, err
		}
		clients = []local.Client{client}
	}
	return walktarget.Among(server, []local.API{api}, clients)
}

// targetOfOutputs reads the stack outputs from a file of cdk deploy
// --outputs-file, and the client secret from Cognito.
func targetOfOutputs(ctx context.Context, file, stack, region string) (walkthrough.Target, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return walkthrough.Target{}, fmt.Errorf("read the outputs: %w", err)
	}
	var stacks map[string]map[string]string
	if err := json.Unmarshal(data, &stacks); err != nil {
		return walkthrough.Target{}, fmt.Errorf("%s is not a file of cdk deploy --outputs-file: %w", file, err)
	}
	names := slices.Sorted(maps.Keys(stacks))
	if stack == "" && len(names) == 1 {
		stack = names[0]
	}
	outputs, found := stacks[stack]
	if !found {
		return walkthrough.Target{}, fmt.Errorf("%s has the outputs of %v: choose one with --stack", file, names)
	}
	return deployedTarget(ctx, stack, outputs, region)
}

// targetOfStack reads the outputs of a deployed stack, and the client secret
// from Cognito.
func targetOfStack(ctx context.Context, stack, region string) (walkthrough.Target, error) {
	cfg, err := awsConfig(ctx, region)
	if err != nil {
		return walkthrough.Target{}, err
	}
	answer, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return walkthrough.Target{}, fmt.Errorf("describe stack %s: %w", stack, err)
	}
	outputs := map[string]string{}
	for _, output := range answer.Stacks[0].Outputs {
		outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return deployedTarget(ctx, stack, outputs, cfg.Region)
}

func deployedTarget(ctx context.Context, stack string, outputs map[string]string, region string) (walkthrough.Target, error) {
	var missing []string
	for _, name := range []string{"ApiUrl", "TokenUrl", "UserPoolId", "ClientId"} {
		if outputs[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return walkthrough.Target{}, fmt.Errorf("stack %s has no output %s: is it a weather events API, deployed with this version?", stack, strings.Join(missing, ", "))
	}
	secret, err := clientSecret(ctx, outputs["UserPoolId"], outputs["ClientId"], region)
	return walkthrough.Target{
		APIURL: outputs["ApiUrl"], TokenURL: outputs["TokenUrl"], ClientID: outputs["ClientId"], ClientSecret: secret,
	}, err
}

// clientSecret reads an app client's secret. The id of a user pool begins with
// its Region, which holds unless another is given.
func clientSecret(ctx context.Context, pool, client, region string) (string, error) {
	if region == "" {
		region, _, _ = strings.Cut(pool, "_")
	}
	cfg, err := awsConfig(ctx, region)
	if err != nil {
		return "", err
	}
	answer, err := cognitoidentityprovider.NewFromConfig(cfg).DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{
		UserPoolId: &pool, ClientId: &client,
	})
	if err != nil {
		return "", fmt.Errorf("read the secret of client %s: %w", client, err)
	}
	return aws.ToString(answer.UserPoolClient.ClientSecret), nil
}

// awsConfig is the standard configuration: environment, profile, AWS_ENDPOINT_URL.
func awsConfig(ctx context.Context, region string) (aws.Config, error) {
	var options []func(*config.LoadOptions) error
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil && cfg.Region == "" {
		err = fmt.Errorf("no AWS Region: give --region, or set AWS_REGION")
	}
	return cfg, err
}
