// The function that both servers run, and the authorizer that one of them needs.
const crypto = require('node:crypto');

exports.orders = async (event) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ id: event.pathParameters.id, status: 'shipped' }),
});

const keys = new Map(JSON.parse(process.env.JWKS ?? '{"keys":[]}').keys
  .map((jwk) => [jwk.kid, crypto.createPublicKey({ key: jwk, format: 'jwk' })]));

// authorizer checks the token as API Gateway does for a Cognito authorizer.
exports.authorizer = async (event) => {
  const [header, payload, signature] = event.authorizationToken.replace(/^Bearer /, '').split('.');
  const json = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  const key = keys.get(json(header).kid);
  const claims = json(payload);
  const allowed = key && crypto.verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
    && claims.token_use === 'access' && claims.exp > Date.now() / 1000 && claims.scope.split(' ').includes('orders/read');
  if (!allowed) {
    throw new Error('Unauthorized');
  }
  return {
    principalId: claims.client_id,
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }] },
  };
};
