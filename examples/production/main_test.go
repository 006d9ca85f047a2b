package main

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

func TestNag(t *testing.T) {
	app := awscdk.NewApp(nil)
	stack := newProductionStack(app)
	awscdk.Aspects_Of(stack).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{}), nil)
	for _, m := range *assertions.Annotations_FromStack(stack).FindError(star(), assertions.Match_AnyValue()) {
		fmt.Println(*m.Id, m.Entry.Data)
	}
	for _, m := range *assertions.Annotations_FromStack(stack).FindWarning(star(), assertions.Match_AnyValue()) {
		fmt.Println("W", *m.Id, m.Entry.Data)
	}
}

func star() *string { s := "*"; return &s }
