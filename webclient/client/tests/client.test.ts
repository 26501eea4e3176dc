import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../source/client';
import { event, FakeSocket, settle, webSocket } from './fakes';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('events that are iterated over', () => {
  test('wait to be taken, as many as there is room for; then a Problem says that there would be a gap', async () => {
    const client = connect({ gateway: 'https://gateway.test', token: 'h.e30.s', webSocket });
    await settle();
    FakeSocket.last.begin();
    const iterator = client.events('audio.ducking');
    const first = iterator.next();
    for (let number = 2; number < 12_000; ++number)
      FakeSocket.last.say(event(number, 'audio.ducking', { session: 's', ducked: true }));
    expect((await first).value).toMatchObject({ id: 'e-2' });
    let taken = 1;
    const all = (async () => {
      for (; ; ++taken) await iterator.next();
    })();
    await expect(all).rejects.toMatchObject({ slug: 'too-many' });
    expect(taken).toBe(10_000);
    client.close();
  }, 60_000);
});
