// Tickets, origins, keys, revocations on open streams, the audit of it all.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, until, sleep, Secrets } from '../../harness/harness.mjs';

// The last audit entry that fits; it is written soon after the answer.
const audited = (gateway, what, fits) => until('an audit entry: ' + what, () => gateway.audit().reverse().find(fits));

describe('tickets, origins, keys, revocations', () => {
  let gateway;
  before(async () => {
    gateway = await startGateway({
      config: '[server]\nallowed_origins = ["https://crm.test"]\n[webhooks]\nallow_private_networks = true\n',
    });
  });
  after(() => gateway.stop());
  const ticketFor = async (headers = {}, body = {}) =>
    (await gateway.request('POST', '/tickets', body, { headers })).body.ticket;
  const opened = (ticket, headers = {}) =>
    gateway.open({ query: '?ticket=' + ticket, headers }).then(
      (s) => (s.close(), 101),
      (error) => Number(error.message.match(/\d+/)?.[0]),
    );

  test('a ticket opens one stream, for its origin, once; replayed or from elsewhere it is refused and audited', async () => {
    const ticket = await ticketFor({ Origin: 'https://crm.test' });
    assert.equal(await opened(ticket, { Origin: 'https://crm.test' }), 101);
    assert.equal(await opened(ticket, { Origin: 'https://crm.test' }), 401);
    await audited(gateway, 'a replayed ticket', (e) => e.action === 'ticket' && e.outcome === 'not-authorized');
    const stolen = await ticketFor({ Origin: 'https://crm.test' });
    assert.equal(await opened(stolen, { Origin: gateway.url }), 403);
    const entry = await audited(
      gateway,
      'a ticket from another origin',
      (e) => e.action === 'ticket' && e.outcome === 'forbidden',
    );
    assert.equal(entry.origin, gateway.url);
    assert.equal(await opened(stolen, { Origin: 'https://crm.test' }), 401, 'and is spent');
    assert.equal(
      await opened(await ticketFor({}, { origin: 'https://crm.test' }), { Origin: 'https://crm.test' }),
      101,
      'made by a back end for its page',
    );
    assert.equal(await opened(await ticketFor(), { Origin: 'https://crm.test' }), 403);
    assert.equal(await opened('nonsense'), 401);
    // A page of the gateway's own sends no Origin with a GET, but says where it is.
    const own = await ticketFor({ Origin: gateway.url });
    const events = await gateway.request('GET', `/events?ticket=${own}&limit=1`, undefined, {
      token: '',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
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

  const listed = (name) => JSON.parse(gateway.cli('key', 'list', '--json').stdout).find((key) => key.name === name);

  test('a key: made once, for scopes that there are; whoever has it is who it says, and it is listed with its use', async () => {
    const secret = gateway.key('crm', '--scopes', 'agents:read,calls:read,webhooks', '--expires', '90d');
    const me = await gateway.request('GET', '/me', undefined, { token: secret });
    assert.deepEqual(
      [me.status, me.body.subject, me.body.role, me.body.scopes, me.body.by],
      [200, 'crm', 'integration', ['agents:read', 'calls:read', 'webhooks'], 'key'],
    );
    assert.ok(gateway.cli('key', 'create', '--name', 'crm', '--scopes', 'webhooks').code !== 0, 'a name is one key');
    assert.match(
      gateway.cli('key', 'create', '--name', 'x', '--scopes', 'agents:all').stderr,
      /there is no scope 'agents:all'; there are: agents:read/,
    );
    assert.match(gateway.cli('key', 'create', '--name', 'x').stderr, /--scopes says what the key is for/);
    // The gateway writes uses once a minute; this is its first.
    await until('its last use', () => listed('crm').lastUsedAt);
  });

  // Everything that the holder of a key may have open: a stream, an event stream, a poll, a webhook.
  async function everythingOpen(secret) {
    const stream = await gateway.stream({ topics: ['agent'] }, secret);
    const events = https.get(`${gateway.url}/api/v1/events`, {
      rejectUnauthorized: false,
      headers: { Authorization: 'Bearer ' + secret, Accept: 'text/event-stream' },
    });
    let sent = '';
    events.on('response', (answer) => answer.on('data', (d) => (sent += d)));
    events.on('error', () => {});
    await until('the event stream', () => sent.includes('event: snapshot'));
    const poll = gateway.request('GET', `/events?after=${stream.welcome.cursor}&types=webhook&wait=60`, undefined, {
      token: secret,
    });
    const receiver = http.createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await new Promise((done) => receiver.on('listening', done));
    const hook = (
      await gateway.request(
        'POST',
        '/webhooks',
        { url: `http://127.0.0.1:${receiver.address().port}/` },
        { token: secret },
      )
    ).body;
    return { stream, sent: () => sent, poll, hook, receiver };
  }

  // Another key of the same name has no part in what the first one left.
  async function leavesNothingToTheNext(hook) {
    const next = gateway.key('shop', '--scopes', 'webhooks');
    assert.deepEqual((await gateway.request('GET', '/webhooks', undefined, { token: next })).body.items, []);
    for (const below of ['', '/deliveries'])
      assert.equal(
        (await gateway.request('GET', `/webhooks/${hook.id}${below}`, undefined, { token: next })).status,
        404,
      );
    assert.ok(
      !(await gateway.request('GET', '/events?types=webhook&limit=500', undefined, { token: next })).text.includes(
        hook.id,
      ),
    );
  }

  test('a key is revoked: its streams end within seconds, its webhook is suspended', async () => {
    const secret = gateway.key('shop', '--scopes', 'agents:read,calls:read,webhooks');
    const { stream, sent, poll, hook, receiver } = await everythingOpen(secret);
    const { id } = listed('shop');
    assert.match(gateway.cli('key', 'revoke', id).stdout, /is revoked/);
    const started = Date.now();
    assert.equal((await gateway.request('GET', '/me', undefined, { token: secret })).status, 401, 'at once');
    const closed = await stream.closed;
    assert.deepEqual([closed.code, JSON.parse(closed.reason).reason], [4001, 'revoked']);
    await until('the end of the event stream', () => sent().includes('"reason":"revoked"'));
    assert.ok(Date.now() - started < 5000, 'within 5 s');
    const refused = await gateway.request('GET', '/me', undefined, { token: secret });
    assert.deepEqual([refused.status, /was revoked/.test(refused.body.detail)], [401, true]);
    assert.equal((await poll).status, 401);
    await until(
      'the webhook',
      async () => (await gateway.request('GET', '/webhooks/' + hook.id)).body.state === 'suspended',
    );
    await leavesNothingToTheNext(hook);
    receiver.close();
    assert.equal(
      (
        await gateway.request('GET', '/me', undefined, {
          token: secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A'),
        })
      ).status,
      401,
    );
    await audited(gateway, 'the key’s making', (e) => e.action === 'key create' && e.object === '/keys/' + id);
    await audited(gateway, 'the key’s end', (e) => e.action === 'key revoke' && e.object === '/keys/' + id);
    await audited(gateway, 'its use after that', (e) => e.action === 'key' && e.outcome === 'not-authorized');
    assert.match(gateway.cli('key', 'list').stdout, /shop +revoked/);
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
    assert.equal(
      (
        await gateway.request('GET', '/me', undefined, {
          token: gateway.token('supervisor', [], 'carl', { ttl: '1h' }),
        })
      ).status,
      200,
    );
  });

  test('a role changes on an open stream: what it may not see any more is gone at once', async () => {
    await gateway.signIn('1001', 'Sales');
    await gateway.signIn('1002', 'Support');
    const stream = await gateway.stream(
      { topics: ['agent', 'agent-session'] },
      gateway.token('supervisor', [], 'dora'),
    );
    assert.equal(stream.snapshot.agents.length, 2);
    stream.send({ op: 'refresh', token: gateway.token('supervisor', [], 'dora', { groups: ['Sales'] }) });
    const narrowed = await stream.frame('a narrower snapshot', (f) => f.op === 'snapshot' && f !== stream.snapshot);
    assert.deepEqual(
      narrowed.agents.map((a) => a.id),
      ['1001'],
    );
    stream.send({ op: 'refresh', token: gateway.token('supervisor', [], 'somebody else') });
    assert.equal((await stream.closed).code, 4001);
  });

  test('a command is audited with its outcome and HRESULT; one that was refused, and one that is hidden, too', async () => {
    const pin = gateway.secrets.plant('PLANTED-PIN-83140-77');
    await gateway.telephony({ do: 'set-pin', agent: '1005', pin });
    await gateway.request('PUT', '/agents/1001', { pin: '1001' });
    const agent = gateway.token('agent', ['1005'], 'eve');
    const ask = (method, path, body, request) =>
      gateway.request(method, path, body, { token: agent, headers: { 'X-Request-Id': request } });
    assert.equal(
      (await ask('PUT', '/agents/1005', { pin: gateway.secrets.plant('WRONG-PIN-99182-31') }, 'try-1')).status,
      403,
    );
    assert.equal((await ask('PUT', '/agents/1005', { pin }, 'try-2')).status, 201);
    assert.equal((await ask('PUT', '/agents/1001', { pin: '1001' }, 'try-3')).status, 404);
    assert.equal((await ask('GET', '/agents/1001', undefined, 'try-4')).status, 404);
    assert.equal((await ask('POST', '/webhooks', { url: 'https://crm.test/' }, 'try-5')).status, 403);
    const entry = (request) => audited(gateway, request, (e) => e.request === request);
    const wrong = await entry('try-1');
    assert.deepEqual(
      [
        wrong.actor,
        wrong.role,
        wrong.address,
        wrong.outcome,
        wrong.status,
        ['0x8004004A', '0x80000059'].includes(wrong.hresult),
      ],
      ['eve', 'agent', '127.0.0.1', 'wrong-pin', 403, true],
    );
    assert.equal((await entry('try-2')).outcome, 'succeeded');
    assert.deepEqual([(await entry('try-3')).action, (await entry('try-3')).outcome], ['PUT /agents/1001', 'hidden']);
    assert.equal((await entry('try-4')).outcome, 'hidden');
    assert.equal((await entry('try-5')).outcome, 'forbidden');
    assert.match(
      gateway.cli('journal', 'verify').stdout,
      /^\d+ audit entries, none changed or taken out; the last one's hash is [0-9a-f]{64}$/m,
    );
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
