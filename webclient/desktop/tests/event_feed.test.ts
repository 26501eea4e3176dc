// @vitest-environment happy-dom
import type { Client } from '@deskline/client';
import { expect, test } from 'vitest';
import { EventFeed } from '../source/event_feed';

customElements.define('test-event-feed', EventFeed);

const volume = (id: number, device: string, name: string, level: number) => ({
  id: `e-${id}`,
  type: 'deskline.audio.device',
  subject: `/audio/devices/${device}`,
  time: '2026-01-01T00:00:00Z',
  data: { change: 'volume', device: { id: device, name, volume: level, muted: false } },
});

test('volumes of one device that follow each other are one line, also where another device has its name', async () => {
  let hear: (event: unknown) => void = () => {};
  const feed = new EventFeed();
  feed.client = {
    state: { cursor: 'e-0' },
    freshness: { status: 'live' },
    subscribe: () => () => {},
    on: (kind: string, listener: (event: unknown) => void) => {
      if (kind === 'event') hear = listener;
      return () => {};
    },
  } as unknown as Client;
  document.body.append(feed);
  await feed.updateComplete;
  for (const event of [
    volume(1, 'a', 'Headset: left', 0.1),
    volume(2, 'a', 'Headset: left', 0.2),
    volume(3, 'b', 'Headset: left', 0.3),
    volume(4, 'b', 'Headset: right', 0.4),
  ])
    hear(event);
  await feed.updateComplete;
  const lines = [...feed.querySelectorAll('li')].map((line) => line.textContent);
  expect(lines.length).toBe(2);
  expect(lines[0]).toContain('Headset: right: ');
  expect(lines[1]).toContain('20');
});
