// The clock of the whole program steps while it runs (libfaketime), as where a host's time is set by hand or found
// late: a year ahead, back, and to long before. Streams go on, events keep their order, nothing is cut for its
// age, and waits last as long as they were asked for; credentials that have expired by the clock are refused. Run on
// the release build: a sanitizer wants to be loaded first itself.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, startGateway } from '../harness/harness.mjs';

const library = execFileSync('dpkg', ['-L', 'libfaketime'], { encoding: 'utf8' })
  .split('\n')
  .find((path) => path.endsWith('/libfaketimeMT.so.1'));
const day = 86_400,
  numberOf = (cursor) => Number(cursor.slice(cursor.lastIndexOf('-') + 1));

test('the clock steps while the gateway runs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
    offset = join(folder, 'offset');
  // Seconds between the program's clock and the host's. libfaketime reads the file at each look at the clock; the
  // monotonic clock is left as it is.
  const step = (seconds) => writeFileSync(offset, (seconds < 0 ? '' : '+') + seconds);
  const begin = () =>
    startGateway({
      folder,
      keep: true,
      env: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: offset,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      },
    });
  step(0);
  let gateway = await begin();
  try {
    const key = gateway.key('always', '--role', 'admin'),
      brief = gateway.key('brief', '--role', 'admin', '--expires', '90d');
    const by = { token: key },
      ask = (path, token = key) => gateway.request('GET', path, undefined, { token });
    gateway.token = () => key; // for the harness's own requests
    let session = await gateway.signIn('1001'),
      stream = await gateway.stream({}, key),
      changes = 0;
    const first = stream.snapshot.cursor;
    const remembered = async (what) => {
      const page = await ask(`/events?after=${first}&limit=500`);
      assert.equal(page.status, 200, `${what}: ${page.text}`);
      return page.body.items.map((event) => event.id);
    };
    const told = async (what) => {
      const state = changes++ % 2 ? 'not-ready' : 'ready',
        seen = stream.frames.length;
      const answer = await gateway.setState(session, state, {}, by);
      assert.equal(answer.status, 200, what + ': ' + answer.text);
      return stream.frame(
        what,
        (f) =>
          f.op === 'event' &&
          f.type === 'deskline.agent-session' &&
          f.data.session?.state === state &&
          stream.frames.indexOf(f) >= seen,
      );
    };
    const before = await told('before');
    const steps = { 'a year ahead': 365 * day, 'back again': 0, 'ten years back': -3650 * day, 'and forward again': 0 };
    let last = before;
    for (const [what, seconds] of Object.entries(steps)) {
      step(seconds);
      const event = await told(what);
      assert.ok(numberOf(event.id) > numberOf(last.id), what + ': numbers go on');
      const ahead = (Date.parse(event.time) - Date.now()) / 1000;
      assert.ok(Math.abs(ahead - seconds) < day, `${what}: the event says the time of the clock, ${event.time}`);
      last = event;
      if (seconds > 0) await sleep(65_000); // once a minute the gateway looks for events that are too old
      // A wait lasts by the monotonic clock: no event comes, and the answer comes in time.
      const page = await ask(`/events?after=${event.id}&wait=1&types=agent-handler`);
      assert.deepEqual([page.status, page.body.items], [200, []], what);
      const all = await remembered(what);
      assert.ok(all.includes(before.id) && all.includes(event.id), what + ': nothing was cut');
      assert.equal((await ask('/me', brief)).status, seconds > 90 * day ? 401 : 200, what + ': a key of 90 days');
      assert.equal((await ask('/me')).status, 200, what + ': a key without an end');
      assert.ok(!stream.frames.some((f) => f.op === 'reset'), what + ': the stream goes on');
    }
    // Started where the clock is wrong, and set right while it runs.
    for (const seconds of [365 * day, -3650 * day]) {
      step(seconds);
      await gateway.stop();
      gateway = await begin();
      gateway.token = () => key;
      const resumed = await gateway.stream({ cursor: last.id }, key);
      assert.equal(resumed.welcome.resumed, true, 'whoever was there resumes');
      step(0);
      session = await gateway.signIn('1001');
      stream = resumed;
      const event = await told('set right');
      assert.ok(numberOf(event.id) > numberOf(last.id), 'numbers go on over a restart');
      last = event;
      assert.ok((await remembered('set right')).includes(before.id), 'nothing was cut at the start');
    }
    assert.equal(gateway.cli('journal', 'audit').code, 0, 'the audit holds together');
  } finally {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
