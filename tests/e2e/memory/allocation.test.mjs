// Memory that cannot be had: while requests of every kind are served, one allocation in so many fails
// (tests/faults/allocation.c), on the threads that serve. The caller that is hit gets an error or loses the connection;
// the gateway keeps running, gives no wrong answer, and serves again when there is memory. DESKLINE_ALLOCATION_SECONDS:
// seconds of each round (3); DESKLINE_SEED: the seed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Beside, Unanswered, sleep, startGateway, until } from '../harness/harness.mjs';
import { ResumingStream, journalOf, numberOf } from '../harness/clients.mjs';
import { everyClientHeardAll, nothingIsMissing, topics } from '../harness/kills.mjs';

const seconds = Number(process.env.DESKLINE_ALLOCATION_SECONDS ?? 3),
  seed = Number(process.env.DESKLINE_SEED ?? Date.now() % 1e6);
const source = resolve(import.meta.dirname, '../../faults/allocation.c');

class Memory {
  constructor(folder) {
    this.library = join(folder, 'allocation.so');
    const file = join(folder, 'allocation');
    execFileSync('gcc', ['-O2', '-shared', '-fPIC', source, '-o', this.library, '-ldl']);
    writeFileSync(file, Buffer.alloc(4096));
    this.file = openSync(file, 'r+');
    this.set(3, seed);
    this.env = { LD_PRELOAD: this.library, DESKLINE_ALLOCATION_FAULTS: file };
  }
  set(at, value) {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(BigInt(value));
    writeSync(this.file, number, 0, 8, at * 8);
  }
  get(at) {
    const number = Buffer.alloc(8);
    readSync(this.file, number, 0, 8, at * 8);
    return Number(number.readBigUInt64LE());
  }
  failOneIn(count) {
    this.set(0, count);
  }
}

const hit = [500, 503]; // 503: the token could not be checked

// A command over a stream. What the stream says must fit, and be no wrong answer.
async function askByStream(gateway, token, n) {
  const stream = await gateway.open().catch((error) => (error.status ? error : Promise.reject(error)));
  if (stream.status) return { status: stream.status };
  stream.send({ op: 'hello', token, topics });
  stream.send({ op: 'command', id: 'c' + n, method: 'GET', path: '/agents' });
  await Promise.race([stream.closed, sleep(200)]);
  assert.ok(!stream.wrong, `a frame does not fit asyncapi.json: ${stream.wrong}`);
  for (const frame of stream.frames.filter((one) => one.op === 'result'))
    assert.ok([200, ...hit].includes(frame.status), JSON.stringify(frame));
  stream.close();
  return { status: 101 };
}

// Each request with its right answer. A caller that is hit may also be told of the fault, or get no answer. No caller
// may be told that a wrong secret was right, that a missing object exists, or that the request was not allowed.
function requestsOf(gateway, session, { token, other, key }) {
  const get = (path, options) => gateway.request('GET', path, undefined, options),
    me = (shown) => get('/me', { token: shown }),
    gzip = { 'Accept-Encoding': 'gzip' };
  return [
    {
      must: 200,
      more: [409],
      ask: (n) =>
        gateway.setState(session, n % 2 ? 'ready' : 'not-ready', {}, { headers: { 'Idempotency-Key': 'k' + n } }),
    }, // 409: the agent has a call
    { must: 200, ask: () => get('/agents') },
    { must: 200, ask: () => get('/events?limit=200') },
    { must: 200, ask: () => get('/events?types=agent&limit=50') },
    { must: 200, ask: () => get('/audit') },
    { must: 200, ask: () => me(key) },
    { must: 401, ask: () => me('a.b.c') },
    { must: 401, ask: () => me(token.slice(0, -8) + 'AAAAAAAA') },
    // 429: eight of an address are being hashed
    { must: 401, more: [429], ask: () => me(key.slice(0, -8) + 'AAAAAAAA') },
    { must: 403, ask: () => get('/audit', { token: key }) },
    { must: 404, ask: () => gateway.request('DELETE', '/agents/1001', undefined, { token: other }) },
    { must: 200, ask: () => get('/openapi.json', { headers: gzip }) },
    {
      must: 403,
      ask: (n) => gateway.request('PUT', '/agents/10' + String(2 + (n % 10)).padStart(2, '0'), { pin: 'wrong' }),
    },
    { must: 201, ask: () => gateway.request('POST', '/tickets', {}) },
    { must: 404, ask: (n) => get('/operations/none' + n) },
    { must: 200, ask: () => get('//metrics', { token: '', headers: gzip }) },
    { must: 101, ask: (n) => askByStream(gateway, token, n) },
  ];
}

const patience = (promise, what) =>
  new Promise((done, fail) => {
    const timer = setTimeout(
      () => fail(new Error('no answer within 45 s, when all patience of the gateway has ended: ' + what)),
      45_000,
    );
    promise.then(done, fail).finally(() => clearTimeout(timer)); // else the timer would keep the file from ending
  });

// Callers that ask everything in turn, and judge each answer.
class Callers {
  beside = new Beside();
  answered = []; // the numbers of the events that answers named
  statuses = {};
  right = []; // which requests have been answered as they must
  asked = 0;
  constructor(requests) {
    this.requests = requests;
    for (let i = 0; i < 8; ++i) this.beside.add(this.work(i));
  }
  async work(from) {
    // 17 requests: each of the eight comes to all of them
    for (let n = from; this.beside.running; n += 8) {
      ++this.asked;
      try {
        await this.askNext(n);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        this.statuses.cut = (this.statuses.cut ?? 0) + 1;
        await sleep(5);
      }
    }
  }
  async askNext(n) {
    const at = n % this.requests.length,
      { must, more = [], ask } = this.requests[at];
    const { status, body, text } = await patience(ask(n), ask);
    assert.ok([must, ...hit, ...more].includes(status), `${status} to ${ask}: ${text}`);
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    if (status === must) this.right[at] = true;
    if (at === 0 && status === 200 && body?.event) this.answered.push(numberOf(body.event));
  }
  answers() {
    return Object.entries(this.statuses).reduce((sum, [status, count]) => sum + (status === 'cut' ? 0 : count), 0);
  }
}

// Lets allocations fail, more and more of them, under everything that is asked.
async function failAllocations(gateway, memory, { beside }) {
  for (const oneIn of [100_000, 10_000, 1000, 200, 50]) {
    memory.failOneIn(oneIn);
    await sleep(seconds * 1000);
    assert.equal(
      gateway.child.exitCode ?? gateway.child.signalCode,
      null,
      `one in ${oneIn}: it ended; the last it said: ${gateway.log().slice(-3000)}`,
    );
    beside.look();
    memory.failOneIn(0);
    await sleep(200);
  }
  await beside.end();
}

async function servesAgain(gateway) {
  await until(
    'it is durable',
    async () => (await gateway.request('GET', '//readyz', undefined, { token: '' }).catch(() => ({}))).status === 200,
  );
  for (const path of ['/agents', '/events?limit=10', '/audit', '/me'])
    assert.equal((await gateway.request('GET', path)).status, 200, path);
}

test(`one allocation in so many fails (seed ${seed})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-faults-')),
    memory = new Memory(folder);
  const gateway = await startGateway({
    env: memory.env,
    traffic: 5,
    config: '[server]\ncompression = true\n[webhooks]\nallow_private_networks = true\n',
  });
  const session = await gateway.signIn('1001');
  const token = gateway.token(),
    other = gateway.token('agent', ['1002']),
    key = gateway.key('crm', '--scopes', 'agents:read');
  // From here on the gateway remembers the key, and does not hash it again.
  assert.equal((await gateway.request('GET', '/me', undefined, { token: key })).status, 200);
  const clients = Array.from({ length: 10 }, () => new ResumingStream(gateway.url, token, topics));
  await until('all clients are there', () => clients.every((c) => c.first !== undefined));
  const callers = new Callers(requestsOf(gateway, session, { token, other, key }));
  await until(
    'each has been answered as it must, with all the memory',
    () => (callers.beside.look(), callers.requests.every((_, i) => callers.right[i])),
    120_000,
  );
  const before = callers.answers();
  await failAllocations(gateway, memory, callers);
  const { answered, statuses } = callers;
  assert.ok(memory.get(2) > 0, 'no allocation failed: the library is not there, or no thread is named "shard"');
  assert.ok(callers.answers() > before, 'nothing was answered while allocations failed');
  assert.ok(statuses.cut || hit.some((status) => statuses[status]), 'nobody was hit');
  assert.ok(answered.length > 0, 'no command was answered with an event');
  await servesAgain(gateway);
  const truth = await journalOf(gateway);
  nothingIsMissing(answered, truth);
  // The client gives an unanswered upgrade up after a minute.
  await everyClientHeardAll(clients, truth, 120_000);
  for (const client of clients) client.stop();
  await until('nothing is left of who has gone', async () => (await gateway.metric('streams')) === 0, 60_000);
  assert.equal(gateway.cli('journal', 'verify').code, 0);
  console.log(
    `# ${memory.get(2)} of ${memory.get(1)} allocations failed, under ${callers.asked} requests: ${Object.entries(
      statuses,
    )
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')}; ${truth.length} telephony events, all told; seed ${seed}`,
  );
  await gateway.stop();
  closeSync(memory.file);
  rmSync(folder, { recursive: true, force: true });
});
