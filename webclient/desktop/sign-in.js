// Signs somebody in at the identity provider: OpenID Connect's code flow with PKCE (RFC 7636, RFC 9700 §2.1), without a secret. What it
// yields lives in this tab alone. A promise that fails says in words what went wrong.
const base = location.origin + location.pathname;
const kept = 'deskline-sign-in';

const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function json(response, what) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(`${what}: ${body.error_description ?? body.error ?? response.status}.`);
  return body;
}

// Where one may sign in, as the gateway says; undefined: nowhere.
export async function provider() {
  const settings = await json(await fetch('sign-in.json'), 'The gateway did not answer');
  return settings.issuer ? { ...settings, name: new URL(settings.issuer).host } : undefined;
}

const discover = async ({ issuer }) => json(await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`), 'The identity provider did not answer');

// What asks for a token that is meant for the gateway: by RFC 8707 where its audience is an address, as some providers do otherwise.
const meantFor = ({ audience }) => (URL.canParse(audience) ? { resource: audience } : { audience });

export async function begin(settings) {
  const { authorization_endpoint } = await discover(settings);
  const verifier = random(), state = random();
  sessionStorage.setItem(kept, JSON.stringify({ verifier, state }));
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  const query = { response_type: 'code', client_id: settings.clientId, redirect_uri: base, scope: settings.scope, state, code_challenge: challenge, code_challenge_method: 'S256', ...meantFor(settings) };
  location.assign(`${authorization_endpoint}?${new URLSearchParams(query)}`);
}

async function ask(settings, body) {
  const { token_endpoint } = await discover(settings);
  const answer = await json(await fetch(token_endpoint, { method: 'POST', body: new URLSearchParams({ client_id: settings.clientId, ...meantFor(settings), ...body }) }), 'The identity provider refused');
  return { token: answer.access_token, renewal: answer.refresh_token, expires: Date.now() + (answer.expires_in ?? 300) * 1000 };
}

// After the way back from the provider; undefined: this is no such way back.
export async function finish(settings) {
  const query = new URLSearchParams(location.search);
  if (!query.has('state')) return undefined;
  history.replaceState(null, '', location.pathname);
  const begun = JSON.parse(sessionStorage.getItem(kept) ?? '{}');
  sessionStorage.removeItem(kept);
  if (!begun.state || query.get('state') !== begun.state) throw new Error('This answer of the identity provider is to another question; sign in again.');
  if (!query.has('code')) throw new Error(query.get('error_description') ?? query.get('error') ?? 'The identity provider gave no code.');
  return ask(settings, { grant_type: 'authorization_code', code: query.get('code'), redirect_uri: base, code_verifier: begun.verifier });
}

export const renew = (settings, renewal) => ask(settings, { grant_type: 'refresh_token', refresh_token: renewal });
