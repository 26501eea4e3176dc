// The gateway, and the commands beside it, are killed at named points in the middle of a change (gateway/model/failpoint.hpp), under commands,
// traffic and revocations. No event is lost, no answered command, no revocation; every start is clean. DESKLINE_POINTS sets how many kills.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, program, sleep, startGateway, until } from './harness.mjs';
import { ResumingEventSource, ResumingStream, journalOf, numberOf } from './clients.mjs';

const wanted = Number(process.env.DESKLINE_POINTS ?? 100);
const seed = Number(process.env.DESKLINE_SEED ?? Date.now() % 1e6);
let state = seed;
const random = (below) => ((state = (state * 1103515245 + 12345) % 2147483648) >> 8) % below;
const source = resolve(import.meta.dirname, '../../gateway');
const points = [...new Set(execFileSync('grep', ['-rhoE', 'failpoint\\("[a-z.-]+"', source, '--include=*.cpp', '--include=*.hpp'], { encoding: 'utf8' }).match(/[a-z]+\.[a-z.-]+/g))].sort();
const ofFiles = points.filter((name) => name.startsWith('file.')); // the commands that change a file
const rare = (name) => /^(start|file|prune)\./.test(name);

test(`killed ${wanted} times at points of a change (seed ${seed})`, async () => {
  assert.ok(points.length > 8, points.join());
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')), port = await freePort();
  const options = { folder, port, keep: true, traffic: 20 };
  const began = performance.now();
  let gateway = await startGateway(options), running = true, up = true;
  const token = gateway.token(), file = join(folder, 'deskline.toml');
  const topics = ['agent-session', 'agent', 'call', 'queue', 'source'];
  const clients = Array.from({ length: 5 }, () => new ResumingStream(gateway.url, token, topics));
  clients.push(new ResumingEventSource(gateway.url, token));
  await until('all clients are there', () => clients.every((c) => c.first !== undefined));
  const answered = [], keyed = [], revoked = new Map(), killed = {}, alive = gateway.token('supervisor', [], 'stays');
  let commands = 0;

  const work = async (agent) => {
    let session;
    for (let i = 0; running; ++i) {
      if (!up) {
        session = undefined;
        await sleep(20);
        continue;
      }
      try {
        const now = gateway, key = `${agent}-${i}-${seed}`;
        const answer = session
          ? await now.setState(session, i % 2 ? 'ready' : 'not-ready', {}, { headers: { 'Idempotency-Key': key } })
          : await now.request('PUT', '/agents/' + agent, { pin: agent });
        ++commands;
        if (session && answer.status === 200) keyed.push({ key, session, state: i % 2 ? 'ready' : 'not-ready', cursor: answer.body.cursor });
        if (answer.status < 300 && answer.body?.event) answered.push(numberOf(answer.body.event));
        if (!session && answer.status < 300) {
          const created = await now.request('POST', `/agents/${agent}/sessions`, { acdGroup: ['Sales', 'Support', 'Billing'][agent % 3], address: 'Line ' + (agent - 1000) });
          if (created.body?.event) answered.push(numberOf(created.body.event));
          session = created.body?.session?.id;
        }
        if (answer.status === 404) session = undefined;
      } catch {
        session = undefined; // it was killed
        await sleep(20);
      }
      await sleep(30);
    }
  };
  // A command of its own beside the gateway, killed at a point itself or left to end: what it said was done holds.
  const command = (point, ...args) =>
    new Promise((done) =>
      execFile(program, [...args, '--config', file], { env: { ...process.env, ...(point ? { DESKLINE_FAILPOINT: point } : {}) }, encoding: 'utf8' }, (error, stdout) => {
        if (error?.signal) killed[point] = (killed[point] ?? 0) + 1;
        done({ done: !error, stdout: stdout.trim(), error });
      }),
    );
  let made = 0;
  const administer = async () => {
    while (running) {
      const name = `v${seed}-${made++}`;
      const point = () => (ofFiles.length && random(3) === 0 ? ofFiles[random(ofFiles.length)] : '');
      if (made % 2) {
        const victim = await command('', 'token', '--subject', name, '--role', 'supervisor');
        if ((await command(point(), 'revoke', '--subject', name)).done) revoked.set(name, gateway.secrets.token(victim.stdout));
      } else {
        const key = await command(point(), 'key', 'create', '--name', name, '--role', 'supervisor');
        if (key.done && (await command(point(), 'key', 'revoke', name)).done) revoked.set(name, gateway.secrets.plant(key.stdout));
      }
      await sleep(100);
    }
  };
  const busy = [...Array.from({ length: 8 }, (_, i) => work(String(1001 + i))), administer()];
  const kills = () => Object.values(killed).reduce((sum, n) => sum + n, 0);
  let starts = 1, refused = 0, replayed = 0;
  const clean = async () => {
    ++starts;
    assert.doesNotMatch(gateway.log(), /corrupt|damaged|cannot be read|set aside| error /, 'a clean start');
    const ready = () => gateway.request('GET', '//readyz', undefined, { token: '' });
    await until('it is ready', async () => (await ready()).status === 200);
    for (const [name, secret] of [...revoked].slice(-4)) {
      assert.equal((await gateway.request('GET', '/me', undefined, { token: secret })).status, 401, `${name} was revoked`);
      ++refused;
    }
    assert.equal((await gateway.request('GET', '/me', undefined, { token: alive })).status, 200);
    for (const one of keyed.slice(-2)) {
      const again = await gateway.setState(one.session, one.state, {}, { headers: { 'Idempotency-Key': one.key } });
      assert.equal(again.headers['idempotency-replayed'], 'true', `what was answered for ${one.key} is known: ${again.text}`);
      assert.equal(again.status, 200);
      assert.equal(again.body.cursor, one.cursor);
      ++replayed;
    }
  };
  const unlessKilled = async (error) => {
    const ended = await Promise.race([gateway.exit, sleep(2000)]); // it may have been killed in the middle of an answer
    if (!ended) throw error;
  };
  gateway.signal('SIGKILL');
  await gateway.exit;
  const ofGateway = points.filter((name) => !name.startsWith('file.'));
  for (let i = 0; kills() < wanted; ++i) {
    assert.ok(i < wanted * 3, `points are reached: ${JSON.stringify(killed)}`);
    const name = ofGateway[(i + random(2)) % ofGateway.length], env = { DESKLINE_FAILPOINT: `${name}:${rare(name) ? 1 : 1 + random(60)}` };
    try {
      gateway = await startGateway({ ...options, env });
    } catch (error) {
      assert.equal(error.signal, 'SIGKILL', error.message);
      killed[name] = (killed[name] ?? 0) + 1;
      continue;
    }
    up = true;
    const ended = await Promise.race([gateway.exit, (async () => (await clean().catch(unlessKilled), await sleep(name.startsWith('prune.') ? 3000 : 1500), undefined))()]);
    up = false;
    if (ended) assert.equal(ended.signal, 'SIGKILL', gateway.log().slice(-2000));
    if (ended) killed[name] = (killed[name] ?? 0) + 1;
    gateway.signal('SIGKILL');
    await gateway.exit;
  }
  gateway = await startGateway(options);
  up = true;
  await clean();
  await sleep(500);
  running = false;
  await Promise.all(busy);

  const truth = await journalOf(gateway), end = truth.at(-1), known = new Set(truth);
  assert.deepEqual(answered.filter((n) => !known.has(n)), [], 'nothing that was answered is missing');
  for (const [i, client] of clients.entries()) {
    await until(`client ${i} has all`, () => client.numbers.at(-1) >= end, 60_000);
    assert.equal(client.resets, 0, 'no reset');
    assert.deepEqual(client.unique().filter((n) => n <= end), truth.filter((n) => n > client.first), `client ${i} heard each once`);
  }
  for (const [name, secret] of revoked) assert.equal((await gateway.request('GET', '/me', undefined, { token: secret })).status, 401, `${name} was revoked`);
  assert.equal(gateway.cli('journal', 'verify').code, 0);
  const missed = points.filter((name) => !killed[name]);
  console.log(`# ${kills()} kills at ${Object.keys(killed).length} of ${points.length} points${missed.length ? ` (never at ${missed.join(', ')})` : ''}, ${starts} clean starts, ${truth.length} telephony events, ${commands} commands, ${answered.length} answers with an event, ${replayed} repeated by their key, ${revoked.size} revocations, ${refused} checked after a start; seed ${seed}; ${Math.round((performance.now() - began) / 1000)} s`);
  for (const client of clients) client.stop();
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});
