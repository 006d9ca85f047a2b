package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go/logging"

	"example.com/weather-events-api/internal/walkthrough"
)

// maxOutputs bounds the outputs file, in bytes. A stack has at most 200 outputs.
const maxOutputs = 10 << 20

// targetOfOutputs reads the stack outputs from a file of cdk deploy --outputs-file,
// and the client from Cognito.
func (c *verifyCommand) targetOfOutputs(ctx context.Context) (walkthrough.Target, error) {
	data, err := within(ctx, c.Timeout, "read the outputs", func(context.Context) ([]byte, error) {
		file, err := os.Open(c.Outputs)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		data, err := io.ReadAll(io.LimitReader(file, maxOutputs+1))
		if err == nil && len(data) > maxOutputs {
			err = fmt.Errorf("%s has more than %d bytes", c.Outputs, maxOutputs)
		}
		return data, err
	})
	if err != nil {
		return walkthrough.Target{}, err
	}
	var stacks map[string]map[string]string
	if err := json.Unmarshal(data, &stacks); err != nil {
		return walkthrough.Target{}, fmt.Errorf("%s is not a file that cdk deploy --outputs-file wrote: %w", c.Outputs, err)
	}
	names := slices.Sorted(maps.Keys(stacks))
	chosen := c.Stack
	if len(chosen) == 0 {
		chosen = names
	}
	stack := ""
	if len(chosen) == 1 {
		stack = chosen[0]
	}
	outputs, found := stacks[stack]
	if !found {
		return walkthrough.Target{}, fmt.Errorf("%s has the outputs of %q: choose one with --stack", c.Outputs, names)
	}
	return c.deployedTarget(ctx, stack, outputs, c.Region, func([]string) (walkthrough.Target, error) {
		return walkthrough.Target{}, errors.New("the outputs do not list them")
	})
}

// deployedTarget returns the target that a stack's outputs describe. Its methods
// come from fromTemplate, which gets the scopes of the client. If that fails, only
// GET and POST are known.
func (c *verifyCommand) deployedTarget(ctx context.Context, stack string, outputs map[string]string, region string, fromTemplate func(held []string) (walkthrough.Target, error)) (walkthrough.Target, error) {
	prefix, err := c.outputPrefix(stack, outputs)
	if err != nil {
		return walkthrough.Target{}, err
	}
	output := func(name string) string { return outputs[prefix+name] }
	client, err := c.describeClient(ctx, output("UserPoolId"), output("ClientId"), region)
	if err != nil {
		return walkthrough.Target{}, err
	}
	held := client.AllowedOAuthScopes
	if len(held) == 0 {
		held = strings.Fields(output("Scopes"))
	}
	target, unknown := fromTemplate(held)
	if err := ctx.Err(); err != nil {
		return target, err
	}
	target.APIURL, target.TokenURL, target.TokenOperation = output("ApiUrl"), output("TokenUrl"), output("TokenOperation")
	target.ClientID, target.ClientSecret = output("ClientId"), aws.ToString(client.ClientSecret)
	target.AnyAnswer = target.AnyAnswer || c.AnyAnswer
	target.Timeout, target.Transport = c.Timeout, transport
	if unknown == nil {
		return target, nil
	}
	target.Untried = []string{fmt.Sprintf("methods other than GET and POST, which are unknown: %v", unknown)}
	if len(held) == 0 {
		return target, nil // the defaults may be right
	}
	target.DeniedScope = walkthrough.DeniedScope(held, nil)
	if target.GetScope, target.PostScope = walkthrough.NamedScopes(held); target.GetScope != "" {
		return target, nil
	}
	return target.WithScopesOf(ctx, held)
}

// outputPrefix returns the OutputPrefix of the weather events API in a stack's
// outputs.
func (c *verifyCommand) outputPrefix(stack string, outputs map[string]string) (string, error) {
	missing := func(prefix string) (names []string) {
		for _, name := range []string{"ApiUrl", "TokenUrl", "UserPoolId", "ClientId"} {
			if outputs[prefix+name] == "" {
				names = append(names, prefix+name)
			}
		}
		return names
	}
	var prefixes []string
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		if prefix, found := strings.CutSuffix(name, "ApiUrl"); found && len(missing(prefix)) == 0 {
			prefixes = append(prefixes, prefix)
		}
	}
	switch {
	case c.OutputPrefix == nil && len(prefixes) == 1:
		return prefixes[0], nil
	case c.OutputPrefix == nil && len(prefixes) > 1:
		return "", fmt.Errorf("stack %s has outputs with the prefixes %q: choose one with --output-prefix", stack, prefixes)
	}
	prefix := ""
	if c.OutputPrefix != nil {
		prefix = *c.OutputPrefix
	}
	if names := missing(prefix); len(names) > 0 {
		return "", fmt.Errorf("stack %s has no output %s: is it a weather events API, deployed with this version?", stack, strings.Join(names, ", "))
	}
	return prefix, nil
}

// describeClient reads an app client with its secret. The Region is taken from the
// id of the user pool, unless it is given.
func (c *verifyCommand) describeClient(ctx context.Context, pool, client, region string) (*cognito.UserPoolClientType, error) {
	if region == "" {
		region, _, _ = strings.Cut(pool, "_")
	}
	cfg, err := c.awsConfig(ctx, region)
	if err != nil {
		return nil, err
	}
	answer, err := within(ctx, c.Timeout, "DescribeUserPoolClient of "+client, func(ctx context.Context) (*cognitoidentityprovider.DescribeUserPoolClientOutput, error) {
		return cognitoidentityprovider.NewFromConfig(cfg).DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{
			UserPoolId: &pool, ClientId: &client,
		})
	})
	if err == nil && answer.UserPoolClient == nil {
		err = fmt.Errorf("DescribeUserPoolClient of %s: the answer has no client", client)
	}
	if err != nil {
		return nil, err
	}
	return answer.UserPoolClient, nil
}

// awsConfig returns the standard configuration: environment, profile,
// AWS_ENDPOINT_URL. It retrieves the credentials, so that an error says whether they
// or a call failed.
func (c *verifyCommand) awsConfig(ctx context.Context, region string) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{config.WithLogger(logging.Nop{})} // the error says it
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	return within(ctx, c.Timeout, "AWS configuration and credentials", func(ctx context.Context) (aws.Config, error) {
		cfg, err := config.LoadDefaultConfig(ctx, options...)
		if err == nil && cfg.Region == "" {
			err = errors.New("no AWS Region: pass --region, or set AWS_REGION")
		}
		if err == nil {
			if _, err = cfg.Credentials.Retrieve(ctx); err != nil {
				err = fmt.Errorf("none were found: log in (aws sso login), name a profile in AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: %w", err)
			}
		}
		return cfg, err
	})
}

// within runs do for at most limit. The error begins with what.
func within[T any](ctx context.Context, limit time.Duration, what string, do func(context.Context) (T, error)) (T, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	value, err := await(limited, func() (T, error) { return do(limited) })
	switch {
	case err == nil:
	case ctx.Err() != nil:
		err = fmt.Errorf("%s: interrupted before there was an answer", what)
	case limited.Err() != nil:
		err = fmt.Errorf("%s: no answer within %v", what, limit)
	default:
		err = fmt.Errorf("%s: %w", what, err)
	}
	return value, err
}
