// Empty is an app without a stack: the cost of a synthesis before its first
// construct.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()
	awscdk.NewApp(nil).Synth(nil)
}
