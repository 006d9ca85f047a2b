package rules

import "slices"

// Rule describes one rule.
type Rule struct {
	// ID identifies the rule, such as method-open. It never changes: apps acknowledge
	// it, and code hosts group findings by it.
	ID string `json:"id"`
	// Severity is the severity of most findings. Some are less severe if no construct
	// declared that it protects the API.
	Severity Severity `json:"severity"`
	// Protects says what the rule guarantees.
	Protects string `json:"protects"`
	// Source is the URL of the AWS documentation behind the rule.
	Source string `json:"source"`
}

type row struct {
	Rule
	check func(*checker)
}

const ruleUnread = "template-unread"

// AWS documentation behind the rules.
const (
	guideScopes       = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html"
	guideAuthorizer   = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html"
	guideDeployment   = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html"
	guideResponses    = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-gatewayresponse.html"
	guideStage        = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html"
	guideServers      = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html"
	guideClients      = "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html"
	guideDomains      = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html"
	guideSecrets      = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html"
	guideClientSecret = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html"
	guideAccount      = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html"
	guideSignUp       = "https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html"
	guideTrigger      = "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html"
	guideQuotas       = "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html"
	guideAPIQuotas    = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"
	guideTransform    = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros.html"
)

// table lists the rules. init fills it, because the checks refer to it.
var table []row

func init() {
	table = []row{
		{Rule{"method-open", Fatal, "every method of a protected API requires a token", guideAuthorizer}, checkOpenMethods},
		{Rule{"method-without-scope", Fatal, "machines can call the method: without a scope, API Gateway requires an ID token, which no machine has", guideScopes}, checkMethodScopes},
		{Rule{"method-authorization", Fatal, "only a scope opens a method, unless an exception allows something else", guideAuthorizer}, checkMethodAuthorization},
		{Rule{"scope-undeclared", Fatal, "every scope in use is declared: otherwise Cognito refuses the client, and nobody can call the method", guideServers}, checkDeclaredScopes},
		{Rule{"authorizer-changed", Fatal, "a protected API accepts tokens of its own user pool only", guideAuthorizer}, checkAuthorizers},
		{Rule{"stage-behind", Fatal, "a stage enforces what the template says: a deployment only copies what was created before it", guideDeployment}, checkStages},
		{Rule{"client-not-a-machine", Fatal, "only a machine with a secret gets a scope that a method requires", guideClients}, checkMachines},
		{Rule{"client-before-scopes", Fatal, "the scopes of a client exist when Cognito creates it", guideServers}, checkClientOrder},
		{Rule{"client-elsewhere", Fatal, "a client is in the user pool of its authorization server", guideClients}, checkClientPools},
		{Rule{"secret-exposed", Fatal, "a client secret is only in the value of a Secrets Manager secret", guideSecrets}, checkSecrets},
		{Rule{"secret-read-by-lambda", Fatal, "no custom resource reads, and perhaps logs, a client secret: Fn::GetAtt needs no custom resource", guideClientSecret}, checkCustomResources},
		{Rule{"account-role", Fatal, "no stack unintentionally changes the CloudWatch role of all APIs in the account", guideAccount}, checkAccountRole},
		{Rule{"pool-sign-up", Error, "nobody signs up in a user pool for machines", guideSignUp}, checkSignUp},
		{Rule{"pool-trigger", Warning, "no function adds scopes to tokens unnoticed", guideTrigger}, checkTriggers},
		{Rule{"pool-domains", Fatal, "a user pool has at most one prefix domain and one custom domain: Cognito refuses a second", guideDomains}, checkDomains},
		{Rule{"resource-server-twice", Fatal, "a user pool has one resource server for each identifier: Cognito refuses a second", guideServers}, checkServers},
		{Rule{"gateway-response-twice", Fatal, "an API has one gateway response of each type: API Gateway refuses a second", guideResponses}, checkResponsesTwice},
		{Rule{"stage-twice", Fatal, "an API has one stage of each name: API Gateway refuses a second", guideStage}, checkStagesTwice},
		{Rule{"pool-region", Fatal, "a user pool is in the API's Region, and its id and ARN are valid", guideAuthorizer}, checkRegions},
		{Rule{"name-twice", Error, "a name that must be unique in a Region is used once", guideDomains}, checkNamesTwice},
		{Rule{"token-validity", Fatal, "Cognito accepts the validity of the client's tokens", guideClients}, checkValidity},
		{Rule{"cognito-names", Fatal, "AWS accepts the names, values and counts of the resources that the rules read", guideQuotas}, checkNames},
		{Rule{"api-unprotected", Warning, "an authorization server with clients protects an API", guideAuthorizer}, checkUnprotected},
		{Rule{"scope-unused", Warning, "a declared scope is held by a client or required by a method", guideServers}, checkUnusedScopes},
		{Rule{"scope-without-client", Warning, "a client can call each method", guideServers}, checkScopesWithoutClient},
		{Rule{"allowance-unused", Warning, "every exception is still needed: an outdated one hides a later mistake", guideAuthorizer}, checkAllowances},
		{Rule{"api-quota", Fatal, "an API stays within API Gateway's quotas", guideAPIQuotas}, checkQuotas},
		{Rule{ruleUnread, Error, "everything that is deployed was checked: templates, OpenAPI documents, and every outcome of conditions", guideTransform}, checkUnread},
	}
}

// Table returns all rules, in documentation order.
func Table() []Rule {
	rows := make([]Rule, 0, len(table))
	for _, r := range table {
		rows = append(rows, r.Rule)
	}
	return rows
}

func ruleIndex(id string) int { return slices.IndexFunc(table, func(r row) bool { return r.ID == id }) }
