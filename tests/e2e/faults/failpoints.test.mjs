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
import { ResumingEventSource, ResumingStream, WebhookReceiver, journalOf, numberOf } from '../harness/clients.mjs';

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

test(`killed ${wanted} times at points of a change (seed ${seed})`, async () => {
  assert.ok(points.length > 8, points.join());
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
    port = await freePort();
  const options = {
    folder,
    port,
    keep: true,
    traffic: 20,
    config:
      '[webhooks]\nallow_private_networks = true\nretries = ["1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s"]\n',
  };
  const began = performance.now(),
    beside = new Beside();
  let gateway = await startGateway(options),
    up = true;
  const token = gateway.token(),
    file = join(folder, 'deskline.toml');
  const topics = ['agent-session', 'agent', 'call', 'queue', 'source'];
  const clients = Array.from({ length: 5 }, () => new ResumingStream(gateway.url, token, topics));
  clients.push(new ResumingEventSource(gateway.url, token));
  const receiver = await WebhookReceiver.begin(gateway, topics);
  await until('all clients are there', () => clients.every((c) => c.first !== undefined));
  const answered = [],
    keyed = [],
    revoked = new Map(),
    killed = {},
    alive = gateway.token('supervisor', [], 'stays');
  let commands = 0;

  const work = async (agent) => {
    let session;
    for (let i = 0; beside.running; ++i) {
      if (!up) {
        session = undefined;
        await sleep(20);
        continue;
      }
      try {
        const now = gateway,
          key = `${agent}-${i}-${seed}`;
        const answer = session
          ? await now.setState(session, i % 2 ? 'ready' : 'not-ready', {}, { headers: { 'Idempotency-Key': key } })
          : await now.request('PUT', '/agents/' + agent, { pin: agent });
        ++commands;
        if (session && answer.status === 200)
          keyed.push({ key, session, state: i % 2 ? 'ready' : 'not-ready', cursor: answer.body.cursor });
        if (answer.status < 300 && answer.body?.event) answered.push(numberOf(answer.body.event));
        if (!session && answer.status < 300) {
          const created = await now.request('POST', `/agents/${agent}/sessions`, {
            acdGroup: ['Sales', 'Support', 'Billing'][agent % 3],
            address: 'Line ' + (agent - 1000),
          });
          if (created.body?.event) answered.push(numberOf(created.body.event));
          session = created.body?.session?.id;
        }
        if (answer.status === 404) session = undefined;
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        session = undefined; // it was killed
        await sleep(20);
      }
      await sleep(30);
    }
  };
  // Runs a command beside the gateway, which may be killed at a point of its own. What it reported as done must hold.
  // The lock of the file is only held for moments, and a command waits 30 s for it, so it must not fail otherwise.
  const command = (point, ...args) =>
    new Promise((done, fail) =>
      execFile(
        program,
        [...args, '--config', file],
        { env: { ...process.env, ...(point ? { DESKLINE_FAILPOINT: point } : {}) }, encoding: 'utf8' },
        (error, stdout, stderr) => {
          if (error && !(point && error.signal === 'SIGKILL'))
            return fail(
              new assert.AssertionError({
                message:
                  `deskline ${args.join(' ')}, ${point || 'not killed'}: ` + `${error.signal ?? error.code}: ${stderr}`,
              }),
            );
          if (error) killed[point] = (killed[point] ?? 0) + 1;
          done({ done: !error, stdout: stdout.trim() });
        },
      ),
    );
  let made = 0,
    files = 0;
  const administer = async () => {
    while (beside.running) {
      const name = `v${seed}-${made++}`;
      const point = () => (random(3) === 0 ? ofFiles[files++ % ofFiles.length] : '');
      if (made % 2) {
        const victim = await command('', 'token', '--subject', name, '--role', 'supervisor');
        if ((await command(point(), 'revoke', '--subject', name)).done)
          revoked.set(name, gateway.secrets.token(victim.stdout));
      } else {
        const key = await command(point(), 'key', 'create', '--name', name, '--role', 'supervisor');
        if (key.done && (await command(point(), 'key', 'revoke', name)).done)
          revoked.set(name, gateway.secrets.plant(key.stdout));
      }
      await sleep(100);
    }
  };
  for (let i = 0; i < 8; ++i) beside.add(work(String(1001 + i)));
  beside.add(administer());
  const kills = () => Object.values(killed).reduce((sum, n) => sum + n, 0);
  let starts = 1,
    refused = 0,
    replayed = 0;
  const clean = async (before) => {
    ++starts;
    assert.doesNotMatch(gateway.log(), unclean, 'a clean start');
    const ready = () => gateway.request('GET', '//readyz', undefined, { token: '' });
    await until('it is ready', async () => (await ready()).status === 200);
    for (const [name, secret] of before.slice(-4)) {
      assert.equal(
        (await gateway.request('GET', '/me', undefined, { token: secret })).status,
        401,
        `${name} was revoked`,
      );
      ++refused;
    }
    assert.equal((await gateway.request('GET', '/me', undefined, { token: alive })).status, 200);
    for (const one of keyed.slice(-2)) {
      const again = await gateway.setState(one.session, one.state, {}, { headers: { 'Idempotency-Key': one.key } });
      assert.equal(
        again.headers['idempotency-replayed'],
        'true',
        `what was answered for ${one.key} is known: ${again.text}`,
      );
      assert.equal(again.status, 200);
      assert.equal(again.body.cursor, one.cursor);
      ++replayed;
    }
  };
  // The gateway may be killed in the middle of an answer, which then does not come; answers that came are judged.
  const unlessKilled = async (error) => {
    if (!(error instanceof Unanswered) || !(await Promise.race([gateway.exit, sleep(2000)]))) throw error;
  };
  gateway.signal('SIGKILL');
  await gateway.exit;
  for (let i = 0; kills() < wanted; ++i) {
    beside.look();
    assert.ok(i < wanted * 3, `points are reached: ${JSON.stringify(killed)}`);
    const name = ofGateway[i % ofGateway.length],
      before = [...revoked];
    const next = await startUnlessKilled(options, name, rare(name) ? 1 : 1 + random(60));
    if (!next) {
      killed[name] = (killed[name] ?? 0) + 1;
      continue;
    }
    gateway = next;
    up = true;
    const checked = clean(before).catch(unlessKilled);
    await Promise.race([gateway.exit, checked.then(() => sleep(name.startsWith('prune.') ? 3000 : 1500))]);
    await checked;
    up = false;
    const ended = gateway.child.exitCode !== null || gateway.child.signalCode !== null;
    if (ended) assert.equal((await gateway.exit).signal, 'SIGKILL', gateway.log().slice(-2000));
    if (ended) killed[name] = (killed[name] ?? 0) + 1;
    gateway.signal('SIGKILL');
    await gateway.exit;
  }
  const before = [...revoked];
  gateway = await startGateway({ ...options, traffic: 0 });
  up = true;
  await clean(before);
  await sleep(500);
  await beside.end();

  const truth = await journalOf(gateway),
    end = truth.at(-1),
    known = new Set(truth);
  assert.deepEqual(
    answered.filter((n) => !known.has(n)),
    [],
    'nothing that was answered is missing',
  );
  for (const [i, client] of clients.entries()) {
    await until(`client ${i} has all`, () => client.numbers.at(-1) >= end, 60_000);
    assert.equal(client.resets, 0, 'no reset');
    assert.deepEqual(
      client.unique().filter((n) => n <= end),
      truth.filter((n) => n > client.first),
      `client ${i} heard each once`,
    );
  }
  await receiver.upTo(end).catch(async (error) => {
    throw new Error(`${error.message}; ${(await gateway.request('GET', '/webhooks')).text}`);
  });
  assert.deepEqual(
    receiver.once().filter((n) => n <= end),
    truth.filter((n) => n > receiver.first),
    'the webhook heard each, in order',
  );
  for (const [name, secret] of revoked)
    await until(
      `${name} is refused`,
      async () => (await gateway.request('GET', '/me', undefined, { token: secret })).status === 401,
      5000,
    ); // the gateway looks at the file once a second
  assert.equal(gateway.cli('journal', 'verify').code, 0);
  const missed = points.filter((name) => !killed[name]);
  console.log(
    `# ${kills()} kills at ${Object.keys(killed).length} of ${points.length} ` +
      `points${missed.length ? ` (never at ${missed.join(', ')})` : ''}, ${starts} clean starts, ${truth.length} ` +
      `telephony events, ${receiver.numbers.length} deliveries, ${commands} commands, ${answered.length} answers ` +
      `with an event, ${replayed} repeated by their key, ${revoked.size} revocations, ${refused} checked after a ` +
      `start; seed ${seed}; ${Math.round((performance.now() - began) / 1000)} s`,
  );
  // Lower bounds of the usual counts: far less would mean that the test no longer exercises these things.
  if (wanted >= 100) assert.deepEqual(missed, [], 'each point was reached');
  const least = (share) => Math.max(1, Math.floor(wanted / share));
  for (const [what, count, share] of [
    ['answers with an event', answered.length, 1],
    ['repeated by their key', replayed, 4],
    ['revocations', revoked.size, 10],
    ['checked after a start', refused, 4],
  ])
    assert.ok(count >= least(share), `${what}: ${count}, of at least ${least(share)}`);
  receiver.stop();
  for (const client of clients) client.stop();
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
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
      await until(
        'it is ready',
        async () => (await gateway.request('GET', '//readyz', undefined, { token: '' })).status === 200,
      );
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
