import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Commands } from '../source/commands';
import type { Command, CommandResult } from '../source/contract';

let sent: Command[], commands: Commands;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  sent = [];
  commands = new Commands((frame) => (sent.push(frame as Command), true));
  commands.live(true);
});
afterEach(() => vi.useRealTimers());
const answer = (status: number, body: unknown, id = sent.at(-1)!.id): CommandResult => ({
  op: 'result',
  id,
  status,
  body,
});
const problem = (slug: string, status = 409) => ({
  type: '/problems/' + slug,
  title: 'No',
  status,
  detail: 'because',
  remedy: 'wait',
});
const outcome = (promise: Promise<unknown>) => {
  const seen: { done?: unknown; failed?: unknown } = {};
  promise.then(
    (done) => (seen.done = done),
    (failed: unknown) => (seen.failed = failed),
  );
  return seen;
};

describe('a command', () => {
  test('is done when the copy has applied its event', async () => {
    commands.applied(3);
    const seen = outcome(commands.run('PUT', '/sessions/s/state', { state: 'ready' }));
    commands.result(answer(200, { session: {}, event: 'e-5', cursor: 'e-5' }));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.done).toBeUndefined();
    commands.applied(4);
    commands.applied(5);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.done).toMatchObject({ status: 200 });
  });

  test('is refused at once when a thousand are under way; there is room again when one is answered', async () => {
    for (let i = 0; i < 1000; ++i) outcome(commands.run('PUT', `/agents/${i}`, {}));
    const beyond = outcome(commands.run('PUT', '/agents/x', {}));
    await vi.advanceTimersByTimeAsync(0);
    expect(beyond.failed).toMatchObject({ slug: 'too-many' });
    expect(sent.length).toBe(1000);
    commands.result(answer(200, {}));
    const next = outcome(commands.run('PUT', '/agents/y', {}));
    await vi.advanceTimersByTimeAsync(0);
    expect(next.failed).toBeUndefined();
    expect(sent.length).toBe(1001);
  });

  test('carries an idempotency key, and the same one when it is sent again', () => {
    void commands.run('PUT', '/agents/1001', {});
    commands.live(false);
    commands.live(true);
    expect(sent.length).toBe(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[0]!.headers!['Idempotency-Key']).toBe(sent[0]!.headers!['X-Request-Id']);
  });

  test('survives one lost connection, not two', async () => {
    const seen = outcome(commands.run('PUT', '/agents/1001', {}));
    commands.live(false);
    commands.live(true);
    commands.live(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.failed).toMatchObject({ slug: 'connection-lost', status: 0 });
  });

  test('that has no key there is not sent again: a webhook would be made twice', async () => {
    const seen = outcome(commands.run('POST', '/webhooks', {}));
    commands.live(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.failed).toMatchObject({ slug: 'connection-lost' });
    commands.live(true);
    expect(sent.length).toBe(1);
  });

  test('waits for a connection, and says so when none comes', async () => {
    commands.live(false);
    const seen = outcome(commands.run('GET', '/me'));
    expect(sent.length).toBe(0);
    await vi.advanceTimersByTimeAsync(15_001);
    expect(seen.failed).toMatchObject({ slug: 'offline' });
  });

  test("fails with the gateway's own words", async () => {
    const seen = outcome(commands.run('PUT', '/sessions/s/state', {}));
    commands.result(answer(409, problem('state-not-allowed')));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.failed).toMatchObject({
      slug: 'state-not-allowed',
      status: 409,
      message: 'No. because',
      body: { remedy: 'wait' },
    });
  });

  test('whose first sending is still under way asks again', async () => {
    const seen = outcome(commands.run('PUT', '/sessions/s/state', {}));
    commands.result(answer(409, problem('idempotency-running')));
    await vi.advanceTimersByTimeAsync(500);
    expect(sent.length).toBe(2);
    commands.result(answer(200, { event: null }));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.done).toMatchObject({ status: 200 });
  });

  test('that takes long is followed until it has settled', async () => {
    const seen = outcome(commands.run('PUT', '/sessions/s/state', {})),
      first = sent[0]!.id;
    commands.result(answer(202, { operation: 'o1', state: 'running' }, first));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.at(-1)).toMatchObject({ method: 'GET', path: '/operations/o1' });
    commands.result(answer(200, { state: 'running' }));
    await vi.advanceTimersByTimeAsync(2000);
    commands.result(answer(200, { state: 'failed', problem: problem('timeout', 504) }));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.failed).toMatchObject({ slug: 'timeout', status: 504 });
  });

  test('ends with the client', async () => {
    const seen = outcome(commands.run('GET', '/me'));
    commands.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.failed).toMatchObject({ slug: 'closed' });
  });
});
