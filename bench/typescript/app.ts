// The baseline of the synthesis benchmarks in CDK's own language: the resources of
// ../inline, with the same version of the library.
import { App, Aws, CfnOutput, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as logs from 'aws-cdk-lib/aws-logs';

const app = new App();
const stack = new Stack(app, 'weather-events-api', {
  description: 'Weather events API, protected by OAuth 2.0 client credentials',
});

const pool = new cognito.UserPool(stack, 'UserPool', {
  userPoolName: 'weather-events-api-cognito-user-pool',
  signInAliases: { email: true },
  signInCaseSensitive: false,
  selfSignUpEnabled: false,
  enableSmsRole: false,
  accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
  passwordPolicy: {
    minLength: 14,
    requireLowercase: true,
    requireUppercase: true,
    requireDigits: true,
    requireSymbols: true,
    tempPasswordValidity: Duration.days(1),
  },
  removalPolicy: RemovalPolicy.DESTROY,
});
const scope = (scopeName: string, scopeDescription: string) =>
  new cognito.ResourceServerScope({ scopeName, scopeDescription });
const resourceServer = pool.addResourceServer('ResourceServer', {
  identifier: 'weather-api',
  userPoolResourceServerName: 'Weather API Resource Server',
  scopes: [
    scope('post', 'Create weather events'),
    scope('get', 'Retrieve weather events'),
    scope('delete', 'Delete a weather event'),
  ],
});
const suffix = Fn.select(4, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
const domain = pool.addDomain('Domain', {
  cognitoDomain: { domainPrefix: Fn.join('-', ['weather-events-api', suffix]) },
});
const client = pool.addClient('ServiceClient', {
  userPoolClientName: 'ServiceClient',
  generateSecret: true,
  oAuth: {
    flows: { clientCredentials: true },
    scopes: [cognito.OAuthScope.custom('weather-api/post'), cognito.OAuthScope.custom('weather-api/get')],
  },
  authFlows: { userSrp: false },
  supportedIdentityProviders: [],
  preventUserExistenceErrors: true,
  enableTokenRevocation: true,
  accessTokenValidity: Duration.minutes(60),
});
client.node.addDependency(resourceServer);

const logGroup = new logs.LogGroup(stack, 'AccessLog', {
  retention: logs.RetentionDays.THREE_MONTHS,
  removalPolicy: RemovalPolicy.DESTROY,
});
const api = new apigateway.RestApi(stack, 'RestApi', {
  restApiName: 'Weather Events REST API',
  endpointTypes: [apigateway.EndpointType.REGIONAL],
  cloudWatchRole: false,
  deployOptions: {
    stageName: 'weather',
    throttlingRateLimit: 100,
    throttlingBurstLimit: 200,
    accessLogDestination: new apigateway.LogGroupLogDestination(logGroup),
    accessLogFormat: apigateway.AccessLogFormat.custom(
      '{"userAgent":"$context.identity.userAgent",' +
        '"requestTime":"$context.requestTime","requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId",' +
        '"clientId":"$context.authorizer.claims.client_id","scope":"$context.authorizer.claims.scope",' +
        '"sourceIp":"$context.identity.sourceIp","method":"$context.httpMethod","resourcePath":"$context.resourcePath",' +
        '"status":"$context.status","responseLatency":"$context.responseLatency","responseLength":"$context.responseLength",' +
        '"integrationStatus":"$context.integration.status","integrationLatency":"$context.integration.latency",' +
        '"authorizerStatus":"$context.authorizer.status","authorizerError":"$context.authorizer.error",' +
        '"errorType":"$context.error.responseType","errorMessage":"$context.error.message"}',
    ),
  },
});
api.addGatewayResponse('Unauthorized', {
  type: apigateway.ResponseType.UNAUTHORIZED,
  statusCode: '401',
  responseHeaders: { 'WWW-Authenticate': "'Bearer'" },
  templates: { 'application/json': '{"message":$context.error.messageString}' },
});
api.addGatewayResponse('BadRequestBody', {
  type: apigateway.ResponseType.BAD_REQUEST_BODY,
  statusCode: '400',
  templates: {
    'application/json':
      '{"message":$context.error.messageString,' +
      '"detail":"a weather event is a JSON object with name (1 to 200 characters), dateStart and dateEnd (YYYY-MM-DD), and nothing else"}',
  },
});
const date: apigateway.JsonSchema = {
  type: apigateway.JsonSchemaType.STRING,
  pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
};
const model = api.addModel('WeatherEvent', {
  modelName: 'WeatherEvent',
  contentType: 'application/json',
  schema: {
    schema: apigateway.JsonSchemaVersion.DRAFT4,
    title: 'WeatherEvent',
    type: apigateway.JsonSchemaType.OBJECT,
    properties: {
      name: { type: apigateway.JsonSchemaType.STRING, minLength: 1, maxLength: 200, pattern: '\\S' },
      dateStart: date,
      dateEnd: date,
    },
    required: ['name', 'dateStart', 'dateEnd'],
    additionalProperties: false,
  },
});
const requestValidator = api.addRequestValidator('BodyValidator', {
  validateRequestBody: true,
  validateRequestParameters: true,
});
const authorizer = new apigateway.CognitoUserPoolsAuthorizer(stack, 'Authorizer', { cognitoUserPools: [pool] });
const addMethod = (method: string, requiredScope: string, body: string, more: apigateway.MethodOptions) =>
  api.root.addMethod(
    method,
    new apigateway.MockIntegration({
      passthroughBehavior: apigateway.PassthroughBehavior.NEVER,
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      integrationResponses: [
        {
          statusCode: '200',
          responseParameters: { 'method.response.header.Content-Type': "'application/json'" },
          responseTemplates: { 'application/json': body },
        },
      ],
    }),
    {
      authorizationType: apigateway.AuthorizationType.COGNITO,
      authorizer,
      authorizationScopes: [requiredScope],
      methodResponses: [
        {
          statusCode: '200',
          responseParameters: { 'method.response.header.Content-Type': true },
          responseModels: { 'application/json': apigateway.Model.EMPTY_MODEL },
        },
      ],
      ...more,
    },
  );
addMethod(
  'GET',
  'weather-api/get',
  '{"events":[{"name":"Storms Dudley, Eunice and Franklin","dateStart":"2022-02-16","dateEnd":"2022-02-21"},' +
    '{"name":"Storms Malik and Corrie","dateStart":"2022-01-29","dateEnd":"2022-01-31"}]}',
  {},
);
addMethod('POST', 'weather-api/post', '{"message":"success"}', {
  requestModels: { 'application/json': model },
  requestValidator,
});

for (const [name, value] of Object.entries({
  ApiUrl: api.url,
  TokenUrl: `${domain.baseUrl()}/oauth2/token`,
  UserPoolId: pool.userPoolId,
  ClientId: client.userPoolClientId,
  Scopes: 'weather-api/post weather-api/get',
})) {
  new CfnOutput(stack, name, { value });
}
app.synth();
