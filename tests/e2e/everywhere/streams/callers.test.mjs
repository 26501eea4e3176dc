// What a caller can make the gateway say or read: an answer is never much longer than what asked for it, nobody writes
// into another's frames, log or close reason, and frames without end are counted.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { deflateRawSync } from 'node:zlib';
import { startGateway, until } from '../../harness/harness.mjs';
import { rawStream } from '../../harness/raw_stream.mjs';

const MiB = 1 << 20;
// A fault mostly shows as something that never comes, so waits are short.
const it = (name, ...rest) => test(name, { timeout: 60_000, ...(rest.length > 1 ? rest[0] : {}) }, rest.at(-1));

describe('what is said', () => {
  let gateway, session, token;
  before(async () => {
    gateway = await startGateway({ config: '[server]\ncompression = true\n' });
    session = await gateway.signIn();
    token = gateway.token();
  });
  after(() => gateway.stop());

  const long = (n, c = 'x') => c.repeat(n);
  const fields = (n, size = 4) =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [String(i).padStart(size, 'k'), 1]));
  const rows = () => [
    ['many unknown fields', 'PUT', '/agents/1001', fields(6000)],
    ['unknown fields with long names', 'PUT', '/agents/1001', fields(200, 300)],
    [
      'unknown fields of quotes',
      'PUT',
      '/agents/1001',
      Object.fromEntries(Array.from({ length: 400 }, (_, i) => [long(60, '"') + i, 1])),
    ],
    ['one unknown field of 60 KB', 'PUT', '/agents/1001', { [long(60_000)]: 1 }],
    ['unknown fields of another resource', 'PATCH', '/audio/devices/none', fields(6000)],
    ['an array of what is wrong', 'PATCH', '/audio/devices/none', { channelVolumes: Array(15_000).fill('x') }],
    ['an array of what is out of range', 'PATCH', '/audio/devices/none', { channelVolumes: Array(64).fill(7) }],
    ['a webhook of unknown types', 'POST', '/webhooks', { url: 'https://crm.test/', types: Array(10_000).fill('w') }],
    ['a webhook of one long type', 'POST', '/webhooks', { url: 'https://crm.test/', types: [long(60_000)] }],
    ['a webhook of a long address', 'POST', '/webhooks', { url: 'https://' + long(60_000) }],
    ['a webhook of many agents', 'POST', '/webhooks', { url: 'https://crm.test/', agents: Array(8000).fill('1001') }],
    ['a webhook of a long subject', 'POST', '/webhooks', { url: 'https://crm.test/', subject: long(60_000) }],
    ['a handler of 60 KB', 'PUT', '/agents/1003', { handler: long(60_000), pin: '1003' }],
    ['a group of 60 KB', 'POST', '/agents/1001/sessions', { acdGroup: long(60_000), address: 'Line 1' }],
    ['an address of 60 KB', 'POST', '/agents/1001/sessions', { acdGroup: 'Sales', address: long(60_000) }],
    ['a state of 60 KB', 'PUT', `/sessions/${session}/state`, { state: long(60_000) }],
    ['a reason of 60 KB', 'PUT', `/sessions/${session}/state`, { state: 'not-ready', reason: long(60_000) }],
    ['a name of 60 KB', 'PATCH', '/audio/sessions/none', { displayName: long(60_000) }],
    ['an origin of 60 KB', 'POST', '/tickets', { origin: 'https://' + long(60_000) }],
    ['a cursor of 60 KB', 'POST', '/webhooks/none/replay', { from: long(60_000) }],
    ['a level of 60 KB', 'PUT', '/log-level', { level: long(60_000) }],
    ['an agent of 12 KB', 'PUT', '/agents/' + long(12_000), {}],
    [
      'an agent that is not there',
      'POST',
      `/agents/${long(12_000)}/sessions`,
      { acdGroup: 'Sales', address: 'Line 1' },
    ],
    ['a path of 12 KB', 'GET', '/' + long(12_000)],
    ['a parameter of 12 KB', 'GET', '/agents?' + long(12_000)],
    ['many parameters', 'GET', '/agents?' + Array.from({ length: 1500 }, (_, i) => 'p' + i).join('&')],
    ['a type of 12 KB', 'GET', '/events?types=' + long(12_000)],
    ['a subject of 12 KB', 'GET', '/events?subject=' + long(12_000)],
    ['many agents', 'GET', '/events?agents=' + Array(2000).fill('1001').join(',')],
    ['a cursor in a query', 'GET', '/events?after=' + long(12_000)],
    ['a time in a query', 'GET', '/events?since=' + long(12_000)],
    ['an Accept of 12 KB', 'GET', '/agents', undefined, { Accept: 'text/' + long(12_000) }],
    ['a Content-Type of 12 KB', 'PUT', '/agents/1001', {}, { 'Content-Type': 'text/' + long(12_000) }],
    ['a key of 12 KB', 'PUT', '/agents/1001', {}, { 'Idempotency-Key': long(12_000) }],
    ['a request id of 12 KB', 'GET', '/agents?x', undefined, { 'X-Request-Id': long(12_000) }],
    ['a wish of 12 KB', 'PUT', '/agents/1001', { x: 1 }, { Prefer: 'wait=' + long(12_000) }],
    ['an origin of 12 KB', 'GET', '/agents', undefined, { Origin: 'https://' + long(12_000) }],
    [
      'a method and headers that a page wants',
      'OPTIONS',
      '/agents',
      undefined,
      { Origin: gateway.url, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': long(12_000) },
    ],
  ];

  it('an answer that refuses has at most 8 KiB, whatever asked for it, in REST and on a stream', async () => {
    const stream = await gateway.stream({ topics: ['audio.ducking'] });
    stream.socket.on('message', (data) => (stream.longest = Math.max(stream.longest ?? 0, data.length)));
    let longest = 0;
    for (const [what, method, path, body, headers] of rows()) {
      const answer = await gateway.request(method, path, body, { headers });
      const size = answer.text.length + JSON.stringify(answer.headers).length;
      assert.ok(size <= 8192, `${what}: ${size} bytes: ${answer.text.slice(0, 300)}`);
      assert.ok(answer.status >= 400 || method === 'OPTIONS' || headers, `${what}: ${answer.status}`);
      longest = Math.max(longest, size);
      if (method === 'OPTIONS') continue;
      stream.frames.length = 0;
      stream.send({ op: 'command', id: 'c', method, path, ...(body && { body }), ...(headers && { headers }) });
      const result = await stream.frame(what, (f) => f.op === 'result');
      assert.ok(JSON.stringify(result).length <= 8192, `${what} on a stream: ${JSON.stringify(result).length}`);
      await new Promise((done) => setTimeout(done, 50)); // 20 frames a second
    }
    stream.send({ op: 'subscribe', topics: [long(60_000)] });
    assert.ok(JSON.stringify(await stream.frame('the error', (f) => f.op === 'error')).length < 1024);
    stream.close();
    console.log(`# ${rows().length} requests of up to 60 KB: the longest refusal has ${longest} bytes`);
  });

  it('the first 20 unknown fields are named, the others counted, the known ones said once', async () => {
    const { body } = await gateway.request('PUT', '/agents/1001', fields(6500));
    assert.equal(body.errors.length, 21);
    assert.match(body.detail, /has 6480 more/);
    assert.equal(body.detail.split('known are').length, 2);
    assert.match(body.errors[0].detail, /known are: handler, pin/);
  });

  it('a command’s id is 1 to 64 visible characters, else 4000; nobody else hears of another', async () => {
    const supervisor = await gateway.stream(
      { topics: ['audio'] },
      gateway.token('supervisor', [], 'eve', { groups: ['Sales'] }),
    );
    const device = (await gateway.request('GET', '/audio/devices')).body.items[0].id;
    for (const id of ['id\n' + long(60_000, 'Z'), 'a\nb', '', long(65), 'a b', 'é', '\u202eabc']) {
      const stream = await gateway.stream({ topics: ['audio.ducking'] });
      stream.send({ op: 'command', id, method: 'PATCH', path: '/audio/devices/' + device, body: { volume: 0.125 } });
      const { code, reason } = await stream.closed;
      assert.equal(code, 4000, JSON.stringify(id).slice(0, 80));
      assert.equal(JSON.parse(reason).reason, 'bad-field /id');
    }
    const stream = await gateway.stream({ topics: ['audio.ducking'] });
    stream.send({
      op: 'command',
      id: long(64, '!'),
      method: 'PATCH',
      path: '/audio/devices/' + device,
      body: { volume: 0.25 },
      headers: { 'X-Request-Id': 'x\n' + long(500), traceparent: 'x\n' },
    });
    await stream.frame('its result', (f) => f.op === 'result' && f.status === 200);
    const event = await supervisor.frame(
      'the volume',
      (f) => f.op === 'event' && f.data.cause && f.data.device?.volume === 0.25,
    );
    assert.match(event.data.cause.request, /^[!-~]{65,128}$/);
    assert.ok(supervisor.frames.every((f) => f.data?.device?.volume !== 0.125));
    supervisor.close();
    stream.close();
  });

  it('texts that others read have no control characters', async () => {
    for (const odd of ['a\nb', 'a\u0000b', 'a\u202eb', 'a\u2028b', 'a\u0085b', 'a\u007fb']) {
      const reason = await gateway.setState(session, 'not-ready', { reason: odd });
      assert.equal(reason.status, 422, JSON.stringify(odd));
      assert.equal(reason.body.errors[0].pointer, '/reason');
      const audio = (await gateway.request('GET', '/audio/sessions')).body.items[0].id;
      const name = await gateway.request('PATCH', '/audio/sessions/' + audio, { displayName: odd });
      assert.equal(name.status, 422, JSON.stringify(odd));
      assert.equal((await gateway.request('PUT', '/agents/' + encodeURIComponent(odd), { pin: '1' })).status, 404);
    }
    assert.equal(
      (await gateway.setState(session, 'not-ready', { reason: 'Mittagspause – zurück um 13 Uhr' })).status,
      200,
    );
  });

  it('a close reason is whole JSON in UTF-8 of at most 123 bytes and repeats nothing that a client made up', async () => {
    const hostile = [
      long(80, 'é'),
      long(200),
      '"\\'.repeat(80),
      'x\n2026-11-25T16:00:00.000 error the journal was erased',
      '\u202e' + long(50, '\u2028'),
      '\ud83d\ude00'.repeat(40),
      '',
    ];
    for (const name of hostile)
      for (const message of [
        { op: 'hello', [name]: 1 },
        { op: 'hello', topics: [name || 'x'], token },
        { op: 'hello', token, agents: [name], topics: [name + 'x'] },
      ]) {
        const stream = await rawStream(gateway);
        stream.say(message);
        const { code, reason } = await stream.closed;
        assert.equal(code, 4000, `${JSON.stringify(message).slice(0, 100)}: ${code}`);
        assert.ok(reason.length <= 123);
        const text = new TextDecoder('utf-8', { fatal: true }).decode(reason);
        assert.ok(['bad-field', 'unknown-topic'].includes(JSON.parse(text).reason), text);
        stream.socket.destroy();
      }
    const stream = await rawStream(gateway);
    stream.say({ op: 'hello', topics: 1 });
    assert.equal(JSON.parse((await stream.closed).reason).reason, 'bad-field /topics', 'a known name is said');
  });

  it('a line of the log is one line of at most 1 KiB that the gateway began', async () => {
    const forged = '2026-11-25T16:00:00.000 error the journal was erased by admin ada';
    await gateway.request('PUT', '/log-level', { level: 'debug' }); // on that level, texts of strangers are logged
    for (const name of [
      'x is not known\n' + forged,
      '\r' + forged,
      '\u2028' + forged,
      '\u0085' + forged,
      '\u001b[2K' + forged,
      '\u202e' + forged,
      long(60_000, 'k'),
      long(30_000, 'é'),
    ]) {
      const stream = await rawStream(gateway);
      stream.say({ op: 'hello', [name]: 1 });
      assert.equal((await stream.closed).code, 4000);
      stream.socket.destroy();
    }
    const admin = gateway.cli('token', '--subject', 'ada ' + long(200), '--role', 'admin').stdout.trim();
    assert.equal((await gateway.request('PUT', '/log-level', { level: 'info' }, { token: admin })).status, 200);
    await until('its line', () => gateway.log().includes('as ada '));
    const lines = gateway
      .log()
      .split(/[\n\r\u2028\u2029\u0085]/)
      .filter((line) => line && !line.startsWith('listening on'));
    assert.ok(lines.length > 8);
    for (const line of lines) {
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} (debug|info|warning|error) /, line.slice(0, 200));
      assert.ok(!line.startsWith(forged), 'a forged line');
      assert.ok(Buffer.byteLength(line) < 1024, `${Buffer.byteLength(line)} bytes`);
      assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
    }
  });

  it('a ticket’s origin is one; an account has 50 tickets, the oldest goes', async () => {
    const ticket = (origin) => gateway.request('POST', '/tickets', origin === undefined ? {} : { origin });
    for (const good of [
      'https://desk.test',
      'http://localhost:3000',
      'https://[2001:db8::1]:8443',
      'chrome-extension://abcdef',
      'https://' + long(247),
    ])
      assert.equal((await ticket(good)).status, 201, good);
    const bad = [
      'null',
      'desk.test',
      'https://',
      'https://desk.test/',
      'https://desk.test/x',
      'https://desk.test?x',
      'https://desk.test#x',
      'https://a@desk.test',
      'https://desk.test:',
      'https://desk.test:0',
      'https://desk.test:65536',
      'https://desk.test:x',
      'https://desk test',
      'https://desk.test\n',
      '://desk.test',
      '1https://desk.test',
      'https://[::1',
      'https://[x]',
      'https://dé.test',
      'https://desk.test, https://evil.test',
      'https://' + long(248),
      long(65_000),
    ];
    for (const origin of bad) {
      const refused = await ticket(origin);
      assert.equal(refused.status, 422, origin.slice(0, 60));
      assert.equal(refused.body.errors[0].pointer, '/origin');
    }
    const other = (await gateway.request('POST', '/tickets', {}, { token: gateway.token('agent', ['1002'], 'bob') }))
      .body.ticket;
    const tickets = [];
    for (let i = 0; i < 51; ++i) tickets.push((await ticket()).body.ticket);
    const opens = async (one) =>
      (await gateway.request('GET', `/events?limit=1&ticket=${one}`, undefined, { token: '' })).status;
    assert.equal(await opens(tickets[0]), 401, 'the oldest is gone');
    assert.equal(await opens(tickets[1]), 200);
    assert.equal(await opens(tickets[50]), 200);
    assert.equal(await opens(other), 200, 'another account’s is not touched');
  });
});

describe('what comes in', () => {
  let gateway;
  before(async () => {
    gateway = await startGateway({ config: '[server]\ncompression = true\nheartbeat = 1\n' });
  });
  after(() => gateway.stop());

  // Fragments without an end, and control frames: each kind is counted, and at most 100 may come at once.
  const floods = {
    pings: (s) => s.frame(0x89),
    pongs: (s) => s.frame(0x8a, 'x'),
    'empty fragments': (s) => s.frame(0x00),
    'fragments of one byte': (s) => s.frame(0x00, 'x'),
    'pings with text': (s) => s.frame(0x89, 'x'.repeat(125)),
  };
  for (const [what, one] of Object.entries(floods))
    it(`a flood of ${what} ends with 4000`, async () => {
      const stream = await rawStream(gateway);
      if (what.includes('fragments')) stream.socket.write(stream.frame(0x01, '{'));
      const many = Buffer.concat(Array.from({ length: 500 }, () => one(stream)));
      for (let i = 0; i < 20 && !stream.socket.destroyed; ++i) stream.socket.write(many);
      const { code, reason } = await stream.closed;
      assert.equal(code, 4000);
      assert.equal(JSON.parse(reason).reason, 'too-many-frames');
      stream.socket.destroy();
    });

  it('90 fragments make one message', async () => {
    const stream = await rawStream(gateway);
    const text = JSON.stringify({ op: 'hello', token: gateway.token(), topics: ['queue'] }),
      size = Math.ceil(text.length / 90);
    const parts = text.match(new RegExp(`.{1,${size}}`, 'g'));
    parts.forEach((part, i) =>
      stream.socket.write(stream.frame((i === 0 ? 1 : 0) | (i === parts.length - 1 ? 0x80 : 0), part)),
    );
    await until('the welcome', () => stream.frames.some((f) => f.includes('"welcome"')));
    stream.socket.destroy();
  });

  it('a message that does not come to its end is not waited for: 4000', async () => {
    const token = gateway.token(),
      stream = await rawStream(gateway);
    stream.say({ op: 'hello', token, topics: ['queue'] });
    stream.socket.write(stream.frame(0x01, ' '.repeat(30_000)));
    const { code, reason } = await stream.closed;
    assert.equal(code, 4000);
    assert.equal(JSON.parse(reason).reason, 'message-late');
    stream.socket.destroy();
  });

  it('a message of 1 MiB in a kilobyte (permessage-deflate) is one above 64 KiB: 1009', async () => {
    const stream = await rawStream(gateway, 'Sec-WebSocket-Extensions: permessage-deflate\r\n');
    stream.socket.write(stream.frame(0xc1, deflateRawSync(Buffer.alloc(MiB, ' '))));
    assert.equal((await stream.closed).code, 1009);
    stream.socket.destroy();
  });

  it('a flood of TLS key updates ends the connection', { timeout: 60_000 }, async () => {
    const client = spawn('openssl', ['s_client', '-connect', new URL(gateway.url).host, '-tls1_3'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let updates = 0,
      enough = false;
    const ended = new Promise((done) => client.on('exit', done));
    client.stdout.resume();
    client.stdin.write('k\n'); // after the handshake openssl sends a key update for each k, and prints it
    client.stderr.on('data', (data) => {
      if (!String(data).includes('KEYUPDATE')) return;
      ++updates;
      client.stdin.write('k\n'); // as long as the connection is open
    });
    client.stdin.on('error', () => {});
    const patience = setTimeout(() => {
      enough = true;
      client.kill('SIGKILL');
    }, 40_000); // the gateway may be slow, but it ends it
    await ended;
    clearTimeout(patience);
    assert.ok(updates > 10, `${updates} were sent`);
    assert.ok(!enough, `the gateway took them all: ${updates}`);
    assert.equal((await gateway.request('GET', '//healthz')).status, 200);
  });
});
