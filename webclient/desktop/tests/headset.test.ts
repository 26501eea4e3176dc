// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { AudioDevice } from '@deskline/client';
import { longness } from '@deskline/components/agent_board';
import { answered } from '@deskline/components/queue_board';
import { findings } from '../source/headset';

const device = (flow: 'render' | 'capture', more: Partial<AudioDevice> = {}): AudioDevice => ({
  id: flow,
  name: flow,
  flow,
  state: 'active',
  defaultFor: ['communications'],
  volume: 0.8,
  volumeDb: -2,
  muted: false,
  channelVolumes: [],
  revision: 1,
  ...more,
});
const said = (...devices: AudioDevice[]) => findings(devices).map(({ fault, part }) => `${fault} ${part}`);

describe('the headset check', () => {
  test('finds nothing where both are there and on', () =>
    expect(said(device('render'), device('capture'))).toEqual([]));
  test('finds what is missing, unplugged or disabled', () => {
    expect(said()).toEqual(['no speaker', 'no microphone']);
    expect(said(device('render'), device('capture', { state: 'unplugged' }))).toEqual(['no microphone']);
  });
  test('finds what is muted or turned down', () => {
    expect(said(device('render', { volume: 0.05 }), device('capture', { muted: true }))).toEqual([
      'silent speaker',
      'muted microphone',
    ]);
  });
  test('looks at what Windows uses for calls', () => {
    expect(
      said(
        device('render', { muted: true, defaultFor: ['console'] }),
        device('render', { id: 'headset' }),
        device('capture'),
      ),
    ).toEqual([]);
  });
});

test.each([
  ['busy-wrapup', 59, ''],
  ['busy-wrapup', 60, 'long'],
  ['busy-wrapup', 180, 'very-long'],
  ['ready', 9999, ''],
  ['busy-on-call', 1200, 'very-long'],
])('%s for %i s is "%s"', (state, seconds, said) => {
  expect(longness(state, seconds)).toBe(said);
});

test('the share of answered calls: of those that came and wait no more', () => {
  const queue = (queued: number, waiting: number, abandoned: number) =>
    answered({ statistics: { queued, waiting, abandoned } } as Parameters<typeof answered>[0]);
  expect(queue(10, 0, 1)).toBeCloseTo(0.9);
  expect(queue(10, 5, 1)).toBeCloseTo(0.8);
  expect(queue(0, 0, 0)).toBeUndefined();
  expect(queue(3, 3, 0)).toBeUndefined();
});
