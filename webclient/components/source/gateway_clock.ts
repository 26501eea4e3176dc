// The time by the gateway's clock, estimated from its events, so that durations on the page do not depend on this
// machine's clock.
import type { Client } from '@deskline/client';

let ahead = -Infinity; // ms that the gateway's clock is ahead of this machine's: the most that an event has shown

/** The gateway's time, in milliseconds since 1970. */
export const gatewayNow = (): number => Date.now() + (ahead === -Infinity ? 0 : ahead);
/** Takes the gateway's clock from a client's events. */
export function keepTime(client: Client): void {
  client.on('event', ({ time }) => {
    if (client.freshness.status === 'live') ahead = Math.max(ahead, Date.parse(time) - Date.now());
  });
}
