// The start: a signal ends it well, whenever it comes; and connections of strangers never take the descriptors that the
// gateway itself needs.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, program, startGateway, until, sleep, onWindows } from '../harness/harness.mjs';

// The data folder is the first thing that the gateway makes: from then on it must be ready for a signal. (Before that
// the system is still loading the program, which cannot handle a signal yet.)
const begun = (g) => until('it begins', () => existsSync(join(g.folder, 'data')) || !g.running());
const moments = {
  'as soon as it begins': async () => {},
  '5 ms later': () => sleep(5),
  '10 ms later': () => sleep(10),
  '20 ms later': () => sleep(20),
  '40 ms later': () => sleep(40),
  '100 ms later': () => sleep(100),
  'at its first line': (g) => until('a line', () => g.log()),
  'when it listens': (g) => until('it listens', () => /listening on/.test(g.log())),
};

if (!onWindows)
  describe('a signal at any moment of the start', () => {
    for (const [moment, come] of Object.entries(moments)) {
      test(`SIGHUP ${moment}: it starts all the same`, async () => {
        const g = await launch();
        await begun(g);
        await come(g);
        g.signal('SIGHUP');
        await until('it listens', () => /listening on/.test(g.log()) || !g.running());
        assert.ok(g.running(), g.log());
        g.signal('SIGTERM');
        assert.equal((await g.ended()).code, 0);
      });
      for (const signal of ['SIGINT', 'SIGTERM'])
        test(`${signal} ${moment}: it ends, and well`, async () => {
          const g = await launch();
          await begun(g);
          await come(g);
          g.signal(signal);
          assert.deepEqual(await g.ended(), { code: 0, signal: null });
        });
    }
    test('asked to end before it listens, it never does', async () => {
      for (let early = false, tries = 0; !early;) {
        assert.ok(++tries <= 10, 'it is met before it listens');
        const g = await launch();
        await begun(g);
        g.signal('SIGSTOP'); // stopped, so that it writes nothing more while the test reads its output
        await sleep(100);
        early = !/listening on/.test(g.log());
        g.signal('SIGTERM');
        g.signal('SIGCONT');
        assert.deepEqual(await g.ended(), { code: 0, signal: null });
        if (early) assert.doesNotMatch(g.log(), /listening on/);
      }
    });
  });

test('what a start that was killed has begun is taken away by the next one, and nothing else is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-starting-')),
    data = join(folder, 'data'),
    id = '0123456789abcdef';
  mkdirSync(data, { mode: 0o700 });
  const begun = ['certificate.pem', 'private-key.pem', 'local-key.pem', 'journal.db'].map(
    (name) => `.${name}.${id}.new`,
  );
  const others = [
    `.keys.json.${id}.new`,
    `.other.pem.${id}.new`,
    '.private-key.pem.mine.new',
    `private-key.pem.${id}.new`,
    `.private-key.pem.${id}.new.kept`,
  ];
  for (const name of [...begun, ...others]) writeFileSync(join(data, name), 'it was begun', { mode: 0o600 });
  const gateway = await startGateway({ folder, keep: true });
  assert.deepEqual(
    begun.filter((name) => existsSync(join(data, name))),
    [],
  );
  assert.deepEqual(
    others.filter((name) => !existsSync(join(data, name))),
    [],
  );
  for (const name of ['certificate.pem', 'private-key.pem', 'local-key.pem', 'journal.db'])
    assert.ok(existsSync(join(data, name)), name);
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

if (!onWindows)
  // Wine writes through a pipe of its own
  test('what is said is said in whole lines, whatever another thread says meanwhile', async () => {
    const gateway = await startGateway({ keep: true });
    await gateway.stop();
    const packets = execFileSync(
      'python3',
      [join(import.meta.dirname, '../harness/packets.py'), 'listening on ', program, 'serve', '--config', gateway.file],
      { encoding: 'utf8', timeout: 60_000 },
    )
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.match(packets.join(''), /^listening on https:\/\/127\.0\.0\.1:\d+$/m);
    for (const packet of packets) assert.match(packet, /^[^\n]+\n$/, JSON.stringify(packets));
  });

if (!onWindows)
  describe('strangers open more connections than there are descriptors', () => {
    test('they are refused, files are still read, the log stays short', async () => {
      const g = await startGateway({ through: ['prlimit', '--nofile=160'] });
      assert.match(
        g.log(),
        /max_connections = 20000 needs 20768 descriptors, and the system allows this process 160\. At most 105 connections are served\. Allow more \(systemd: LimitNOFILE=20768/,
      );
      const { port } = new URL(g.url);
      const strangers = [];
      let refused = 0;
      for (let i = 0; i < 300; ++i) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        socket.on('close', () => ++refused);
        socket.resume();
        strangers.push(socket);
      }
      await until('those beyond are refused', () => refused >= 300 - 160);
      const before = g.log().length;
      const made = g.cli('key', 'create', '--name', 'late', '--scopes', 'agents:read');
      assert.equal(made.code, 0, made.stderr);
      // On a connection from before: the file with the new key can be read.
      const answer = await g.request('GET', '/agents', undefined, { token: g.secrets.plant(made.stdout.trim()) });
      assert.equal(answer.status, 200);
      strangers.forEach((socket) => socket.destroy());
      assert.doesNotMatch(g.log(), /Too many open files/);
      const lines = g
        .log()
        .slice(before)
        .split('\n')
        .filter((line) => /refused|accepted/.test(line));
      assert.ok(lines.length <= 3, lines.join('\n'));
      await g.stop();
    });
  });
