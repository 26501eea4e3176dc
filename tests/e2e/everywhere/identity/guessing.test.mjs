// Guessing: who has to wait, who does not, and which proxies are believed on the address of a caller.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { sleep, startGateway } from '../../harness/harness.mjs';

describe('guessing', () => {
  test('tokens, tickets and PINs: after some failures whoever guesses has to wait; what is right still passes, and a metric counts', async () => {
    const gateway = await startGateway({ config: '[identity]\nfree_failures = 3\n' });
    const token = gateway.token('supervisor');
    const guess = (n) => gateway.request('GET', '/me', undefined, { token: 'guess' + n });
    for (let n = 0; n < 4; ++n) assert.equal((await guess(n)).status, 401);
    const slowed = await guess(5);
    assert.deepEqual([slowed.status, slowed.body.type], [429, '/problems/too-many-requests']);
    assert.ok(Number(slowed.headers['retry-after']) >= 1);
    await assert.rejects(gateway.open({ query: '?ticket=guess' }), /429/);
    assert.equal((await gateway.request('GET', '/me', undefined, { token })).status, 200);
    const pin = (value) => gateway.request('PUT', '/agents/1003', { pin: value }, { token });
    for (let n = 0; n < 4; ++n) assert.equal((await pin('guess' + n)).status, 403);
    const locked = await pin('1003');
    assert.equal(locked.status, 429, 'the right one too: the switch is not asked');
    assert.equal(
      (await gateway.request('PUT', '/agents/1004', { pin: '1004' }, { token })).status,
      201,
      'another agent’s, from the same address',
    );
    await sleep(Number(locked.headers['retry-after']) * 1000 + 100);
    assert.equal((await pin('1003')).status, 201);
    const metrics = (await gateway.request('GET', '//metrics', undefined, { token: '' })).text;
    const value = (line) =>
      Number(metrics.match(new RegExp('^' + line.replace(/[{}]/g, '\\$&') + ' (\\d+)$', 'm'))?.[1]);
    assert.ok(value('deskline_refused_total{by="token"}') >= 5);
    assert.ok(value('deskline_throttled_total{by="token"}') >= 1);
    assert.ok(value('deskline_throttled_total{by="ticket"}') >= 1);
    assert.ok(value('deskline_refused_total{by="pin"}') >= 4);
    assert.ok(value('deskline_throttled_total{by="pin"}') >= 1);
    assert.ok(gateway.audit().filter((e) => e.action === 'token').length <= 5, 'a flood does not fill the audit');
    await gateway.stop();
  });
});

describe('nobody keeps another one out', () => {
  let gateway, admin;
  const free = 3,
    tries = free + 5;
  before(async () => {
    gateway = await startGateway({
      config: `[server]\ntrusted_proxies = ["127.0.0.1"]\n[identity]\nfree_failures = ${free}\n`,
    });
    admin = gateway.token('admin');
  });
  after(() => gateway.stop());
  const from = (address) => ({ 'X-Forwarded-For': address });
  const statuses = async (count, ask) => {
    const all = [];
    for (let i = 0; i < count; ++i) all.push((await ask(i)).status);
    return all;
  };
  const me = (token, headers) => gateway.request('GET', '/me', undefined, { token, headers });
  const guesses = (address) =>
    statuses(tries, (i) => me('guess' + i, from(typeof address === 'function' ? address(i) : address)));
  const slowed = [...Array(free + 1).fill(401), ...Array(tries - free - 1).fill(429)];

  test('pages of another origin, and requests that show nothing, are no guesses: a key that was never used passes', async () => {
    for (const [n, [what, headers, status]] of [
      ['a foreign page', { Origin: 'https://evil.test' }, 403],
      ['its image', { 'Sec-Fetch-Site': 'cross-site' }, 401],
      ['another way of signing in', { Authorization: 'Basic YTpi' }, 401],
    ].entries()) {
      const here = from('192.0.2.' + (status % 100));
      assert.deepEqual([...new Set(await statuses(tries, () => me('', { ...here, ...headers })))], [status], what);
      assert.equal((await me(gateway.key('after-' + n, '--scopes', 'agents:read'), here)).status, 200, what);
    }
  });

  test('a key that was never used passes while others guess from its address', async () => {
    const here = '198.51.100.1',
      key = gateway.key('crm', '--scopes', 'agents:read'),
      other = gateway.key('other', '--scopes', 'agents:read'),
      used = gateway.key('used', '--scopes', 'agents:read');
    assert.equal((await me(used, from('203.0.113.200'))).status, 200);
    assert.deepEqual(await guesses(here), slowed, 'tokens');
    assert.equal((await me(key, from(here))).status, 200, 'after tokens');
    const unknown = (i) => `dlk_${String(i).padStart(12, '0')}_${'A'.repeat(43)}`;
    await statuses(tries, (i) => me(unknown(i), from(here)));
    assert.equal(
      (await me(gateway.key('later', '--scopes', 'agents:read'), from(here))).status,
      200,
      'after keys that there are none of',
    );
    const wrong = (i) => other.slice(0, -4) + String(1000 + i);
    assert.deepEqual(await statuses(tries, (i) => me(wrong(i), from(here))), slowed, 'secrets of one key');
    assert.equal(
      (await me(gateway.key('third', '--scopes', 'agents:read'), from(here))).status,
      200,
      'another key, from there',
    );
    assert.equal((await me(other, from('203.0.113.201'))).status, 200, 'that key, from elsewhere');
    assert.equal((await me(other, from(here))).status, 200, 'and from there, since it is proven by now');
    assert.equal((await me(used, from(here))).status, 200, 'one that was right before');
    assert.equal((await me(admin, from(here))).status, 200, 'a token');
  });

  test('a right PIN passes while others are guessed from its address, and from elsewhere too', async () => {
    const here = '198.51.100.2',
      sign = (agent, pin, address) =>
        gateway.request('PUT', '/agents/' + agent, { pin }, { token: admin, headers: from(address) });
    const came = await statuses(tries, (i) => sign('1002', 'wrong' + i, here));
    assert.deepEqual(
      came,
      slowed.map((status) => (status === 401 ? 403 : status)),
    );
    assert.equal((await sign('1001', '1001', here)).status, 201, 'another agent, from there');
    assert.equal((await sign('1002', '1002', here)).status, 429, 'that agent, from there: the switch is not asked');
    assert.equal((await sign('1002', '1002', '203.0.113.9')).status, 201, 'that agent, from elsewhere');
    await statuses(3 * free + 1, (i) => sign('1003', 'wrong' + i, '203.0.113.' + i));
    assert.equal((await sign('1003', '1003', '203.0.113.99')).status, 429, 'from many addresses: thrice as many');
  });

  test('whoever guesses cannot choose where from', async () => {
    assert.deepEqual(await guesses('203.0.113.10'), slowed, 'one address');
    const lines = (...all) => ({ 'X-Forwarded-For': all });
    const chosen = [];
    for (const [what, headers] of [
      ['a line before the proxy’s', (i) => lines('192.0.2.' + i, '203.0.113.11')],
      ['an element before the proxy’s', (i) => from(`192.0.2.${i}, 203.0.113.12`)],
      ['a port', (i) => from('203.0.113.13:' + (50_000 + i))],
      ['the rest of an IPv6 network', (i) => from('2001:db8:1:2::' + i)],
      ['IPv6 in brackets, with a port', (i) => from(`"[2001:db8:1:3::${i}]:${50_000 + i}"`)],
      ['both kinds of address', (i) => from(i % 2 ? '203.0.113.14' : '::ffff:203.0.113.14')],
      ['what is no address', (i) => from(`192.0.2.${i}, unknown`)],
    ])
      if ((await statuses(tries, (i) => me('guess' + i, headers(i)))).join() !== slowed.join()) chosen.push(what);
    assert.deepEqual(chosen, []);
  });

  test('what strangers are refused fills no journal', async () => {
    const before = gateway.audit().length;
    for (let n = 0; n < 20; ++n)
      await Promise.all(
        Array.from({ length: 50 }, () => me('', { ...from('198.51.100.77'), Origin: 'https://evil.test' })),
      );
    const written = gateway
      .audit()
      .slice(before)
      .filter((e) => e.address === '198.51.100.77');
    assert.ok(written.length >= 1 && written.length <= 120, `${written.length} entries`); // 60 a minute
    assert.ok((await gateway.metric('refused_total\\{by="origin"\\}')) >= 1000, 'but each is counted');
  });
});

describe('which pages are the gateway’s own', () => {
  const ask = (gateway, host, origin = 'https://' + host, headers = {}) =>
    gateway.request('GET', '/me', undefined, { headers: { Host: host, Origin: origin, ...headers } });
  const shared = ({ status, headers }) => [status, headers['access-control-allow-origin']];
  const table = async (gateway, rows) => {
    const wrong = [];
    for (const [host, origin, good] of rows) {
      const came = shared(await ask(gateway, host, origin)),
        wanted = good ? [200, origin] : [403, undefined];
      if (JSON.stringify(came) !== JSON.stringify(wanted)) wrong.push(`${host}, ${origin}: ${came}`);
    }
    assert.deepEqual(wrong, []);
  };

  test('by its name, localhost, the certificate’s names and the address that was dialled; not by what a proxy passes', async () => {
    const gateway = await startGateway({
      config: '[server]\nname = "Desk-1"\ntrusted_proxies = ["127.0.0.1"]\nallowed_origins = ["https://crm.test"]\n',
    });
    const { port } = new URL(gateway.url);
    await table(gateway, [
      [`127.0.0.1:${port}`, `https://127.0.0.1:${port}`, true],
      [`localhost:${port}`, `https://localhost:${port}`, true],
      [`LOCALHOST:${port}`, `https://localhost:${port}`, true],
      ['desk-1', 'https://desk-1', true],
      ['desk-1:443', 'https://desk-1', true],
      ['desk-1', 'https://desk-1:443', false],
      [`[::1]:${port}`, `https://[::1]:${port}`, true], // a name of the certificate
      ['evil.test', 'https://evil.test', false],
      ['desk-1.evil.test', 'https://desk-1.evil.test', false],
      ['localhost.evil.test', 'https://localhost.evil.test', false],
      ['evil.test', 'https://localhost', false],
      ['localhost', 'https://evil.test', false],
      ['127.0.0.2', 'https://127.0.0.2', false],
      ['0.0.0.0', 'https://0.0.0.0', false],
      ['localhost', 'http://localhost', false],
      ['localhost', 'null', false],
      ['evil.test', 'https://crm.test', true], // an origin on the list, with any Host
      ['crm.test', 'https://crm.test', true],
    ]);
    assert.match(
      (await ask(gateway, 'desk.test')).body.detail,
      /desk\.test is none of this gateway's: add it to \[server\] names/,
    );
    await gateway.stop();
  });

  test('by [server] names, where there are some; behind a proxy too', async () => {
    const gateway = await startGateway({
      config: '[server]\nnames = ["Desk.Test", "192.0.2.80", "2001:db8::80"]\ntrusted_proxies = ["127.0.0.1"]\n',
    });
    await table(gateway, [
      ['desk.test', 'https://desk.test', true],
      ['desk.test:8443', 'https://desk.test:8443', true],
      ['192.0.2.80', 'https://192.0.2.80', true],
      ['[2001:db8::80]', 'https://[2001:db8::80]', true],
      ['other.desk.test', 'https://other.desk.test', false],
      ['evil.test', 'https://evil.test', false],
    ]);
    // A ticket of a page whose next request sends no Origin, as a browser's EventSource to its own site.
    const issued = await gateway.request(
      'POST',
      '/tickets',
      {},
      { headers: { Host: 'desk.test', Origin: 'https://desk.test' } },
    );
    const opened = await gateway.request('GET', '/events?ticket=' + issued.body.ticket, undefined, {
      token: '',
      headers: { Host: 'desk.test', 'Sec-Fetch-Site': 'same-origin' },
    });
    assert.equal(opened.status, 200);
    await assert.rejects(gateway.open({ headers: { Host: 'evil.test', Origin: 'https://evil.test' } }), /403/);
    await gateway.stop();
  });
});
