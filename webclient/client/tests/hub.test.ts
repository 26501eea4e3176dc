import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Snapshot } from '../source/contract';
import { Hub, type FromTab, type ToTab } from '../source/hub';
import { FakeSocket, agent, event, settle, snapshot, webSocket, welcome } from './fakes';

class Tab {
  heard: ToTab[] = [];
  token: string | null | undefined = 'token';
  constructor(readonly hub: Hub) {}
  say(message: FromTab): void {
    this.hub.from(this, message, (received) => {
      this.heard.push(structuredClone(received));
      if ('ask' in received && this.token !== undefined)
        this.hub.from(this, { ask: received.ask, token: this.token }, () => {});
    });
  }
  get frames(): string[] {
    return this.heard.flatMap((m) => ('frame' in m ? [m.frame.op === 'event' ? m.frame.id : m.frame.op] : []));
  }
}
let hub: Hub;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  FakeSocket.all = [];
  hub = new Hub({ gateway: 'https://x', webSocket });
});
afterEach(() => {
  hub.connection.close();
  vi.useRealTimers();
});

describe('a hub', () => {
  test('serves all tabs by one connection; a later one begins at once with the copy', async () => {
    const one = new Tab(hub),
      two = new Tab(hub);
    one.say({ attach: '' });
    await settle();
    FakeSocket.last.onopen!();
    FakeSocket.last.say(welcome(1));
    FakeSocket.last.say(snapshot(1, { agents: [agent('1001')] } as unknown as Partial<Snapshot>));
    FakeSocket.last.say(event(2, 'agent', { event: 'signed-in', agent: agent('1002') }));
    two.say({ attach: '' });
    expect(FakeSocket.all.length).toBe(1);
    expect(two.frames).toEqual(['welcome', 'snapshot']);
    const first = two.heard.find((m) => 'frame' in m && m.frame.op === 'snapshot') as unknown as { frame: Snapshot };
    expect(first.frame.cursor).toBe('e-2');
    expect(first.frame.agents!.map((a) => a.id)).toEqual(['1001', '1002']);
    FakeSocket.last.say(event(3, 'call', { event: 'state', call: { id: 'c' } }));
    expect(one.frames.at(-1)).toBe('e-3');
    expect(two.frames.at(-1)).toBe('e-3');
  });

  test('a tab that was away gets what it missed, or is told that it cannot', async () => {
    const one = new Tab(hub),
      back = new Tab(hub),
      late = new Tab(hub);
    one.say({ attach: '' });
    await settle();
    FakeSocket.last.begin(1);
    for (let i = 2; i < 6; ++i) FakeSocket.last.say(event(i, 'call', { event: 'state', call: { id: 'c' } }));
    back.say({ attach: 'e-3' });
    expect(back.frames).toEqual(['welcome', 'e-4', 'e-5']);
    for (let i = 6; i < 5000; ++i) FakeSocket.last.say(event(i, 'call', { event: 'state', call: { id: 'c' } }));
    late.say({ attach: 'e-3' });
    expect(late.frames).toEqual(['welcome', 'reset', 'snapshot']);
  });

  test('keeps no token: each attempt asks a tab, the newest first, and passes over one that is gone', async () => {
    const one = new Tab(hub),
      gone = new Tab(hub);
    one.say({ attach: '' });
    await settle();
    FakeSocket.last.begin(1);
    gone.token = undefined;
    gone.say({ attach: '' });
    one.token = 'fresh';
    FakeSocket.last.end(1006);
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.all.length).toBe(1);
    await vi.advanceTimersByTimeAsync(5000);
    FakeSocket.last.onopen!();
    expect(FakeSocket.last.sent[0]).toMatchObject({ token: 'fresh', cursor: 'e-1' });
    expect(JSON.stringify(hub)).not.toContain('token');
  });

  test('measures peaks while a tab looks, and ends when the last tab is gone', async () => {
    const one = new Tab(hub),
      two = new Tab(hub);
    one.say({ attach: '' });
    two.say({ attach: '' });
    await settle();
    FakeSocket.last.begin(1);
    one.say({ meters: true });
    two.say({ meters: true });
    one.say({ bye: true });
    two.say({ meters: false });
    expect(FakeSocket.last.sent.slice(1)).toEqual([
      { op: 'subscribe', topics: ['audio.meter'] },
      { op: 'unsubscribe', topics: ['audio.meter'] },
    ]);
    two.say({ bye: true });
    expect(FakeSocket.last.closed).toBe(true);
    expect(hub.empty).toBe(true);
  });
});
