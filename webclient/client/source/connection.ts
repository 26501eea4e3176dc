// One stream to the gateway, which reconnects by itself: with a fresh token for each attempt, from its last cursor,
// after a random wait (full jitter). It is called live only while the gateway is heard. It knows frames, not what they
// mean; the copy is the client's.
import { numberOf, topics, type Frame } from './contract';
import { renewal } from './token';

/** Whether the copy is up to date. `since`: when the gateway was last heard, in ms since 1970. */
export type Freshness =
  | { readonly status: 'connecting' }
  | { readonly status: 'live' }
  | { readonly status: 'recovering'; readonly since: number }
  | { readonly status: 'stale'; readonly since: number }
  /** The connection does not try again by itself: `code` is the close code, 0 where there is no token. */
  | { readonly status: 'refused'; readonly since: number; readonly code: number; readonly reason: string };

/**
 * Called before each attempt and before a token ends; after a failure it is called again. Empty: nobody is signed in.
 */
export type TokenSource = () => string | Promise<string>;

export interface ConnectionOptions {
  /** The gateway's address with its base path: `https://host:8443/desk`. */
  readonly gateway: string;
  readonly token: TokenSource;
  readonly topics?: readonly string[] | undefined;
  readonly agents?: readonly string[] | undefined;
  /** Volume events per second for one object, 1 to 60. */
  readonly audioRate?: number | undefined;
  /** The WebSocket class, where the platform has none (Node 20: that of `ws`). */
  readonly webSocket?: typeof WebSocket | undefined;
  /** The cursor to resume from. */
  readonly cursor?: string | undefined;
}

export interface Listener {
  frame(frame: Frame): void;
  freshness(freshness: Freshness): void;
}

const everything = topics.filter((topic) => topic !== 'audio.meter'); // which is heard only where it is asked for
const shortest = 500,
  longest = 30_000; // ms between two attempts, at most
const staleAfter = 10_000,
  patience = 5_000,
  nap = 10_000;
const framesASecond = 15,
  framesAtOnce = 60; // the gateway allows 20 a second, and 100 at once

export class Connection {
  #socket: WebSocket | undefined;
  #running = false;
  #live = false;
  #attempt = 0;
  #cursor: string;
  #topics: Set<string>;
  #heard = Date.now();
  #silence = 12_000;
  #probed = 0;
  #renewAt = 0;
  #ticked = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #freshness: Freshness = { status: 'connecting' };
  #waiting: object[] = [];
  #allowance = framesAtOnce;
  #generation = 0; // the number of the current attempt

  constructor(
    private readonly options: ConnectionOptions,
    private readonly listener: Listener,
  ) {
    this.#cursor = options.cursor ?? '';
    this.#topics = new Set(options.topics ?? everything);
  }

  get freshness(): Freshness {
    return this.#freshness;
  }

  open(): void {
    if (this.#running) return;
    this.#running = true;
    this.#ticked = Date.now();
    this.#ticking = setInterval(() => this.#tick(), 1000);
    void this.#connect();
  }

  close(): void {
    this.#running = false;
    clearInterval(this.#ticking);
    clearTimeout(this.#again);
    this.#leave(1000);
  }

  /** The network is back, or somebody looks at the page: connects now, or asks whether the connection still stands. */
  wake(): void {
    if (this.#live) return this.#probe();
    if (!this.#running || this.#again === undefined) return; // refused, or an attempt is under way
    clearTimeout(this.#again);
    void this.#connect();
  }

  /**
   * Sends a frame, at most 15 a second; those beyond wait. False: the connection is not live, and the frame was not
   * taken.
   */
  send(frame: object): boolean {
    if (!this.#live) return false;
    if (this.#allowance < 1) this.#waiting.push(frame);
    else {
      --this.#allowance;
      this.#socket!.send(JSON.stringify(frame));
    }
    return true;
  }

  /** Peaks are measured only while somebody looks; a snapshot follows. */
  meters(on: boolean): void {
    if (this.#topics.has('audio.meter') === on) return;
    if (on) this.#topics.add('audio.meter');
    else this.#topics.delete('audio.meter');
    this.send({ op: on ? 'subscribe' : 'unsubscribe', topics: ['audio.meter'] });
  }

  async #connect(): Promise<void> {
    this.#again = undefined;
    const attempt = ++this.#generation;
    let token: string;
    try {
      token = await this.options.token();
    } catch {
      if (this.#running && attempt === this.#generation) this.#later(0);
      return;
    }
    if (!this.#running || attempt !== this.#generation) return;
    if (!token) return this.#refuse(0, 'signed-out');
    this.#renewAt = renewal(token);
    const { gateway, agents, audioRate, webSocket = WebSocket } = this.options;
    const socket = new webSocket(gateway.replace(/^http/, 'ws').replace(/\/$/, '') + '/api/v1/stream', 'deskline.v1');
    this.#socket = socket;
    this.#heard = Date.now();
    // Messages of an older socket are dropped, since reconnects may overtake each other.
    const mine = () => this.#socket === socket;
    socket.onopen = () =>
      mine() &&
      socket.send(
        JSON.stringify({
          op: 'hello',
          token,
          topics: [...this.#topics],
          ...(this.#cursor && { cursor: this.#cursor }),
          ...(agents && { agents }),
          ...(audioRate && { audioRate }),
        }),
      );
    socket.onmessage = ({ data }) => mine() && this.#hear(JSON.parse(data as string) as Frame);
    socket.onclose = ({ code, reason }) => mine() && this.#closed(code, reason);
    socket.onerror = () => {}; // a close follows
  }

  #hear(frame: Frame): void {
    this.#heard = Date.now();
    this.#probed = 0;
    if (frame.op === 'welcome') {
      this.#attempt = 0;
      this.#silence = frame.heartbeat * 500;
    } else if (frame.op === 'event' && frame.type !== 'deskline.audio.meter') {
      if (this.#cursor && numberOf(frame.id) <= numberOf(this.#cursor)) return; // already told
      this.#cursor = frame.id;
    } else if (frame.op === 'snapshot') this.#cursor = frame.cursor;
    if (frame.op !== 'result' || !frame.id.startsWith('probe')) this.listener.frame(frame);
    if (frame.op === 'snapshot' || (frame.op === 'welcome' && frame.resumed)) this.#live = true;
    if (this.#live && this.#freshness.status !== 'live') this.#fresh({ status: 'live' });
  }

  #closed(code: number, reason: string): void {
    let closing: { reason?: string; retry?: number } = {};
    try {
      closing = JSON.parse(reason) as typeof closing;
    } catch {
      /* not JSON: cut, or not from a gateway */
    }
    if (code >= 4000 && code < 4100) return this.#refuse(code, closing.reason ?? reason);
    this.#lost();
    this.#later(closing.retry ?? 0, code === 4102);
  }

  #lost(): void {
    this.#leave();
    if (this.#freshness.status === 'live') this.#fresh({ status: 'recovering', since: this.#heard });
  }

  #leave(code?: number): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#live = false;
    this.#waiting = [];
    this.#probed = 0;
    this.#generation++;
    socket?.close(code);
  }

  #refuse(code: number, reason: string): void {
    this.close();
    this.#fresh({ status: 'refused', since: this.#heard, code, reason });
  }

  #later(retry: number, atOnce = false): void {
    if (!this.#running) return;
    const cap = Math.min(longest, 2 * shortest * 2 ** this.#attempt);
    const pause = atOnce && !this.#attempt ? 0 : retry + shortest + Math.random() * (cap - shortest);
    this.#attempt++;
    this.#again = setTimeout(() => void this.#connect(), pause);
  }

  #fresh(freshness: Freshness): void {
    this.#freshness = freshness;
    this.listener.freshness(freshness);
  }

  // Every second it looks whether the machine has slept, the gateway is silent, the token ends, or the copy is old.
  #tick(): void {
    const now = Date.now(),
      slept = now - this.#ticked > nap;
    this.#ticked = now;
    this.#allowance = Math.min(framesAtOnce, this.#allowance + framesASecond);
    while (this.#allowance >= 1 && this.#waiting.length) this.send(this.#waiting.shift()!);
    const silent = now - this.#heard;
    if (this.#freshness.status === 'recovering' && silent > staleAfter)
      this.#fresh({ status: 'stale', since: this.#heard });
    if (slept && !this.#live) return this.wake();
    if (!this.#socket) return;
    if (!this.#live) {
      // connecting, or waiting for the answer to hello
      if (silent > 2 * patience) {
        this.#lost();
        this.#later(0);
      }
      return;
    }
    if (this.#probed && now - this.#probed > patience) return (this.#lost(), this.#later(0));
    if (slept) this.#fresh({ status: 'recovering', since: this.#heard });
    if (slept || silent > this.#silence) this.#probe();
    if (now > this.#renewAt) void this.#renew();
  }

  // A page does not see WebSocket pings, so it finds a half-open connection by asking.
  #probe(): void {
    if (this.#probed) return;
    this.#probed = Date.now();
    this.#socket!.send(JSON.stringify({ op: 'command', id: 'probe' + this.#probed, method: 'GET', path: '/me' }));
  }

  async #renew(): Promise<void> {
    this.#renewAt = Date.now() + 10_000;
    const socket = this.#socket;
    const token = await Promise.resolve(this.options.token()).catch(() => '');
    if (!token || this.#socket !== socket || !this.#live) return;
    this.#renewAt = renewal(token);
    this.send({ op: 'refresh', token });
  }
}
