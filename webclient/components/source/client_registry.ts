// The page's clients, one for each gateway, shared by all of its elements. The first element that has a token makes the
// client; it is closed when the last element leaves.
import { connect, type Client, type TokenSource } from '@deskline/client';
import { keepTime } from './gateway_clock';

/** An element, as the registry sees it. */
export interface Member {
  readonly gateway: string;
  readonly token: TokenSource | undefined;
  readonly share: string;
  /** Another element has brought a token: this one may join now. */
  requestUpdate(): void;
}
interface Entry {
  readonly client: Client;
  token: TokenSource;
  users: number;
}
const entries = new Map<string, Entry>();
const waiting = new Set<Member>(); // elements that wait for another one with a token

/**
 * The gateway's client; undefined: nobody has a token for it yet, and the member waits. Its token, where it has one, is
 * used from now on.
 */
export function join(member: Member): Client | undefined {
  const { gateway, token, share } = member;
  let entry = entries.get(gateway);
  if (entry && token) entry.token = token;
  if (!entry) {
    if (!token) return void waiting.add(member);
    const made: Entry = {
      token,
      users: 0,
      client: connect({ gateway, token: () => made.token(), share: share || false }),
    };
    keepTime(made.client);
    entries.set(gateway, (entry = made));
    for (const one of waiting) one.requestUpdate();
    waiting.clear();
  }
  entry.users++;
  return entry.client;
}

/** The member leaves the client of `gateway`; empty: it has none. */
export function leave(member: Member, gateway: string): void {
  waiting.delete(member);
  const entry = entries.get(gateway);
  if (!entry || --entry.users > 0) return;
  entry.client.close();
  entries.delete(gateway);
}
