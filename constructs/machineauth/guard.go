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

// stacks returns the stacks that hold an authorization server or a protected API.
func (g *guard) stacks() []stackTree {
	var trees []stackTree
	seen := map[string]bool{}
	add := func(scope constructs.IConstruct) {
		stack := awscdk.Stack_Of(scope)
		if path := *stack.Node().Path(); !seen[path] {
			seen[path] = true
			trees = append(trees, stackTree{stack, *stack.Node().FindAll(constructs.ConstructOrder_PREORDER)})
		}
	}
	for _, server := range g.servers {
		add(server)
		for _, p := range server.protected {
			add(p.api)
		}
	}
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
