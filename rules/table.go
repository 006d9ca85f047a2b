package rules

import "slices"

// Rule is one row of the table of rules.
type Rule struct {
	// ID is a contract: it is what is acknowledged, and what a code host groups by.
	ID string `json:"id"`
	// Severity is that of most findings. Where no construct said that an API is
	// protected, some are of a lower one.
	Severity Severity `json:"severity"`
	// Protects says what would happen without the rule.
	Protects string `json:"protects"`
	// Source is where AWS documents why.
	Source string `json:"source"`
}

type row struct {
	Rule
	check func(*checker)
}

const ruleUnread = "template-unread"

// Where AWS documents the reasons.
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

// table lists the rules. It is filled by init, as the checks refer to it.
var table []row

func init() {
	table = []row{
		{Rule{"method-open", Fatal, "every method of a protected API asks for a token", guideAuthorizer}, checkOpenMethods},
		{Rule{"method-without-scope", Fatal, "a machine's token opens the method: without a scope API Gateway asks for an ID token, which no machine has", guideScopes}, checkMethodScopes},
		{Rule{"method-authorization", Fatal, "nothing but a scope opens a method, unless it was allowed by name", guideAuthorizer}, checkMethodAuthorization},
		{Rule{"scope-undeclared", Fatal, "a scope that is asked for exists: Cognito refuses a client with any other, and nobody can call such a method", guideServers}, checkDeclaredScopes},
		{Rule{"authorizer-changed", Fatal, "a protected API takes the tokens of its own user pool, and no others", guideAuthorizer}, checkAuthorizers},
		{Rule{"stage-behind", Fatal, "a stage enforces what the template says: a deployment is a copy of what was there before it", guideDeployment}, checkStages},
		{Rule{"client-not-a-machine", Fatal, "whoever gets a scope that a method requires is a machine with a secret", guideClients}, checkMachines},
		{Rule{"client-before-scopes", Fatal, "the scopes of a client exist when Cognito creates it", guideServers}, checkClientOrder},
		{Rule{"client-elsewhere", Fatal, "a client is in the user pool of its authorization server", guideClients}, checkClientPools},
		{Rule{"secret-exposed", Fatal, "a client secret is nowhere but in the value of a Secrets Manager secret", guideSecrets}, checkSecrets},
		{Rule{"secret-read-by-lambda", Fatal, "no custom resource sees, and logs, a client secret: Fn::GetAtt reads it without one", guideClientSecret}, checkCustomResources},
		{Rule{"account-role", Fatal, "the CloudWatch role of all APIs of the account is not changed by the way", guideAccount}, checkAccountRole},
		{Rule{"pool-sign-up", Error, "nobody makes an account in a pool for machines", guideSignUp}, checkSignUp},
		{Rule{"pool-trigger", Warning, "no function adds scopes to tokens unnoticed", guideTrigger}, checkTriggers},
		{Rule{"pool-domains", Fatal, "a user pool has one prefix domain and one custom domain: Cognito refuses another", guideDomains}, checkDomains},
		{Rule{"resource-server-twice", Fatal, "a user pool has each identifier once: Cognito refuses a second", guideServers}, checkServers},
		{Rule{"gateway-response-twice", Fatal, "an API has one gateway response of each type: API Gateway refuses another", guideResponses}, checkResponsesTwice},
		{Rule{"stage-twice", Fatal, "an API has each stage once: API Gateway refuses another of its name", guideStage}, checkStagesTwice},
		{Rule{"pool-region", Fatal, "a user pool is in the Region of the API, and its id and ARN are ones", guideAuthorizer}, checkRegions},
		{Rule{"name-twice", Error, "a name that is unique in a Region is given once", guideDomains}, checkNamesTwice},
		{Rule{"token-validity", Fatal, "Cognito accepts how long tokens are valid", guideClients}, checkValidity},
		{Rule{"cognito-names", Fatal, "AWS accepts the names and numbers of what the rules know, and no more of them than it allows", guideQuotas}, checkNames},
		{Rule{"api-unprotected", Warning, "an authorization server with clients protects an API", guideAuthorizer}, checkUnprotected},
		{Rule{"scope-unused", Warning, "a declared scope is held by a client or required by a method", guideServers}, checkUnusedScopes},
		{Rule{"scope-without-client", Warning, "somebody can call a method", guideServers}, checkScopesWithoutClient},
		{Rule{"allowance-unused", Warning, "what was allowed by name has to be: an allowance that outlived its reason hides a mistake", guideAuthorizer}, checkAllowances},
		{Rule{"api-quota", Fatal, "an API has no more of anything than API Gateway allows", guideAPIQuotas}, checkQuotas},
		{Rule{ruleUnread, Error, "what is deployed was read: templates, documents of APIs, and every outcome of conditions", guideTransform}, checkUnread},
	}
}

// Table returns the rules, in the order in which they are documented.
func Table() []Rule {
	rows := make([]Rule, 0, len(table))
	for _, r := range table {
		rows = append(rows, r.Rule)
	}
	return rows
}

func ruleIndex(id string) int { return slices.IndexFunc(table, func(r row) bool { return r.ID == id }) }
