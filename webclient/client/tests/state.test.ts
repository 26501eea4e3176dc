import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../source/contract';
import { applyEvent, applySnapshot, applyStatistics, nothing, snapshotOf } from '../source/state';
import { agent, event, session, snapshot } from './fakes';

const start = applySnapshot(
  nothing,
  snapshot(1, {
    agents: [agent('1001', ['s1']), agent('1002')],
    sessions: [session('s1')],
  } as unknown as Partial<Snapshot>),
);

describe('the copy', () => {
  test("a session that begins or ends is in its agent's list", () => {
    const two = applyEvent(
      start,
      event(2, 'agent-session', { event: 'new-session', session: session('s2', '1002'), previousState: 'not-ready' }),
    );
    expect([...two.sessions.keys()]).toEqual(['s1', 's2']);
    expect(two.agents.get('1002')!.sessions).toEqual(['s2']);
    const one = applyEvent(
      two,
      event(3, 'agent-session', {
        event: 'end',
        session: session('s1', '1001', 'session-ended'),
        previousState: 'ready',
      }),
    );
    expect([...one.sessions.keys()]).toEqual(['s2']);
    expect(one.agents.get('1001')!.sessions).toEqual([]);
    expect(one.cursor).toBe('e-3');
  });

  test('what has not changed stays the same object', () => {
    const next = applyEvent(start, event(2, 'call', { event: 'state', call: { id: 'c', state: 'offering' } }));
    expect(next.agents).toBe(start.agents);
    expect(next.calls).not.toBe(start.calls);
    expect(start.calls.size).toBe(0);
  });

  test.each([['disconnected'], ['idle']])('a call that is %s is gone', (state) => {
    const on = applyEvent(start, event(2, 'call', { event: 'state', call: { id: 'c', state: 'connected' } }));
    expect(applyEvent(on, event(3, 'call', { event: 'state', call: { id: 'c', state } })).calls.size).toBe(0);
  });

  test('a default device takes the role from the other of its flow', () => {
    const device = (id: string, flow: string, defaultFor: string[]) => ({ id, flow, defaultFor });
    const before = applySnapshot(
      nothing,
      snapshot(1, {
        audioDevices: [
          device('a', 'render', ['console', 'multimedia']),
          device('b', 'render', []),
          device('m', 'capture', ['console']),
        ],
      } as unknown as Partial<Snapshot>),
    );
    const after = applyEvent(
      before,
      event(2, 'audio.device', { change: 'default', device: device('b', 'render', ['console']) }),
    );
    expect([...after.devices.values()].map((d) => [d.id, d.defaultFor])).toEqual([
      ['a', ['multimedia']],
      ['b', ['console']],
      ['m', ['console']],
    ]);
  });

  test('a lost switch makes agents and sessions stale since then, once; a lost mixer does not', () => {
    const lost = applyEvent(start, event(2, 'source', { event: 'lost', source: 'telephony', cause: 'source-lost' }));
    expect(lost.agents.get('1001')!.stale).toEqual({ since: '2026-05-01T08:00:00.000Z', cause: 'source-lost' });
    expect(lost.sources.get('telephony')!.connected).toBe(false);
    const again = applyEvent(
      lost,
      event(3, 'source', { event: 'lost', source: 'telephony', cause: 'other' }, '2026-05-01T09:00:00.000Z'),
    );
    expect(again.sessions.get('s1')!.stale!.cause).toBe('source-lost');
    expect(
      applyEvent(start, event(2, 'source', { event: 'lost', source: 'audio', cause: 'x' })).agents.get('1001')!.stale,
    ).toBeUndefined();
  });

  test('a second reader that begins with it has the same', () => {
    expect(applySnapshot(nothing, snapshotOf(start))).toEqual(start);
  });

  test('statistics are refreshed alone', () => {
    const next = applyStatistics(start, 'agents', [
      { id: '1001', statistics: { acdCalls: 7 } },
      { id: 'unknown', statistics: {} },
    ]);
    expect(next.agents.get('1001')).toEqual({ ...start.agents.get('1001')!, statistics: { acdCalls: 7 } });
    expect(next.agents.size).toBe(2);
    expect(next.cursor).toBe(start.cursor);
  });

  test('a meter changes nothing, not even the cursor', () => {
    expect(applyEvent(start, event(9, 'audio.meter', { object: 'a', peak: 1, channels: [] }))).toBe(start);
  });

  test('an event of a type that the client does not know changes nothing but the cursor', () => {
    for (const type of ['deskline.constructor', 'deskline.__proto__', 'deskline.skill', 'x-vendor.agent']) {
      const unknown = { ...event(2, 'agent', { event: 'ready', agent: agent('1003') }), type } as never;
      expect(applyEvent(start, unknown)).toEqual({ ...start, cursor: (unknown as { id: string }).id });
    }
  });
});
