// What a caller can make the gateway keep, say or write: all that is queued counts, an answer is never much longer than what asked for it, and
// nobody writes into another's frames, log or close reason.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { deflateRawSync } from 'node:zlib';
import { onWindows, startGateway, until } from './harness.mjs';

const MiB = 1 << 20;
// What does not hold mostly shows in something that never comes.
const it = (name, ...rest) => test(name, { timeout: 60_000, ...(rest.length > 1 ? rest[0] : {}) }, rest.at(-1));
// Resident bytes; freed memory is not kept for the sanitizer's sake.
const thrifty = { ASAN_OPTIONS: 'quarantine_size_mb=1:malloc_context_size=1', MALLOC_ARENA_MAX: '1' };
const resident = (gateway) => Number(readFileSync(`/proc/${gateway.child.pid}/statm`, 'utf8').split(' ')[1]) * 4096;

// A WebSocket client that can do what a well-behaved one does not: it writes frames of any kind and hears close frames to the end.
function rawStream(gateway, extensions = '') {
  const { port } = new URL(gateway.url);
  return new Promise((done, fail) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const stream = { socket, frames: [], text: Buffer.alloc(0) };
    const mask = Buffer.from([1, 2, 3, 4]);
    stream.header = (first, length) => Buffer.concat([Buffer.from([first]), length < 126 ? Buffer.from([0x80 | length]) : Buffer.from([0xfe, length >> 8, length & 255]), mask]);
    stream.frame = (first, payload = '') => Buffer.concat([stream.header(first, Buffer.byteLength(payload)), Buffer.from(payload).map((b, i) => b ^ mask[i % 4])]);
    stream.say = (message) => socket.write(stream.frame(0x81, JSON.stringify(message)));
    stream.closed = new Promise((end) => {
      stream.end = end;
      socket.on('close', () => end({ code: 'cut', reason: '' }));
    });
    let upgraded = false;
    socket.on('error', () => {});
    socket.on('secureConnect', () => socket.write(`GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${extensions}\r\n`));
    socket.on('data', (data) => {
      stream.text = Buffer.concat([stream.text, data]);
      if (!upgraded) {
        const end = stream.text.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!stream.text.toString('latin1').startsWith('HTTP/1.1 101')) return fail(new Error(stream.text.toString('latin1')));
        upgraded = true;
        stream.text = stream.text.subarray(end + 4);
        done(stream);
      }
      for (;;) {
        const head = stream.text;
        if (head.length < 2) return;
        const short = head[1] & 127, start = short < 126 ? 2 : short === 126 ? 4 : 10;
        if (head.length < start) return;
        const length = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
        if (head.length < start + length) return;
        const payload = head.subarray(start, start + length);
        stream.text = head.subarray(start + length);
        if ((head[0] & 15) === 8) stream.end({ code: payload.readUInt16BE(0), reason: payload.subarray(2) });
        else if ((head[0] & 15) === 9) socket.write(stream.frame(0x8a, payload));
        else if (!(head[0] & 0x40)) stream.frames.push(payload.toString());
      }
    });
    socket.setTimeout(60_000, () => socket.destroy());
  });
}

describe('what is queued', () => {
  let gateway;
  before(async () => {
    gateway = await startGateway({ agents: 5000, config: '[server]\nqueue_limit = "64 KiB"\n', env: thrifty });
  });
  after(() => gateway.stop());

  it('results count: a client that only asks and does not read is closed with 4108, and costs no more than its limit', { skip: onWindows && 'there is no /proc for it' }, async () => {
    const stream = await gateway.stream({ topics: ['audio.ducking'] });
    await gateway.request('GET', '/addresses?limit=500');
    const before = resident(gateway);
    stream.socket.pause();
    let most = 0;
    for (let i = 0; i < 95; ++i) {
      stream.send({ op: 'command', id: String(i), method: 'GET', path: '/addresses?limit=500' });
      if (i % 10 === 9) await gateway.request('GET', '/me');
      most = Math.max(most, resident(gateway) - before);
    }
    await until('the end of the stream', async () => (await gateway.metric('slow_clients_total')) === 1);
    stream.socket.resume();
    const { code, reason } = await stream.closed;
    assert.equal(code, 4108);
    assert.deepEqual(JSON.parse(reason), { reason: 'too-slow', retry: 2000 });
    assert.ok(most < 16 * MiB, `${(most / MiB).toFixed(1)} MiB more`);
    const results = stream.frames.filter((f) => f.op === 'result');
    assert.ok(results.length < 95 && results.every((f) => f.status === 429 || f.body.items.length === 500), 'what came was whole');
  });

  it('a client that reads gets every one of 95 results, each longer than nothing', async () => {
    const stream = await gateway.stream({ topics: ['audio.ducking'] });
    for (let i = 0; i < 95; ++i) {
      stream.send({ op: 'command', id: 'q' + i, method: 'GET', path: '/addresses?limit=500' });
      await stream.frame('its result', (f) => f.op === 'result' && f.id === 'q' + i && f.status === 200);
    }
    stream.close();
  });

  it('a snapshot longer than the limit is delivered; one is on its way at a time, however often a client that does not read subscribes', { skip: onWindows && 'there is no /proc for it' }, async () => {
    const device = (await gateway.request('GET', '/audio/devices')).body.items[0].id;
    const stream = await gateway.stream({ topics: ['audio', 'agent-session'] });
    assert.ok(JSON.stringify(stream.snapshot).length > 65_536, 'the limit is less');
    await gateway.request('GET', '/me');
    const before = resident(gateway);
    stream.socket.pause();
    for (let i = 0; i < 60; ++i) {
      stream.send({ op: 'subscribe', topics: ['call'] });
      await gateway.request('PATCH', '/audio/devices/' + device, { volume: (i % 100) / 100 }); // the next snapshot is another
    }
    assert.ok(resident(gateway) - before < 16 * MiB, `${((resident(gateway) - before) / MiB).toFixed(1)} MiB more`);
    stream.socket.resume();
    stream.send({ op: 'command', id: 'last', method: 'GET', path: '/me' });
    await stream.frame('the last', (f) => f.op === 'result' && f.id === 'last');
    await stream.frame('the last volume', (f) => (f.op === 'event' && f.data.device?.volume === 0.59) || (f.op === 'snapshot' && f.audioDevices?.some((d) => d.volume === 0.59)));
    assert.ok(stream.frames.filter((f) => f.op === 'snapshot').length < 20, 'not one for each');
    stream.close();
  });

  it('64 commands of a stream are under way; a further one is answered at once with 429, and counted', async () => {
    const cursor = (await gateway.request('GET', '/agents')).headers['deskline-cursor'];
    const stream = await gateway.stream({ topics: ['audio.ducking'] }), before = await gateway.metric('stream_commands_refused_total');
    for (let i = 0; i < 70; ++i) stream.send({ op: 'command', id: 'w' + i, method: 'GET', path: `/events?wait=60&types=agent-handler&after=${cursor}` });
    for (let i = 64; i < 70; ++i) {
      const { status, body } = await stream.frame('429', (f) => f.op === 'result' && f.id === 'w' + i);
      assert.equal(status, 429);
      assert.equal(body.type, '/problems/too-many-requests');
    }
    assert.deepEqual(stream.frames.filter((f) => f.op === 'result' && f.status !== 429), []);
    assert.equal((await gateway.metric('stream_commands_refused_total')) - before, 6);
    stream.close();
  });

  it('requests that are sent without reading their answers wait for those', { skip: onWindows && 'there is no /proc for it' }, async () => {
    const { port } = new URL(gateway.url);
    const before = resident(gateway);
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((done) => socket.on('secureConnect', done));
    socket.pause();
    const requests = await gateway.metric('requests_total');
    for (let i = 0; i < 200; ++i) socket.write(`GET /api/v1/addresses?limit=500 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${gateway.token()}\r\n\r\n`);
    let answered = 0, asked = 0;
    await until('nothing more is answered', async () => {
      const now = (await gateway.metric('requests_total')) - requests - ++asked;
      const same = now === answered;
      answered = now;
      if (!same) await new Promise((done) => setTimeout(done, 200));
      return same;
    });
    assert.ok(answered < 150, `${answered} of 200`);
    assert.ok(resident(gateway) - before < 16 * MiB);
    socket.destroy();
  });
});

describe('what is said', () => {
  let gateway, session, token;
  before(async () => {
    gateway = await startGateway({ config: '[server]\ncompression = true\n' });
    session = await gateway.signIn();
    token = gateway.token();
  });
  after(() => gateway.stop());

  const long = (n, c = 'x') => c.repeat(n);
  const fields = (n, size = 4) => Object.fromEntries(Array.from({ length: n }, (_, i) => [String(i).padStart(size, 'k'), 1]));
  const rows = () => [
    ['many unknown fields', 'PUT', '/agents/1001', fields(6000)],
    ['unknown fields with long names', 'PUT', '/agents/1001', fields(200, 300)],
    ['unknown fields of quotes', 'PUT', '/agents/1001', Object.fromEntries(Array.from({ length: 400 }, (_, i) => [long(60, '"') + i, 1]))],
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
    ['an agent that is not there', 'POST', `/agents/${long(12_000)}/sessions`, { acdGroup: 'Sales', address: 'Line 1' }],
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
    ['a method and headers that a page wants', 'OPTIONS', '/agents', undefined, { Origin: gateway.url, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': long(12_000) }],
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
    const supervisor = await gateway.stream({ topics: ['audio'] }, gateway.token('supervisor', [], 'eve', { groups: ['Sales'] }));
    const device = (await gateway.request('GET', '/audio/devices')).body.items[0].id;
    for (const id of ['id\n' + long(60_000, 'Z'), 'a\nb', '', long(65), 'a b', 'é', '\u202eabc']) {
      const stream = await gateway.stream({ topics: ['audio.ducking'] });
      stream.send({ op: 'command', id, method: 'PATCH', path: '/audio/devices/' + device, body: { volume: 0.125 } });
      const { code, reason } = await stream.closed;
      assert.equal(code, 4000, JSON.stringify(id).slice(0, 80));
      assert.equal(JSON.parse(reason).reason, 'bad-field /id');
    }
    const stream = await gateway.stream({ topics: ['audio.ducking'] });
    stream.send({ op: 'command', id: long(64, '!'), method: 'PATCH', path: '/audio/devices/' + device, body: { volume: 0.25 }, headers: { 'X-Request-Id': 'x\n' + long(500), traceparent: 'x\n' } });
    await stream.frame('its result', (f) => f.op === 'result' && f.status === 200);
    const event = await supervisor.frame('the volume', (f) => f.op === 'event' && f.data.cause && f.data.device?.volume === 0.25);
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
    assert.equal((await gateway.setState(session, 'not-ready', { reason: 'Mittagspause – zurück um 13 Uhr' })).status, 200);
  });

  it('a close reason is whole JSON in UTF-8 of at most 123 bytes and repeats nothing that a client made up', async () => {
    const hostile = [long(80, 'é'), long(200), '"\\'.repeat(80), 'x\n2026-11-25T16:00:00.000 error the journal was erased', '\u202e' + long(50, '\u2028'), '\ud83d\ude00'.repeat(40), ''];
    for (const name of hostile)
      for (const message of [{ op: 'hello', [name]: 1 }, { op: 'hello', topics: [name || 'x'] , token }, { op: 'hello', token, agents: [name] , topics: [name + 'x'] }]) {
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
    await gateway.request('PUT', '/log-level', { level: 'debug' }); // where what strangers say is told
    for (const name of ['x is not known\n' + forged, '\r' + forged, '\u2028' + forged, '\u0085' + forged, '\u001b[2K' + forged, '\u202e' + forged, long(60_000, 'k'), long(30_000, 'é')]) {
      const stream = await rawStream(gateway);
      stream.say({ op: 'hello', [name]: 1 });
      assert.equal((await stream.closed).code, 4000);
      stream.socket.destroy();
    }
    const admin = gateway.cli('token', '--subject', 'ada ' + long(200), '--role', 'admin').stdout.trim();
    assert.equal((await gateway.request('PUT', '/log-level', { level: 'info' }, { token: admin })).status, 200);
    await until('its line', () => gateway.log().includes('as ada '));
    const lines = gateway.log().split(/[\n\r\u2028\u2029\u0085]/).filter((line) => line && !line.startsWith('listening on'));
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
    for (const good of ['https://desk.test', 'http://localhost:3000', 'https://[2001:db8::1]:8443', 'chrome-extension://abcdef', 'https://' + long(247)]) assert.equal((await ticket(good)).status, 201, good);
    const bad = ['null', 'desk.test', 'https://', 'https://desk.test/', 'https://desk.test/x', 'https://desk.test?x', 'https://desk.test#x', 'https://a@desk.test', 'https://desk.test:', 'https://desk.test:0', 'https://desk.test:65536', 'https://desk.test:x',
      'https://desk test', 'https://desk.test\n', '://desk.test', '1https://desk.test', 'https://[::1', 'https://[x]', 'https://dé.test', 'https://desk.test, https://evil.test', 'https://' + long(248), long(65_000)];
    for (const origin of bad) {
      const refused = await ticket(origin);
      assert.equal(refused.status, 422, origin.slice(0, 60));
      assert.equal(refused.body.errors[0].pointer, '/origin');
    }
    const other = (await gateway.request('POST', '/tickets', {}, { token: gateway.token('agent', ['1002'], 'bob') })).body.ticket;
    const tickets = [];
    for (let i = 0; i < 51; ++i) tickets.push((await ticket()).body.ticket);
    const opens = async (one) => (await gateway.request('GET', `/events?limit=1&ticket=${one}`, undefined, { token: '' })).status;
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

  // Frames that no message ends, or that are none: each kind is counted, and 100 come at once at most.
  const floods = {
    pings: (s) => s.frame(0x89), pongs: (s) => s.frame(0x8a, 'x'), 'empty fragments': (s) => s.frame(0x00), 'fragments of one byte': (s) => s.frame(0x00, 'x'),
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
    const text = JSON.stringify({ op: 'hello', token: gateway.token(), topics: ['queue'] }), size = Math.ceil(text.length / 90);
    const parts = text.match(new RegExp(`.{1,${size}}`, 'g'));
    parts.forEach((part, i) => stream.socket.write(stream.frame((i === 0 ? 1 : 0) | (i === parts.length - 1 ? 0x80 : 0), part)));
    await until('the welcome', () => stream.frames.some((f) => f.includes('"welcome"')));
    stream.socket.destroy();
  });

  it('a message that does not come to its end is not waited for: 4000', async () => {
    const token = gateway.token(), stream = await rawStream(gateway);
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
    const client = spawn('openssl', ['s_client', '-connect', new URL(gateway.url).host, '-tls1_3'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let updates = 0, enough = false;
    const ended = new Promise((done) => client.on('exit', done));
    client.stdout.resume();
    client.stdin.write('k\n'); // it looks when the handshake is over, and says each
    client.stderr.on('data', (data) => {
      if (!String(data).includes('KEYUPDATE')) return;
      ++updates;
      client.stdin.write('k\n'); // for as long as the connection is there
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
