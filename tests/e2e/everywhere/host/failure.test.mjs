// Bad input and bad surroundings: each has a clear error and loses nothing.
import { test, before, after, describe } from 'node:test';
import assert from 'node:assert/strict';
import { connect as tlsConnect } from 'node:tls';
import { onWindows, startGateway, until } from '../../harness/harness.mjs';

let g;
before(async () => (g = await startGateway({ config: '[server]\nqueue_limit = "64 KiB"\n' })));
after(() => g.stop());

const slug = (answer) => answer.body?.type?.replace('/problems/', '');

describe('requests', () => {
  const cases = [
    ['bad JSON', 'PUT', '/agents/1001', { raw: '{"pin":' }, 400, 'bad-json'],
    ['an unknown field', 'PUT', '/agents/1001', { body: { pin: '1001', colour: 'blue' } }, 422, 'invalid-argument'],
    ['a wrong type', 'PUT', '/agents/1001', { body: { pin: 1001 } }, 422, 'invalid-argument'],
    ['a number out of range', 'PATCH', '/audio/sessions/x', { body: { volume: 1.5 } }, 422, 'invalid-argument'],
    ['nothing to change', 'PATCH', '/audio/sessions/x', { body: {} }, 422, 'invalid-argument'],
    ['an unknown session', 'PUT', '/sessions/none/state', { body: { state: 'ready' } }, 404, 'not-found'],
    ['an unknown agent', 'PUT', '/agents/9999', { body: { pin: '1' } }, 404, 'agent-unknown'],
    ['a wrong PIN', 'PUT', '/agents/1001', { body: { pin: '1' } }, 403, 'wrong-pin'],
    [
      'a session of nobody signed in',
      'POST',
      '/agents/1011/sessions',
      { body: { acdGroup: 'Sales', address: 'Line 1' } },
      404,
      'not-found',
    ],
    [
      'a reason too long',
      'PUT',
      '/sessions/none/state',
      { body: { state: 'ready', reason: 'x'.repeat(65) } },
      422,
      'invalid-argument',
    ],
    ['an unknown path', 'GET', '/nothing', {}, 404, 'not-found'],
    ['a method that is not there', 'POST', '/sessions', { body: {} }, 405, 'method-not-allowed'],
    ['an unknown query parameter', 'GET', '/sessions?colour=blue', {}, 422, 'invalid-argument'],
    ['a limit out of range', 'GET', '/sessions?limit=0', {}, 422, 'invalid-argument'],
    [
      'another media type',
      'PUT',
      '/agents/1001',
      { raw: 'pin=1001', headers: { 'Content-Type': 'text/plain' } },
      415,
      'unsupported-media-type',
    ],
    ['no token', 'GET', '/agents', { token: '' }, 401, 'not-authorized'],
    ['a broken token', 'GET', '/agents', { token: 'a.b.c' }, 401, 'not-authorized'],
    [
      'a body of 65 KiB',
      'PUT',
      '/agents/1001',
      { raw: JSON.stringify({ pin: 'x'.repeat(65 * 1024) }) },
      413,
      'body-too-large',
    ],
    ['a header of 17 KiB', 'GET', '/agents', { headers: { 'X-Long': 'x'.repeat(17 * 1024) } }, 431, 'header-too-large'],
    ['a foreign origin', 'GET', '/agents', { headers: { Origin: 'https://evil.example' } }, 403, 'forbidden'],
    [
      'a wait too long',
      'PUT',
      '/agents/1001',
      { body: { pin: '1001' }, headers: { Prefer: 'wait=500' } },
      422,
      'invalid-argument',
    ],
  ];
  for (const [what, method, path, { body, ...options }, status, expected] of cases)
    test(`${what}: ${status} ${expected}`, async () => {
      const answer = await g.request(method, path, body, options);
      assert.equal(answer.status, status, answer.text);
      assert.equal(slug(answer), expected);
      assert.ok(answer.body.detail && answer.body.remedy);
      assert.equal((await g.request('GET', '//healthz')).status, 200);
    });

  test('field errors name every field by JSON Pointer', async () => {
    const answer = await g.request('PUT', '/sessions/none/state', { state: 'reddy', colour: 1 });
    assert.deepEqual(
      answer.body.errors.map((e) => e.pointer),
      ['/state', '/colour'],
    );
  });

  test('an agent sees itself and nobody else', async () => {
    const session = await g.signIn('1007');
    const token = g.token('agent', ['1008']);
    assert.equal((await g.request('GET', '/agents/1007', undefined, { token })).status, 404);
    assert.equal((await g.request('PUT', `/sessions/${session}/state`, { state: 'ready' }, { token })).status, 404);
    assert.deepEqual((await g.request('GET', '/sessions', undefined, { token })).body.items, []);
    const stream = await g.stream({}, token);
    assert.deepEqual(stream.snapshot.sessions, []);
    await g.setState(session, 'ready');
    const own = await g.request('PUT', '/agents/1008', { pin: '1008' }, { token });
    assert.equal(own.status, 201);
    await stream.event('agent', 'signed-in');
    assert.equal(stream.frames.filter((f) => f.type === 'deskline.agent-session').length, 0);
    stream.close();
  });
});

describe('connections', () => {
  const raw = (text, milliseconds = 20_000) =>
    new Promise((done) => {
      const { hostname, port } = new URL(g.url);
      const socket = tlsConnect({ host: hostname, port, rejectUnauthorized: false }, () => socket.write(text));
      let answer = '';
      socket.on('data', (d) => (answer += d));
      socket.on('close', () => done(answer));
      socket.on('error', () => done(answer));
      const timer = setTimeout(() => socket.destroy(), milliseconds);
      socket.on('close', () => clearTimeout(timer));
    });
  test('what is no HTTP is answered 400', async () => assert.match(await raw('rubbish\r\n\r\n'), /^HTTP\/1.1 400/));
  test('half a request is forgotten, and others are served meanwhile', async () => {
    const half = raw('PUT /api/v1/agents/1001 HTTP/1.1\r\nHost: x\r\nContent-Le', 1500);
    assert.equal((await g.request('GET', '//healthz')).status, 200);
    assert.equal(await half, '');
  });
  test('two requests at once are answered in order', async () => {
    const two = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    assert.match(await raw(two), /alive[\s\S]*ready/);
  });
});

describe('streams', () => {
  const refusals = [
    ['bad JSON', '{"op":', 4000, 'bad-json'],
    ['a second hello', { op: 'hello' }, 4000, 'second-hello'],
    ['an unknown op', { op: 'dance' }, 4004, 'unknown-op'],
    ['an unknown field', { op: 'subscribe', colour: 'blue' }, 4000, 'bad-field'],
    ['a frame above 64 KiB', JSON.stringify({ op: 'x'.repeat(70_000) }), 1009, ''],
  ];
  for (const [what, message, code, reason] of refusals)
    test(`${what}: ${code}`, async () => {
      const stream = await g.stream();
      stream.send(message);
      const closed = await stream.closed;
      if (code === 1009) return assert.ok([1009, 1006, 4000].includes(closed.code), String(closed.code));
      assert.equal(closed.code, code);
      assert.equal(JSON.parse(closed.reason).reason, reason);
    });
  test('no hello in five seconds: 4005', async () => {
    const stream = await g.open();
    assert.equal((await stream.closed).code, 4005);
  });
  test('a wrong token in hello: 4001', async () => {
    const stream = await g.open();
    stream.send({ op: 'hello', token: 'a.b.c' });
    assert.equal((await stream.closed).code, 4001);
  });
  test('a ticket opens one stream, once', async () => {
    const { ticket } = (await g.request('POST', '/tickets', {})).body;
    const stream = await g.open({ query: '?ticket=' + ticket });
    stream.send({ op: 'hello', topics: ['queue'] });
    await stream.frame('welcome', (f) => f.op === 'welcome');
    await assert.rejects(g.open({ query: '?ticket=' + ticket }), /refused: 401/);
    stream.close();
  });
  test('an unknown topic is refused by name', async () => {
    const stream = await g.stream();
    stream.send({ op: 'subscribe', topics: ['weather'] });
    const error = await stream.frame('error', (f) => f.op === 'error');
    assert.match(error.detail, /weather/);
    stream.close();
  });
  test('all clients of a kind stop reading at once: all are closed, the gateway lives', async () => {
    await g.signIn('1010');
    const slow = await Promise.all([1, 2, 3].map(() => g.stream({ topics: ['agent-session', 'queue'] })));
    for (const stream of slow) stream.socket.pause();
    await g.telephony({ do: 'burst', events: 30_000 });
    await until(
      'all are found out',
      async () => /deskline_slow_clients_total [3-9]/.test((await g.request('GET', '//metrics')).text),
      60_000,
    );
    for (const stream of slow) stream.socket.resume();
    for (const stream of slow) assert.equal((await stream.closed).code, 4108);
  });
  test('a client that stops reading is closed with 4108, and hurts nobody', async () => {
    const session = await g.signIn('1009');
    const slow = await g.stream({ topics: ['agent-session'] }),
      quick = await g.stream({ topics: ['agent-session'] });
    const before = await g.metric('slow_clients_total');
    slow.socket.pause();
    await g.telephony({ do: 'burst', events: onWindows ? 5_000 : 30_000 });
    await until('the slow client is found out', async () => (await g.metric('slow_clients_total')) > before, 60_000);
    slow.socket.resume();
    assert.equal((await slow.closed).code, 4108);
    // its event comes behind the burst
    assert.equal((await g.setState(session, 'not-ready', {}, { headers: { Prefer: 'wait=120' } })).status, 200);
    quick.close();
  });
});
