// The outlets: WebSocket, server-sent events and long poll tell the same events with the same bytes, filters and
// policy.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import { deflateRawSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { sleep, startGateway, until } from '../../harness/harness.mjs';

// A reader of server-sent events (WHATWG HTML §9.2), as far as the gateway uses them.
function eventSource(gateway, query = '', { token = gateway.token(), headers = {} } = {}) {
  const source = { events: [], comments: 0, waiters: [] };
  source.opened = new Promise((done, fail) => {
    const request = https.request(
      gateway.url + '/api/v1/events' + query,
      {
        rejectUnauthorized: false,
        headers: { Accept: 'text/event-stream', ...(token ? { Authorization: 'Bearer ' + token } : {}), ...headers },
      },
      (answer) => {
        source.status = answer.statusCode;
        source.headers = answer.headers;
        let text = '';
        answer.on('data', (data) => {
          text += data;
          for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
            const event = {};
            for (const line of text.slice(0, end).split('\n')) {
              if (line.startsWith(':')) source.comments++;
              else event[line.slice(0, line.indexOf(':'))] = line.slice(line.indexOf(':') + 2);
            }
            if (event.data) source.events.push({ ...event, json: JSON.parse(event.data) });
          }
        });
        source.ended = new Promise((end) => answer.on('close', end));
        done(source);
      },
    );
    request.on('error', fail);
    request.end();
    source.close = () => request.destroy();
  });
  source.event = (what, fits) => until(what, () => source.events.find(fits));
  return source.opened;
}

describe('outlets', () => {
  let gateway, session;
  before(async () => {
    gateway = await startGateway({
      config: '[server]\ncompression = true\ncompression_threshold = "256 B"\nheartbeat = 1\n',
    });
    session = await gateway.signIn();
    await gateway.signIn('1002');
  });
  after(() => gateway.stop());
  const command = (state) => gateway.setState(session, state);

  test('the same event, byte for byte, on WebSocket, event stream and long poll', async () => {
    const stream = await gateway.stream();
    const raw = [];
    stream.socket.on('message', (data) => raw.push(data.toString()));
    const source = await eventSource(gateway);
    assert.equal(source.status, 200);
    assert.match(source.headers['content-type'], /^text\/event-stream/);
    const snapshot = await source.event('the snapshot', (e) => e.event === 'snapshot');
    assert.equal(snapshot.id, snapshot.json.cursor);
    assert.ok(snapshot.json.sessions.some((s) => s.id === session));
    const poll = gateway.request('GET', `/events?wait=30&types=agent-session&after=${snapshot.id}`);
    const { body } = await command('ready');
    const event = await source.event('ready', (e) => e.id === body.cursor);
    assert.equal(event.event, 'deskline.agent-session');
    const frame = await until('the frame', () => raw.find((text) => text.includes(body.cursor)));
    assert.equal(frame, '{"op":"event",' + event.data.slice(1));
    const page = await poll;
    assert.equal(page.status, 200);
    assert.equal(page.text.trim(), `{"items":[${event.data}],"cursor":"${body.cursor}"}`);
    stream.close();
    source.close();
  });

  test('a compressed frame that says to be endless is refused, and asks for no memory', async () => {
    const stream = await gateway.open();
    assert.match(stream.socket.extensions, /permessage-deflate/);
    // text, compressed, masked with zeros, 2^62 bytes long
    const header = Buffer.from([0xc1, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    stream.socket._socket.write(Buffer.concat([header, deflateRawSync('a'.repeat(5000))]));
    const { code, reason } = await stream.closed;
    assert.deepEqual([code, JSON.parse(reason).reason], [4000, 'frame-too-large']);
    assert.doesNotMatch(gateway.log(), /failed by exception/);
  });

  test('an event stream resumes by Last-Event-ID, and says so when it cannot', async () => {
    const { body } = await command('not-ready');
    await command('ready');
    const resumed = await eventSource(gateway, '?types=deskline.agent-session', {
      headers: { 'Last-Event-ID': body.cursor },
    });
    await resumed.event('what was missed', (e) => e.json.data?.event === 'ready');
    assert.equal(resumed.events.length, 1, 'no snapshot, nothing twice');
    resumed.close();
    const lost = await eventSource(gateway, '', { headers: { 'Last-Event-ID': 'elsewhere-7' } });
    await lost.event('a snapshot', (e) => e.event === 'snapshot');
    assert.deepEqual(lost.events[0], {
      event: 'reset',
      data: '{"reason":"epoch-changed"}',
      json: { reason: 'epoch-changed' },
    });
    lost.close();
  });

  test('an event stream opens with a ticket, beats, and is filtered by types, subject and agents', async () => {
    const { body } = await gateway.request('POST', '/tickets', {});
    const source = await eventSource(
      gateway,
      `?types=agent-session&subject=/sessions/${session}&ticket=${body.ticket}`,
      { token: '' },
    );
    assert.equal(source.status, 200);
    assert.equal(
      (await eventSource(gateway, `?ticket=${body.ticket}`, { token: '' })).status,
      401,
      'a ticket opens one stream',
    );
    await source.event('the snapshot', (e) => e.event === 'snapshot');
    await gateway.setState((await gateway.request('GET', '/sessions?agent=1002')).body.items[0].id, 'ready');
    const answer = await command('not-ready');
    await source.event('the event', (e) => e.id === answer.body.cursor);
    assert.equal(source.events.length, 2);
    await until('two heartbeats', () => source.comments >= 2);
    source.close();
    const other = await eventSource(gateway, '?types=agent-session&agents=1002');
    const snapshot = await other.event('the snapshot', (e) => e.event === 'snapshot');
    assert.deepEqual(
      snapshot.json.sessions.map((s) => s.agent),
      ['1002'],
    );
    other.close();
  });

  test('what there is not, or may not be seen, is refused by name', async () => {
    for (const [query, status, what] of [
      ['types=weather', 422, /weather/],
      ['wait=121', 422, /wait/],
      ['limit=0', 422, /limit/],
      ['after=nonsense', 422, /after/],
      ['after=other-3', 410, /journal-truncated/],
      ['nothing=1', 422, /nothing/],
    ]) {
      const answer = await gateway.request('GET', '/events?' + query);
      assert.equal(answer.status, status, query);
      assert.match(answer.text, what);
    }
    const agent = gateway.token('agent', ['1001']);
    assert.equal((await gateway.request('GET', '/events?agents=1002', undefined, { token: agent })).status, 403);
    const own = await gateway.request('GET', '/events?limit=500', undefined, { token: agent });
    assert.ok(own.body.items.length > 0);
    assert.ok(own.body.items.every((e) => !/1002/.test(JSON.stringify(e))));
    const stream = await gateway.stream();
    stream.send({ op: 'subscribe', topics: ['weather'] });
    assert.match((await stream.frame('error', (f) => f.op === 'error')).detail, /weather/);
    stream.close();
  });

  test('history is read page by page', async () => {
    const whole = (await gateway.request('GET', '/events?limit=500&types=agent-session')).body;
    const paged = [];
    let after = '';
    for (
      let page;
      (page = (await gateway.request('GET', `/events?limit=2&types=agent-session${after && '&after=' + after}`)).body)
        .items.length;
      after = page.cursor
    )
      paged.push(...page.items);
    assert.deepEqual(paged, whole.items);
    const started = performance.now();
    const nothing = await gateway.request('GET', `/events?wait=1&after=${whole.cursor}&types=queue`);
    assert.deepEqual(nothing.body.items, []);
    assert.ok(performance.now() - started >= 950, 'it waited');
  });

  test('permessage-deflate: who offers it gets long frames compressed, the same events', async () => {
    const frames = await Promise.all(
      [true, false].map(async (perMessageDeflate) => {
        const socket = new WebSocket(gateway.url.replace('https:', 'wss:') + '/api/v1/stream', 'deskline.v1', {
          rejectUnauthorized: false,
          perMessageDeflate,
        });
        await new Promise((done) => socket.on('open', done));
        const texts = [];
        socket.on('message', (data) => texts.push(data.toString()));
        socket.send(JSON.stringify({ op: 'hello', token: gateway.token(), topics: ['agent-session'] }));
        await until('the snapshot', () => texts.length >= 2);
        return { socket, texts, negotiated: socket.extensions };
      }),
    );
    assert.match(frames[0].negotiated, /permessage-deflate/);
    assert.equal(frames[1].negotiated, '');
    const before = frames.map((f) => f.socket._socket.bytesRead);
    for (const state of ['ready', 'not-ready', 'ready', 'not-ready']) await command(state);
    await until('the events', () => frames.every((f) => f.texts.length === 6));
    assert.deepEqual(frames[0].texts.slice(2), frames[1].texts.slice(2));
    const read = frames.map((f, i) => f.socket._socket.bytesRead - before[i]);
    assert.ok(read[0] < read[1] * 0.8, `${read[0]} of ${read[1]} bytes`);
    frames[0].socket.send(
      JSON.stringify({ op: 'command', id: '1', method: 'GET', path: '/me', body: { padding: 'x'.repeat(5000) } }),
      { compress: true },
    );
    await until('the answer to a compressed command', () => frames[0].texts.some((t) => t.includes('"result"')));
    for (const { socket } of frames) socket.terminate();
  });

  test('subscribe and unsubscribe on an open stream: a fresh snapshot in its place, nothing twice', async () => {
    const stream = await gateway.stream({ topics: ['queue'] });
    assert.equal(stream.snapshot.sessions, undefined);
    stream.send({ op: 'subscribe', topics: ['agent-session'] });
    const snapshot = await stream.frame('the wider snapshot', (f) => f.op === 'snapshot' && f.sessions);
    const { body } = await command('ready');
    await stream.event('agent-session', 'ready', (f) => f.id === body.cursor);
    stream.send({ op: 'unsubscribe', topics: ['agent-session'] });
    await stream.frame('the narrower snapshot', (f) => f.op === 'snapshot' && !f.sessions && f !== stream.snapshot);
    await command('not-ready');
    await stream.socket.ping();
    assert.ok(Number(snapshot.cursor.split('-')[1]) < Number(body.cursor.split('-')[1]));
    assert.equal(stream.frames.filter((f) => f.op === 'event' && f.type === 'deskline.agent-session').length, 1);
    stream.close();
  });

  test('a peer that is dead, though its connection stands, is gone after two heartbeats; one that answers pings stays', async () => {
    const alive = await gateway.stream({ topics: ['queue'] });
    const dead = await gateway.open();
    dead.socket._receiver.removeAllListeners('ping'); // it answers no ping any more
    dead.send({ op: 'hello', token: gateway.token(), topics: ['queue'] });
    await dead.frame('welcome', (f) => f.op === 'welcome');
    const closed = await Promise.race([
      dead.closed,
      new Promise((done) => setTimeout(done, 15_000, 'still there').unref()),
    ]);
    assert.equal(closed.code, 1006, 'cut without a farewell that nobody would read');
    assert.equal(alive.socket.readyState, WebSocket.OPEN);
    alive.close();
  });

  test('events since a time, for who knows no cursor; what cannot be is refused by name', async () => {
    const first = await command('not-ready');
    await sleep(20);
    const since = new Date().toISOString();
    await sleep(20);
    const second = await command('ready');
    const page = (await gateway.request('GET', '/events?types=agent-session&since=' + encodeURIComponent(since))).body;
    assert.equal(page.items[0].id, second.body.cursor);
    assert.ok(page.items.every((event) => event.time >= since));
    const all = (await gateway.request('GET', '/events?types=agent-session&since=2020-01-01T00:00:00.000Z')).body;
    assert.ok(all.items.some((event) => event.id === first.body.cursor));
    assert.deepEqual((await gateway.request('GET', '/events?since=2999-01-01T00:00:00.000Z')).body.items, []);
    for (const [query, headers] of [
      ['since=yesterday'],
      [`since=${since}&after=${first.body.cursor}`],
      ['since=' + since, { Accept: 'text/event-stream' }],
    ]) {
      const refused = await gateway.request('GET', '/events?' + query, undefined, { headers });
      assert.equal(refused.status, 422, query);
      assert.equal(refused.body.errors[0].pointer, '?since');
    }
  });

  test('a client that talks too much is told to stay away', async () => {
    const stream = await gateway.stream();
    for (let i = 0; i < 200; ++i) stream.send({ op: 'command', id: String(i), method: 'GET', path: '/me' });
    assert.deepEqual(await stream.closed, { code: 4000, reason: '{"reason":"too-many-frames"}' });
  });
});

test('one connection too many is told when to come back', async () => {
  const gateway = await startGateway({ config: '[server]\nmax_connections = 4\n' });
  const streams = [];
  for (let i = 0; i < 4; ++i) streams.push(await gateway.open()); // one connection more is the test's own
  assert.deepEqual(await streams[3].closed, { code: 4109, reason: '{"reason":"too-many-connections","retry":5000}' });
  const answers = await Promise.all([1, 2, 3].map(() => gateway.request('GET', '/me')));
  const refused = answers.find((answer) => answer.status === 503);
  assert.match(refused.body.type, /too-many-connections/);
  assert.ok(refused.headers['retry-after']);
  for (const stream of streams) stream.close();
  await until('there is room again', async () =>
    (await Promise.all([1, 2, 3].map(() => gateway.request('GET', '/me')))).every((answer) => answer.status === 200),
  );
  await gateway.stop();
});
