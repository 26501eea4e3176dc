// The gateway, and the commands beside it, are killed at named points in the middle of a change
// (gateway/model/failpoint.hpp), under commands, traffic and revocations. No event is lost, no answered command, no
// revocation; every start is clean. DESKLINE_POINTS sets how many kills.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Beside, Unanswered, freePort, program, run, sleep, startGateway, until } from '../harness/harness.mjs';
import { ResumingEventSource, ResumingStream, WebhookReceiver, journalOf } from '../harness/clients.mjs';
import { isReady, status } from '../harness/files.mjs';
import {
  AgentsAtWork,
  config,
  everyClientHeardAll,
  everyEventWasDelivered,
  nothingIsMissing,
  topics,
} from '../harness/kills.mjs';

const wanted = Number(process.env.DESKLINE_POINTS ?? 100);
const seed = Number(process.env.DESKLINE_SEED ?? Date.now() % 1e6);
let state = seed;
const random = (below) => ((state = (state * 1103515245 + 12345) % 2147483648) >> 8) % below;
const source = resolve(import.meta.dirname, '../../../gateway');
const points = [
  ...new Set(
    execFileSync('grep', ['-rhoE', 'failpoint\\("[a-z.-]+"', source, '--include=*.cpp', '--include=*.hpp'], {
      encoding: 'utf8',
    }).match(/[a-z]+\.[a-z.-]+/g),
  ),
].sort();
const ofFiles = points.filter((name) => name.startsWith('file.')); // the commands that change a file
const ofGateway = points.filter((name) => !name.startsWith('file.'));
const rare = (name) => /^(start|file|prune)\./.test(name);
const unclean = /corrupt|damaged|cannot be read|set aside| error /;

// Starts a gateway that may be killed at `point`, the count-th time that it comes there. Undefined: it was killed.
const startUnlessKilled = (options, point, count) =>
  startGateway({ ...options, env: { DESKLINE_FAILPOINT: `${point}:${count}` } }).catch((error) => {
    if (error.signal !== 'SIGKILL') throw error;
  });

// The commands that an administrator runs beside the gateway, some of them killed at a point of their own. What they
// reported as done must hold.
class Administrator {
  revoked = new Map(); // by name, the secret that must be refused
  made = 0;
  files = 0; // how many points were taken
  constructor(beside, secrets, file, count) {
    Object.assign(this, { beside, secrets, file, count });
  }
  // Runs one. The lock of the file is only held for moments, and a command waits 30 s for it, so it must not fail
  // otherwise.
  run(point, ...args) {
    const what = `deskline ${args.join(' ')}, ${point || 'not killed'}`,
      env = { ...process.env, ...(point ? { DESKLINE_FAILPOINT: point } : {}) };
    return new Promise((done, fail) =>
      execFile(program, [...args, '--config', this.file], { env, encoding: 'utf8' }, (error, stdout, stderr) => {
        if (error && !(point && error.signal === 'SIGKILL'))
          return fail(new assert.AssertionError({ message: `${what}: ${error.signal ?? error.code}: ${stderr}` }));
        if (error) this.count(point);
        done({ done: !error, stdout: stdout.trim() });
      }),
    );
  }
  // One time in three a point, each in its turn.
  point() {
    return random(3) === 0 ? ofFiles[this.files++ % ofFiles.length] : '';
  }
  async work() {
    while (this.beside.running) {
      const name = `v${seed}-${this.made++}`;
      if (this.made % 2) await this.revokeToken(name);
      else await this.revokeKey(name);
      await sleep(100);
    }
  }
  async revokeToken(name) {
    const victim = await this.run('', 'token', '--subject', name, '--role', 'supervisor');
    if ((await this.run(this.point(), 'revoke', '--subject', name)).done)
      this.revoked.set(name, this.secrets.token(victim.stdout));
  }
  async revokeKey(name) {
    const key = await this.run(this.point(), 'key', 'create', '--name', name, '--role', 'supervisor');
    if (key.done && (await this.run(this.point(), 'key', 'revoke', name)).done)
      this.revoked.set(name, this.secrets.plant(key.stdout));
  }
}

// A gateway that is killed again and again, and who is there beside it.
class Campaign {
  folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
  began = performance.now();
  beside = new Beside();
  killed = {}; // how often, by point
  starts = 1;
  refused = 0; // how often something revoked was checked after a start
  replayed = 0; // how often an answer was repeated by its key

  static async begin() {
    const one = new Campaign();
    one.options = { folder: one.folder, port: await freePort(), keep: true, traffic: 20, config };
    const gateway = (one.gateway = await startGateway(one.options));
    const token = gateway.token();
    one.clients = Array.from({ length: 5 }, () => new ResumingStream(gateway.url, token, topics));
    one.clients.push(new ResumingEventSource(gateway.url, token));
    one.receiver = await WebhookReceiver.begin(gateway, topics);
    await until('all clients are there', () => one.clients.every((c) => c.first !== undefined));
    one.alive = gateway.token('supervisor', [], 'stays');
    one.up = true;
    one.agents = new AgentsAtWork(one.beside, () => (one.up ? one.gateway : undefined), {
      keyOf: (agent, number) => `${agent}-${number}-${seed}`,
      pause: 30,
    });
    one.agents.begin(8);
    one.administrator = new Administrator(one.beside, gateway.secrets, join(one.folder, 'deskline.toml'), (point) =>
      one.count(point),
    );
    one.beside.add(one.administrator.work());
    return one;
  }

  count(point) {
    this.killed[point] = (this.killed[point] ?? 0) + 1;
  }
  kills() {
    return Object.values(this.killed).reduce((sum, n) => sum + n, 0);
  }
  missed() {
    return points.filter((name) => !this.killed[name]);
  }
  async kill() {
    this.up = false;
    this.gateway.signal('SIGKILL');
    await this.gateway.exit;
  }

  // Starts it, to be killed at this point. One that does not come to the point is killed a moment later.
  async killAt(point) {
    const before = [...this.administrator.revoked];
    const next = await startUnlessKilled(this.options, point, rare(point) ? 1 : 1 + random(60));
    if (!next) return this.count(point);
    this.gateway = next;
    this.up = true;
    const checked = this.startedClean(before).catch((error) => this.unlessKilled(error));
    await Promise.race([next.exit, checked.then(() => sleep(point.startsWith('prune.') ? 3000 : 1500))]);
    await checked;
    this.up = false;
    const ended = next.child.exitCode !== null || next.child.signalCode !== null;
    if (ended) assert.equal((await next.exit).signal, 'SIGKILL', next.log().slice(-2000));
    if (ended) this.count(point);
    await this.kill();
  }

  // The last start, after which nobody kills it.
  async startForGood() {
    const before = [...this.administrator.revoked];
    this.gateway = await startGateway({ ...this.options, traffic: 0 });
    this.up = true;
    await this.startedClean(before);
    await sleep(500);
    await this.beside.end();
  }

  // `before`: what was revoked before it started.
  async startedClean(before) {
    const { gateway, agents } = this;
    ++this.starts;
    assert.doesNotMatch(gateway.log(), unclean, 'a clean start');
    await isReady(gateway);
    for (const [name, secret] of before.slice(-4)) {
      assert.equal(await status(gateway, secret), 401, `${name} was revoked`);
      ++this.refused;
    }
    assert.equal(await status(gateway, this.alive), 200);
    for (const one of agents.keyed.slice(-2)) {
      const again = await gateway.setState(one.session, one.state, {}, { headers: { 'Idempotency-Key': one.key } });
      assert.equal(
        again.headers['idempotency-replayed'],
        'true',
        `what was answered for ${one.key} is known: ${again.text}`,
      );
      assert.equal(again.status, 200);
      assert.equal(again.body.cursor, one.cursor);
      ++this.replayed;
    }
  }

  // The gateway may be killed in the middle of an answer, which then does not come; answers that came are judged.
  async unlessKilled(error) {
    if (!(error instanceof Unanswered) || !(await Promise.race([this.gateway.exit, sleep(2000)]))) throw error;
  }

  async checkEvents() {
    const { gateway, receiver } = this;
    const truth = await journalOf(gateway);
    nothingIsMissing(this.agents.answered, truth);
    await everyClientHeardAll(this.clients, truth);
    await receiver.upTo(truth.at(-1)).catch(async (error) => {
      throw new Error(`${error.message}; ${(await gateway.request('GET', '/webhooks')).text}`);
    });
    everyEventWasDelivered(receiver, truth, 'the webhook');
    return truth;
  }

  async checkRevocations() {
    for (const [name, secret] of this.administrator.revoked)
      // The gateway looks at the file once a second.
      await until(`${name} is refused`, async () => (await status(this.gateway, secret)) === 401, 5000);
  }

  say(truth) {
    const missed = this.missed(),
      { answered, commands } = this.agents;
    console.log(
      `# ${this.kills()} kills at ${Object.keys(this.killed).length} of ${points.length} ` +
        `points${missed.length ? ` (never at ${missed.join(', ')})` : ''}, ${this.starts} clean starts, ` +
        `${truth.length} telephony events, ${this.receiver.numbers.length} deliveries, ${commands} commands, ` +
        `${answered.length} answers with an event, ${this.replayed} repeated by their key, ` +
        `${this.administrator.revoked.size} revocations, ${this.refused} checked after a start; seed ${seed}; ` +
        `${Math.round((performance.now() - this.began) / 1000)} s`,
    );
  }

  // Lower bounds of the usual counts: far less would mean that the test no longer exercises these things.
  checkCounts() {
    if (wanted >= 100) assert.deepEqual(this.missed(), [], 'each point was reached');
    const least = (share) => Math.max(1, Math.floor(wanted / share));
    for (const [what, count, share] of [
      ['answers with an event', this.agents.answered.length, 1],
      ['repeated by their key', this.replayed, 4],
      ['revocations', this.administrator.revoked.size, 10],
      ['checked after a start', this.refused, 4],
    ])
      assert.ok(count >= least(share), `${what}: ${count}, of at least ${least(share)}`);
  }

  async end() {
    this.receiver.stop();
    for (const client of this.clients) client.stop();
    await this.gateway.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

test(`killed ${wanted} times at points of a change (seed ${seed})`, async () => {
  assert.ok(points.length > 8, points.join());
  const campaign = await Campaign.begin();
  await campaign.kill();
  for (let i = 0; campaign.kills() < wanted; ++i) {
    campaign.beside.look();
    assert.ok(i < wanted * 3, `points are reached: ${JSON.stringify(campaign.killed)}`);
    await campaign.killAt(ofGateway[i % ofGateway.length]);
  }
  await campaign.startForGood();
  const truth = await campaign.checkEvents();
  await campaign.checkRevocations();
  assert.equal(campaign.gateway.cli('journal', 'verify').code, 0);
  campaign.say(truth);
  campaign.checkCounts();
  await campaign.end();
});

// The key, the certificate, the signing key and the journal are made by the gateway itself, at its first start.
test('killed at each point of a file while it makes its first files: the next start is clean, and nothing is left over', async () => {
  const killed = Object.fromEntries(ofFiles.map((point) => [point, 0])),
    left = [];
  for (const point of ofFiles)
    for (let count = 1; ; ++count) {
      assert.ok(count < 20, `${point} comes to an end`);
      const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
        options = { folder, keep: true };
      const whole = await startUnlessKilled(options, point, count);
      if (!whole) ++killed[point];
      const gateway = whole ?? (await startGateway(options));
      assert.doesNotMatch(gateway.log(), unclean, 'a clean start');
      await isReady(gateway);
      assert.equal((await gateway.request('GET', '/me')).status, 200, 'a token of its signing key');
      left.push(
        ...readdirSync(folder, { recursive: true })
          .filter((name) => name.endsWith('.new'))
          .map((name) => `${point}:${count}: ${name}`),
      );
      await gateway.stop();
      rmSync(folder, { recursive: true, force: true });
      if (whole) break; // the point is not passed so often
    }
  console.log(
    `# first start: ${Object.entries(killed)
      .map(([point, count]) => `${count} kills at ${point}`)
      .join(', ')}`,
  );
  for (const point of ['file.unflushed', 'file.beside'])
    assert.ok(killed[point] >= 4, `${point}: the four are made there; ${killed[point]} kills`);
  assert.deepEqual(left, [], 'nothing is left over');
});

test('a point that there is not is no kill that never comes: the program says so, and aborts', async () => {
  const table = readFileSync(join(source, 'model/failpoint.cpp'), 'utf8')
    .match(/points\[\] = \{([^}]*)\}/)[1]
    .match(/[a-z]+\.[a-z.-]+/g);
  assert.deepEqual(table.sort(), points, 'its list is that of the sources');
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
    file = join(folder, 'deskline.toml');
  writeFileSync(file, `[server]\ndata_dir = "${folder}/data"\n`);
  const { code, stderr } = run(['key', 'create', '--name', 'a', '--role', 'supervisor', '--config', file], {
    env: { DESKLINE_FAILPOINT: 'journal.written:3' },
  });
  assert.match(stderr, /DESKLINE_FAILPOINT: there is no point journal\.written/);
  assert.notEqual(code, 0);
  rmSync(folder, { recursive: true, force: true });
});
