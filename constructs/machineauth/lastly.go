package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// lastPriority is that of an aspect which comes after those of users.
const lastPriority = 1000

// lastly has do called when the app is synthesized, once everything is in it.
func lastly(construct constructs.IConstruct, do func()) {
	awscdk.Aspects_Of(construct).Add(&last{construct, do}, &awscdk.AspectOptions{Priority: jsii.Number(lastPriority)})
}

// last is an aspect for one construct.
type last struct {
	construct constructs.IConstruct
	do        func()
}

// Visit implements awscdk.IAspect.
func (l *last) Visit(node constructs.IConstruct) {
	if node == l.construct {
		l.do()
	}
}
