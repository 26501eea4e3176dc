// Tokens of an identity provider: whose are believed, the known attacks, the provider’s keys.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { startGateway, until, shown, sleep } from '../../harness/harness.mjs';
import { Authority, SigningKey, secureServer, unsigned } from '../../harness/provider.mjs';

const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
const authority = new Authority(folder);
after(() => rmSync(folder, { recursive: true, force: true }));
const seconds = () => Math.floor(Date.now() / 1000);
const claims = (issuer, more = {}) => ({
  iss: issuer,
  aud: 'deskline',
  sub: 'ada',
  iat: seconds() - 5,
  exp: seconds() + 600,
  role: 'agent',
  agents: ['1001'],
  ...more,
});
const asking = (gateway, token, options = {}) =>
  gateway.request('GET', '/me', undefined, { token: gateway.secrets.token(token), ...options });
// The last audit entry that fits; it is written soon after the answer.
const audited = (gateway, what, fits) => until('an audit entry: ' + what, () => gateway.audit().reverse().find(fits));

describe('tokens of an identity provider', () => {
  const rsa = new SigningKey('r1', 'RS256'),
    ec = new SigningKey('e1', 'ES256'),
    ed = new SigningKey('d1', 'EdDSA'),
    stranger = new SigningKey('r1', 'RS256');
  let server,
    gateway,
    keys = [rsa, ec, ed].map((k) => k.jwk());
  before(async () => {
    server = await secureServer(authority.issue('localhost'), (path) =>
      path === '/.well-known/openid-configuration'
        ? JSON.stringify({ issuer: server.url, jwks_uri: server.url + '/keys' })
        : path === '/keys'
          ? JSON.stringify({ keys })
          : undefined,
    );
    gateway = await startGateway({
      config:
        `[identity]\nissuer = "${server.url}"\nauthorities = "${shown(authority.certificate)}"\n` +
        'roles = ["Team leads = supervisor"]\n',
    });
  });
  after(async () => {
    await gateway.stop();
    await server.stop();
  });

  test('RS256, ES256 and EdDSA are believed, found by discovery; roles by the provider’s names', async () => {
    for (const key of [rsa, ec, ed]) {
      const me = await asking(gateway, key.token(claims(server.url)));
      assert.equal(me.status, 200, me.text);
      assert.deepEqual(
        [me.body.subject, me.body.role, me.body.agents, me.body.groups, me.body.by],
        ['ada', 'agent', ['1001'], [], 'issuer-token'],
      );
    }
    const lead = await asking(
      gateway,
      ec.token(claims(server.url, { role: ['offline_access', 'Team leads'], groups: ['Sales'] })),
    );
    assert.deepEqual([lead.body.role, lead.body.groups], ['supervisor', ['Sales']]);
    assert.ok(server.asked.filter((path) => path === '/keys').length <= 2, 'the keys are kept');
  });

  // By name: the token, and why it is refused.
  function attacksOn(good) {
    const whole = rsa.token(good);
    const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
    const hmac = (header) => {
      const text = unsigned(header, good).slice(0, -1);
      return `${text}.${createHmac('sha256', publicPem).update(text).digest('base64url')}`;
    };
    return {
      'alg none': [unsigned({ alg: 'none' }, good), /alg must be/],
      'alg None with a kid': [unsigned({ alg: 'None', kid: 'r1' }, good), /alg must be/],
      'HMAC with the public key': [hmac({ alg: 'HS256', kid: 'r1' }), /alg must be/],
      'an RSA key taken for ES256': [rsa.token(good, { alg: 'ES256' }), /signature/],
      'a kid that is a path': [rsa.token(good, { kid: '../../../../dev/null' }), /does not publish/],
      'a kid that is SQL': [rsa.token(good, { kid: "x' UNION SELECT 'key" }), /does not publish/],
      'another key under a known kid': [stranger.token(good), /signature/],
      'the kid of another key': [rsa.token(good, { kid: 'e1' }), /signature/],
      'a key of its own in the header': [
        stranger.token(good, { kid: 'mine', jwk: stranger.jwk(), jku: 'https://evil.test' }),
        /does not publish/,
      ],
      'no kid, several keys': [rsa.token(good, { kid: undefined }), /names no key/],
      expired: [rsa.token({ ...good, exp: seconds() - 120 }), /expired/],
      'without an end': [rsa.token({ ...good, exp: undefined }), /no end/],
      'not valid yet': [rsa.token({ ...good, nbf: seconds() + 120 }), /not valid yet/],
      'another audience': [rsa.token({ ...good, aud: 'billing' }), /audience/],
      'another issuer': [rsa.token({ ...good, iss: 'https://login.evil' }), /another issuer/],
      'our own issuer': [rsa.token({ ...good, iss: 'deskline' }), /another key/],
      truncated: [whole.slice(0, whole.length - 30), /signature/],
      'two parts': [whole.split('.').slice(0, 2).join('.'), /three parts/],
      'duplicated claims': [rsa.token(`{"role":"admin",${JSON.stringify(good).slice(1)}`), /stands twice/],
      'duplicated header': [rsa.token(good, '{"alg":"RS256","alg":"none","kid":"r1"}'), /stands twice/],
      'another type': [rsa.token(good, { typ: 'logout+jwt' }), /typ/],
      'critical extensions': [rsa.token(good, { crit: ['b64'], b64: false }), /crit/],
      'no role': [rsa.token({ ...good, role: 'root' }), /role/],
      garbage: ['garbage', /three parts/],
      '12 KiB': [`${whole}${'A'.repeat(12_000)}`, /8 KiB/],
    };
  }

  // 1 MiB is refused by the limits of a header and a frame, before anybody looks at it.
  async function refusesOneMebibyte() {
    const large = await new Promise((done, fail) => {
      const socket = connect({ port: new URL(gateway.url).port, rejectUnauthorized: false }, () =>
        socket.write(`GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(1 << 20)}\r\n\r\n`),
      );
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
  }

  test('every known attack is refused with its problem, never by a 5xx, and leaves an audit entry', async () => {
    const good = claims(server.url),
      attacks = attacksOn(good);
    for (const [name, [token, reason]] of Object.entries(attacks)) {
      const answer = await asking(gateway, token, { headers: { Origin: gateway.url } }).catch((error) =>
        assert.fail(`${name}: ${error.message}`),
      );
      assert.equal(answer.status, 401, `${name}: ${answer.text}`);
      assert.equal(answer.body.type, '/problems/not-authorized');
      assert.match(answer.body.detail, reason, name);
      assert.match(answer.headers['www-authenticate'], /^Bearer/);
      const stream = await gateway.open();
      stream.send({ op: 'hello', token });
      assert.equal((await stream.closed).code, 4001, name + ' in hello');
    }
    await refusesOneMebibyte();
    const entries = gateway.audit().filter((e) => e.action === 'token');
    for (const [name, [, reason]] of Object.entries(attacks)) {
      const mine = entries.filter((e) => reason.test(e.detail));
      assert.ok(mine.length >= 2, `${name}: REST and the stream are in the audit`);
      assert.ok(mine.every((e) => e.outcome === 'not-authorized' && e.status === 401 && e.address === '127.0.0.1'));
    }
    assert.equal(entries.length, 2 * Object.keys(attacks).length + 2);
    assert.equal((await asking(gateway, rsa.token(good))).status, 200);
  });

  test('a token that ends on an open stream: refreshed in time it goes on, else 4102', async () => {
    const gateway = await startGateway({
      config:
        `[server]\nheartbeat = 1\n[identity]\nissuer = "${server.url}"\n` +
        `authorities = "${shown(authority.certificate)}"\n`,
    });
    // It ended 50 s ago, so the minute of leeway lasts ten seconds more.
    const ending = () => gateway.secrets.token(ec.token(claims(server.url, { exp: seconds() - 50 })));
    const [left, kept] = [
      await gateway.stream({ topics: ['agent'] }, ending()),
      await gateway.stream({ topics: ['agent'] }, ending()),
    ];
    const events = https.get(`${gateway.url}/api/v1/events?types=agent`, {
      rejectUnauthorized: false,
      headers: { Authorization: 'Bearer ' + ending(), Accept: 'text/event-stream' },
    });
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
    await until(
      'the new key',
      async () => (await asking(gateway, next.token(claims(server.url)))).status === 200,
      45_000,
    ); // at most every 30 s
    stream.send({ op: 'refresh', token: gateway.secrets.token(next.token(claims(server.url))) });
    await stream.frame('refreshed', (f) => f.op === 'refreshed');
    assert.equal(
      (await asking(gateway, ec.token(claims(server.url)))).status,
      401,
      'a key that was taken back is void',
    );
    keys = [rsa.jwk(), new SigningKey('leaked').privateKey.export({ format: 'jwk' })];
    const unknown = new SigningKey('unknown');
    for (let i = 0; i < 3; ++i) assert.equal((await asking(gateway, unknown.token(claims(server.url)))).status, 401);
    assert.equal((await asking(gateway, next.token(claims(server.url)))).status, 200);
    stream.close();
  });

  test('a provider that cannot be reached: its tokens cannot be checked and are no guesses, the gateway’s own are good', async () => {
    const down = await startGateway({ config: `[identity]\nissuer = "https://localhost:1"\n` });
    const refused = await asking(down, rsa.token(claims('https://localhost:1')));
    assert.deepEqual(
      [refused.status, refused.body.type, refused.headers['retry-after']],
      [503, '/problems/resource-unavailable', '5'],
    );
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
    let up = false,
      provider;
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
    await sleep(1500); // a change is checked for each second
    assert.deepEqual(await ready(), { status: 200, check: 'ok' });
    assert.equal((await asking(other, token)).status, 200);
    await other.stop();
    await provider.stop();
  });

  test('keys from a file; a set with a private key in it is refused whole', async () => {
    const file = join(folder, 'jwks.json');
    const one = new SigningKey('one', 'EdDSA');
    writeFileSync(
      file,
      JSON.stringify({ keys: [one.jwk(), new SigningKey('leaked', 'EdDSA').privateKey.export({ format: 'jwk' })] }),
    );
    const other = await startGateway({
      config: `[identity]\nissuer = "company"\njwks = "${shown(file)}"\ndefault_groups = ["*"]\n`,
    });
    const refused = await asking(other, one.token(claims('company')));
    assert.equal(refused.status, 401, refused.text);
    await audited(other, 'the leaked key', (e) => e.action === 'token' && e.outcome === 'not-authorized');
    await until('a word in the log', () => other.log().includes('holds a private or shared key'));
    writeFileSync(file, JSON.stringify({ keys: [one.jwk()] }));
    const me = await until('the file', async () =>
      (await asking(other, one.token(claims('company')))).status === 200
        ? asking(other, one.token(claims('company')))
        : undefined,
    );
    assert.deepEqual(me.body.groups, ['*']);
    await other.stop();
  });

  test('a token has one spelling: the same bytes written otherwise are refused', async () => {
    const file = join(folder, 'spelling.json'),
      alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
      passed = [];
    writeFileSync(file, JSON.stringify({ keys: [rsa, ec, ed].map((key) => key.jwk()) }));
    const other = await startGateway({ config: `[identity]\nissuer = "company"\njwks = "${shown(file)}"\n` });
    for (const [what, token] of [
      ...[rsa, ec, ed].map((key) => [key.algorithm, key.token(claims('company'))]),
      ['our own', other.token()],
    ]) {
      assert.equal((await asking(other, token)).status, 200, what);
      const last = alphabet.indexOf(token.at(-1)); // four of the six bits of the last character are padding
      for (const more of [alphabet[last + 1], alphabet[last + 15], token.at(-1) + '=', token.at(-1) + '=='])
        if ((await asking(other, token.slice(0, -1) + more)).status !== 401)
          passed.push(`${what}: ${more} for ${token.at(-1)}`);
    }
    assert.deepEqual(passed, []);
    await other.stop();
  });
});
