// What administrators see of the gateway itself, page by page, and that nobody else does.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until } from '../../harness/harness.mjs';

let gateway;
before(async () => (gateway = await startGateway()));
after(() => gateway.stop());
const get = (path, options) => gateway.request('GET', path, undefined, options);

test('only an administrator: the others are refused, and the audit hears of it', async () => {
  for (const [role, agents] of [
    ['agent', ['1001']],
    ['supervisor', []],
    ['integration', []],
  ]) {
    const token = gateway.token(role, agents, 'curious-' + role);
    for (const path of ['/connections', '/keys', '/audit', '/log-level']) {
      const refused = await get(path, { token });
      assert.equal(refused.status, 403, role + path);
      assert.match(refused.body.type, /forbidden/);
    }
    assert.equal((await gateway.request('PUT', '/log-level', { level: 'debug' }, { token })).status, 403);
  }
  await until('the audit', () =>
    gateway
      .audit()
      .some(
        (entry) =>
          entry.actor.endsWith('curious-supervisor') && entry.action === 'GET /audit' && entry.outcome === 'forbidden',
      ),
  );
});

test('connections: every open stream with its caller and address, until it ends', async () => {
  const ada = await gateway.stream({}, gateway.token('agent', ['1001'], 'ada')),
    bob = await gateway.stream({}, gateway.token('supervisor', [], 'bob'));
  const all = (await get('/connections')).body.items;
  const one = all.find((stream) => stream.subject === 'ada');
  assert.deepEqual(
    [one.id, one.kind, one.role, one.address],
    [ada.welcome.connection, 'websocket', 'agent', '127.0.0.1'],
  );
  assert.ok(Math.abs(Date.parse(one.since) - Date.now()) < 60_000);
  const first = (await get('/connections?limit=1')).body;
  assert.equal(first.items.length, 1);
  const rest = (await get('/connections?after=' + first.next)).body;
  assert.deepEqual([...first.items, ...rest.items].map(({ id }) => id).sort(), all.map(({ id }) => id).sort());
  ada.close();
  await until(
    'it is gone',
    async () => !(await get('/connections')).body.items.some((stream) => stream.subject === 'ada'),
  );
  bob.close();
});

test('keys: without their secrets, with their last use and end', async () => {
  const secret = gateway.key('crm', '--scopes', 'agents:read', '--groups', 'Sales', '--expires', '9d');
  await until('it is good', async () => (await get('/me', { token: secret })).status === 200);
  const { items } = (await get('/keys')).body,
    [key] = items.filter(({ name }) => name === 'crm');
  assert.deepEqual([key.role, key.scopes, key.groups], ['integration', ['agents:read'], ['Sales']]);
  assert.ok(Date.parse(key.expiresAt) > Date.now() && !key.revokedAt);
  assert.ok(
    !JSON.stringify(items).includes(secret.split('_').slice(2).join('_')) && !('hash' in key) && !('salt' in key),
  );
  gateway.cli('key', 'revoke', 'crm');
  await until(
    'it says that it is revoked',
    async () => (await get('/keys')).body.items.find(({ name }) => name === 'crm').revokedAt,
  );
});

test('the audit: the newest first, page by page, the same as the command line tells', async () => {
  for (const agent of ['1001', '1002', '1003']) await gateway.request('PUT', '/agents/' + agent, { pin: agent });
  const told = await until('all is written', () => {
    const all = gateway.audit();
    return all.filter((entry) => entry.action.includes('1003')).length && all;
  });
  const pages = [];
  let last = '';
  for (;;) {
    const { items, next } = (await get('/audit?limit=2' + (last && '&after=' + last))).body;
    pages.push(...items);
    if (!next || pages.length > told.length) break;
    last = next;
  }
  const bare = pages
    .slice(-told.length)
    .map(({ number, ...entry }) => entry)
    .reverse();
  assert.deepEqual(bare, told);
  assert.ok(pages.every(({ number }, i) => !i || number < pages[i - 1].number));
  const wrong = await get('/audit?after=yesterday');
  assert.equal(wrong.status, 422);
  assert.equal(wrong.body.errors[0].pointer, '?after');
});

test('the log level changes at once, is said in the log, and a wrong one is refused by name', async () => {
  assert.deepEqual((await get('/log-level')).body, { level: 'info' });
  assert.deepEqual((await gateway.request('PUT', '/log-level', { level: 'debug' })).body, { level: 'debug' });
  assert.deepEqual((await get('/log-level')).body, { level: 'debug' });
  await until('it is in the log', () => gateway.log().includes('the log level is debug now'));
  const refused = await gateway.request('PUT', '/log-level', { level: 'loud' });
  assert.equal(refused.status, 422);
  assert.equal(refused.body.errors[0].pointer, '/level');
  assert.deepEqual((await gateway.request('PUT', '/log-level', { level: 'info' })).body, { level: 'info' });
});
