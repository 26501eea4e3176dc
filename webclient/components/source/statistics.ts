// Events carry no statistics: they are read every five seconds while an element shows them, once for all elements of a
// page.
import type { Client } from '@deskline/client';

type WithStatistics = 'agents' | 'sessions' | 'queues';
const watched = new WeakMap<Client, Map<WithStatistics, { users: number; timer: ReturnType<typeof setInterval> }>>();
const period = 5000;

/** Reads the statistics of `list` every five seconds, until the function that it returns is called. */
export function watchStatistics(client: Client, list: WithStatistics): () => void {
  const ofClient =
    watched.get(client) ?? new Map<WithStatistics, { users: number; timer: ReturnType<typeof setInterval> }>();
  watched.set(client, ofClient);
  const read = () => {
    if (client.freshness.status === 'live' && document.visibilityState === 'visible')
      client.refresh(list).catch(() => {}); // it is read again in five seconds
  };
  const known = ofClient.get(list);
  if (known) known.users++;
  else ofClient.set(list, { users: 1, timer: setInterval(read, period) });
  void client.ready.then(read);
  return () => {
    const mine = ofClient.get(list)!;
    if (--mine.users) return;
    clearInterval(mine.timer);
    ofClient.delete(list);
  };
}
