package machineauth

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// guardID is the id of the guard within its Stage.
const guardID = "MachineAuthRules"

// guard holds the rules of protection for all authorization servers of a CDK
// Stage (an App is one). They are checked when only the finished tree can show
// them: stack by stack, and then what concerns the whole Stage.
//
// Why stack by stack: CDK calls a validation back, and every call of ours to
// CDK from within one callback nests deeper in Node, which gives up after some
// three thousand. CloudFormation allows a stack 500 resources, so that a call or
// two for each stay far from that.
type guard struct {
	constructs.Construct
	stage   awscdk.Stage
	servers []*authorizationServer
	// watched stacks are true once their rules were checked in this synthesis.
	watched map[awscdk.Stack]bool
}

// guardOf returns the guard of the Stage that scope is in.
func guardOf(scope constructs.Construct) *guard {
	stage := awscdk.Stage_Of(scope)
	if existing, ok := stage.Node().TryFindChild(jsii.String(guardID)).(*guard); ok {
		return existing
	}
	g := &guard{stage: stage, watched: map[awscdk.Stack]bool{}}
	constructs.NewConstruct_Override(g, stage, jsii.String(guardID))
	stage.Node().AddValidation(g)
	return g
}

func (g *guard) addServer(server *authorizationServer) {
	g.servers = append(g.servers, server)
	server.stack = g.watch(server)
}

// watch checks the rules in the stack of scope, which it returns: the outermost
// if it is nested.
func (g *guard) watch(scope constructs.Construct) awscdk.Stack {
	stack := awscdk.Stack_Of(scope)
	if _, watched := g.watched[stack]; watched {
		return stack
	}
	for outer := stack.NestedStackParent(); outer != nil; outer = stack.NestedStackParent() {
		stack = outer
	}
	if _, watched := g.watched[stack]; !watched {
		g.watched[stack] = false
		stack.Node().AddValidation(&stackRules{g, stack})
	}
	return stack
}

// stackRules are the rules in one stack that holds an authorization server or
// a protected API.
type stackRules struct {
	guard *guard
	stack awscdk.Stack
}

// Validate implements constructs.IValidation: it returns every broken rule. In
// the last stack it adds the warnings, as by then all methods were seen.
func (r *stackRules) Validate() *[]*string {
	findings := &findings{}
	tree := newStackTree(r.stack)
	r.guard.checkMethods(findings, tree)
	r.guard.checkClients(findings, tree)
	checkDomains(findings, tree)
	r.guard.checkAccountRole(findings, tree)
	r.guard.checkCustomResources(findings, tree)
	checkSecrets(findings, tree)
	r.guard.watched[r.stack] = true
	if r.guard.sawAllStacks() {
		r.guard.warnAboutScopes()
	}
	return jsii.Strings(findings.messages...)
}

func (g *guard) sawAllStacks() bool {
	for _, checked := range g.watched {
		if !checked {
			return false
		}
	}
	return true
}

// Validate implements constructs.IValidation for what no single stack can show:
// it returns every method of a protected API that stands unprotected in a stack
// of others. CDK validates a Stage before what is in it.
func (g *guard) Validate() *[]*string {
	for stack := range g.watched {
		g.watched[stack] = false
	}
	findings := &findings{}
	g.checkOtherStacks(findings, g.stage)
	return jsii.Strings(findings.messages...)
}

// checkOtherStacks checks the methods in the stacks that nobody watches. A stack
// within a stack is part of the outer one; a Stage within the Stage has a guard
// of its own.
func (g *guard) checkOtherStacks(findings *findings, scope constructs.IConstruct) {
	for _, child := range *scope.Node().Children() {
		switch child := child.(type) {
		case awscdk.Stack:
			if _, watched := g.watched[child]; !watched {
				g.checkMethods(findings, newStackTree(child))
			}
		case awscdk.Stage, *guard:
		default:
			g.checkOtherStacks(findings, child)
		}
	}
}

// findings are the broken rules, in the order in which they were found.
type findings struct{ messages []string }

func (f *findings) addf(format string, args ...any) {
	f.messages = append(f.messages, fmt.Sprintf(format, args...))
}

func toJSON(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}

// owner returns the path of the construct that a CloudFormation resource
// belongs to, which is what its author wrote.
func owner(resource constructs.IConstruct) string {
	return strings.TrimSuffix(*resource.Node().Path(), "/Resource")
}

func joinScopes(names []string) string { return strings.Join(names, " ") }
