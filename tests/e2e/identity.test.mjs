// Who somebody is: the known attacks on tokens and tickets, keys and revocations on open streams, client certificates, guessing, the audit.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { onWindows, startGateway, until, shown, sleep, Secrets, run } from './harness.mjs';
import { Authority, SigningKey, secureServer, unsigned } from './provider.mjs';

const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
const authority = new Authority(folder);
after(() => rmSync(folder, { recursive: true, force: true }));

const seconds = () => Math.floor(Date.now() / 1000);
const claims = (issuer, more = {}) => ({ iss: issuer, aud: 'deskline', sub: 'ada', iat: seconds() - 5, exp: seconds() + 600, role: 'agent', agents: ['1001'], ...more });
const asking = (gateway, token, options = {}) => gateway.request('GET', '/me', undefined, { token: gateway.secrets.token(token), ...options });

// The last audit entry that fits; it is written soon after the answer.
const audited = (gateway, what, fits) => until('an audit entry: ' + what, () => gateway.audit().reverse().find(fits));

describe('tokens of an identity provider', () => {
  const rsa = new SigningKey('r1', 'RS256'), ec = new SigningKey('e1', 'ES256'), ed = new SigningKey('d1', 'EdDSA'), stranger = new SigningKey('r1', 'RS256');
  let server, gateway, keys = [rsa, ec, ed].map((k) => k.jwk());
  before(async () => {
    server = await secureServer(authority.issue('localhost'), (path) =>
      path === '/.well-known/openid-configuration' ? JSON.stringify({ issuer: server.url, jwks_uri: server.url + '/keys' }) : path === '/keys' ? JSON.stringify({ keys }) : undefined);
    gateway = await startGateway({ config: `[identity]\nissuer = "${server.url}"\nauthorities = "${shown(authority.certificate)}"\nroles = ["Team leads = supervisor"]\n` });
  });
  after(async () => {
    await gateway.stop();
    await server.stop();
  });

  test('RS256, ES256 and EdDSA are believed, found by discovery; roles by the provider’s names', async () => {
    for (const key of [rsa, ec, ed]) {
      const me = await asking(gateway, key.token(claims(server.url)));
      assert.equal(me.status, 200, me.text);
      assert.deepEqual([me.body.subject, me.body.role, me.body.agents, me.body.groups, me.body.by], ['ada', 'agent', ['1001'], [], 'issuer-token']);
    }
    const lead = await asking(gateway, ec.token(claims(server.url, { role: ['offline_access', 'Team leads'], groups: ['Sales'] })));
    assert.deepEqual([lead.body.role, lead.body.groups], ['supervisor', ['Sales']]);
    assert.ok(server.asked.filter((path) => path === '/keys').length <= 2, 'the keys are kept');
  });

  test('every known attack is refused with its problem, never by a 5xx, and leaves an audit entry', async () => {
    const good = claims(server.url), whole = rsa.token(good);
    const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
    const hmac = (header) => {
      const text = unsigned(header, good).slice(0, -1);
      return `${text}.${createHmac('sha256', publicPem).update(text).digest('base64url')}`;
    };
    const attacks = {
      'alg none': [unsigned({ alg: 'none' }, good), /alg must be/],
      'alg None with a kid': [unsigned({ alg: 'None', kid: 'r1' }, good), /alg must be/],
      'HMAC with the public key': [hmac({ alg: 'HS256', kid: 'r1' }), /alg must be/],
      'an RSA key taken for ES256': [rsa.token(good, { alg: 'ES256' }), /signature/],
      'a kid that is a path': [rsa.token(good, { kid: '../../../../dev/null' }), /does not publish/],
      'a kid that is SQL': [rsa.token(good, { kid: "x' UNION SELECT 'key" }), /does not publish/],
      'another key under a known kid': [stranger.token(good), /signature/],
      'the kid of another key': [rsa.token(good, { kid: 'e1' }), /signature/],
      'a key of its own in the header': [stranger.token(good, { kid: 'mine', jwk: stranger.jwk(), jku: 'https://evil.test' }), /does not publish/],
      'no kid, several keys': [rsa.token(good, { kid: undefined }), /names no key/],
      'expired': [rsa.token({ ...good, exp: seconds() - 120 }), /expired/],
      'without an end': [rsa.token({ ...good, exp: undefined }), /no end/],
      'not valid yet': [rsa.token({ ...good, nbf: seconds() + 120 }), /not valid yet/],
      'another audience': [rsa.token({ ...good, aud: 'billing' }), /audience/],
      'another issuer': [rsa.token({ ...good, iss: 'https://login.evil' }), /another issuer/],
      'our own issuer': [rsa.token({ ...good, iss: 'deskline' }), /another key/],
      'truncated': [whole.slice(0, whole.length - 30), /signature/],
      'two parts': [whole.split('.').slice(0, 2).join('.'), /three parts/],
      'duplicated claims': [rsa.token(`{"role":"admin",${JSON.stringify(good).slice(1)}`), /stands twice/],
      'duplicated header': [rsa.token(good, '{"alg":"RS256","alg":"none","kid":"r1"}'), /stands twice/],
      'another type': [rsa.token(good, { typ: 'logout+jwt' }), /typ/],
      'critical extensions': [rsa.token(good, { crit: ['b64'], b64: false }), /crit/],
      'no role': [rsa.token({ ...good, role: 'root' }), /role/],
      'garbage': ['garbage', /three parts/],
      '12 KiB': [`${whole}${'A'.repeat(12_000)}`, /8 KiB/],
    };
    for (const [name, [token, reason]] of Object.entries(attacks)) {
      const answer = await asking(gateway, token, { headers: { Origin: gateway.url } }).catch((error) => assert.fail(`${name}: ${error.message}`));
      assert.equal(answer.status, 401, `${name}: ${answer.text}`);
      assert.equal(answer.body.type, '/problems/not-authorized');
      assert.match(answer.body.detail, reason, name);
      assert.match(answer.headers['www-authenticate'], /^Bearer/);
      const stream = await gateway.open();
      stream.send({ op: 'hello', token });
      assert.equal((await stream.closed).code, 4001, name + ' in hello');
    }
    // 1 MiB is refused by the limits of a header and a frame, before anybody looks at it.
    const large = await new Promise((done, fail) => {
      const socket = connect({ port: new URL(gateway.url).port, rejectUnauthorized: false }, () => socket.write(`GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(1 << 20)}\r\n\r\n`));
      let text = '';
      socket.on('data', (d) => (text += d));
      socket.on('error', () => {}); // it may be told to stop before all is sent
      socket.on('close', () => (text ? done(text) : fail(new Error('no answer'))));
    });
    assert.match(large, /^HTTP\/1\.1 431 .*\/problems\/header-too-large/s);
    const stuffed = await gateway.open();
    stuffed.send({ op: 'hello', token: 'x'.repeat(1 << 20) });
    assert.ok([1009, 4000].includes((await stuffed.closed).code));
    await audited(gateway, '1 MiB in a header', (e) => e.outcome === 'header-too-large' && e.status === 431);
    await audited(gateway, '1 MiB in a frame', (e) => /first frame/.test(e.detail));
    const entries = gateway.audit().filter((e) => e.action === 'token');
    for (const [name, [, reason]] of Object.entries(attacks)) {
      const mine = entries.filter((e) => reason.test(e.detail));
      assert.ok(mine.length >= 2, `${name}: REST and the stream are in the audit`);
      assert.ok(mine.every((e) => e.outcome === 'not-authorized' && e.status === 401 && e.address === '127.0.0.1'));
    }
    assert.equal(entries.length, 2 * Object.keys(attacks).length + 2);
    assert.equal((await asking(gateway, whole)).status, 200);
  });

  test('a token that ends on an open stream: refreshed in time it goes on, else 4102', async () => {
    const gateway = await startGateway({ config: `[server]\nheartbeat = 1\n[identity]\nissuer = "${server.url}"\nauthorities = "${shown(authority.certificate)}"\n` });
    const ending = () => gateway.secrets.token(ec.token(claims(server.url, { exp: seconds() - 57 }))); // within the minute of leeway, for three seconds
    const [left, kept] = [await gateway.stream({ topics: ['agent'] }, ending()), await gateway.stream({ topics: ['agent'] }, ending())];
    const events = https.get(`${gateway.url}/api/v1/events?types=agent`, { rejectUnauthorized: false, headers: { Authorization: 'Bearer ' + ending(), Accept: 'text/event-stream' } });
    let sent = '';
    events.on('response', (answer) => answer.on('data', (d) => (sent += d)));
    events.on('error', () => {});
    kept.send({ op: 'refresh', token: gateway.secrets.token(ec.token(claims(server.url))) });
    assert.ok((await kept.frame('refreshed', (f) => f.op === 'refreshed')).expires > seconds() + 500);
    const closed = await left.closed;
    assert.deepEqual([closed.code, JSON.parse(closed.reason).reason], [4102, 'token-expired']);
    await until('the end of the event stream', () => sent.includes('"reason":"token-expired"'));
    await sleep(1500);
    assert.equal(kept.socket.readyState, WebSocket.OPEN);
    kept.close();
    await gateway.stop();
  });

  test('keys are rotated while a stream is open; a leaked private key or a provider that is down leaves those from before', async () => {
    const stream = await gateway.stream({ topics: ['agent'] }, gateway.secrets.token(rsa.token(claims(server.url))));
    const next = new SigningKey('next', 'EdDSA');
    keys = [rsa.jwk(), next.jwk()];
    await until('the new key', async () => (await asking(gateway, next.token(claims(server.url)))).status === 200, 45_000); // at most every 30 s
    stream.send({ op: 'refresh', token: gateway.secrets.token(next.token(claims(server.url))) });
    await stream.frame('refreshed', (f) => f.op === 'refreshed');
    assert.equal((await asking(gateway, ec.token(claims(server.url)))).status, 401, 'a key that was taken back is void');
    keys = [rsa.jwk(), new SigningKey('leaked').privateKey.export({ format: 'jwk' })];
    const unknown = new SigningKey('unknown');
    for (let i = 0; i < 3; ++i) assert.equal((await asking(gateway, unknown.token(claims(server.url)))).status, 401);
    assert.equal((await asking(gateway, next.token(claims(server.url)))).status, 200);
    stream.close();
  });

  test('a provider that cannot be reached: its tokens cannot be checked and are no guesses, the gateway’s own are good', async () => {
    const down = await startGateway({ config: `[identity]\nissuer = "https://localhost:1"\n` });
    const refused = await asking(down, rsa.token(claims('https://localhost:1')));
    assert.deepEqual([refused.status, refused.body.type, refused.headers['retry-after']], [503, '/problems/resource-unavailable', '5']);
    assert.match(refused.body.detail, /could not be had/);
    const stream = await down.open();
    stream.send({ op: 'hello', token: rsa.token(claims('https://localhost:1')) });
    assert.equal((await stream.closed).code, 1012, 'the client comes back');
    assert.equal((await down.request('GET', '/me')).status, 200);
    const check = await until('the check', async () => {
      const { status, body } = await down.request('GET', '//readyz', undefined, { token: '' });
      const text = body.checks['provider-keys'];
      return text && text !== 'ok' && { status, text };
    });
    assert.equal(check.status, 503);
    assert.match(check.text, /^There are no keys of https:\/\/localhost:1, so its tokens are refused/);
    assert.match(check.text, /No connection to localhost port 1.* Look whether the provider answers/);
    await down.stop();
  });

  test('/readyz waits for the first keys of the provider; an outage after that is for the log alone', async () => {
    let up = false, provider;
    const answers = (path) => {
      if (!up) return undefined;
      const found = { issuer: provider.url, jwks_uri: provider.url + '/keys' };
      return JSON.stringify(path === '/keys' ? { keys: [ed.jwk()] } : found);
    };
    provider = await secureServer(authority.issue('localhost', { file: 'late' }), answers);
    const settings = [`issuer = "${provider.url}"`, `authorities = "${shown(authority.certificate)}"`, 'refresh = 10'];
    const other = await startGateway({ config: `[identity]\n${settings.join('\n')}\n` });
    const ready = async () => {
      const { status, body } = await other.request('GET', '//readyz', undefined, { token: '' });
      return { status, check: body.checks['provider-keys'] };
    };
    const token = ed.token(claims(provider.url));
    const without = await until('the check', async () => {
      const is = await ready();
      return /The answer was 404/.test(is.check) && is;
    });
    assert.equal(without.status, 503);
    assert.match(other.log(), /could not be had; its tokens are refused/);
    assert.equal((await asking(other, token)).status, 503);
    up = true;
    await until('its keys', async () => (await ready()).status === 200, 45_000); // they are asked for every 10 s
    assert.equal((await asking(other, token)).status, 200);
    up = false;
    await until('the outage', () => /could not be had; those from before stay good/.test(other.log()), 45_000);
    await sleep(1500); // a check is told each second
    assert.deepEqual(await ready(), { status: 200, check: 'ok' });
    assert.equal((await asking(other, token)).status, 200);
    await other.stop();
    await provider.stop();
  });

  test('keys from a file; a set with a private key in it is refused whole', async () => {
    const file = join(folder, 'jwks.json');
    const one = new SigningKey('one', 'EdDSA');
    writeFileSync(file, JSON.stringify({ keys: [one.jwk(), new SigningKey('leaked', 'EdDSA').privateKey.export({ format: 'jwk' })] }));
    const other = await startGateway({ config: `[identity]\nissuer = "company"\njwks = "${shown(file)}"\ndefault_groups = ["*"]\n` });
    const refused = await asking(other, one.token(claims('company')));
    assert.equal(refused.status, 401, refused.text);
    await audited(other, 'the leaked key', (e) => e.action === 'token' && e.outcome === 'not-authorized');
    await until('a word in the log', () => other.log().includes('holds a private or shared key'));
    writeFileSync(file, JSON.stringify({ keys: [one.jwk()] }));
    const me = await until('the file', async () => ((await asking(other, one.token(claims('company')))).status === 200 ? asking(other, one.token(claims('company'))) : undefined));
    assert.deepEqual(me.body.groups, ['*']);
    await other.stop();
  });

  test('a token has one spelling: the same bytes written otherwise are refused', async () => {
    const file = join(folder, 'spelling.json'), alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', passed = [];
    writeFileSync(file, JSON.stringify({ keys: [rsa, ec, ed].map((key) => key.jwk()) }));
    const other = await startGateway({ config: `[identity]\nissuer = "company"\njwks = "${shown(file)}"\n` });
    for (const [what, token] of [...[rsa, ec, ed].map((key) => [key.algorithm, key.token(claims('company'))]), ['our own', other.token()]]) {
      assert.equal((await asking(other, token)).status, 200, what);
      const last = alphabet.indexOf(token.at(-1)); // of its six bits four count for nothing
      for (const more of [alphabet[last + 1], alphabet[last + 15], token.at(-1) + '=', token.at(-1) + '=='])
        if ((await asking(other, token.slice(0, -1) + more)).status !== 401) passed.push(`${what}: ${more} for ${token.at(-1)}`);
    }
    assert.deepEqual(passed, []);
    await other.stop();
  });
});

describe('tickets, origins, keys, revocations', () => {
  let gateway;
  before(async () => {
    gateway = await startGateway({ config: '[server]\nallowed_origins = ["https://crm.test"]\n[webhooks]\nallow_private_networks = true\n' });
  });
  after(() => gateway.stop());
  const ticketFor = async (headers = {}, body = {}) => (await gateway.request('POST', '/tickets', body, { headers })).body.ticket;
  const opened = (ticket, headers = {}) => gateway.open({ query: '?ticket=' + ticket, headers }).then((s) => (s.close(), 101), (error) => Number(error.message.match(/\d+/)?.[0]));

  test('a ticket opens one stream, for its origin, once; replayed or from elsewhere it is refused and audited', async () => {
    const ticket = await ticketFor({ Origin: 'https://crm.test' });
    assert.equal(await opened(ticket, { Origin: 'https://crm.test' }), 101);
    assert.equal(await opened(ticket, { Origin: 'https://crm.test' }), 401);
    await audited(gateway, 'a replayed ticket', (e) => e.action === 'ticket' && e.outcome === 'not-authorized');
    const stolen = await ticketFor({ Origin: 'https://crm.test' });
    assert.equal(await opened(stolen, { Origin: gateway.url }), 403);
    const entry = await audited(gateway, 'a ticket from another origin', (e) => e.action === 'ticket' && e.outcome === 'forbidden');
    assert.equal(entry.origin, gateway.url);
    assert.equal(await opened(stolen, { Origin: 'https://crm.test' }), 401, 'and is spent');
    assert.equal(await opened(await ticketFor({}, { origin: 'https://crm.test' }), { Origin: 'https://crm.test' }), 101, 'made by a back end for its page');
    assert.equal(await opened(await ticketFor(), { Origin: 'https://crm.test' }), 403);
    assert.equal(await opened('nonsense'), 401);
    // A page of the gateway's own sends no Origin with a GET, but says where it is.
    const own = await ticketFor({ Origin: gateway.url });
    const events = await gateway.request('GET', `/events?ticket=${own}&limit=1`, undefined, { token: '', headers: { 'Sec-Fetch-Site': 'same-origin' } });
    assert.equal(events.status, 200, events.text);
  });

  test('an origin that is not on the list may ask for nothing, by REST or stream, and is audited', async () => {
    const refused = await gateway.request('GET', '/me', undefined, { headers: { Origin: 'https://evil.test' } });
    assert.equal(refused.status, 403);
    assert.equal(refused.headers['access-control-allow-origin'], undefined);
    assert.equal(refused.headers['set-cookie'], undefined);
    await assert.rejects(gateway.open({ headers: { Origin: 'https://evil.test' } }), /403/);
    assert.equal((await audited(gateway, 'the origin', (e) => e.action === 'origin')).origin, 'https://evil.test');
  });

  test('a key: made once, listed, used, revoked; its streams end within seconds, its webhook is suspended', async () => {
    const secret = gateway.key('crm', '--scopes', 'agents:read,calls:read,webhooks', '--expires', '90d');
    const me = await gateway.request('GET', '/me', undefined, { token: secret });
    assert.deepEqual([me.status, me.body.subject, me.body.role, me.body.scopes, me.body.by], [200, 'crm', 'integration', ['agents:read', 'calls:read', 'webhooks'], 'key']);
    assert.ok(gateway.cli('key', 'create', '--name', 'crm', '--scopes', 'webhooks').code !== 0, 'a name is one key');
    assert.match(gateway.cli('key', 'create', '--name', 'x', '--scopes', 'agents:all').stderr, /there is no scope 'agents:all'; there are: agents:read/);
    assert.match(gateway.cli('key', 'create', '--name', 'x').stderr, /--scopes says what the key is for/);
    const stream = await gateway.stream({ topics: ['agent'] }, secret);
    const events = https.get(`${gateway.url}/api/v1/events`, { rejectUnauthorized: false, headers: { Authorization: 'Bearer ' + secret, Accept: 'text/event-stream' } });
    let sent = '';
    events.on('response', (answer) => answer.on('data', (d) => (sent += d)));
    events.on('error', () => {});
    await until('the event stream', () => sent.includes('event: snapshot'));
    const poll = gateway.request('GET', `/events?after=${stream.welcome.cursor}&types=webhook&wait=5`, undefined, { token: secret });
    const receiver = http.createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await new Promise((done) => receiver.on('listening', done));
    const hook = (await gateway.request('POST', '/webhooks', { url: `http://127.0.0.1:${receiver.address().port}/` }, { token: secret })).body;
    const listed = () => JSON.parse(gateway.cli('key', 'list', '--json').stdout).find((k) => k.name === 'crm');
    const { id } = await until('its last use', () => (listed().lastUsedAt ? listed() : undefined), 5000);
    const started = Date.now();
    assert.match(gateway.cli('key', 'revoke', id).stdout, /is revoked/);
    assert.equal((await gateway.request('GET', '/me', undefined, { token: secret })).status, 401, 'at once');
    const closed = await stream.closed;
    assert.deepEqual([closed.code, JSON.parse(closed.reason).reason], [4001, 'revoked']);
    await until('the end of the event stream', () => sent.includes('"reason":"revoked"'));
    assert.ok(Date.now() - started < 5000, 'within 5 s');
    const refused = await gateway.request('GET', '/me', undefined, { token: secret });
    assert.deepEqual([refused.status, /was revoked/.test(refused.body.detail)], [401, true]);
    assert.equal((await poll).status, 401);
    await until('the webhook', async () => (await gateway.request('GET', '/webhooks/' + hook.id)).body.state === 'suspended');
    const next = gateway.key('crm', '--scopes', 'webhooks'); // another's, of the same name
    assert.deepEqual((await gateway.request('GET', '/webhooks', undefined, { token: next })).body.items, []);
    for (const below of ['', '/deliveries']) assert.equal((await gateway.request('GET', `/webhooks/${hook.id}${below}`, undefined, { token: next })).status, 404);
    assert.ok(!(await gateway.request('GET', '/events?types=webhook&limit=500', undefined, { token: next })).text.includes(hook.id));
    receiver.close();
    assert.equal((await gateway.request('GET', '/me', undefined, { token: secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A') })).status, 401);
    await audited(gateway, 'the key’s making', (e) => e.action === 'key create' && e.object === '/keys/' + id);
    await audited(gateway, 'the key’s end', (e) => e.action === 'key revoke' && e.object === '/keys/' + id);
    await audited(gateway, 'its use after that', (e) => e.action === 'key' && e.outcome === 'not-authorized');
    assert.match(gateway.cli('key', 'list').stdout, /crm +revoked/);
    assert.equal(gateway.cli('key', 'revoke', 'nobody').code, 2);
  });

  test('a subject’s tokens are revoked: its streams end, a token made later is good', async () => {
    const token = gateway.token('supervisor', [], 'carl');
    const stream = await gateway.stream({ topics: ['agent'] }, token);
    await sleep(1100); // a token says in whole seconds when it was made
    assert.equal(gateway.cli('revoke', '--subject', 'carl').code, 0);
    assert.equal((await stream.closed).code, 4001);
    const refused = await gateway.request('GET', '/me', undefined, { token });
    assert.match(refused.body.detail, /were revoked/);
    await sleep(1100);
    assert.equal((await gateway.request('GET', '/me', undefined, { token: gateway.token('supervisor', [], 'carl', { ttl: '1h' }) })).status, 200);
  });

  test('a role changes on an open stream: what it may not see any more is gone at once', async () => {
    await gateway.signIn('1001', 'Sales');
    await gateway.signIn('1002', 'Support');
    const stream = await gateway.stream({ topics: ['agent', 'agent-session'] }, gateway.token('supervisor', [], 'dora'));
    assert.equal(stream.snapshot.agents.length, 2);
    stream.send({ op: 'refresh', token: gateway.token('supervisor', [], 'dora', { groups: ['Sales'] }) });
    const narrowed = await stream.frame('a narrower snapshot', (f) => f.op === 'snapshot' && f !== stream.snapshot);
    assert.deepEqual(narrowed.agents.map((a) => a.id), ['1001']);
    stream.send({ op: 'refresh', token: gateway.token('supervisor', [], 'somebody else') });
    assert.equal((await stream.closed).code, 4001);
  });

  test('a command is audited with its outcome and HRESULT; one that was refused, and one that is hidden, too', async () => {
    const pin = gateway.secrets.plant('PLANTED-PIN-83140-77');
    await gateway.telephony({ do: 'set-pin', agent: '1005', pin });
    await gateway.request('PUT', '/agents/1001', { pin: '1001' });
    const agent = gateway.token('agent', ['1005'], 'eve');
    const ask = (method, path, body, request) => gateway.request(method, path, body, { token: agent, headers: { 'X-Request-Id': request } });
    assert.equal((await ask('PUT', '/agents/1005', { pin: gateway.secrets.plant('WRONG-PIN-99182-31') }, 'try-1')).status, 403);
    assert.equal((await ask('PUT', '/agents/1005', { pin }, 'try-2')).status, 201);
    assert.equal((await ask('PUT', '/agents/1001', { pin: '1001' }, 'try-3')).status, 404);
    assert.equal((await ask('GET', '/agents/1001', undefined, 'try-4')).status, 404);
    assert.equal((await ask('POST', '/webhooks', { url: 'https://crm.test/' }, 'try-5')).status, 403);
    const entry = (request) => audited(gateway, request, (e) => e.request === request);
    const wrong = await entry('try-1');
    assert.deepEqual([wrong.actor, wrong.role, wrong.address, wrong.outcome, wrong.status, ['0x8004004A', '0x80000059'].includes(wrong.hresult)], ['eve', 'agent', '127.0.0.1', 'wrong-pin', 403, true]);
    assert.equal((await entry('try-2')).outcome, 'succeeded');
    assert.deepEqual([(await entry('try-3')).action, (await entry('try-3')).outcome], ['PUT /agents/1001', 'hidden']);
    assert.equal((await entry('try-4')).outcome, 'hidden');
    assert.equal((await entry('try-5')).outcome, 'forbidden');
    assert.match(gateway.cli('journal', 'verify').stdout, /^\d+ audit entries, none changed or taken out; the last one's hash is [0-9a-f]{64}$/m);
  });

  test('what searches for secrets finds them', () => {
    const secrets = new Secrets();
    secrets.plant('this-was-planted');
    const there = mkdtempSync(join(tmpdir(), 'deskline-test-'));
    writeFileSync(join(there, 'log'), 'x'.repeat(5000) + 'this-was-planted' + 'x');
    secrets.searchFiles(there);
    assert.equal(secrets.found.length, 1);
    rmSync(there, { recursive: true });
  });
});

describe('TLS', () => {
  const handshake = (gateway, options = {}) =>
    new Promise((done, fail) => {
      const request = https.get(gateway.url + '/api/v1/me', { rejectUnauthorized: false, agent: new https.Agent({ maxCachedSessions: 0 }), ...options }, (answer) => {
        const certificate = answer.socket.getPeerCertificate();
        let text = '';
        answer.on('data', (d) => (text += d));
        answer.on('end', () => (answer.socket.destroy(), done({ status: answer.statusCode, fingerprint: certificate.fingerprint256, protocol: answer.socket.getProtocol?.(), body: JSON.parse(text) })));
      });
      request.on('error', fail);
    });

  test('a certificate is read again when it changes, ECDSA then RSA; a stream that is open loses nothing, a wrong file changes nothing', async () => {
    const first = authority.issue('localhost', { file: 'first' }), second = authority.issue('localhost', { file: 'second', kind: 'rsa' });
    const certificate = join(folder, 'live.pem'), key = join(folder, 'live.key');
    const use = (pair) => (writeFileSync(key, readFileSync(pair.key)), writeFileSync(certificate, readFileSync(pair.certificate)));
    use(first);
    const gateway = await startGateway({ config: `[server]\ncertificate = "${shown(certificate)}"\nprivate_key = "${shown(key)}"\n` });
    const stream = await gateway.stream({ topics: ['agent'] });
    const before = (await handshake(gateway)).fingerprint;
    use(second);
    await until('the new certificate', async () => (await handshake(gateway)).fingerprint !== before);
    await gateway.signIn('1001');
    await stream.event('agent', 'signed-in');
    const now = (await handshake(gateway)).fingerprint;
    writeFileSync(certificate, 'nonsense');
    await until('a word in the log', () => gateway.log().includes('The certificate from before is used on'));
    assert.equal((await handshake(gateway)).fingerprint, now);
    stream.close();
    await gateway.stop();
  });

  test('a session ticket resumes, over a change of certificates too; SIGHUP reads them again', async () => {
    const gateway = await startGateway();
    const visit = (session) =>
      new Promise((done, fail) => {
        const socket = connect({ port: new URL(gateway.url).port, rejectUnauthorized: false, servername: 'localhost', session }, () => {
          reused = socket.isSessionReused();
          socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
        });
        let ticket, reused;
        socket.on('session', (s) => (ticket = s));
        socket.on('data', () => {});
        socket.on('error', fail);
        socket.on('close', () => done({ reused, ticket }));
      });
    const first = await visit();
    assert.equal(first.reused, false);
    assert.equal((await visit(first.ticket)).reused, true);
    if (!onWindows) {
      gateway.signal('SIGHUP');
      await until('a word in the log', () => gateway.log().includes('was read again'));
      assert.equal((await visit(first.ticket)).reused, true);
    }
    await gateway.stop();
  });

  test('client certificates: the subject or an alternative name stands for a caller; unknown, foreign and revoked ones are refused', async () => {
    const crm = authority.issue('crm.test', { usage: 'clientAuth', alternatives: 'DNS:crm.test,URI:spiffe://test/crm', file: 'crm' });
    const other = authority.issue('other.test', { usage: 'clientAuth', alternatives: 'DNS:other.test', file: 'other' });
    const elsewhere = mkdtempSync(join(tmpdir(), 'deskline-test-'));
    const foreign = new Authority(elsewhere, 'Foreign authority').issue('crm.test', { usage: 'clientAuth' });
    const gateway = await startGateway({ config: `[server]\nclient_authorities = "${shown(authority.certificate)}"\nclient_revocations = "${shown(authority.crl)}"\n` });
    assert.equal(gateway.cli('key', 'create', '--name', 'door', '--scopes', 'agents:read', '--certificate', 'URI:spiffe://test/crm').code, 0);
    assert.equal(gateway.cli('key', 'create', '--name', 'x', '--scopes', 'agents:read', '--certificate', 'crm.test').code, 2);
    const shows = ({ key, certificate }) => ({ key: readFileSync(key), cert: readFileSync(certificate) });
    const me = await handshake(gateway, shows(crm));
    assert.deepEqual([me.status, me.body.subject, me.body.by], [200, 'door', 'certificate']);
    const unknown = await handshake(gateway, shows(other));
    assert.deepEqual([unknown.status, /stands for nobody here/.test(unknown.body.detail)], [401, true]);
    await assert.rejects(handshake(gateway, shows(foreign)));
    assert.equal((await handshake(gateway)).status, 401, 'nobody needs one');
    assert.equal((await gateway.request('GET', '/me')).status, 200);
    const socket = new WebSocket(gateway.url.replace('https', 'wss') + '/api/v1/stream', 'deskline.v1', { rejectUnauthorized: false, ...shows(crm) });
    const closed = new Promise((done) => socket.on('close', (code) => done(code)));
    await new Promise((done) => socket.on('open', done));
    socket.send(JSON.stringify({ op: 'hello', topics: ['agent'] }));
    await new Promise((done) => socket.on('message', (data) => JSON.parse(data).op === 'snapshot' && done()));
    authority.revoke(crm);
    assert.equal(await closed, 4001, 'the stream of a revoked certificate ends');
    await assert.rejects(handshake(gateway, shows(crm)));
    await audited(gateway, 'a refused certificate', (e) => e.action === 'certificate' && /revoked/.test(e.detail));
    await audited(gateway, 'a foreign certificate', (e) => e.action === 'certificate' && /issuer/.test(e.detail));
    await gateway.stop();
    rmSync(elsewhere, { recursive: true });
  });

  test('pages: HSTS, no inline script, nosniff, who may frame them; nothing is compressed for another site', async () => {
    const gateway = await startGateway({ config: '[server]\nframe_ancestors = ["https://crm.test"]\n' });
    const page = await gateway.request('GET', '//', undefined, { token: '' });
    assert.match(page.headers['content-security-policy'], /default-src 'self';.*frame-ancestors 'self' https:\/\/crm\.test$/);
    assert.doesNotMatch(page.headers['content-security-policy'], /unsafe/);
    assert.doesNotMatch(page.headers['content-security-policy'], /connect-src[^;]* wss:[ ;]/, 'WebSockets to any host');
    assert.match(page.headers['strict-transport-security'], /max-age=31536000/);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    const encoded = async (headers, path = '//metrics') => (await gateway.request('GET', path, undefined, { token: '', headers: { 'Accept-Encoding': 'gzip', ...headers } })).headers['content-encoding'];
    assert.equal(await encoded({}), 'gzip');
    assert.equal(await encoded({ Referer: gateway.url + '/' }), 'gzip');
    assert.equal(await encoded({ Referer: 'https://evil.test/' }), undefined);
    assert.equal(await encoded({ 'Sec-Fetch-Site': 'cross-site' }), undefined);
    for (const path of ['//components.js', '//docs', '/openapi.json']) // a CRM's page loads it, or anybody's: it is the same for everybody
      assert.equal(await encoded({ 'Sec-Fetch-Site': 'cross-site' }, path), 'gzip', path);
    const script = await gateway.request('GET', '//components.js', undefined, { token: '' });
    assert.equal((await gateway.request('GET', '//components.js', undefined, { token: '', headers: { 'If-None-Match': script.headers.etag } })).status, 304);
    const [, asset] = page.text.match(/\.\/(assets\/[^"]+\.js)/);
    assert.match((await gateway.request('GET', '//' + asset, undefined, { token: '' })).headers['cache-control'], /immutable/);
    await gateway.stop();
  });

  test('limits before anybody is known: connections from one address', async () => {
    const gateway = await startGateway({ config: '[server]\nconnections_per_address = 5\n' });
    const streams = [];
    for (let n = 0; n < 4; ++n) streams.push(await gateway.open());
    await assert.rejects((async () => { for (let n = 0; n < 4; ++n) streams.push(await gateway.open()); })());
    for (const stream of streams) stream.close();
    await until('room again', () => gateway.open().then((s) => (s.close(), true), () => false));
    await gateway.stop();
  });

  test('mistakes in the configuration are named', () => {
    const check = (text) => {
      const file = join(folder, 'wrong.toml');
      writeFileSync(file, text);
      const { code, stderr } = run(['check-config', '--config', shown(file)]);
      return code === 1 ? stderr : 'no mistake';
    };
    assert.match(check('[identity]\nissuer = "company"\n'), /identity.issuer must be an https address/);
    assert.match(check('[identity]\njwks = "keys.json"\n'), /identity.issuer must be set too/);
    assert.match(check('[identity]\nissuer = "company"\njwks = "http://login.test/keys"\n'), /identity.jwks must be a file or an https address/);
    assert.match(check('[identity]\nroles = ["Team leads"]\n'), /identity.roles must hold texts such as/);
    assert.match(check('[identity]\nissuer = "deskline"\njwks = "k"\n'), /cannot be "deskline"/);
    assert.match(check('[server]\nclient_revocations = "crl.pem"\n'), /server.client_authorities must be set too/);
  });
});
