// A disk that is really full (a small tmpfs): commands are carried out and told, the gateway says that events are not
// durable, files that are changed stay whole; when there is room again, everything is written once. Where the gateway
// is killed before that, clients that resume are told so. The same is tested with a disk that is full at the start.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, startGateway, until } from '../harness/harness.mjs';
import { journalOf } from '../harness/clients.mjs';

const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
  try {
    asRoot('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
    asRoot('umount', folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();
function asRoot(...command) {
  return execFileSync(
    process.getuid() === 0 ? command[0] : 'sudo',
    process.getuid() === 0 ? command.slice(1) : ['-n', ...command],
    { stdio: 'pipe' },
  );
}

const onSmallDisk = async (work) => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
    data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  asRoot('mount', '-t', 'tmpfs', '-o', `size=8m,mode=0700,uid=${process.getuid()}`, 'tmpfs', data);
  try {
    await work(folder, data);
  } finally {
    asRoot('umount', '-l', data);
    rmSync(folder, { recursive: true, force: true });
  }
};

const fullDisk = (data) => {
  const filling = join(data, 'filling');
  const free = () => {
    const { bavail, bsize } = statfsSync(data);
    return bavail * bsize;
  };
  return {
    fill() {
      for (let size = 4096; free() > 0; size = Math.max(4096, Math.floor(free() / 2))) {
        try {
          writeFileSync(filling, Buffer.alloc(size), { flag: 'a' });
        } catch {
          if (free() === 0) return;
        }
      }
    },
    empty() {
      truncateSync(filling, 0);
      rmSync(filling);
    },
  };
};
const options = { skip: mayMount ? false : 'this machine lets nobody mount a small disk' };
const ready = async (gateway) => (await gateway.request('GET', '//readyz', undefined, { token: '' })).body;
// Changes states until the gateway says that events are not durable: at first the file has some free pages left.
async function untilNotDurable(gateway, disk, session) {
  let changes = 0;
  await until(
    'it is said that nothing is durable',
    async () => {
      disk.fill();
      const answer = await gateway.setState(session, changes++ % 2 ? 'not-ready' : 'ready');
      assert.equal(answer.status, 200, answer.text);
      return !(await ready(gateway)).durable;
    },
    60_000,
  );
  return changes;
}

// Starts a gateway, fills its disk, and kills it. Returns the last event that it told.
async function toldUntilKilled(folder, disk) {
  const gateway = await startGateway({ folder, keep: true });
  const session = await gateway.signIn('1001');
  const stream = await gateway.stream({ topics: ['agent-session'] });
  await untilNotDurable(gateway, disk, session);
  for (let i = 0; i < 10; ++i) await gateway.setState(session, i % 2 ? 'not-ready' : 'ready');
  const told = stream.frames.filter((f) => f.op === 'event').at(-1).id;
  gateway.signal('SIGKILL');
  await gateway.exit;
  return told;
}

test('the disk is full, and has room again', options, () =>
  onSmallDisk(async (folder, data) => {
    const gateway = await startGateway({ folder, keep: true }),
      disk = fullDisk(data);
    const session = await gateway.signIn('1001');
    const key = gateway.key('kept', '--role', 'supervisor');
    const stream = await gateway.stream();
    let changes = await untilNotDurable(gateway, disk, session);
    assert.match((await ready(gateway)).checks.journal, /full/);
    for (let i = 0; i < 50; ++i)
      assert.equal((await gateway.setState(session, changes++ % 2 ? 'not-ready' : 'ready')).status, 200);
    const refused = gateway.cli('key', 'create', '--name', 'late', '--role', 'supervisor');
    assert.notEqual(refused.code, 0, 'what cannot be written is not said to be done');
    assert.equal(
      (await gateway.request('GET', '/me', undefined, { token: key })).status,
      200,
      'the keys from before are whole',
    );
    disk.empty();
    await until('it is durable again', async () => (await ready(gateway)).durable, 30_000);
    assert.equal((await gateway.setState(session, changes++ % 2 ? 'not-ready' : 'ready')).status, 200);
    await until(
      'the stream has heard it all',
      () =>
        stream.frames.filter((f) => f.type === 'deskline.agent-session' && f.data.event !== 'new-session').length >=
        changes,
    );
    const heard = stream.frames
      .filter(
        (f) =>
          f.op === 'event' &&
          ['deskline.agent-session', 'deskline.agent', 'deskline.call', 'deskline.queue', 'deskline.source'].includes(
            f.type,
          ),
      )
      .map((f) => Number(f.id.split('-')[1]));
    await gateway.stop();
    const again = await startGateway({ folder, keep: true });
    const known = new Set(await journalOf(again));
    assert.deepEqual(
      heard.filter((n) => !known.has(n)),
      [],
      'all that was told is in the journal',
    );
    assert.equal(again.cli('journal', 'verify').code, 0);
    const resumed = await again.stream({ cursor: stream.frames.filter((f) => f.op === 'event').at(-1).id });
    assert.equal(resumed.welcome.resumed, true, 'the same epoch: nothing is missing');
    await again.stop();
    console.log(
      `# ${changes} commands, of them 50 and more on a full disk; ${heard.length} events heard, all in the ` +
        'journal after it had room again',
    );
  }),
);

test(
  'the disk is full at the start: what the journal holds is known, and what is told is written once there is room',
  options,
  () =>
    onSmallDisk(async (folder, data) => {
      const before = await startGateway({ folder, keep: true }),
        disk = fullDisk(data);
      const kept = { headers: { 'Idempotency-Key': 'before' } };
      const first = await before.setState(await before.signIn('1001'), 'ready', {}, kept);
      const path = `/sessions/${first.body.session.id}/state`;
      const { cursor } = (await before.stream()).snapshot;
      await before.stop();
      disk.fill();
      const gateway = await startGateway({ folder, keep: true });
      const session = await gateway.signIn('1002');
      const stream = await gateway.stream({ cursor });
      assert.equal(stream.welcome.resumed, true, 'the same epoch');
      let changes = await untilNotDurable(gateway, disk, session);
      assert.match((await ready(gateway)).checks.journal, /The disk is full: make room/);
      const again = await gateway.request('PUT', path, { state: 'ready' }, kept);
      assert.equal(again.headers['idempotency-replayed'], 'true', again.text);
      for (let i = 0; i < 20; ++i)
        assert.equal(
          (
            await gateway.setState(
              session,
              changes++ % 2 ? 'not-ready' : 'ready',
              {},
              { headers: { 'Idempotency-Key': 'k' + i } },
            )
          ).status,
          200,
        );
      disk.empty();
      await until('it is durable', async () => (await ready(gateway)).durable, 30_000);
      const heard = stream.frames
        .filter(
          (f) =>
            f.op === 'event' &&
            ['deskline.agent-session', 'deskline.agent', 'deskline.call', 'deskline.queue', 'deskline.source'].includes(
              f.type,
            ),
        )
        .map((f) => Number(f.id.split('-')[1]));
      await gateway.stop();
      const last = await startGateway({ folder, keep: true }),
        known = new Set(await journalOf(last));
      assert.ok(heard.length > 20);
      assert.deepEqual(
        heard.filter((n) => !known.has(n)),
        [],
        'all that was told is in the journal',
      );
      await last.stop();
    }),
);

test(
  'killed on a full disk, and started on it: the new epoch is told at once, and written once there is room',
  options,
  () =>
    onSmallDisk(async (folder, data) => {
      const disk = fullDisk(data),
        told = await toldUntilKilled(folder, disk);
      disk.fill();
      const next = await startGateway({ folder, keep: true });
      const resumed = await next.stream({ cursor: told, topics: ['agent-session'] });
      assert.equal((await resumed.frame('reset', (f) => f.op === 'reset')).reason, 'epoch-changed');
      await until('it is said that nothing is durable', async () => !(await ready(next)).durable);
      await next.signIn('1002');
      await resumed.event('agent-session', 'new-session');
      disk.empty();
      await until('it is durable', async () => (await ready(next)).durable, 30_000);
      const cursor = resumed.frames.filter((f) => f.op === 'event').at(-1).id;
      assert.equal(cursor.split('-')[0], resumed.snapshot.cursor.split('-')[0]);
      await next.stop();
      const last = await startGateway({ folder, keep: true });
      assert.doesNotMatch(last.log(), /lacks events/, 'that was said once');
      assert.equal((await last.stream({ cursor, topics: ['agent-session'] })).welcome.resumed, true);
      await last.stop();
    }),
);

test(
  'what was told on a full disk is gone with a kill: its numbers are not given again, and whoever resumes begins anew',
  options,
  () =>
    onSmallDisk(async (folder, data) => {
      const disk = fullDisk(data),
        told = await toldUntilKilled(folder, disk);
      disk.empty();
      const next = await startGateway({ folder, keep: true });
      await next.signIn('1002');
      for (let i = 0; i < 20; ++i)
        await next.request('PUT', '/agents/10' + String(3 + (i % 8)).padStart(2, '0'), {
          pin: '10' + String(3 + (i % 8)).padStart(2, '0'),
        });
      const resumed = await next.stream({ cursor: told, topics: ['agent-session'] });
      assert.equal(resumed.welcome.resumed, false, 'what it heard last is in no journal');
      assert.equal((await resumed.frame('reset', (f) => f.op === 'reset')).reason, 'epoch-changed');
      assert.match(next.log(), /lacks events that were told before the last end/);
      const cursor = resumed.snapshot.cursor;
      await next.stop();
      const last = await startGateway({ folder, keep: true });
      assert.equal((await last.stream({ cursor, topics: ['agent-session'] })).welcome.resumed, true, 'said once');
      await last.stop();
    }),
);

test('doctor on a full disk: make room; who has run there before starts all the same, nobody else', options, () =>
  onSmallDisk(async (folder, data) => {
    const gateway = await startGateway({ folder, keep: true, config: '[server]\nmax_connections = 100\n' });
    await gateway.stop();
    const diagnosed = (env = {}) => {
      const { code, stdout } = run(['doctor', '--json', '--config', gateway.file], { env });
      return { code, ...JSON.parse(stdout).findings.find((finding) => finding.area === 'data') };
    };
    fullDisk(data).fill();
    const before = diagnosed();
    assert.deepEqual([before.code, before.severity], [1, 'degraded'], before.finding);
    assert.match(before.finding, /No space left on device\. Make room on the disk\./);
    assert.match(before.remedy, /^Make room on the disk/);
    const fresh = diagnosed({ DESKLINE_SERVER_DATA_DIR: join(data, 'fresh') });
    assert.deepEqual([fresh.code, fresh.severity], [2, 'failed'], fresh.finding);
    assert.match(fresh.finding, /fresh cannot be made: its disk is full/);
    assert.match(fresh.remedy, /^Make room on the disk/);
  }),
);
