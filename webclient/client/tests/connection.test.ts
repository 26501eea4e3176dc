import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection, type Freshness } from '../source/connection';
import type { Frame } from '../source/contract';
import { FakeSocket, event, jwt, settle, snapshot, webSocket, welcome } from './fakes';

let said: Freshness[], frames: Frame[], asked: number, token: () => string | Promise<string>, connection: Connection;
const status = () => said.at(-1)?.status;
beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    now: 1_000_000_000,
  });
  FakeSocket.all = [];
  said = [];
  frames = [];
  asked = 0;
  token = () => 'token';
  connection = new Connection(
    { gateway: 'https://desk.example/base/', webSocket, token: () => (++asked, token()) },
    { frame: (f) => frames.push(f), freshness: (f) => said.push(f) },
  );
  connection.open();
  await settle();
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
async function next(): Promise<void> {
  // attempt
  for (const socket = FakeSocket.last; FakeSocket.last === socket;) await pass(10);
}

describe('a connection', () => {
  test('says hello with the token, and later with the cursor', async () => {
    expect(FakeSocket.last.url).toBe('wss://desk.example/base/api/v1/stream');
    FakeSocket.last.begin(4);
    FakeSocket.last.say(event(7, 'call', {}));
    expect(FakeSocket.last.sent[0]).toMatchObject({ op: 'hello', token: 'token' });
    expect(FakeSocket.last.sent[0]).not.toHaveProperty('cursor');
    FakeSocket.last.end(1006);
    await pass(1000);
    FakeSocket.last.onopen!();
    expect(FakeSocket.last.sent[0]).toMatchObject({ cursor: 'e-7' });
  });

  test('drops repeats by id, and what an older socket still says', async () => {
    const first = FakeSocket.last;
    first.begin(4);
    first.say(event(5, 'call', {}));
    first.say(event(5, 'call', {}));
    first.end(1006);
    await pass(1000);
    first.say(event(6, 'call', {}));
    FakeSocket.last.begin(5, true);
    FakeSocket.last.say(event(4, 'call', {}));
    FakeSocket.last.say(event(6, 'call', {}));
    expect(frames.filter((f) => f.op === 'event').map((f) => f.id)).toEqual(['e-5', 'e-6']);
  });

  test.each([
    [0, 0.5, 1],
    [1, 0.5, 2],
    [3, 0.5, 8],
    [12, 0.5, 30],
  ])('after %i attempts in vain it waits %f to %f s, at random', async (attempts, least, most) => {
    connection.close();
    const pauses = [];
    for (const chance of [0, 0.5, 0.999]) {
      const one = new Connection(
        { gateway: 'https://x', webSocket, token: () => '' + asked++ },
        { frame() {}, freshness() {} },
      );
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      one.open();
      await settle();
      for (let i = 0; i < attempts; ++i) {
        FakeSocket.last.end(1006);
        await next();
      }
      const at = Date.now();
      FakeSocket.last.end(1006);
      await next();
      pauses.push((Date.now() - at) / 1000);
      one.close();
    }
    expect(pauses[0]).toBeCloseTo(least, 1);
    expect(pauses[1]).toBeCloseTo((least + most) / 2, 1);
    expect(pauses[2]).toBeCloseTo(most, 1);
  });

  test.each([[1001], [1006], [1012], [4108], [4109]])('comes back after %i, with a new token', async (code) => {
    FakeSocket.last.begin();
    FakeSocket.last.end(code, '{"reason":"x","retry":3000}');
    await pass(3400);
    expect(FakeSocket.all.length).toBe(1);
    await pass(700);
    expect(FakeSocket.all.length).toBe(2);
    expect(asked).toBe(2);
  });

  test('comes back at once when the token has ended', async () => {
    FakeSocket.last.begin();
    FakeSocket.last.end(4102, '{"reason":"token-expired"}');
    await pass(1);
    expect(FakeSocket.all.length).toBe(2);
  });

  test.each([[4000], [4001], [4003], [4004], [4005], [4010]])(
    'stays away after %i, even when somebody looks, until it is opened',
    async (code) => {
      FakeSocket.last.begin();
      FakeSocket.last.end(code, '{"reason":"because"}');
      expect(said.at(-1)).toMatchObject({ status: 'refused', code, reason: 'because' });
      connection.wake();
      await pass(120_000);
      expect(FakeSocket.all.length).toBe(1);
      connection.open();
      await settle();
      expect(FakeSocket.all.length).toBe(2);
    },
  );

  test('nobody signed in is no attempt', async () => {
    FakeSocket.last.begin();
    token = () => '';
    FakeSocket.last.end(1006);
    await pass(1000);
    expect(said.at(-1)).toMatchObject({ status: 'refused', code: 0, reason: 'signed-out' });
    expect(FakeSocket.all.length).toBe(1);
  });

  test('a token that cannot be had now is asked for again', async () => {
    FakeSocket.last.begin();
    token = () => Promise.reject(new Error('offline'));
    FakeSocket.last.end(1006);
    await pass(5000);
    expect(asked).toBeGreaterThan(2);
    token = () => 'token';
    await next();
    expect(FakeSocket.all.length).toBe(2);
  });

  test('is recovering for ten seconds, then stale, since it was last heard; never live before it is', async () => {
    FakeSocket.last.begin();
    const heard = Date.now();
    await pass(500);
    FakeSocket.last.end(1006);
    expect(said.at(-1)).toEqual({ status: 'recovering', since: heard });
    token = () => new Promise(() => {});
    await pass(11_000);
    expect(said.at(-1)).toEqual({ status: 'stale', since: heard });
    token = () => 'token';
    connection.close();
    connection.open();
    await settle();
    FakeSocket.last.onopen!();
    FakeSocket.last.say(welcome(9));
    expect(status()).toBe('stale');
    FakeSocket.last.say(snapshot(9));
    expect(status()).toBe('live');
  });

  test('comes back at once when the network does', async () => {
    FakeSocket.last.begin();
    for (let i = 0; i < 6; ++i) {
      FakeSocket.last.end(1006);
      await next();
    }
    const before = FakeSocket.all.length;
    FakeSocket.last.end(1006);
    connection.wake();
    await settle();
    expect(FakeSocket.all.length).toBe(before + 1);
  });

  test('asks a silent gateway, and takes no answer for a lost connection', async () => {
    FakeSocket.last.begin();
    await pass(14_000);
    expect(FakeSocket.last.sent.at(-1)).toMatchObject({ op: 'command', method: 'GET', path: '/me' });
    FakeSocket.last.say({ op: 'result', id: String(FakeSocket.last.sent.at(-1)!.id), status: 200, body: {} });
    await pass(1000);
    expect(status()).toBe('live');
    expect(frames.some((f) => f.op === 'result')).toBe(false);
    await pass(19_000);
    expect(status()).not.toBe('live');
    expect(FakeSocket.all[0]!.closed).toBe(true);
  });

  test('a machine that has slept is not live until it has been heard', async () => {
    FakeSocket.last.begin();
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(1000);
    expect(status()).toBe('recovering');
    FakeSocket.last.say(event(2, 'call', {}));
    expect(status()).toBe('live');
  });

  test('renews a token a minute before it ends, on the open stream', async () => {
    connection.close();
    const exp = Date.now() / 1000 + 600;
    token = () => jwt(exp + asked * 600);
    connection.open();
    await settle();
    FakeSocket.last.begin();
    const before = asked;
    for (let i = 0; i < 240; ++i) {
      await pass(10_000);
      FakeSocket.last.say(event(i + 2, 'call', {}));
    }
    expect(asked).toBeGreaterThan(before);
    expect(FakeSocket.last.sent.filter((f) => f.op === 'refresh').length).toBe(asked - before);
  });

  test('sends no more than the gateway takes, and all of it', async () => {
    FakeSocket.last.begin();
    for (let i = 0; i < 200; ++i) connection.send({ op: 'command', id: String(i) });
    const commands = () => FakeSocket.last.sent.filter((f) => f.op === 'command').map((f) => f.id);
    expect(commands().length).toBeLessThan(100);
    for (let second = 1; second <= 12; ++second) {
      await pass(1000);
      FakeSocket.last.say(event(second + 1, 'call', {}));
      expect(commands().length).toBeLessThan(100 + second * 20);
    }
    expect(commands()).toEqual(Array.from({ length: 200 }, (_, i) => String(i)));
  });
});
