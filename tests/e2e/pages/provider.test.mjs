// Signing in at a real OpenID provider, in a real browser: code flow with PKCE; keys rotated while the stream is open;
// the provider down.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Provider from 'oidc-provider';
import { startGateway, freePort, until, shown } from '../harness/harness.mjs';
import { launch } from '../harness/browser.mjs';
import { Authority, SigningKey } from '../harness/provider.mjs';

const audience = 'https://deskline.test',
  shots = resolve(import.meta.dirname, '../../../build/screenshots');
const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
const people = {
  ada: { role: 'agent', agents: ['1001'], groups: ['Sales'] },
  bob: { role: 'supervisor', groups: ['Sales'] },
};
const pair = new Authority(folder).issue('localhost');
let gateway,
  browser,
  issuer,
  redirect,
  server,
  tokens = 0;
const key = (kid) => ({ ...new SigningKey(kid).privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' });
const first = key('first'),
  second = key('second');

// The same provider again, with these keys; it signs with the first.
async function serve(...keys) {
  await stop();
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: 'deskline-web',
        redirect_uris: [redirect],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientBasedCORS: () => true,
    pkce: { required: () => true },
    cookies: { keys: ['a test'] },
    issueRefreshToken: () => true,
    ttl: { AccessToken: 66, Session: 3600, Grant: 3600, Interaction: 600, IdToken: 600, RefreshToken: 3600 },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    extraTokenClaims: (_, token) => (++tokens, people[token.accountId]),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'openid',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 66,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    adapter: Kept,
  });
  server = https.createServer(
    { key: readFileSync(pair.key), cert: readFileSync(pair.certificate) },
    provider.callback(),
  );
  await new Promise((done) => server.listen(new URL(issuer).port, '127.0.0.1', done));
}
const stop = () => server && new Promise((done) => (server.closeAllConnections(), server.close(done)));

// The provider's storage, which outlives its restarts as a database would.
const memory = new Map();
class Kept {
  constructor(name) {
    this.name = name;
  }
  key = (id) => `${this.name}:${id}`;
  async upsert(id, payload) {
    memory.set(this.key(id), payload);
  }
  async find(id) {
    return memory.get(this.key(id));
  }
  async findByUid(uid) {
    return [...memory].find(([k, p]) => k.startsWith(this.name + ':') && p.uid === uid)?.[1];
  }
  async findByUserCode() {}
  async consume(id) {
    memory.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    memory.delete(this.key(id));
  }
  async revokeByGrantId(grantId) {
    for (const [k, p] of memory) if (p.grantId === grantId) memory.delete(k);
  }
}

before(async () => {
  mkdirSync(shots, { recursive: true });
  issuer = `https://localhost:${await freePort()}`;
  const port = await freePort();
  redirect = `https://127.0.0.1:${port}/`;
  await serve(first);
  gateway = await startGateway({
    port,
    config:
      `[identity]\nissuer = "${issuer}"\nauthorities = "${shown(join(folder, 'authority.pem'))}"\n` +
      `audience = "${audience}"\nclient_id = "deskline-web"\nrefresh = 10\n`,
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stop();
  await gateway?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function signIn(name, screenshot) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
  // Without it the tabs elect one that leads, whose stream the test can watch.
  await context.addInitScript(() => delete globalThis.SharedWorker);
  const page = await context.newPage();
  page.complaints = [];
  page.on(
    'console',
    (m) => m.type() === 'error' && m.location().url.startsWith(gateway.url) && page.complaints.push(m.text()),
  ); // errors of our page, not of the provider's
  await page.goto(gateway.url + '/');
  const button = page.getByRole('button', { name: 'Sign in at localhost' });
  await button.waitFor();
  if (screenshot) await page.screenshot({ path: join(shots, screenshot) });
  await button.click();
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.click('button[type=submit]'); // consent
  await page.locator('deskline-connection [data-status="live"]').waitFor();
  return page;
}

test('an agent signs in with PKCE and is itself; a supervisor sees its group', async () => {
  await gateway.signIn('1001', 'Sales');
  await gateway.signIn('1002', 'Support');
  const ada = await signIn('ada', 'sign-in.png');
  assert.equal(await ada.locator('.who').textContent(), 'ada');
  assert.equal(await ada.locator('nav').count(), 0, 'an agent has a desk, no team');
  assert.ok(!/code=|state=/.test(ada.url()), 'the code does not stay in the address');
  await ada.locator('deskline-sessions li').first().waitFor();
  assert.deepEqual(await ada.locator('deskline-sessions strong').allTextContents(), ['Sales']);
  await ada.locator('deskline-agent-state').getByRole('button', { name: 'Ready', exact: true }).click();
  await ada.locator('deskline-agent-state .now .state[data-state="ready"]').waitFor();
  const bob = await signIn('bob');
  await bob.locator('deskline-agent-board [data-agent]').first().waitFor();
  assert.deepEqual(
    await bob.locator('deskline-agent-board [data-agent]').evaluateAll((rows) => rows.map((row) => row.dataset.agent)),
    ['1001'],
    'Support is not its group',
  );
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  const entry = await until('the audit', () =>
    gateway.audit().find((e) => e.actor === 'issuer:ada' && e.outcome === 'succeeded'),
  );
  assert.equal(entry.origin, gateway.url);
  await ada.context().close();
  await bob.context().close();
});

test('keys rotate while a stream is open: it is renewed with the new key and stays; then the provider is down, and it stays still', async () => {
  const ada = await signIn('ada');
  const closes = [];
  ada.on('websocket', (socket) => socket.on('close', () => closes.push(socket.url())));
  let refreshed = 0;
  ada.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => String(payload).includes('"op":"refreshed"') && ++refreshed),
  );
  await ada.reload();
  await ada.locator('deskline-connection [data-status="live"]').waitFor();
  await serve(first, second); // published before it signs
  await until('the keys of both', async () => gateway.log().includes('2 keys of'), 40_000);
  await serve(second); // and now it alone
  const before = tokens,
    count = refreshed;
  await until('a token signed with the new key', () => tokens > before, 45_000); // half its 66 s
  await until('a refresh with it', () => refreshed > count, 40_000);
  assert.equal(await ada.locator('deskline-connection p').getAttribute('data-status'), 'live');
  await stop();
  server = undefined;
  await until('the gateway notices', () => gateway.log().includes('those from before stay good'), 40_000);
  await ada.locator('deskline-agent-state').getByRole('button', { name: 'Not ready' }).click();
  await ada.locator('deskline-agent-state .now .state[data-state="not-ready"]').waitFor();
  assert.deepEqual(closes, [], 'the stream was never closed');
  await ada.reload(); // its token is still valid, though the provider cannot be reached
  await ada.locator('deskline-connection [data-status="live"]').waitFor();
  await ada.context().close();
});
