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

// guard checks what only the finished tree can show, once per synthesis. There
// is one for all authorization servers of a CDK Stage (an App is one), so that
// every stack is walked once, however many APIs it holds.
type guard struct {
	constructs.Construct
	servers []*authorizationServer
}

// guardOf returns the guard of the Stage that scope is in.
func guardOf(scope constructs.Construct) *guard {
	stage := awscdk.Stage_Of(scope)
	if existing, ok := stage.Node().TryFindChild(jsii.String(guardID)).(*guard); ok {
		return existing
	}
	g := &guard{}
	constructs.NewConstruct_Override(g, stage, jsii.String(guardID))
	g.Node().AddValidation(g)
	return g
}

func (g *guard) addServer(server *authorizationServer) { g.servers = append(g.servers, server) }

// Validate implements constructs.IValidation: it returns every broken rule, and
// adds warnings for scopes that nobody can use.
func (g *guard) Validate() *[]*string {
	findings := &findings{}
	stacks := g.stacks()
	g.checkMethods(findings, stacks)
	g.checkClients(findings)
	g.checkDomains(findings)
	g.checkAccountRole(findings, stacks)
	g.checkCustomResources(findings, stacks)
	g.checkSecrets(findings, stacks)
	for _, server := range g.servers {
		server.warnAboutScopes()
	}
	return jsii.Strings(findings.messages...)
}

// findings are the broken rules, in the order in which they were found.
type findings struct{ messages []string }

func (f *findings) addf(format string, args ...any) {
	f.messages = append(f.messages, fmt.Sprintf(format, args...))
}

// stackTree is a stack with everything in it.
type stackTree struct {
	stack awscdk.Stack
	nodes []constructs.IConstruct
}

// stacks returns every stack of the guard's Stage: a method of a protected API
// can stand in another stack than the API. A stack within a stack is part of
// the outer one; a Stage within the Stage has a guard of its own.
func (g *guard) stacks() []stackTree {
	var trees []stackTree
	var visit func(scope constructs.IConstruct)
	visit = func(scope constructs.IConstruct) {
		for _, child := range *scope.Node().Children() {
			switch child := child.(type) {
			case awscdk.Stack:
				trees = append(trees, stackTree{child, *child.Node().FindAll(constructs.ConstructOrder_PREORDER)})
			case awscdk.Stage:
			default:
				visit(child)
			}
		}
	}
	visit(awscdk.Stage_Of(g))
	return trees
}

// resolve returns values as they will stand in the template of stack, all in
// one round trip to Node.
func resolve(stack awscdk.Stack, values []any) []any {
	if len(values) == 0 {
		return nil
	}
	return stack.Resolve(values).([]any)
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
