// Figures are told by no event: they are read every five seconds while somebody looks at them, once for all of a page that do.
import type { Client } from '@deskline/client';

type Figured = 'agents' | 'sessions' | 'queues';
const looked = new WeakMap<Client, Map<Figured, { users: number; timer: ReturnType<typeof setInterval> }>>();
const period = 5000;

/** Until what comes back is called. */
export function figures(client: Client, list: Figured): () => void {
  const of = looked.get(client) ?? new Map<Figured, { users: number; timer: ReturnType<typeof setInterval> }>();
  looked.set(client, of);
  const read = () => {
    if (client.freshness.status === 'live' && document.visibilityState === 'visible')
      client.refresh(list).catch(() => {}); // the next time again
  };
  const known = of.get(list);
  if (known) known.users++;
  else of.set(list, { users: 1, timer: setInterval(read, period) });
  void client.ready.then(read);
  return () => {
    const mine = of.get(list)!;
    if (--mine.users) return;
    clearInterval(mine.timer);
    of.delete(list);
  };
}
