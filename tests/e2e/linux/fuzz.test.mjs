// Random and malformed input, 20,000 requests from a generator over openapi.json and 20,000 mutated frames: there
// must be no 5xx without a fault, no crash, no sanitizer's report, and every answer fits its description. The seed is
// printed; DESKLINE_SEED repeats a run, DESKLINE_FUZZ sets another number.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import tls from 'node:tls';
import { startGateway, until } from '../harness/harness.mjs';

const seed = Number(process.env.DESKLINE_SEED ?? Date.now() % 1_000_000),
  total = Number(process.env.DESKLINE_FUZZ ?? 20_000);
let state = seed;
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const pick = (list) => list[random(list.length)];
const chance = (percent) => random(100) < percent;
const odd = [
  '',
  ' ',
  '0',
  '-1',
  '1e999',
  'null',
  'true',
  '%',
  '%00',
  '%ff',
  '../..',
  'ü',
  '\u0000',
  '\ud83d\ude00',
  "';--",
  '<b>',
  'x'.repeat(300),
  '18446744073709551616',
  '1001',
  'ready',
  '[]',
  '{}',
  '"',
];

let gateway, contract, known;
before(async () => {
  gateway = await startGateway();
  contract = gateway.contract;
  const session = await gateway.signIn();
  const id = async (path) => (await gateway.request('GET', path)).body.items[0].id;
  known = {
    agent: '1001',
    session,
    acdGroup: 'Sales',
    queue: await id('/queues'),
    device: await id('/audio/devices'),
    audioSession: await id('/audio/sessions'),
    call: 'call-1',
    operation: 'none',
    webhook: 'none',
    cursor: (await gateway.request('GET', '/agents')).headers['deskline-cursor'],
  };
});
after(() => gateway.stop());

// A value that fits the schema, mostly.
function value(schema, depth = 0) {
  if (schema?.$ref)
    schema = schema.$ref
      .slice(2)
      .split('/')
      .reduce((at, part) => at[part], contract.openapi);
  if (!schema || depth > 5 || chance(6))
    return pick([null, true, 0, -1, 1.5, 1e300, pick(odd), [], {}, [[[]]], { a: { b: {} } }]);
  if (schema.enum) return chance(90) ? pick(schema.enum) : pick(odd);
  if (schema.type === 'object') {
    const object = {};
    for (const [name, member] of Object.entries(schema.properties ?? {}))
      if (schema.required?.includes(name) ? chance(93) : chance(50)) object[name] = value(member, depth + 1);
    if (chance(5)) object[pick(odd)] = pick(odd);
    return object;
  }
  if (schema.type === 'array')
    return Array.from({ length: random(chance(5) ? 80 : 4) }, () => value(schema.items, depth + 1));
  if (schema.type === 'integer') return random(3) ? random(200) : pick([-1, 0, 2 ** 53, 1e20, 0.5]);
  if (schema.type === 'number') return random(3) ? random(1000) / 1000 : pick([-0.1, 1.1, 1e308, -1e308]);
  if (schema.type === 'boolean') return chance(50);
  return chance(50) ? pick(odd) : pick(Object.values(known));
}

const addresses = {
  url: () =>
    pick([
      'http://127.0.0.1:9/',
      'http://[::1]:9/',
      'https://127.0.0.1:9/x?y=z',
      'http://example.invalid/',
      'https://',
      'x',
      'https://a:b@127.0.0.1/',
      'https://127.0.0.1:99999/',
    ]),
};

function targetOf(path) {
  let target = path.replace(/\{([^}]+)\}/g, (_, name) =>
    chance(70) ? known[name] : encodeURIComponent(pick(odd).replace(/[\ud800-\udfff]/g, '')) || 'x',
  );
  if (chance(3)) target += pick(['/', '//', '/../..', '%2e%2e', '%zz', '%ff', '/' + 'a'.repeat(2000)]);
  return target;
}

// The documented parameters, some of them.
function parametersOf(spec, item) {
  const query = [],
    headers = {};
  for (const parameter of [...(spec.parameters ?? []), ...(item.parameters ?? [])].map((p) =>
    p.$ref
      ? p.$ref
          .slice(2)
          .split('/')
          .reduce((at, part) => at[part], contract.openapi)
      : p,
  )) {
    if (parameter.in === 'path' || chance(60) || parameter.name === 'wait') continue;
    const text = String(chance(50) ? value(parameter.schema) : pick(odd));
    if (parameter.in === 'query')
      query.push(
        parameter.name +
          '=' +
          (chance(95)
            ? encodeURIComponent(text.toWellFormed?.() ?? text.replace(/[\ud800-\udfff]/g, ''))
            : pick(['%', '%ff', '&&', '==='])),
      );
    else headers[parameter.name] = text.replace(/[^\x20-\x7e]/g, '') || 'x';
  }
  return { query, headers };
}

function addHeaders(headers, path, spec) {
  if (spec.requestBody || chance(3))
    headers.Prefer ??= chance(20)
      ? pick(['wait=0', 'respond-async', 'wait=1', 'wait=-1', 'wait=121', 'wait=x', ', ,', 'respond-async, wait=1'])
      : 'wait=1';
  if (chance(3) && path !== '/events')
    headers.Accept = pick(['*/*', 'text/html', 'application/json;q=0', ';;;', 'application/*;q=0.5, */*;q=x']);
  if (chance(3)) headers['X-Request-Id'] = pick(['a', 'with space', 'x'.repeat(200)]);
  if (chance(3)) headers.traceparent = pick(['x', '00-' + 'a'.repeat(32) + '-' + 'b'.repeat(16) + '-01']);
  if (chance(2)) headers['Accept-Encoding'] = pick(['gzip', 'gzip;q=0', 'br, *', ';']);
}

// Returns the body, and says its type in the headers now and then.
function bodyOf(spec, headers) {
  if (!spec.requestBody && !chance(3)) return undefined;
  const schema = spec.requestBody?.content['application/json'].schema;
  const body = value(schema);
  if (body && typeof body === 'object' && 'url' in body) body.url = addresses.url();
  let raw = JSON.stringify(body) ?? '';
  if (chance(8)) raw = mutate(raw);
  if (chance(3))
    headers['Content-Type'] = pick([
      'text/plain',
      'application/json; charset=utf-8',
      'application/merge-patch+json',
      ';',
    ]);
  return raw;
}

function request() {
  const { path, item } = pick(contract.paths);
  const methods = Object.keys(item).filter((m) => m !== 'parameters');
  const method = chance(92)
    ? pick(methods)
    : pick(['get', 'put', 'post', 'patch', 'delete', 'head', 'options', 'trace']);
  const spec = item[method] ?? {};
  const target = targetOf(path);
  const { query, headers } = parametersOf(spec, item);
  addHeaders(headers, path, spec);
  const raw = bodyOf(spec, headers);
  // without it Node's client sends no body with a GET
  if (raw !== undefined) headers['Content-Length'] = Buffer.byteLength(raw);
  return [
    method.toUpperCase(),
    target + (query.length ? '?' + query.join('&') : ''),
    undefined,
    { headers, raw, ...(chance(3) ? { token: pick(['', 'x', 'a.b.c', 'Bearer']) } : {}) },
  ];
}

function mutate(text) {
  const bytes = Buffer.from(text);
  for (let i = 0; i <= random(4); ++i) {
    const at = random(bytes.length + 1);
    if (chance(40) && bytes.length) bytes[at % bytes.length] = random(256);
    else if (chance(50)) return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(odd)), bytes.subarray(at)]);
    else return bytes.subarray(0, at);
  }
  return bytes;
}

const healthy = async () => {
  assert.equal(gateway.child.exitCode, null, 'it runs: ' + gateway.log().slice(-2000));
  assert.doesNotMatch(gateway.log(), /runtime error|AddressSanitizer|LeakSanitizer/);
  assert.equal((await gateway.request('GET', '//readyz', undefined, { token: '' })).status, 200);
};

test(`${total} generated requests (seed ${seed})`, async () => {
  const byStatus = {};
  let left = total;
  const ask = async () => {
    while (left-- > 0) {
      const call = request();
      let answer;
      try {
        answer = await gateway.request(...call);
      } catch (error) {
        if (/fit openapi.json/.test(error.message))
          throw new Error(`seed ${seed}: ${JSON.stringify(call).slice(0, 1000)}: ${error.message}`);
        // the client itself refuses to send it
        if (error.message.includes('Invalid character') || /unescaped/.test(error.message)) continue;
        answer = { status: 'closed' };
      }
      byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1;
      assert.ok(!(answer.status >= 500), `seed ${seed}: ${JSON.stringify(call).slice(0, 1000)}: ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: 24 }, ask));
  console.log(
    '# ' +
      Object.entries(byStatus)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
  );
  assert.ok((byStatus.closed ?? 0) < total / 100, 'a connection is kept');
  await healthy();
});

const header = (payload, first) => {
  const mask = Buffer.from([1, 2, 3, 4]);
  const length =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : payload.length < 65536
        ? Buffer.from([0xfe, payload.length >> 8, payload.length & 255])
        : Buffer.from([0xff, 0, 0, 0, 0, 0, payload.length >> 16, (payload.length >> 8) & 255, payload.length & 255]);
  return Buffer.concat([Buffer.from([first]), length, mask, Buffer.from(payload.map((b, i) => b ^ mask[i % 4]))]);
};

const upgrade = (port) =>
  `GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
  'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

const frames = (token) => [
  { op: 'hello', token, topics: ['agent-session'] },
  { op: 'subscribe', topics: [pick(['queue', 'audio', 'weather'])] },
  { op: 'unsubscribe', topics: ['queue'] },
  { op: 'refresh', token },
  {
    op: 'command',
    id: '1',
    method: pick(['GET', 'PUT', 'DELETE', 'X']),
    path: pick(['/me', '/agents/1001', '/sessions/' + known.session + '/state', '/%ff', '', '//']),
    body: value({ type: 'object', properties: { state: { type: 'string' }, pin: { type: 'string' } } }),
    headers: { 'If-Match': pick(odd) },
  },
];

// Writes so many frames, each mutated, mostly.
function writeFrames(socket, token, count) {
  if (chance(70)) socket.write(header(Buffer.from(JSON.stringify({ op: 'hello', token, topics: ['queue'] })), 0x81));
  for (let i = 0; i < count; ++i) {
    const frame = pick(frames(token));
    let payload = Buffer.from(JSON.stringify(frame));
    if (chance(70)) payload = Buffer.from(mutate(payload));
    let bytes = header(payload, chance(90) ? 0x81 : random(256));
    if (chance(20)) bytes = Buffer.from(mutate(bytes));
    socket.write(bytes);
  }
  socket.write(header(Buffer.from([3, 232]), 0x88)); // a close frame, in case the connection is still in order
  setTimeout(() => socket.destroy(), 400).unref();
}

// Opens a stream, writes frames, and returns the code with which the gateway closed it. `session`: the TLS session that
// one connection leaves to the next. `take` says how many frames.
function connection({ token, session, take }) {
  const { port } = new URL(gateway.url);
  return new Promise((done) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, session: session.value });
    socket.on('session', (s) => (session.value = s));
    let upgraded = false,
      text = Buffer.alloc(0),
      code = 'cut';
    socket.on('secureConnect', () => socket.write(upgrade(port)));
    socket.on('data', (data) => {
      text = Buffer.concat([text, data]);
      const end = text.indexOf('\r\n\r\n');
      if (!upgraded && end >= 0) {
        upgraded = true;
        text = text.subarray(end + 4);
        writeFrames(socket, token, take());
      }
      const close = text.lastIndexOf(Buffer.from('{"reason"'));
      if (close >= 2 && text[close - 4] === 0x88) code = text.readUInt16BE(close - 2);
    });
    socket.on('error', () => {});
    socket.on('close', () => done(code));
  });
}

test(`${total} mutated frames (seed ${seed})`, async () => {
  const codes = {};
  let left = total;
  const take = () => {
    const count = Math.min(left, 1 + random(2)); // the first bad one ends the connection
    left -= count;
    return count;
  };
  const caller = { token: gateway.token(), session: { value: undefined }, take };
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      while (left > 0) {
        const code = await connection(caller);
        codes[code] = (codes[code] ?? 0) + 1;
      }
    }),
  );
  console.log(
    '# ' +
      Object.entries(codes)
        .map(([code, count]) => `${code}: ${count}`)
        .join(', '),
  );
  for (const code of Object.keys(codes)) assert.ok(['cut', '4000', '4001', '4003', '4004'].includes(code), code);
  await until('all are gone', async () => /deskline_streams 0/.test((await gateway.request('GET', '//metrics')).text));
  await healthy();
});
