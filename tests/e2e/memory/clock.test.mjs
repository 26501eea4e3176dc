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

// A gateway whose clock the test moves, with a client that stays. `step` sets the seconds between the program's clock
// and the host's: libfaketime reads the file at each look at the clock. The monotonic clock is left as it is.
class Stepped {
  folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
  offset = join(this.folder, 'offset');
  changes = 0;
  step(seconds) {
    writeFileSync(this.offset, (seconds < 0 ? '' : '+') + seconds);
  }
  async begin() {
    this.gateway = await startGateway({
      folder: this.folder,
      keep: true,
      env: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: this.offset,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      },
    });
    this.key ??= this.gateway.key('always', '--role', 'admin');
    this.gateway.token = () => this.key; // for the harness's own requests
  }
  ask(path, token = this.key) {
    return this.gateway.request('GET', path, undefined, { token });
  }
  // The ids of the events that the gateway remembers.
  async remembered(what) {
    const page = await this.ask(`/events?after=${this.first}&limit=500`);
    assert.equal(page.status, 200, `${what}: ${page.text}`);
    return page.body.items.map((event) => event.id);
  }
  // The event of a change that is made now, as the stream tells it.
  async told(what) {
    const { stream } = this,
      state = this.changes++ % 2 ? 'not-ready' : 'ready',
      seen = stream.frames.length;
    const answer = await this.gateway.setState(this.session, state, {}, { token: this.key });
    assert.equal(answer.status, 200, what + ': ' + answer.text);
    return stream.frame(
      what,
      (f) =>
        f.op === 'event' &&
        f.type === 'deskline.agent-session' &&
        f.data.session?.state === state &&
        stream.frames.indexOf(f) >= seen,
    );
  }
}

// Returns the event of this step.
async function stepTo(stepped, what, seconds, { brief, before, last }) {
  stepped.step(seconds);
  const event = await stepped.told(what);
  assert.ok(numberOf(event.id) > numberOf(last.id), what + ': numbers go on');
  const ahead = (Date.parse(event.time) - Date.now()) / 1000;
  assert.ok(Math.abs(ahead - seconds) < day, `${what}: the event says the time of the clock, ${event.time}`);
  if (seconds > 0) await sleep(65_000); // once a minute the gateway looks for events that are too old
  // A wait lasts by the monotonic clock: no event comes, and the answer comes in time.
  const page = await stepped.ask(`/events?after=${event.id}&wait=1&types=agent-handler`);
  assert.deepEqual([page.status, page.body.items], [200, []], what);
  const all = await stepped.remembered(what);
  assert.ok(all.includes(before.id) && all.includes(event.id), what + ': nothing was cut');
  assert.equal((await stepped.ask('/me', brief)).status, seconds > 90 * day ? 401 : 200, what + ': a key of 90 days');
  assert.equal((await stepped.ask('/me')).status, 200, what + ': a key without an end');
  assert.ok(!stepped.stream.frames.some((f) => f.op === 'reset'), what + ': the stream goes on');
  return event;
}

// Starts it where the clock is wrong, and sets that right while it runs. Returns the event after that.
async function restartAt(stepped, seconds, { before, last }) {
  stepped.step(seconds);
  await stepped.gateway.stop();
  await stepped.begin();
  const resumed = await stepped.gateway.stream({ cursor: last.id }, stepped.key);
  assert.equal(resumed.welcome.resumed, true, 'whoever was there resumes');
  stepped.step(0);
  stepped.session = await stepped.gateway.signIn('1001');
  stepped.stream = resumed;
  const event = await stepped.told('set right');
  assert.ok(numberOf(event.id) > numberOf(last.id), 'numbers go on over a restart');
  assert.ok((await stepped.remembered('set right')).includes(before.id), 'nothing was cut at the start');
  return event;
}

test('the clock steps while the gateway runs, and is wrong where it starts', async () => {
  const stepped = new Stepped();
  stepped.step(0);
  await stepped.begin();
  try {
    const { gateway, key } = stepped,
      brief = gateway.key('brief', '--role', 'admin', '--expires', '90d');
    stepped.session = await gateway.signIn('1001');
    stepped.stream = await gateway.stream({}, key);
    stepped.first = stepped.stream.snapshot.cursor;
    const before = await stepped.told('before');
    const steps = { 'a year ahead': 365 * day, 'back again': 0, 'ten years back': -3650 * day, 'and forward again': 0 };
    let last = before;
    for (const [what, seconds] of Object.entries(steps))
      last = await stepTo(stepped, what, seconds, { brief, before, last });
    for (const seconds of [365 * day, -3650 * day]) last = await restartAt(stepped, seconds, { before, last });
    assert.equal(stepped.gateway.cli('journal', 'audit').code, 0, 'the audit holds together');
  } finally {
    await stepped.gateway.stop();
    rmSync(stepped.folder, { recursive: true, force: true });
  }
});
