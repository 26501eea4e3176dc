// Now by the gateway's clock, as far as its events have shown it: what is drawn as a duration does not depend on this
// machine's clock being right.
import type { Client } from '@deskline/client';

let ahead = -Infinity; // ms that the gateway's clock is ahead of this machine's: the most that an event has shown

/** Milliseconds since 1970. */
export const gatewayNow = (): number => Date.now() + (ahead === -Infinity ? 0 : ahead);
/** Watches a client's events for the gateway's clock. */
export function keepTime(client: Client): void {
  client.on('event', ({ time }) => {
    if (client.freshness.status === 'live') ahead = Math.max(ahead, Date.parse(time) - Date.now());
  });
}
