// Bounds of what callers can make the gateway keep: each asks for more than there is room for, and others do not
// notice.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { run, shown, sleep, startGateway, until } from '../../harness/harness.mjs';
import { Authority, SigningKey, secureServer } from '../../harness/provider.mjs';

describe('bounds', () => {
  let gateway;
  before(
    async () =>
      (gateway = await startGateway({
        config: '[identity]\nfree_failures = 0\n[webhooks]\nallow_private_networks = true\ntimeout = 60\n',
      })),
  );
  after(() => gateway.stop());

  const owner = (name) => gateway.token('integration', [], name, { scopes: ['webhooks', 'agents:read'] });
  const listening = async (answer) => {
    const server = http.createServer(answer);
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return {
      url: `http://127.0.0.1:${server.address().port}/`,
      stop: () => (server.closeAllConnections(), server.close()),
    };
  };
  // Several at a time, over the open connections.
  const many = async (count, ask) => {
    let next = 0;
    const one = async () => {
      while (next < count) await ask(next++);
    };
    await Promise.all(Array.from({ length: 16 }, one));
  };

  test('a flood of strangers, and one of refused attempts by somebody known, fill the audit no further than they may', async () => {
    const agent = gateway.token('agent', ['1001'], 'ada');
    await many(900, async (n) =>
      assert.equal((await gateway.request('GET', '/me', undefined, { token: 'guess' + n })).status, 401),
    );
    await many(400, async () =>
      assert.equal((await gateway.request('PUT', '/agents/1009', {}, { token: agent })).status, 404),
    ); // answered as if it did not exist, since they may not see it
    const refused = (await gateway.request('GET', '//metrics', undefined, { token: '' })).text.match(
      /^deskline_refused_total\{by="token"\} (\d+)$/m,
    )[1];
    assert.ok(Number(refused) >= 900, 'all of them are counted');
    await gateway.signIn('1002');
    const entries = await until('what was done meanwhile', () => {
      const all = gateway.audit();
      return all.some((e) => e.action.includes('1002') && e.outcome === 'succeeded') && all;
    });
    const strangers = entries.filter((e) => e.action === 'token').length,
      ofAda = entries.filter((e) => e.actor.endsWith('ada') && e.outcome === 'hidden').length;
    assert.ok(strangers >= 60 && strangers <= 240, `${strangers} entries of strangers`); // 60 a minute from one address
    assert.ok(ofAda >= 200 && ofAda < 300, `${ofAda} entries of one account`);
    assert.match(gateway.cli('journal', 'verify').stdout, /none changed or taken out/);
  });

  test('one account takes no more webhooks than its share, and hears of its own number', async () => {
    const create = (name) =>
      gateway.request('POST', '/webhooks', { url: 'https://receiver.test/hook' }, { token: owner(name) });
    for (let n = 0; n < 20; ++n) assert.equal((await create('tenant-a')).status, 201);
    const beyond = await create('tenant-a');
    assert.equal(beyond.status, 422);
    assert.match(beyond.body.detail, /^You have 20 webhooks/);
    const other = await create('tenant-b');
    assert.equal(other.status, 201);
    const { items } = (await gateway.request('GET', '/webhooks', undefined, { token: owner('tenant-a') })).body;
    assert.equal(
      (await gateway.request('DELETE', '/webhooks/' + items[0].id, undefined, { token: owner('tenant-a') })).status,
      204,
    );
    assert.equal((await create('tenant-a')).status, 201);
  });

  test('of a webhook’s deliveries the last 100 are kept, each with the first KiB of the answer', async () => {
    const receiver = await listening((request, response) => (request.resume(), response.end('x'.repeat(5000))));
    const session = await gateway.signIn('1005');
    const { body: hook } = await gateway.request('POST', '/webhooks', { url: receiver.url, types: ['agent-session'] });
    const told = [];
    for (let n = 0; n < 110; ++n)
      told.push((await gateway.setState(session, n % 2 ? 'not-ready' : 'ready')).body.cursor);
    const deliveries = async () =>
      (await gateway.request('GET', `/webhooks/${hook.id}/deliveries?limit=500`)).body.items;
    const kept = await until('the last one', async () => {
      const all = await deliveries();
      return all.some(({ event }) => event === told.at(-1)) && all;
    });
    assert.deepEqual(kept.map(({ event }) => event).sort(), told.slice(-100).sort());
    assert.deepEqual([...new Set(kept.map(({ answer }) => answer.length))], [1024]);
    await gateway.request('DELETE', '/webhooks/' + hook.id);
    receiver.stop();
  });

  test('20 deliveries of one account are on their way, those of webhooks that are gone too', async () => {
    const came = [],
      answers = [];
    const receiver = await listening(
      (request, response) => (request.resume(), came.push(request.url), answers.push(response)),
    );
    const session = await gateway.signIn('1006');
    const change = (n) => gateway.setState(session, n % 2 ? 'not-ready' : 'ready');
    const create = async (account, path) =>
      (
        await gateway.request(
          'POST',
          '/webhooks',
          { url: receiver.url + path, types: ['agent-session'] },
          { token: owner(account) },
        )
      ).body.id;
    for (let n = 0; n < 20; ++n) {
      const id = await create('tenant-c', 'c' + n);
      await change(n);
      await until('its delivery', () => came.includes('/c' + n));
      assert.equal(
        (await gateway.request('DELETE', '/webhooks/' + id, undefined, { token: owner('tenant-c') })).status,
        204,
      );
    }
    const ids = [await create('tenant-c', 'c20')];
    await change(20);
    ids.push(await create('tenant-d', 'd'));
    await change(21);
    await until('another account’s', () => came.includes('/d'));
    assert.ok(!came.includes('/c20'));
    answers.forEach((response) => response.end());
    await until('one more', () => came.includes('/c20'));
    for (const id of ids) await gateway.request('DELETE', '/webhooks/' + id);
    receiver.stop();
  });

  test('a stream that asks for snapshots in a loop gets one a second after the first four, of what it asked for last', async () => {
    const tokens = [[], ['Sales']].map((groups) => gateway.token('supervisor', [], 'dora', { groups }));
    const stream = await gateway.stream({ topics: ['queue'] }, tokens[0]),
      started = performance.now();
    const snapshots = () => stream.frames.filter((f) => f.op === 'snapshot');
    for (let n = 0; n < 40; ++n) {
      stream.send({ op: n % 2 ? 'unsubscribe' : 'subscribe', topics: ['agent'] });
      stream.send({ op: 'refresh', token: tokens[n % 2] }); // its rights grow and shrink by turns
      await sleep(110); // as many frames as it may send
    }
    stream.send({ op: 'subscribe', topics: ['agent-session'] });
    const last = await stream.frame('what was asked for last', (f) => f.op === 'snapshot' && f.sessions);
    const seconds = (performance.now() - started) / 1000;
    assert.ok(
      snapshots().length >= 3 && snapshots().length <= 5 + seconds,
      `${snapshots().length} in ${seconds.toFixed(1)} s`,
    );
    assert.deepEqual(
      Object.keys(last)
        .filter((name) => Array.isArray(last[name]))
        .sort(),
      ['addresses', 'queues', 'sessions'],
    );
    assert.equal(stream.frames.filter((f) => f.op === 'refreshed').length, 40, 'nothing was refused');
    stream.close();
  });

  test('TLS sessions are not kept: who comes again is known by its ticket, or not at all', async () => {
    const { port } = new URL(gateway.url);
    const reused = (more, session) =>
      new Promise((done, fail) => {
        const socket = tls.connect(
          {
            port,
            host: '127.0.0.1',
            rejectUnauthorized: false,
            minVersion: 'TLSv1.2',
            maxVersion: 'TLSv1.2',
            session,
            ...more,
          },
          () => {
            done([socket.isSessionReused(), socket.getSession()]);
            socket.destroy();
          },
        );
        socket.on('error', fail);
      });
    for (const [more, expected] of [
      [{}, true],
      [{ secureOptions: constants.SSL_OP_NO_TICKET }, false],
    ]) {
      const [, session] = await reused(more);
      assert.equal((await reused(more, session))[0], expected);
    }
  });

  test('what is kept is measured', async () => {
    await until(
      'the sizes',
      async () =>
        (await gateway.metric('journal_events_bytes')) > 1000 && (await gateway.metric('journal_audit_bytes')) > 50_000,
    );
    const before = await gateway.metric('operations');
    for (let n = 0; n < 5; ++n)
      await gateway.request('PUT', '/agents/1003', {}, { headers: { 'Idempotency-Key': 'k' + n } });
    await until('the operations', async () => (await gateway.metric('operations')) === before + 5);
    for (const name of ['journal_unsaved_bytes', 'journal_unsaved_audit_entries', 'journal_lost_events_total'])
      assert.equal(await gateway.metric(name), 0, name);
  });

  test('the audit’s retention is configured on its own', () => {
    const file = join(gateway.folder, 'other.toml');
    writeFileSync(file, '[journal]\naudit_retention_days = 30\naudit_retention_size = "8 MiB"\n');
    assert.equal(run(['check-config', '--config', shown(file)]).code, 0);
    writeFileSync(file, '[journal]\naudit_retention_days = 0\naudit_retention_size = "1 KiB"\naudit_retention = 1\n');
    const { code, stderr } = run(['check-config', '--config', shown(file)]);
    assert.equal(code, 1);
    for (const key of [
      'audit_retention_days must be from 1',
      'audit_retention_size must be from 1048576',
      'audit_retention is not a known key',
    ])
      assert.match(stderr, new RegExp(key));
  });
});

test('who takes nothing is closed with 4108 though its queue has room, and who does not answer a goodbye is dropped', async () => {
  const gateway = await startGateway({ config: '[server]\nqueue_limit = "64 MiB"\nheartbeat = 1\n' });
  const { host, port } = new URL(gateway.url);
  const silent = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
    silent.write(
      `GET /api/v1/stream HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    ),
  );
  silent.on('error', () => {});
  const [answer] = await once(silent, 'data');
  assert.match(String(answer), /^HTTP\/1.1 101 /);
  silent.pause(); // says no hello, and hears no goodbye
  const session = await gateway.signIn();
  for (let i = 0; i < 300; ++i) await gateway.setState(session, i % 2 ? 'not-ready' : 'ready');
  const slow = await gateway.stream({ topics: ['audio.ducking'] });
  const alive = setInterval(() => slow.socket.pong(), 250).unref(); // it speaks, so it is not dead
  slow.socket.pause();
  // some megabytes
  for (let i = 0; i < 30; ++i) slow.send({ op: 'command', id: String(i), method: 'GET', path: '/events?limit=300' });
  await until('it is found out', async () => (await gateway.metric('slow_clients_total')) === 1);
  await until(
    'both are dropped',
    async () => {
      gateway.hangUp(); // then the only connection is that of the request itself
      await sleep(200);
      return (await gateway.metric('connections')) === 1;
    },
    40_000,
  );
  clearInterval(alive);
  slow.socket.resume();
  assert.ok([1006, 4108].includes((await slow.closed).code));
  silent.destroy();
  await gateway.stop();
});

test('who comes back from far behind may ask for another topic at once: many pages are one beginning', async () => {
  const gateway = await startGateway();
  await gateway.signIn();
  const before = await gateway.stream({ topics: ['agent-session'] }),
    cursor = before.snapshot.cursor;
  before.close();
  await gateway.telephony({ do: 'burst', events: 20_000 }); // twenty pages
  const stream = await gateway.stream({ cursor, topics: ['agent-session'] });
  await stream.frame('the last of them', (f) => f.op === 'event' && Number(f.id.split('-')[1]) >= 20_000, 60_000);
  const asked = performance.now();
  stream.send({ op: 'subscribe', topics: ['queue'] });
  await stream.frame('what it asked for', (f) => f.op === 'snapshot' && f.queues, 60_000);
  assert.ok(performance.now() - asked < 10_000, 'each page counted as a beginning');
  stream.close();
  await gateway.stop();
});

test('one account has so many streams open, whichever kind they are; what ends makes room', async () => {
  const gateway = await startGateway({ config: '[server]\nstreams_per_account = 3\n' });
  const ada = gateway.token('agent', ['1001'], 'ada'),
    bob = gateway.token('agent', ['1002'], 'bob');
  const headers = { Accept: 'text/event-stream', Authorization: 'Bearer ' + ada };
  const events = https.get(gateway.url + '/api/v1/events', { rejectUnauthorized: false, agent: false, headers });
  events.on('error', () => {});
  assert.equal((await new Promise((done) => events.on('response', (answer) => done(answer.resume())))).statusCode, 200);
  const streams = [await gateway.stream({}, ada), await gateway.stream({}, ada)];
  const tooMany = { code: 4109, reason: '{"reason":"too-many-streams","retry":5000}' };
  const { ticket } = (await gateway.request('POST', '/tickets', {}, { token: ada })).body;
  assert.deepEqual(
    await (
      await gateway.open({ query: '?ticket=' + ticket })
    ).closed,
    tooMany,
    'before it has said anything',
  );
  const late = await gateway.open();
  late.send({ op: 'hello', token: ada });
  assert.deepEqual(await late.closed, tooMany);
  const refused = await gateway.request('GET', '/events', undefined, {
    token: ada,
    headers: { Accept: 'text/event-stream' },
  });
  assert.deepEqual(
    [refused.status, refused.body.type, refused.headers['retry-after']],
    [429, '/problems/too-many-requests', '5'],
  );
  assert.equal(await gateway.metric('streams_refused_total'), 3);
  streams.push(await gateway.stream({}, bob));
  streams[0].send({ op: 'refresh', token: ada });
  await streams[0].frame('refreshed', (f) => f.op === 'refreshed'); // an open stream keeps its place
  const comes = async () => {
    const stream = await gateway.open();
    stream.send({ op: 'hello', token: ada });
    const welcome = await Promise.race([
      stream.frame('welcome', (f) => f.op === 'welcome').catch(() => false),
      stream.closed.then(() => false),
    ]);
    return welcome && stream;
  };
  events.destroy();
  streams.push(await until('room again', comes));
  streams[1].close();
  streams.push(await until('room again', comes));
  for (const stream of streams) stream.close();
  await gateway.stop();
});

test('keys of an identity provider in up to 1 MiB are taken, more are not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
    authority = new Authority(folder),
    key = new SigningKey('one');
  for (const [bytes, status] of [
    [(1 << 20) - 1, 200],
    [(1 << 20) + 1, 503],
  ]) {
    const keys = (pad) => JSON.stringify({ keys: [key.jwk()], pad });
    const server = await secureServer(authority.issue('localhost'), () => keys('x'.repeat(bytes - keys('').length)));
    const gateway = await startGateway({
      config:
        `[identity]\nissuer = "${server.url}"\njwks = "${server.url}/keys"\n` +
        `authorities = "${shown(authority.certificate)}"\n`,
    });
    const token = gateway.secrets.token(
      key.token({
        iss: server.url,
        aud: 'deskline',
        sub: 'ada',
        role: 'admin',
        exp: Math.floor(Date.now() / 1000) + 600,
      }),
    );
    assert.equal((await gateway.request('GET', '/me', undefined, { token })).status, status, `${bytes} bytes`);
    assert.ok(server.asked.length > 0);
    await gateway.stop();
    await server.stop();
  }
  rmSync(folder, { recursive: true });
});
