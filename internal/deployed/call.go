package deployed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// Permissions are the IAM actions that [Read] may need, depending on the stacks. All of
// them only read.
var Permissions = []string{
	getAPIKey,
	"cloudformation:DescribeStacks",
	"cloudformation:GetTemplate",
	"cloudformation:ListExports",
	"cloudformation:ListStackResources",
	"cognito-idp:DescribeUserPool",
	"cognito-idp:DescribeUserPoolClient",
}

// getAPIKey is the action for GetApiKey: API Gateway's actions are HTTP methods.
const getAPIKey = "apigateway:GET"

// denied are the error codes for a missing permission.
var denied = []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorizedException"}

// call calls AWS. It returns nil and notes the failure if that fails, so that reading goes
// on and reports all failures at once.
func call[T any](ctx context.Context, r *reader, action, subject string, do func(context.Context) (*T, error)) *T {
	limited, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	value, err := do(limited)
	if err == nil && value != nil {
		return value
	}
	_, operation, _ := strings.Cut(action, ":")
	if action == getAPIKey {
		operation = "GetApiKey"
	}
	what := operation + " of " + subject
	refused, isRefused := errors.AsType[smithy.APIError](err)
	switch {
	case ctx.Err() != nil:
		r.failed = append(r.failed, fmt.Errorf("%s: interrupted before there was an answer", what))
	case limited.Err() != nil:
		r.failed = append(r.failed, fmt.Errorf("%s: no answer within %v", what, r.options.Timeout))
	case isRefused && slices.Contains(denied, refused.ErrorCode()):
		r.missing = append(r.missing, action+" on "+subject)
	case err != nil:
		r.failed = append(r.failed, fmt.Errorf("%s: %w", what, err))
	default:
		r.failed = append(r.failed, fmt.Errorf("%s: an answer without content", what))
	}
	return nil
}

// err returns all failures.
func (r *reader) err(ctx context.Context) error {
	failed := slices.Clone(r.failed)
	if len(r.missing) > 0 {
		text := "the credentials lack permissions:"
		for _, permission := range r.missing {
			text += "\n- " + permission
		}
		failed = append(failed, errors.New(text))
	}
	if len(failed) == 0 {
		return context.Cause(ctx)
	}
	return errors.Join(failed...)
}
