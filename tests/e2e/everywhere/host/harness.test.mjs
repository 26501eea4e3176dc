// The harness itself, where its faults could be mistaken for the gateway's: how much work a test's client makes of the
// frames that it reads, and whether a gateway's bad end is reported.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stream } from '../../harness/harness.mjs';

const heard = (socket, from, to) => {
  for (let i = from; i < to; i++) socket.emit('message', JSON.stringify({ op: 'event', number: i }));
};

test('who waits for a frame looks at each once, however many come before it', async () => {
  const socket = new EventEmitter(),
    stream = new Stream(socket);
  let looks = 0;
  heard(socket, 0, 1000);
  const last = stream.frame('the last', (f) => (++looks, f.number === 1999));
  heard(socket, 1000, 3000);
  assert.equal((await last).number, 1999);
  assert.equal(looks, 2000);
  assert.equal((await stream.frame('one that came before', (f) => f.number === 5)).number, 5);
});

test('who counts frames is told when there are so many, those that came before among them', async () => {
  const socket = new EventEmitter(),
    stream = new Stream(socket);
  let count = 0;
  heard(socket, 0, 3);
  const fifth = stream.frame('five of them', (f) => f.op === 'event' && ++count === 5);
  heard(socket, 3, 10);
  assert.equal((await fifth).number, 4);
  assert.equal(count, 5);
});

test('a gateway that ends badly fails the file, though what stops it is a hook and nobody hears what the hook throws', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
  const file = (name, text) => (
    writeFileSync(join(folder, name), text),
    chmodSync(join(folder, name), 0o700),
    join(folder, name)
  );
  const ending = (code) =>
    file(
      `ends-with-${code}`,
      `#!/bin/sh\ntrap 'exit ${code}' INT\necho listening on https://127.0.0.1 >&2\nwhile :; do sleep 0.05; done\n`,
    );
  const tests = file(
    'hook.mjs',
    `
    import { after, before, describe, test } from 'node:test';
    import { launch, until } from ${JSON.stringify(new URL('../../harness/harness.mjs', import.meta.url).href)};
    describe('a gateway', () => {
      let gateway;
      before(async () => {
        gateway = await launch({ folder: import.meta.dirname });
        await until('its log', gateway.log);
      });
      after(async () => { gateway.signal('SIGINT'); await gateway.ended().catch(() => {}); });
      test('runs', () => {});
    });`,
  );
  const run = (program) =>
    spawnSync(process.execPath, [tests], {
      encoding: 'utf8',
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, DESKLINE_TARGET: 'linux', DESKLINE_PROGRAM: program },
    });
  try {
    const well = run(ending(0)),
      badly = run(ending(3));
    assert.equal(well.status, 0, well.stdout + well.stderr);
    assert.equal(badly.status, 1, badly.stdout + badly.stderr);
    assert.match(badly.stderr, /a gateway did not end well: exit code 3/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
