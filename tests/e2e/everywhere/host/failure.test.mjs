// Bad input and bad surroundings: each has a clear error and loses nothing.
import { test, before, after, describe } from 'node:test';
import assert from 'node:assert/strict';
import { connect as tlsConnect } from 'node:tls';
import { mkdtempSync, writeFileSync, chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { execFileSync } from 'node:child_process';
import { startGateway, run, shown, until, boundByModes, boundToHighPorts, onWindows } from '../../harness/harness.mjs';

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
  const raw = (text) =>
    new Promise((done) => {
      const { hostname, port } = new URL(g.url);
      const socket = tlsConnect({ host: hostname, port, rejectUnauthorized: false }, () => socket.write(text));
      let answer = '';
      socket.on('data', (d) => (answer += d));
      socket.on('close', () => done(answer));
      socket.on('error', () => done(answer));
      setTimeout(() => socket.destroy(), 1500);
    });
  test('what is no HTTP is answered 400', async () => assert.match(await raw('rubbish\r\n\r\n'), /^HTTP\/1.1 400/));
  test('half a request is forgotten, and others are served meanwhile', async () => {
    const half = raw('PUT /api/v1/agents/1001 HTTP/1.1\r\nHost: x\r\nContent-Le');
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
    slow.socket.pause();
    await g.telephony({ do: 'burst', events: 30_000 });
    await until(
      'the slow client is found out',
      async () => /deskline_slow_clients_total [1-9]/.test((await g.request('GET', '//metrics')).text),
      60_000,
    );
    slow.socket.resume();
    assert.equal((await slow.closed).code, 4108);
    assert.equal((await g.setState(session, 'not-ready', {}, { headers: { Prefer: 'wait=60' } })).status, 200); // behind 30,000 events
    quick.close();
  });
});

describe('surroundings', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'deskline-surroundings-'));
  const serve = (text) => {
    const here = folder(),
      file = join(here, 'deskline.toml');
    writeFileSync(file, text.replaceAll('HERE', shown(here)));
    return run(['serve', '--config', shown(file)]);
  };
  test('a wrong key names the nearest, with file and line', () => {
    const answer = serve('[server]\nlisten = "127.0.0.1:0"\n[journal]\nretention_day = 3\n');
    assert.equal(answer.code, 1);
    assert.match(
      answer.stderr,
      /deskline.toml:4: journal.retention_day is not a known key; the nearest is journal.retention_days/,
    );
  });
  test('check-config says every mistake', () => {
    const here = folder(),
      file = join(here, 'deskline.toml');
    writeFileSync(file, '[server]\nmax_connections = 0\nlisten = 5\n[log]\nlevel = "loud"\n');
    const answer = run(['check-config', '--config', shown(file)]);
    assert.equal(answer.code, 1);
    for (const line of [
      /:2: server.max_connections must be from 1/,
      /:3: server.listen must be a text/,
      /:5: log.level must be one of/,
    ])
      assert.match(answer.stderr, line);
  });
  test('a port in use', async () => {
    const taken = createServer();
    await new Promise((r) => taken.listen(0, '127.0.0.1', r));
    const answer = serve(`[server]\ndata_dir = "HERE"\nlisten = "127.0.0.1:${taken.address().port}"\n`);
    taken.close();
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /the port is in use/);
  });
  test('an unreadable certificate', () => {
    const answer = serve(
      '[server]\nlisten = "127.0.0.1:0"\ndata_dir = "HERE"\ncertificate = "HERE/no.pem"\nprivate_key = "HERE/no.key"\n',
    );
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /no.pem cannot be read: \[server\] certificate must name a PEM file/);
  });
  test('a corrupt journal is set aside, and the gateway serves', async () => {
    const here = folder();
    mkdirSync(join(here, 'data'));
    writeFileSync(join(here, 'data/journal.db'), "this is no database, but it is somebody's data ".repeat(100));
    const other = await startGateway({ folder: here, keep: true });
    await until('it is ready', async () => (await other.request('GET', '//readyz')).status === 200);
    const aside = readdirSync(join(here, 'data')).find((f) => /^journal\.db\.corrupt-\d+$/.test(f));
    assert.ok(other.log().includes(aside) && /webhooks.*deskline journal backup/.test(other.log()), other.log());
    const [first] = other.audit();
    assert.deepEqual([first.actor, first.action, first.object], ['deskline', 'journal-set-aside', aside]);
    assert.match(first.detail, /file is not a database/);
    const verified = other.cli('journal', 'verify');
    assert.equal(verified.code, 0, verified.stderr);
    assert.ok(verified.stdout.includes(`as ${aside}, and what its audit holds is not in this one`), verified.stdout);
    assert.ok(
      (await other.request('GET', '/audit')).body.items.some(
        ({ action, object }) => action === 'journal-set-aside' && object === aside,
      ),
    );
    await other.stop();
    assert.match(readFileSync(join(here, 'data', aside), 'utf8'), /somebody/);
  });
  test('a journal that cannot be written: the gateway serves, and says that nothing is durable', async () => {
    const here = folder();
    writeFileSync(join(here, 'blocked'), 'a file, where a folder should be');
    const other = await startGateway({
      folder: here,
      config: `[journal]\npath = "${shown(here)}/blocked/journal.db"\n`,
    });
    const ready = await other.request('GET', '//readyz');
    assert.equal(ready.status, 503);
    assert.equal(ready.body.durable, false);
    assert.match((await other.request('GET', '//metrics')).text, /deskline_journal_durable 0/);
    assert.match(other.log(), /not durable/);
    assert.match(ready.body.checks.journal, /then restart the gateway: what is told until then is kept nowhere/);
    const session = await other.signIn('1001');
    assert.equal((await other.setState(session, 'ready')).status, 200);
    if (!onWindows)
      // there, nothing is what is below a file
      for (const [method, path, body, headers] of [
        ['PUT', `/sessions/${session}/state`, { state: 'not-ready' }, { 'Idempotency-Key': 'k' }],
        ['GET', '/operations/none'],
        ['GET', '/webhooks'],
        ['POST', '/webhooks', { url: 'https://crm.example' }],
      ]) {
        const answer = await other.request(method, path, body, { headers });
        assert.equal(answer.status, 503, answer.text);
        assert.equal(slug(answer), 'resource-unavailable', 'what the journal holds is not known');
      }
    await other.stop();
  });
  test('a journal whose folder is not there: nothing is durable, and nothing is unknown', async () => {
    const here = folder();
    const other = await startGateway({ folder: here, config: `[journal]\npath = "${shown(here)}/none/journal.db"\n` });
    assert.equal((await other.request('GET', '//readyz')).status, 503, 'before anything is told');
    assert.equal(
      (await other.setState(await other.signIn('1001'), 'ready', {}, { headers: { 'Idempotency-Key': 'k' } })).status,
      200,
    );
    assert.equal((await other.request('GET', '/webhooks')).status, 200);
    await other.stop();
  });
  test('a journal that is a folder: it says that it is one, and what to do', async () => {
    const here = folder();
    mkdirSync(join(here, 'data/journal.db'), { recursive: true, mode: 0o700 });
    const other = await startGateway({ folder: here });
    const { status, body } = await until('the check', async () => {
      const answer = await other.request('GET', '//readyz');
      return answer.body.checks.journal !== 'ok' && answer;
    });
    assert.equal(status, 503);
    assert.match(body.checks.journal, /It is a folder: move it away, or name another \[journal\] path/);
    assert.match(other.log(), /It is a folder: move it away.* Events are served but not durable/);
    await other.stop();
  });
});

// One line each, on both hosts; what needs a mode or a right is of Linux.
describe('a message says what to do', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'deskline-messages-'));
  // A command with this in [server]. `said`: what is no message of the log.
  const command = (here, server, args, options) => {
    const file = join(here, 'deskline.toml'),
      placed = (text) => text.replaceAll('HERE', shown(here));
    writeFileSync(file, `[server]\n${placed(server)}\n`);
    const answer = run([...args.map(placed), '--config', shown(file)], { timeout: 60_000, ...options });
    const said = answer.stderr.split('\n').filter((line) => line && !/ (info|warning) /.test(line));
    return { ...answer, said };
  };
  const ofModes = { skip: onWindows && 'modes of Linux', through: boundByModes };

  const lowest = onWindows ? 0 : Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  const ofPorts = { skip: (onWindows || lowest <= 443) && 'any port is for anybody here', through: boundToHighPorts };
  const inTheWay = /data_dir: .*file cannot be made: .* A file is where a folder should be: move it away/;
  const starts = [
    ['an address of another host', 'listen = "192.0.2.1:8443"', /2\.1:8443": .+ Choose an address of this host/],
    ['a port that needs a right', 'listen = "127.0.0.1:443"', /:443": .+ Ports below 1024 need a right/, ofPorts],
    ['a data folder that is a file', 'data_dir = "HERE/file"', inTheWay],
    ['a data folder below a file', 'data_dir = "HERE/file/data"', inTheWay],
    ['a data folder not to be made', 'data_dir = "HERE/above/data"', /data cannot be made: .+ Give Deskline/, ofModes],
  ];
  for (const [what, server, pattern, { skip = false, through = [] } = {}] of starts)
    test(`serve: ${what}`, { skip }, () => {
      const here = folder();
      writeFileSync(join(here, 'file'), 'a file, where a folder should be');
      mkdirSync(join(here, 'above'), { mode: 0o500 });
      const rest = server.startsWith('listen') ? 'data_dir = "HERE/data"' : 'listen = "127.0.0.1:0"';
      const { code, said, stderr } = command(here, server + '\n' + rest, ['serve'], { through });
      assert.equal(code, 1, stderr);
      assert.equal(said.length, 1, stderr);
      assert.match(said[0], pattern);
    });

  test('check-config: what the start takes for no address is not in order, and told with its line', () => {
    const here = folder(),
      wrong = ['', '8443', '127.0.0.1', ':8443', '127.0.0.1:', '127.0.0.1:65536'];
    wrong.push('127.0.0.1:https', 'localhost:8443', '256.0.0.1:8443');
    for (const listen of wrong)
      for (const args of [['check-config'], ['serve']]) {
        const { code, said, stdout } = command(here, `listen = "${listen}"\ndata_dir = "HERE/data"`, args);
        assert.equal(code, 1, `${args} ${listen}: ${stdout}`);
        assert.equal(said.length, 1);
        assert.match(said[0], /toml:2: server\.listen must be an IP address and a port such as "127\.0\.0\.1:8443"/);
      }
    for (const listen of ['127.0.0.1:0', '0.0.0.0:8443', '[::1]:8443', '::1:8443'])
      assert.equal(command(here, `listen = "${listen}"`, ['check-config']).code, 0, listen);
  });

  const malformed = `
import sqlite3, sys
file = sqlite3.connect(sys.argv[1])
file.execute("CREATE TABLE events (number INTEGER PRIMARY KEY)")
file.commit()
file.close()
whole = bytearray(open(sys.argv[1], "rb").read())
whole[100:110] = b"\\xff" * 10
open(sys.argv[1], "wb").write(whole)`;
  const aside = 'The gateway sets it aside at its next start and begins a new one; what it held is in the last ';
  const journals = [
    ['is no database', (path) => writeFileSync(path, 'no database '.repeat(100)), `is not a database. ${aside}`],
    ['is malformed', (path) => execFileSync('python3', ['-c', malformed, path]), `malformed. ${aside}`],
    ['is a folder', (path) => mkdirSync(path), 'It is a folder: move it away, or name another [journal] path.'],
    ['may not be read', (path) => (writeFileSync(path, ''), chmodSync(path, 0)), 'right to read and write it', ofModes],
  ];
  for (const [what, make, text, { skip = false, through = [] } = {}] of journals)
    test(`a journal that ${what}: verify, audit, export, backup`, { skip }, () => {
      const here = folder();
      mkdirSync(join(here, 'data'), { mode: 0o700 });
      make(join(here, 'data/journal.db'));
      for (const args of [['verify'], ['audit'], ['export'], ['backup', 'HERE/copy.db']]) {
        const { code, said, stderr } = command(here, 'data_dir = "HERE/data"', ['journal', ...args], { through });
        assert.equal(code, 1, args + stderr);
        assert.equal(said.length, 1, stderr);
        assert.ok(said[0].includes(text), said[0]);
      }
    });
});
