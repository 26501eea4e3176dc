// A socket and events for tests that drive the clock themselves.
import type { DesklineEvent, Frame, Snapshot, Welcome } from '../source/contract';

export class FakeSocket {
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;
  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  say(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  /** Opens, welcomes and, where it is not resumed, gives an empty snapshot. */
  begin(number = 1, resumed = false): void {
    this.onopen?.();
    this.say(welcome(number, resumed));
    if (!resumed) this.say(snapshot(number));
  }
  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}
export const webSocket = FakeSocket as unknown as typeof WebSocket;

export const welcome = (number: number, resumed = false): Welcome => ({
  op: 'welcome',
  protocol: 1,
  gateway: 'test',
  connection: 'c',
  cursor: `e-${number}`,
  resumed,
  heartbeat: 25,
  capabilities: {},
  identity: { subject: 'ada', role: 'supervisor', agents: [], groups: ['*'], scopes: [] },
});
export const snapshot = (number: number, more: Partial<Snapshot> = {}): Snapshot => ({
  op: 'snapshot',
  cursor: `e-${number}`,
  ...more,
});
export const event = (number: number, type: string, data: unknown, time = '2026-05-01T08:00:00.000Z'): DesklineEvent =>
  ({
    op: 'event',
    specversion: '1.0',
    id: `e-${number}`,
    source: '/gateways/test',
    type: `deskline.${type}`,
    subject: '/x',
    time,
    data,
  }) as unknown as DesklineEvent;
export const session = (id: string, agent = '1001', state = 'ready') => ({
  id,
  agent,
  acdGroup: 'Sales',
  address: 'Line 1',
  state,
  since: '',
  startedAt: '',
  allowedStates: [],
  revision: 1,
  statistics: {},
});
export const agent = (id: string, sessions: string[] = []) => ({
  id,
  user: id,
  handler: 'h',
  state: 'ready',
  since: '',
  sessions,
  revision: 1,
  present: true,
  statistics: {},
});
export const jwt = (exp: number) => `h.${btoa(JSON.stringify({ exp }))}.s`;
/** What is ready to go on has gone on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; ++i) await Promise.resolve();
}
